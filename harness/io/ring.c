/*
 * ring.c - see ring.h. What each mode needs to be settled was measured; test_pairs repeats it.
 */
#include "io/ring.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { SQ_IDLE_MS = 1, SPINS_BEFORE_SLEEP = 1000 };

int ring_init(struct ring *ring, enum ring_mode mode)
{
	struct io_uring_params params = { .flags = IORING_SETUP_CQSIZE, .cq_entries = 1024 };
	int r;

	memset(ring, 0, sizeof(*ring));
	ring->mode = mode;
	switch (mode) {
	case RING_COOP:
		params.flags |= IORING_SETUP_COOP_TASKRUN;
		break;
	case RING_DEFER:
		params.flags |= IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN |
				IORING_SETUP_TASKRUN_FLAG;
		break;
	case RING_SQPOLL:
		params.flags |= IORING_SETUP_SQPOLL;
		params.sq_thread_idle = SQ_IDLE_MS;
		break;
	default:
		break;
	}
	ring->gate_fd = eventfd(0, EFD_CLOEXEC);
	if (ring->gate_fd < 0)
		return -errno;
	r = io_uring_queue_init_params(RING_ENTRIES, &ring->uring, &params);
	if (r < 0)
		close(ring->gate_fd);
	return r;
}

void ring_finish(struct ring *ring)
{
	io_uring_queue_exit(&ring->uring);
	close(ring->gate_fd);
}

struct io_uring_sqe *ring_sqe(struct ring *ring)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(&ring->uring);

	assert(sqe);
	return sqe;
}

static bool nops_seen(const struct ring *ring)
{
	struct io_uring_cqe *cqe;
	unsigned head, nops = 0;

	io_uring_for_each_cqe((struct io_uring *)&ring->uring, head, cqe)
		nops += cqe->user_data == tagged(TAG_NOP, 0);
	return nops >= ring->nops_due;
}

/*
 * One NOP through the kernel's thread, after whatever else is queued: when its completion is here,
 * all before it was issued. Spins briefly, then sleeps: the thread may need this very core.
 */
static int pass_nop(struct ring *ring)
{
	struct io_uring_sqe *sqe = ring_sqe(ring);
	int r;

	io_uring_prep_nop(sqe);
	io_uring_sqe_set_data64(sqe, tagged(TAG_NOP, 0));
	ring->nops_due++;
	r = io_uring_submit(&ring->uring);
	for (unsigned spins = 0; r >= 0 && !nops_seen(ring); spins++) {
		unsigned ready = io_uring_cq_ready(&ring->uring);

		if (spins < SPINS_BEFORE_SLEEP || nops_seen(ring))
			continue;
		r = io_uring_enter((unsigned)ring->uring.ring_fd, 0, ready + 1,
				   IORING_ENTER_GETEVENTS, NULL);
		if (r == -EINTR)
			r = 0;
	}
	return r < 0 ? r : 0;
}

static bool task_work_due(const struct ring *ring)
{
	return IO_URING_READ_ONCE(*ring->uring.sq.kflags) & IORING_SQ_TASKRUN;
}

int ring_settle(struct ring *ring)
{
	int r = 0;

	switch (ring->mode) {
	case RING_DEFER:
		do {
			r = io_uring_get_events(&ring->uring);
		} while (r >= 0 && task_work_due(ring));
		break;
	case RING_SQPOLL:
		r = pass_nop(ring);
		if (r >= 0)
			r = pass_nop(ring);
		break;
	default:
		break;
	}
	return r < 0 ? r : 0;
}

int ring_submit_unsettled(struct ring *ring)
{
	int r = ring->mode == RING_SQPOLL ? pass_nop(ring) : io_uring_submit(&ring->uring);

	return r < 0 ? r : 0;
}

int ring_submit(struct ring *ring)
{
	int r;

	if (ring->mode == RING_DEFER) {
		r = io_uring_submit_and_get_events(&ring->uring);
		while (r >= 0 && task_work_due(ring))
			r = io_uring_get_events(&ring->uring);
		return r < 0 ? r : 0;
	}
	/* What completes or waits at once has done so before a NOP behind it; the second NOP is for
	 * task work that the peer's act has woken. */
	r = ring->mode == RING_SQPOLL ? pass_nop(ring) : io_uring_submit(&ring->uring);
	return r < 0 ? r : 0;
}

int ring_wait(struct ring *ring, uint64_t timeout_ns)
{
	struct __kernel_timespec ts = { .tv_sec = (long long)(timeout_ns / 1000000000ULL),
					.tv_nsec = (long long)(timeout_ns % 1000000000ULL) };
	struct io_uring_cqe *cqe;
	int r;

	if (ring_peek(ring))
		return 0;
	r = io_uring_submit_and_wait_timeout(&ring->uring, &cqe, 1, &ts, NULL);
	return r < 0 ? r : 0;
}

struct io_uring_cqe *ring_peek(struct ring *ring)
{
	struct io_uring_cqe *cqe;
	unsigned head;

	io_uring_for_each_cqe(&ring->uring, head, cqe) {
		if (cqe->user_data != tagged(TAG_NOP, 0))
			return cqe;
		/* A NOP is always the oldest here: those before it were taken. */
		ring->nops_due--;
		io_uring_cq_advance(&ring->uring, 1);
	}
	return NULL;
}
