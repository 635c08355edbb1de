/*
 * ring.c - see ring.h. What each mode needs to be settled was measured; test_pairs repeats it.
 */
#include "io/ring.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* A barrier that does not come through in 2 s never will: say so, before it is taken for a hang of
 * the target (which has 3 s, unless its scenario says otherwise). */
enum { SQ_IDLE_MS = 1, BARRIER_NS = 50000000, BARRIER_ROUNDS = 40, TASK_ROUNDS = 32 };

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

static bool barriers_passed(const struct ring *ring)
{
	struct io_uring_cqe *cqe;
	unsigned head, passed = 0;

	io_uring_for_each_cqe((struct io_uring *)&ring->uring, head, cqe)
		passed += cqe->user_data == tagged(TAG_BARRIER, 0);
	return passed >= ring->barriers_due;
}

/* Sleeps until there are `count` completions, barriers too, or for a while. */
static int sleep_for(struct ring *ring, unsigned count)
{
	struct __kernel_timespec ts = { .tv_nsec = BARRIER_NS };
	struct io_uring_getevents_arg arg = { .ts = (uint64_t)(uintptr_t)&ts };
	int r = io_uring_enter2((unsigned)ring->uring.ring_fd, 0, count,
				IORING_ENTER_GETEVENTS | IORING_ENTER_EXT_ARG, (void *)&arg,
				sizeof(arg));

	return r == -EINTR ? 0 : r;
}

/* Sleeps until the barrier is behind us: spinning would keep the kernel's thread, which has this
 * very core, from getting there. */
static int sleep_until_passed(struct ring *ring)
{
	unsigned idle = 0;
	int r = io_uring_submit(&ring->uring);

	while (r >= 0 && !barriers_passed(ring)) {
		unsigned ready = io_uring_cq_ready(&ring->uring);

		if (barriers_passed(ring))
			break;
		r = sleep_for(ring, ready + 1);
		if (r == -ETIME)
			r = ++idle < BARRIER_ROUNDS ? 0 : -EBUSY;
	}
	return r < 0 ? r : 0;
}

/* The target may have filled the queue: the kernel's thread makes room. */
static int make_room(struct ring *ring, unsigned entries)
{
	int r = 0;

	if (io_uring_sq_space_left(&ring->uring) >= entries)
		return 0;
	r = io_uring_submit(&ring->uring);
	while (r >= 0 && io_uring_sq_space_left(&ring->uring) < entries)
		r = io_uring_sqring_wait(&ring->uring);
	return r < 0 ? r : 0;
}

/*
 * A poll that never fires, and its cancel, behind what is queued. When the poll's completion is
 * here, all before it was issued; and since it goes through the task work of the kernel's thread,
 * so has all that was due there. (A NOP does not: it completes while task work waits. Two NOPs, one
 * after the other, would do, for twice the price.)
 */
static int pass_barrier(struct ring *ring)
{
	struct io_uring_sqe *sqe;
	int r = make_room(ring, 2);

	if (r < 0)
		return r;
	sqe = ring_sqe(ring);
	io_uring_prep_poll_add(sqe, ring->gate_fd, POLLIN);
	io_uring_sqe_set_data64(sqe, tagged(TAG_BARRIER, 0));
	sqe = ring_sqe(ring);
	io_uring_prep_cancel64(sqe, tagged(TAG_BARRIER, 0), 0);
	sqe->flags |= IOSQE_CQE_SKIP_SUCCESS;
	io_uring_sqe_set_data64(sqe, tagged(TAG_BARRIER, 1));
	ring->barriers_due++;
	return sleep_until_passed(ring);
}

static bool task_work_due(const struct ring *ring)
{
	return IO_URING_READ_ONCE(*ring->uring.sq.kflags) & IORING_SQ_TASKRUN;
}

/*
 * Runs what is due, and what comes of that. The flag is not to be trusted for ever: when a request
 * completes on io-wq it can be set once the work was taken already, and then it stays until there
 * is other work (seen after some ten thousand cancelled IOSQE_ASYNC operations).
 */
static int run_task_work(struct ring *ring)
{
	int r = 0;

	for (unsigned round = 0; r >= 0 && round < TASK_ROUNDS && task_work_due(ring); round++)
		r = io_uring_get_events(&ring->uring);
	return r;
}

int ring_settle(struct ring *ring)
{
	int r = 0;

	switch (ring->mode) {
	case RING_DEFER:
		r = io_uring_get_events(&ring->uring);
		if (r >= 0)
			r = run_task_work(ring);
		break;
	case RING_SQPOLL:
		r = pass_barrier(ring);
		break;
	default:
		break;
	}
	return r < 0 ? r : 0;
}

int ring_submit_unsettled(struct ring *ring)
{
	int r = io_uring_submit(&ring->uring);

	return r < 0 ? r : 0;
}

int ring_submit(struct ring *ring)
{
	int r;

	if (ring->mode == RING_DEFER) {
		r = io_uring_submit_and_get_events(&ring->uring);
		if (r >= 0)
			r = run_task_work(ring);
		return r < 0 ? r : 0;
	}
	r = ring->mode == RING_SQPOLL ? pass_barrier(ring) : io_uring_submit(&ring->uring);
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
		if (cqe->user_data >> TAG_SHIFT != TAG_BARRIER)
			return cqe;
		/* A barrier is always the oldest here: those before it were taken. */
		ring->barriers_due -= cqe->user_data == tagged(TAG_BARRIER, 0);
		io_uring_cq_advance(&ring->uring, 1);
	}
	return NULL;
}
