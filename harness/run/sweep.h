/*
 * sweep.h - every plan within a bound, by number: one cancellation at each place of the control run
 * by each kind, then the same kept up, then two.
 *
 *	place    a primitive of the control run; for `partial` an attempt and an offset in it
 *	kind     point x mechanism
 *	item     place x kind: "attempt 3, primitive 1, armed by async_cancel/ud"
 *
 *	once      each item, once
 *	kept-up   each item, and then again in every attempt after it: finds livelocks
 *	pairs     two items, small numbers first; in one attempt: the second hits the retry
 *	recovery  raw: a stop, and a second stop or drop while the target handles it
 *
 * Pairs and kept-up take one key of ASYNC_CANCEL, since they differ in what is found, not in what
 * is done. All of it under every caller of the declared contract, and under all callers when the
 * scenario asks which contracts are met. Plans share stream, seed and deliveries with the control
 * run, so that the places are where they were.
 */
#ifndef RUN_SWEEP_H
#define RUN_SWEEP_H

#include "run/draw.h"

enum { SWEEP_DEPTH_MAX = 2, SWEEP_OFFSETS_ALL = 64, SWEEP_ITEMS_MAX = 1 << 21 };

/* Plans of one case, unless it is said how many. */
#define SWEEP_TRIALS_MAX ((uint64_t)1000000)

struct item {
	uint32_t attempt;
	uint32_t primitive;
	uint32_t k; /* partial: bytes of the attempt */
	uint8_t point, mechanism;
};

struct sweep {
	struct plan base; /* the control run's */
	struct item *items; /* owned; the kept-up and paired ones (core) come first */
	uint32_t item_count, core_count;
	uint32_t *stops; /* owned; core items that stop: places for a recovery */
	uint32_t stop_count;
	uint8_t callers[CALLER_COUNT]; /* those that go on first */
	uint32_t caller_count, going_on_count;
	uint64_t totals[SWEEP_FAMILIES]; /* plans, all callers */
};

/* From the shape of the control run. 0, or -ENOMEM. Depth 1: no pairs. */
int sweep_init(struct sweep *sweep, const struct test_case *test, const struct shape *shape,
	       uint64_t seed, unsigned depth);
void sweep_finish(struct sweep *sweep);

uint64_t sweep_total(const struct sweep *sweep);

/* The plan with that number, below the total, and what family it is of. Writes every field that is
 * used. */
enum sweep_family sweep_plan(const struct sweep *sweep, uint64_t index, struct plan *ret_plan);

/* Reads the places out of the history of a control run. */
void sweep_find_places(const struct history *history, struct shape *shape);

#endif
