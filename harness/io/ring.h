/*
 * ring.h - the target's ring: set-up by mode, submitting, settling. The only user of liburing.
 *
 * A ring is settled when everything submitted has been issued and every completion that can run
 * has run and is visible. Plain and COOP rings are settled by leaving the kernel; DEFER rings by
 * running task work; SQPOLL rings when the kernel's thread has passed a barrier (ring.c).
 */
#ifndef IO_RING_H
#define IO_RING_H

#include <liburing.h>
#include <stdbool.h>
#include <stdint.h>

#include "model/words.h"

/* Newer than liburing 2.3's header; probed at start-up. */
#ifndef IORING_ASYNC_CANCEL_OP
#define IORING_ASYNC_CANCEL_OP (1U << 5)
#endif

/* The top 16 bits of user_data say whose an operation is. The lower 48 are the target's own, or the
 * serial number of the harness's primitive. */
enum tag {
	TAG_COOKED = 0xd701,  /* T of a cooked primitive */
	TAG_CANCEL = 0xd702,  /* C, or the harness's linked timeout */
	TAG_GATE = 0xd703,    /* the poll that holds an operation back */
	TAG_UPDATE = 0xd705,  /* its update */
	TAG_BARRIER = 0xd706, /* settles an SQPOLL ring */
	TAG_RAW = 0xd710,     /* the target's */
};

enum { TAG_SHIFT = 48, RING_ENTRIES = 64 };
#define UD_MASK ((1ULL << TAG_SHIFT) - 1)

static inline uint64_t tagged(enum tag tag, uint64_t low)
{
	return (uint64_t)tag << TAG_SHIFT | (low & UD_MASK);
}

struct ring {
	struct io_uring uring;
	enum ring_mode mode;
	int gate_fd;	   /* an eventfd that never becomes readable */
	unsigned barriers_due; /* submitted by settling, not yet seen */
};

/* 0 or -errno. */
int ring_init(struct ring *ring, enum ring_mode mode);
void ring_finish(struct ring *ring);

/* An entry for the harness; there is always one (the queue is empty between steps). */
struct io_uring_sqe *ring_sqe(struct ring *ring);

/* Submits what is queued and settles. 0 or -errno. */
int ring_submit(struct ring *ring);

/* Submits what is queued and no more: a DEFER ring runs no task work, an SQPOLL ring is left to
 * its thread. */
int ring_submit_unsettled(struct ring *ring);

/* Makes every completion that can run visible; for use after the peer acted. */
int ring_settle(struct ring *ring);

/* Submits and waits until a completion is visible or the time is over (-ETIME). */
int ring_wait(struct ring *ring, uint64_t timeout_ns);

/* The next completion not yet taken, or NULL. NOPs of settling are skipped and consumed. */
struct io_uring_cqe *ring_peek(struct ring *ring);

static inline void ring_seen(struct ring *ring)
{
	io_uring_cq_advance(&ring->uring, 1);
}

#endif
