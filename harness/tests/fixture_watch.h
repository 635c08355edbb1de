/*
 * fixture_watch.h - watches every completion that the harness takes from a ring.
 *
 * Linked with --wrap=ring_peek and ring_wait: whatever the engine sees, it sees through here. So it
 * can be shown that a cancellation hit nothing of the harness's own.
 */
#ifndef TESTS_FIXTURE_WATCH_H
#define TESTS_FIXTURE_WATCH_H

#include "io/ring.h"

enum { WATCH_MAX = 256 };

struct watch {
	unsigned operations; /* completions of cooked operations, and of raw ones by UD_OPERATION */
	unsigned operations_cancelled;
	unsigned cancels; /* completions of cancels and of the harness's linked timeouts */
	int32_t c[WATCH_MAX]; /* the first of those, in order */
	unsigned gates, gates_cancelled;
	unsigned updates;
	unsigned barriers; /* of SQPOLL rings */
	unsigned harness_hit; /* something of the harness was cancelled by what it must not be */
	unsigned unknown;     /* whose is it? */
};

extern struct watch watch;

/* Linked timeouts are the harness's cancels too: -ECANCELED says there that the operation won. */
extern bool watch_timeouts;

#endif
