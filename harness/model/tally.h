/*
 * tally.h - what is counted over the trials of a case. Fixed size, merged by addition, so workers
 * keep one in shared memory and its size does not depend on the number of trials.
 */
#ifndef MODEL_TALLY_H
#define MODEL_TALLY_H

#include "model/outcome.h"

struct landing_counts {
	uint64_t asked, landed, too_late, never;
};

struct caller_counts {
	uint64_t trials;
	uint64_t landed_trials; /* with at least one landed cancellation */
	uint64_t mid_trials;	/* with one that landed after 0 < k < n bytes */
	uint64_t damage[DAMAGE_COUNT]; /* [DAMAGE_NONE]: trials without damage */
};

/* Classes of results for outcome cells. */
enum cell_result {
	CELL_POSITIVE,
	CELL_ZERO,
	CELL_ECANCELED,
	CELL_ENOENT,
	CELL_EALREADY,
	CELL_ETIME,
	CELL_OTHER,
	CELL_NONE, /* no such completion (stop, drop) */
	CELL_RESULTS
};

/* What a sweep goes through, in this order (see run/sweep.h). */
enum sweep_family { SWEEP_ONCE, SWEEP_KEPT_UP, SWEEP_RECOVERY, SWEEP_PAIRS, SWEEP_FAMILIES };

struct sweep_counts {
	uint64_t planned; /* all of the family within the bound; noted once for a case */
	uint64_t trials;
	uint64_t landed; /* all their cancellations landed, or damage ended them before */
};

struct tally {
	uint64_t trials;
	uint64_t verdicts[VERDICT_COUNT];
	uint64_t attempts, primitives, bytes;
	struct landing_counts points[POINT_ROWS][MECH_COUNT];
	struct caller_counts callers[CALLER_COUNT];
	uint64_t cells[CELL_RESULTS][CELL_RESULTS]; /* [T][C], of submitted cancellations */
	/* Of a sweep; zero where trials were drawn at random. */
	struct sweep_counts swept[SWEEP_FAMILIES];
	uint64_t places, places_left_out; /* primitives of the control run; noted once */
};

/* Adds one trial. */
void tally_add(struct tally *tally, const struct plan *plan, const struct outcome *outcome);

/* Counts one trial of a sweep, besides. */
void tally_add_swept(struct tally *tally, enum sweep_family family, const struct plan *plan,
		     const struct outcome *outcome);

/* Adds another tally. */
void tally_merge(struct tally *tally, const struct tally *other);

/* Sum over the rows, without POINT_RETRY (which counts cancellations a second time). */
struct landing_counts tally_landings(const struct tally *tally);

/*
 * The contracts that survived, as bits 1U << contract, maximal ones only (atomic hides resumable
 * and partial; both hide terminal). A contract survives when none of the callers it allows met
 * damage and a cancellation landed in a trial of its own caller (atomic: fresh, resumable: same,
 * partial: rest, terminal: abandon). 1U << DT_NONE_MET: none survived. 0: nothing is known.
 */
unsigned tally_contracts_met(const struct tally *tally);

/* Is this contract violated, surviving, or unknown: VERDICT_VIOLATION, PASS or INCONCLUSIVE. */
enum verdict tally_contract(const struct tally *tally, enum dt_contract contract);

/* The class of a completion's result. */
enum cell_result cell_of_result(bool submitted, int32_t result);

#endif
