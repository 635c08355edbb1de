/*
 * campaign_failures.c - the failures that a case keeps, and whether they come again.
 *
 * The first failure of each class is kept, once for the callers of the declared contract and once
 * for those of stronger ones. Each is run again: a scripted plan must show the same damage every
 * time, a racing one has a rate, and what rests on time counts only when it recurs.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "run/campaign_case.h"
#include "run/draw.h"

static bool is_declared(const struct bout *bout, enum caller caller)
{
	return callers_of_contract(bout->result->declared) & BIT(caller);
}

bool bout_has(const struct bout *bout, enum damage damage, bool declared)
{
	for (unsigned i = 0; i < bout->result->failure_count; i++) {
		const struct failure *failure = &bout->result->failures[i];

		if (failure->outcome.finding.damage == damage &&
		    is_declared(bout, failure->plan.caller) == declared)
			return true;
	}
	return false;
}

int bout_keep(struct bout *bout, const struct kept *kept)
{
	struct case_result *result = bout->result;
	size_t size = kept->event_count * sizeof(struct event);
	struct failure *failures, *failure;

	if (bout_has(bout, kept->outcome.finding.damage, is_declared(bout, kept->plan.caller)))
		return 0;
	failures = realloc(result->failures, (result->failure_count + 1) * sizeof(*failures));
	if (!failures)
		return -ENOMEM;
	result->failures = failures;
	failure = memset(&failures[result->failure_count], 0, sizeof(*failure));
	failure->events = malloc(MAX(size, (size_t)1));
	if (!failure->events)
		return -ENOMEM;
	memcpy(failure->events, kept->events, size);
	failure->event_count = kept->event_count;
	failure->plan = kept->plan;
	failure->outcome = kept->outcome;
	failure->trial = kept->trial;
	plan_format(&failure->plan, failure->plan_text, sizeof(failure->plan_text));
	result->failure_count++;
	return 0;
}

/* Does it consist of scripted pairs only? Then it must come again every time. */
bool bout_scripted(const struct bout *bout, const struct plan *plan)
{
	for (uint32_t i = 0; i < plan->cancellation_count; i++) {
		const struct cancellation *step = &plan->cancellations[i];
		bool racing = false;

		for (unsigned side = 0; side < 2; side++) {
			struct pair_place place = case_place(bout->test, &bout->shape, side);
			const char *reason;

			racing |= pair_kind(step->point, step->mechanism, &place, &reason) ==
				  PAIR_RACING;
		}
		if (racing)
			return false;
	}
	return true;
}

static uint32_t replays_of(const struct bout *bout, const struct failure *failure)
{
	enum damage damage = failure->outcome.finding.damage;
	bool slow = damage == DAMAGE_HANG, deadly = damage == DAMAGE_CRASH;

	/* Of stronger callers it says nothing, unless all contracts that are met were asked for. */
	if ((deadly || (slow && bout->result->expect.kind != EXPECT_MET)) &&
	    !is_declared(bout, failure->plan.caller))
		return 0;
	return slow ? HANG_REPLAYS : REPLAYS;
}

static int replay_one(struct bout *bout, struct failure *failure)
{
	struct order order = {
		.kind = ORDER_REPLAY,
		.case_index = bout->index,
		.count = replays_of(bout, failure),
		.wanted = failure->outcome.finding.damage,
		.trial_max_ns = bout->trial_max_ns,
	};
	struct slate *slate;
	int worker;

	if (!order.count)
		return 0;
	worker = bout_order_alone(bout, &order, &failure->plan);
	if (worker < 0)
		return worker;
	slate = crew_slate(bout->campaign->crew, worker);
	failure->replays = MIN(slate->replayed, order.count);
	failure->reproduced = MIN(slate->reproduced, failure->replays);
	if (slate->error)
		bout_error(bout, slate->error, slate->message);
	crew_release(bout->campaign->crew, worker);
	return 0;
}

static void weigh(struct bout *bout, const struct failure *failure)
{
	enum damage damage = failure->outcome.finding.damage;

	if (!failure->replays)
		return;
	if (damage == DAMAGE_HANG && !failure->reproduced)
		bout->unrepeated |= BIT(damage);
	else if (failure->reproduced)
		bout->repeated |= BIT(damage);
	if (failure->reproduced < failure->replays && bout_scripted(bout, &failure->plan) &&
	    !bout->note[0])
		snprintf(bout->note, sizeof(bout->note),
			 "harness instability: a scripted plan showed '%s' again in %u of %u runs",
			 word_name(WORDS_DAMAGE, damage), failure->reproduced, failure->replays);
}

int bout_replay(struct bout *bout)
{
	for (unsigned i = 0; i < bout->result->failure_count; i++) {
		struct failure *failure = &bout->result->failures[i];
		int error = 0;

		if (!campaign_interrupts(bout->campaign))
			error = replay_one(bout, failure);
		else
			bout->unfinished = true;
		if (error)
			return error;
		weigh(bout, failure);
	}
	return 0;
}

int bout_log_failures(struct bout *bout)
{
	for (unsigned i = 0; bout->campaign->log && i < bout->result->failure_count; i++) {
		struct failure *failure = &bout->result->failures[i];
		int error = results_log_failure(bout->campaign->log, bout->result, failure);

		if (error)
			return error;
		/* They are in the folder now; memory must not grow with the number of cases. */
		free(failure->events);
		failure->events = NULL;
		failure->event_count = 0;
	}
	return 0;
}
