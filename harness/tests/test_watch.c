/*
 * test_watch.c - does the watch of test_pairs see what it is there to see? On each ring mode
 * something of the harness's is cancelled by what must not hit it, and that must be counted.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>

#include "base/macros.h"
#include "fixture_watch.h"
#include "suite.h"

static struct ring ring;

/* A poll that waits, as the harness's gates and barriers are, by whose tag it is. */
static void queue_poll(uint64_t user_data)
{
	struct io_uring_sqe *sqe = ring_sqe(&ring);

	io_uring_prep_poll_add(sqe, ring.gate_fd, POLLIN);
	io_uring_sqe_set_data64(sqe, user_data);
}

static void queue_cancel_any(void)
{
	struct io_uring_sqe *sqe = ring_sqe(&ring);

	io_uring_prep_cancel64(sqe, 0, IORING_ASYNC_CANCEL_ANY);
	io_uring_sqe_set_data64(sqe, tagged(TAG_CANCEL, 1));
}

/* Without settling, which would add a barrier of its own. */
static void submit_for(unsigned completions)
{
	struct io_uring_cqe *cqe;

	CU_ASSERT_EQUAL(ring_submit_unsettled(&ring), 0);
	CU_ASSERT_EQUAL(io_uring_wait_cqe_nr(&ring.uring, &cqe, completions), 0);
}

/* Takes what is there, as the port does. */
static void take_all(void)
{
	for (unsigned round = 0; round < 3; round++) {
		CU_ASSERT(ring_wait(&ring, 1000000) != -EINVAL);
		while (ring_peek(&ring))
			ring_seen(&ring);
	}
}

static void hit(uint64_t user_data)
{
	memset(&watch, 0, sizeof(watch));
	watch_timeouts = false;
	queue_poll(user_data);
	queue_cancel_any();
	CU_ASSERT_EQUAL(ring_submit(&ring), 0);
	take_all();
	CU_ASSERT_EQUAL(watch.cancels, 1);
	CU_ASSERT_EQUAL(watch.c[0], 1);
}

/* The harness's own cancel of a barrier finds it gone, and says so. (In one submission it still
 * finds it; what tells then is the other cancel's count.) It is looked for where the harness waits
 * too: there barriers are passed over. */
static void hit_barrier(bool waits)
{
	struct io_uring_sqe *sqe;

	memset(&watch, 0, sizeof(watch));
	queue_poll(tagged(TAG_BARRIER, 0));
	queue_cancel_any();
	submit_for(2);
	sqe = ring_sqe(&ring);
	io_uring_prep_cancel64(sqe, tagged(TAG_BARRIER, 0), 0);
	sqe->flags |= IOSQE_CQE_SKIP_SUCCESS;
	io_uring_sqe_set_data64(sqe, tagged(TAG_BARRIER, 1));
	ring.barriers_due++;
	submit_for(3);
	if (waits)
		ring_wait(&ring, 1000000);
	take_all();
	CU_ASSERT(watch.harness_hit > 0);
}

static void on_each_ring(void (*test)(void))
{
	for (unsigned mode = 0; mode < RING_COUNT; mode++) {
		CU_ASSERT_EQUAL_FATAL(ring_init(&ring, mode), 0);
		test();
		ring_finish(&ring);
	}
}

static void hit_each(void)
{
	hit(tagged(TAG_UPDATE, 1));
	CU_ASSERT_EQUAL(watch.harness_hit, 1);
	hit(tagged(TAG_GATE, 1));
	CU_ASSERT_EQUAL(watch.gates, 1);
	CU_ASSERT_EQUAL(watch.gates_cancelled, 1);
	hit(tagged(TAG_COOKED, 1));
	CU_ASSERT_EQUAL(watch.harness_hit, 0);
	CU_ASSERT_EQUAL(watch.operations_cancelled, 1);
	hit(tagged(0xd7ff, 1));
	CU_ASSERT_EQUAL(watch.unknown, 1);
}

static void test_tags(void)
{
	on_each_ring(hit_each);
}

static void hit_barriers(void)
{
	hit_barrier(false);
	hit_barrier(true);
}

static void test_barriers(void)
{
	on_each_ring(hit_barriers);
}

/* Nothing is hit when the ring is settled again and again: barriers come and go. */
static void settle(void)
{
	memset(&watch, 0, sizeof(watch));
	for (unsigned i = 0; i < 100; i++) {
		CU_ASSERT_EQUAL(ring_settle(&ring), 0);
		while (ring_peek(&ring))
			ring_seen(&ring);
	}
	CU_ASSERT_EQUAL(watch.harness_hit, 0);
	CU_ASSERT_EQUAL(watch.unknown, 0);
	CU_ASSERT_EQUAL(ring.barriers_due, 0);
	CU_ASSERT_EQUAL(watch.barriers, ring.mode == RING_SQPOLL ? 100 : 0);
}

static void test_settle(void)
{
	on_each_ring(settle);
}

int main(void)
{
	static const struct test_row rows[] = {
		{ "by tag", test_tags },
		{ "barriers", test_barriers },
		{ "settling", test_settle },
	};

	if (ring_init(&ring, RING_PLAIN) < 0)
		return 77;
	ring_finish(&ring);
	return suite_run("watch", rows, ARRAY_SIZE(rows));
}
