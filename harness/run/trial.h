/*
 * trial.h - runs one plan over a real ring and says what became of it.
 *
 * A bench holds what trials reuse: the ring, the wires, the stream, buffers, the history. One
 * bench for each process; it serves plans of one target one after the other and rebuilds only what
 * a plan's shape changes.
 */
#ifndef RUN_TRIAL_H
#define RUN_TRIAL_H

#include "model/history.h"
#include "model/outcome.h"
#include "run/registry.h"

struct bench;

/* 0 or -errno (-ENOSYS, -EPERM: io_uring is not to be had; see doctor). */
int bench_create(struct bench **ret_bench);
void bench_destroy(struct bench *bench);

/*
 * Runs the plan with that target. 0, with the outcome written: what the target did wrong is in
 * there, never in the return value. -errno: the harness could not run it (no such wire, no
 * memory); reterr_message says why.
 *
 * A hostile target may crash or never return: run it in a worker (worker.h). After outcome->spent
 * this process must run no further trial.
 */
int trial_run(struct bench *bench, const struct entry *entry, const struct plan *plan,
	      struct outcome *ret_outcome, char *reterr_message, size_t message_max);

/*
 * After a control run: does an attempt go on when it has moved one byte only? Runs the
 * plan once more to find out (a wire that takes all at once hides it). 1 when it does, 0 when not,
 * -EDEADLK when it hung, and this process must run no further trial. A raw operation is believed
 * when it is DT_EXACT.
 */
int trial_goes_on(struct bench *bench, const struct entry *entry, const struct plan *plan);

/* The record of the last trial; valid until the next. */
const struct history *bench_history(const struct bench *bench);

/* A primitive of a control run: where a sweep cancels. */
struct primitive_place {
	uint32_t attempt;
	uint32_t primitive; /* within it */
	uint32_t moved;	    /* bytes */
	bool writes;
};

enum { PLACES_MAX = 1024 };

/* What a control run showed, for drawing plans. */
struct shape {
	uint32_t attempts;
	uint32_t primitives_most; /* in one attempt */
	bool stops;		  /* no attempt goes on when it has moved some bytes */
	bool reads, writes;	  /* it submitted primitives of that side */
	bool waitall;		  /* some with MSG_WAITALL */
	bool own_timeout;	  /* a raw target links timeouts of its own */
	uint32_t place_count;
	uint32_t places_left_out; /* beyond those */
	struct primitive_place places[PLACES_MAX];
};

void bench_shape(const struct bench *bench, struct shape *ret_shape);

#endif
