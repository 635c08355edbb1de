/*
 * fixture_watch.h - watches every completion that the harness takes from a ring.
 *
 * Linked with --wrap=ring_peek: whatever the engine sees, it sees through here. So it can be shown
 * that a cancellation hit nothing of the harness's own.
 */
#ifndef TESTS_FIXTURE_WATCH_H
#define TESTS_FIXTURE_WATCH_H

#include "io/ring.h"

struct watch {
	unsigned operations; /* completions of cooked and raw operations */
	unsigned operations_cancelled;
	unsigned cancels;     /* completions of cancels and of the harness's linked timeouts */
	unsigned gates, gates_cancelled;
	unsigned updates;
	unsigned harness_hit; /* a cancel, an update or a NOP that was itself cancelled */
	unsigned unknown;     /* whose is it? */
};

extern struct watch watch;

/* Linked timeouts are the harness's cancels too: -ECANCELED says there that the operation won. */
extern bool watch_timeouts;

#endif
