/*
 * fixture_watch.c - see fixture_watch.h.
 */
#include "fixture_watch.h"

#include <errno.h>

struct watch watch;
bool watch_timeouts;

struct io_uring_cqe *__real_ring_peek(struct ring *ring);
struct io_uring_cqe *__wrap_ring_peek(struct ring *ring);

/* NOPs are skipped inside ring_peek: they are looked at here, in front of it. */
static void look_at_nops(struct ring *ring)
{
	struct io_uring_cqe *cqe;
	unsigned head;

	io_uring_for_each_cqe(&ring->uring, head, cqe)
		if (cqe->user_data == tagged(TAG_NOP, 0) && cqe->res != 0)
			watch.harness_hit++;
}

static void count(const struct io_uring_cqe *cqe)
{
	bool cancelled = cqe->res == -ECANCELED;

	switch (cqe->user_data >> TAG_SHIFT) {
	case TAG_COOKED:
	case TAG_RAW:
		watch.operations++;
		watch.operations_cancelled += cancelled;
		break;
	case TAG_CANCEL:
		watch.cancels++;
		watch.harness_hit += cancelled && !watch_timeouts;
		break;
	case TAG_GATE:
		watch.gates++;
		watch.gates_cancelled += cancelled;
		break;
	case TAG_UPDATE:
		watch.updates++;
		watch.harness_hit += cancelled;
		break;
	default:
		watch.unknown++;
		break;
	}
}

struct io_uring_cqe *__wrap_ring_peek(struct ring *ring)
{
	static const struct io_uring_cqe *last;
	static unsigned last_head;
	struct io_uring_cqe *cqe;
	unsigned head;

	look_at_nops(ring);
	cqe = __real_ring_peek(ring);
	head = *ring->uring.cq.khead;
	if (cqe && (cqe != last || head != last_head)) /* peeked at twice, counted once */
		count(cqe);
	last = cqe;
	last_head = head;
	return cqe;
}
