/*
 * case.h - scenario x target operation x wire x ring x condition: what a campaign counts by.
 */
#ifndef RUN_CASE_H
#define RUN_CASE_H

#include "model/scenario.h"
#include "model/tally.h"
#include "run/registry.h"
#include "run/trial.h"

enum { CASE_ID_MAX = 256, REASON_MAX = 200 };

struct test_case {
	char id[CASE_ID_MAX]; /* "tokio-contracts/read:reference/read.read:unix:plain"
				 and ":eof-mid-unit" where there is a condition; stable */
	const struct scenario *scenario;
	const struct target_choice *choice;
	const struct entry *entry;
	const struct dt_operation *operation;
	enum wire_kind wire;
	enum ring_mode ring;
	enum condition condition;
	char skip[REASON_MAX]; /* not empty: why it cannot run here */
};

/* A case's plan without cancellations: the control run. */
void case_control_plan(const struct test_case *test, uint64_t seed, struct plan *ret_plan);

/*
 * The plan of trial `index` of a case, drawn at random from the seed: number, attempts,
 * primitives, points, offsets and mechanisms of the cancellations, the caller, sizes. Only pairs
 * that are legal for the case. A pure function of its arguments.
 */
void case_draw_plan(const struct test_case *test, const struct shape *shape, uint64_t seed,
		    uint64_t index, struct plan *ret_plan);

/* The points x mechanisms that trials of this case may draw: bits of mechanisms by point. */
void case_pairs(const struct test_case *test, const struct shape *shape,
		unsigned ret_mechanisms[POINT_COUNT]);

#endif
