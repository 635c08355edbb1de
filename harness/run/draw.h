/*
 * draw.h - draws the plans of a case at random, fast: what does not change from trial to trial is
 * worked out once.
 */
#ifndef RUN_DRAW_H
#define RUN_DRAW_H

#include "model/choice.h"
#include "model/pairs.h"
#include "run/case.h"

struct draw {
	struct plan base; /* everything but seed, feed, caller and cancellations */
	uint64_t seed;	  /* of the case */
	struct shape shape;
	uint32_t depth_min, depth_max;
	uint32_t size_min, size_max; /* bytes of one call or of one whole unit */
	uint32_t header_size;	     /* of a frame; 0 else */
	uint8_t points[POINT_COUNT]; /* the legal ones, without recovery */
	uint32_t point_count;
	unsigned mechanisms[POINT_COUNT]; /* bits */
	uint8_t declared[CALLER_COUNT];	  /* the callers of the declared contract */
	uint32_t declared_count;
	bool declared_only; /* leave out the callers of stronger contracts */
};

/* Where the pairs of a case are looked up. */
struct pair_place case_place(const struct test_case *test, const struct shape *shape, bool writes);

void draw_init(struct draw *draw, const struct test_case *test, const struct shape *shape,
	       uint64_t seed);

/* The plan of trial `index`. Writes every field of *ret_plan that is used. */
void draw_plan(const struct draw *draw, uint64_t index, struct plan *ret_plan);

/* The same with a driver of the caller's: enumerates, repeats. */
void draw_plan_by(const struct draw *draw, struct choice *choice, struct plan *ret_plan);

#endif
