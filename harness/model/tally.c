/*
 * tally.c - counts trials and reads contracts out of the counts.
 *
 * The order of contracts decides what is shown: atomic stands above resumable and partial, which
 * do not compare, and both stand above terminal.
 */
#include "model/tally.h"

#include <assert.h>
#include <errno.h>

#include "base/macros.h"

enum cell_result cell_of_result(bool submitted, int32_t result)
{
	if (!submitted)
		return CELL_NONE;
	if (result >= 0)
		return result > 0 ? CELL_POSITIVE : CELL_ZERO;
	switch (result) {
	case -ECANCELED:
		return CELL_ECANCELED;
	case -ENOENT:
		return CELL_ENOENT;
	case -EALREADY:
		return CELL_EALREADY;
	case -ETIME:
		return CELL_ETIME;
	default:
		return CELL_OTHER;
	}
}

/* A stop or a drop has no completion of its own, and the operation's may come after the record. */
static void count_cell(struct tally *tally, enum mechanism mechanism,
		       const struct landing_record *record)
{
	bool sqe = mechanism != MECH_STOP && mechanism != MECH_DROP;

	if (!record->submitted)
		return;
	tally->cells[cell_of_result(sqe || record->t_result, record->t_result)]
		    [cell_of_result(sqe, record->c_result)]++;
}

static void count_landing(struct landing_counts *counts, enum landing landing)
{
	counts->asked++;
	switch (landing) {
	case LANDING_LANDED:
		counts->landed++;
		break;
	case LANDING_TOO_LATE:
		counts->too_late++;
		break;
	default:
		counts->never++;
	}
}

static void count_caller(struct caller_counts *counts, const struct plan *plan,
			 const struct outcome *outcome)
{
	bool landed = false, mid = false;

	for (uint32_t i = 0; i < plan->cancellation_count; i++) {
		const struct landing_record *record = &outcome->records[i];

		landed |= record->landing == LANDING_LANDED;
		mid |= record->landing == LANDING_LANDED && record->mid;
	}
	counts->trials++;
	counts->landed_trials += landed;
	counts->mid_trials += mid;
	counts->damage[outcome->finding.damage]++;
}

void tally_add(struct tally *tally, const struct plan *plan, const struct outcome *outcome)
{
	assert(plan->cancellation_count <= PLAN_CANCELLATIONS_MAX);
	assert((unsigned)plan->caller < CALLER_COUNT);
	assert((unsigned)outcome->finding.damage < DAMAGE_COUNT);
	tally->trials++;
	tally->verdicts[outcome->verdict]++;
	tally->attempts += outcome->attempts;
	tally->primitives += outcome->primitives;
	tally->bytes += outcome->bytes;
	for (uint32_t i = 0; i < plan->cancellation_count; i++) {
		const struct cancellation *step = &plan->cancellations[i];
		const struct landing_record *record = &outcome->records[i];

		count_landing(&tally->points[step->point][step->mechanism], record->landing);
		if (step->retry)
			count_landing(&tally->points[POINT_RETRY][step->mechanism],
				      record->landing);
		count_cell(tally, step->mechanism, record);
	}
	/* Where the harness failed, nothing was learnt about the target. */
	if (outcome->verdict == VERDICT_PASS || outcome->verdict == VERDICT_VIOLATION)
		count_caller(&tally->callers[plan->caller], plan, outcome);
}

void tally_add_swept(struct tally *tally, enum sweep_family family, const struct plan *plan,
		     const struct outcome *outcome)
{
	struct sweep_counts *counts = &tally->swept[family];

	counts->trials++;
	counts->landed += outcome->landed == plan->cancellation_count ||
			  outcome->finding.damage != DAMAGE_NONE;
}

/* Every field of a tally is a counter, so that adding one is adding them all. */
void tally_merge(struct tally *tally, const struct tally *other)
{
	enum { COUNTERS = sizeof(struct tally) / sizeof(uint64_t) };
	const uint64_t *from = (const uint64_t *)other;
	uint64_t *into = (uint64_t *)tally;

	static_assert(sizeof(struct tally) % sizeof(uint64_t) == 0, "counters only");
	for (unsigned i = 0; i < COUNTERS; i++)
		into[i] += from[i];
}

struct landing_counts tally_landings(const struct tally *tally)
{
	struct landing_counts sum = { 0 };

	for (unsigned point = 0; point < POINT_COUNT; point++)
		for (unsigned mechanism = 0; mechanism < MECH_COUNT; mechanism++) {
			const struct landing_counts *counts = &tally->points[point][mechanism];

			sum.asked += counts->asked;
			sum.landed += counts->landed;
			sum.too_late += counts->too_late;
			sum.never += counts->never;
		}
	return sum;
}

/* The caller that only this contract, and those above it, can bear. */
static enum caller own_caller(enum dt_contract contract)
{
	switch (contract) {
	case DT_ATOMIC:
		return CALLER_FRESH;
	case DT_RESUMABLE:
		return CALLER_SAME;
	case DT_PARTIAL:
		return CALLER_REST;
	default:
		return CALLER_ABANDON;
	}
}

enum verdict tally_contract(const struct tally *tally, enum dt_contract contract)
{
	unsigned allowed = callers_of_contract(contract);

	assert(contract >= DT_ATOMIC && contract <= DT_TERMINAL);
	for (unsigned i = 0; i < CALLER_COUNT; i++) {
		const struct caller_counts *counts = &tally->callers[i];

		if (allowed & BIT(i) && counts->damage[DAMAGE_NONE] < counts->trials)
			return VERDICT_VIOLATION;
	}
	return tally->callers[own_caller(contract)].landed_trials ? VERDICT_PASS :
								    VERDICT_INCONCLUSIVE;
}

unsigned tally_contracts_met(const struct tally *tally)
{
	unsigned met = 0, violated = 0;

	for (unsigned i = DT_ATOMIC; i <= DT_TERMINAL; i++) {
		enum verdict verdict = tally_contract(tally, (enum dt_contract)i);

		if (verdict == VERDICT_PASS)
			met |= BIT(i);
		else if (verdict == VERDICT_VIOLATION)
			violated |= BIT(i);
	}
	if (met & BIT(DT_ATOMIC))
		return BIT(DT_ATOMIC);
	if (met & (BIT(DT_RESUMABLE) | BIT(DT_PARTIAL)))
		return met & ~BIT(DT_TERMINAL);
	if (met)
		return met;
	/* With terminal broken, nothing can hold; otherwise what was not tried may still hold. */
	return violated & BIT(DT_TERMINAL) ? BIT(DT_NONE_MET) : 0;
}
