/*
 * campaign_shrink.c - the smallest plan of a failure that nobody expected.
 *
 * One failure of each case that failed: the first under a caller of the declared contract, which is
 * the one that is shown. All of a campaign's cases share half a minute.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/macros.h"
#include "model/shrink.h"
#include "run/campaign_case.h"

static const uint64_t campaign_max_ns = 30000000000ULL;

struct search {
	struct bout *bout;
	uint64_t end_ns; /* on the clock */
};

static bool enough(void *context)
{
	const struct search *search = context;

	return campaign_interrupts(search->bout->campaign) || clock_now_ns() > search->end_ns;
}

/* What one run showed: the slate keeps the first of each outcome. */
static void read_outcome(struct slate *slate, struct outcome *ret_outcome)
{
	*ret_outcome = (struct outcome){ .verdict = VERDICT_ERROR };
	for (unsigned key = 0; key < KEPT_MAX && !slate->error; key++) {
		struct kept *kept = &slate->kept[key];

		if (!kept->used || !slate_kept_sane(kept) ||
		    kept->outcome.finding.damage != key / 2)
			continue;
		*ret_outcome = kept->outcome;
		return;
	}
}

/* A plan that cannot be run shows nothing: it was too small. */
static int run(void *context, const struct plan *plan, struct outcome *ret_outcome)
{
	struct bout *bout = ((struct search *)context)->bout;
	struct order order = {
		.kind = ORDER_SHOW,
		.case_index = bout->index,
		.count = 1,
		.trial_max_ns = bout->trial_max_ns,
	};
	int worker = bout_order_alone(bout, &order, plan);

	if (worker < 0)
		return worker;
	read_outcome(crew_slate(bout->campaign->crew, worker), ret_outcome);
	crew_release(bout->campaign->crew, worker);
	return 0;
}

static char *text_of(const struct plan *plan)
{
	char text[PLAN_TEXT_MAX];

	plan_format(plan, text, sizeof(text));
	return strdup(text);
}

static int shrink(struct bout *bout, struct failure *failure)
{
	uint64_t now = clock_now_ns(), left = campaign_max_ns - bout->campaign->shrunk_ns;
	struct search search = { bout, MIN(now + left, bout->deadline_ns) };
	struct shrink shrinking = {
		.run = run,
		.enough = enough,
		.context = &search,
		.racing = !bout_scripted(bout, &failure->plan),
		.runs_max = SHRINK_RUNS_MAX,
		.plan = failure->plan,
	};
	int error = shrink_plan(&shrinking);

	bout->campaign->shrunk_ns += MIN(clock_now_ns() - now, left);
	if (shrinking.error)
		return shrinking.error;
	if (error || shrinking.wanted != failure->outcome.finding.damage)
		return 0; /* it does not come again, or the time was over */
	failure->smallest = text_of(&shrinking.plan);
	failure->minimal = shrinking.minimal;
	failure->shrink_runs = shrinking.runs;
	if (shrinking.has_nearest)
		failure->nearest = text_of(&shrinking.nearest);
	return failure->smallest ? 0 : -ENOMEM;
}

int bout_shrink(struct bout *bout)
{
	const struct case_result *result = bout->result;
	unsigned callers = callers_of_contract(result->declared);

	if (result->verdict != VERDICT_VIOLATION || campaign_interrupts(bout->campaign) ||
	    bout->campaign->shrunk_ns >= campaign_max_ns)
		return 0;
	for (unsigned i = 0; i < result->failure_count; i++)
		if (callers & BIT(result->failures[i].plan.caller))
			return shrink(bout, &result->failures[i]);
	return 0;
}
