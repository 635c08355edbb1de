/*
 * fixture_watch.c - see fixture_watch.h.
 */
#include "fixture_watch.h"

#include <errno.h>

#include "fixture_subjects.h"

struct watch watch;
bool watch_timeouts;

struct io_uring_cqe *__real_ring_peek(struct ring *ring);
struct io_uring_cqe *__wrap_ring_peek(struct ring *ring);
int __real_ring_wait(struct ring *ring, uint64_t timeout_ns);
int __wrap_ring_wait(struct ring *ring, uint64_t timeout_ns);

/* Barriers are passed over inside ring_peek, and inside ring_wait: those that either will pass over
 * are looked at here, in front of it. Each is a poll that its own cancel takes down; that cancel
 * has a completion only when it did not find it. */
static void look_at_barriers(struct ring *ring)
{
	struct io_uring_cqe *cqe;
	unsigned head;

	io_uring_for_each_cqe(&ring->uring, head, cqe) {
		if (cqe->user_data >> TAG_SHIFT != TAG_BARRIER)
			return;
		watch.barriers += cqe->user_data == tagged(TAG_BARRIER, 0);
		watch.harness_hit += cqe->user_data != tagged(TAG_BARRIER, 0) ||
				     cqe->res != -ECANCELED;
	}
}

static void count_operation(const struct io_uring_cqe *cqe)
{
	watch.operations++;
	watch.operations_cancelled += cqe->res == -ECANCELED;
}

static void count(const struct io_uring_cqe *cqe)
{
	bool cancelled = cqe->res == -ECANCELED;

	switch (cqe->user_data >> TAG_SHIFT) {
	case TAG_COOKED:
		count_operation(cqe);
		break;
	case TAG_RAW:
		if ((cqe->user_data & UD_MASK) == UD_OPERATION)
			count_operation(cqe);
		break;
	case TAG_CANCEL:
		if (watch.cancels < WATCH_MAX)
			watch.c[watch.cancels] = cqe->res;
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

	look_at_barriers(ring);
	cqe = __real_ring_peek(ring);
	head = *ring->uring.cq.khead;
	if (cqe && (cqe != last || head != last_head)) /* peeked at twice, counted once */
		count(cqe);
	last = cqe;
	last_head = head;
	return cqe;
}

int __wrap_ring_wait(struct ring *ring, uint64_t timeout_ns)
{
	look_at_barriers(ring);
	return __real_ring_wait(ring, timeout_ns);
}
