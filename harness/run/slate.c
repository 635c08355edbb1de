/*
 * slate.c - counting a trial into shared memory, and reading it back with distrust.
 */
#include "run/slate.h"

#include <string.h>

#include "base/macros.h"

void slate_begin(struct slate *slate, const struct order *order)
{
	slate->order = *order;
	slate->next = order->first;
	slate->error = 0;
	slate->message[0] = '\0';
	memset(&slate->tally, 0, sizeof(slate->tally));
	slate->row_count = 0;
	slate->reproduced = slate->replayed = 0;
	slate->deaths[0] = slate->deaths[1] = 0;
	slate->control_ns = 0;
	slate->farewell = FAREWELL_NONE;
	slate->last_signal = 0;
	atomic_store(&slate->taking, false);
	slate->last_count = 0;
	for (unsigned i = 0; i < KEPT_MAX; i++)
		slate->kept[i].used = false;
}

static void keep(struct kept *kept, uint64_t trial, const struct plan *plan,
		 const struct outcome *outcome, const struct history *history)
{
	kept->trial = trial;
	kept->plan = *plan;
	kept->outcome = *outcome;
	kept->event_count = history ? MIN(history->count, (uint32_t)KEPT_EVENTS_MAX) : 0;
	/* The end of a long one: that is where the damage is. */
	if (kept->event_count)
		memcpy(kept->events, history->events + (history->count - kept->event_count),
		       kept->event_count * sizeof(struct event));
	kept->used = true;
}

void slate_take(struct slate *slate, const struct plan *plan, const struct outcome *outcome,
		const struct history *history, bool declared)
{
	uint64_t trial = slate->index;
	enum damage damage = outcome->finding.damage;

	if (slate->order.kind == ORDER_REPLAY) {
		slate->replayed++;
		slate->reproduced += damage == slate->order.wanted;
		return;
	}
	if (slate->order.kind == ORDER_CONTROL)
		slate->control = *outcome;
	else
		tally_add(&slate->tally, plan, outcome);
	if (slate->order.kind == ORDER_TRIALS && slate->order.sweep_depth)
		tally_add_swept(&slate->tally, slate->family % SWEEP_FAMILIES, plan, outcome);
	if (slate->row_count < CHUNK_TRIALS)
		row_fill(&slate->rows[slate->row_count++], slate->order.case_index, trial, plan,
			 outcome);
	if (damage != DAMAGE_NONE || slate->order.kind == ORDER_SHOW) {
		struct kept *kept = &slate->kept[2 * damage + !declared];

		if (!kept->used)
			keep(kept, trial, plan, outcome, history);
	}
}

static bool plan_sane(struct plan *plan)
{
	plan->target[sizeof(plan->target) - 1] = '\0';
	plan->operation[sizeof(plan->operation) - 1] = '\0';
	plan->options[sizeof(plan->options) - 1] = '\0';
	return !plan_problem(plan);
}

bool slate_outcome_sane(struct outcome *outcome)
{
	struct finding *finding = &outcome->finding;

	finding->sentence[sizeof(finding->sentence) - 1] = '\0';
	if ((unsigned)outcome->verdict >= VERDICT_COUNT ||
	    (unsigned)finding->damage >= DAMAGE_COUNT || finding->from > finding->to ||
	    finding->expected_size > WINDOW_MAX || finding->observed_size > WINDOW_MAX ||
	    finding->guilty < -1 || finding->guilty >= PLAN_CANCELLATIONS_MAX)
		return false;
	for (unsigned i = 0; i < PLAN_CANCELLATIONS_MAX; i++) {
		const struct landing_record *record = &outcome->records[i];

		if ((unsigned)record->landing >= LANDING_COUNT ||
		    (unsigned)record->point >= POINT_COUNT ||
		    (unsigned)record->mechanism >= MECH_COUNT)
			return false;
	}
	return true;
}

bool slate_kept_sane(struct kept *kept)
{
	if (!plan_sane(&kept->plan))
		return false;
	/* A trial fills as many records as its plan has cancellations; the rest is old. */
	memset(kept->outcome.records + kept->plan.cancellation_count, 0,
	       (PLAN_CANCELLATIONS_MAX - kept->plan.cancellation_count) *
		       sizeof(kept->outcome.records[0]));
	if (!slate_outcome_sane(&kept->outcome) ||
	    kept->outcome.finding.guilty >= (int32_t)kept->plan.cancellation_count)
		return false;
	kept->event_count = MIN(kept->event_count, (uint32_t)KEPT_EVENTS_MAX);
	for (uint32_t i = 0; i < kept->event_count; i++)
		if (kept->events[i].kind >= EVENT_KINDS)
			kept->event_count = i;
	return true;
}

/* A bool that was scribbled over may be anything. */
static void bool_sane(bool *flag)
{
	unsigned char byte;

	memcpy(&byte, flag, 1);
	*flag = byte != 0;
}

void slate_shape_sane(struct shape *shape)
{
	bool *const flags[] = { &shape->reads, &shape->writes, &shape->waitall,
				&shape->own_timeout, &shape->stops };

	for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
		bool_sane(flags[i]);
	shape->place_count = MIN(shape->place_count, (uint32_t)PLACES_MAX);
	for (uint32_t i = 0; i < shape->place_count; i++)
		bool_sane(&shape->places[i].writes);
}
