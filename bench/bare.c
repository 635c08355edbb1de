/*
 * bare.c - see bare.h.
 *
 *	armed          [read cancel] send [read]
 *	raced          send [read] [cancel]
 *	link_timeout   [read linked-timeout(past), wait for both] send [read]
 *	stop           [read] [cancel] send [read]
 *	blocked_write  [write cancel] recv [write]	the wire is full of the cycle before
 *
 * One [ ] is one enter.
 */
#include "bare.h"

#include <errno.h>
#include <string.h>

#include "duel.h"
#include "io/ring.h"

enum { UD_OPERATION = 1, UD_CANCEL };

static struct io_uring_sqe *entry(struct bare *bare, uint64_t user_data)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(&bare->uring);

	/* The preparing functions leave user_data alone. */
	sqe->user_data = user_data;
	return sqe;
}

static struct io_uring_sqe *prepare_read(struct bare *bare)
{
	struct io_uring_sqe *sqe = entry(bare, UD_OPERATION);

	io_uring_prep_read(sqe, bare->wire.target_fd, bare->received, BARE_READ, 0);
	return sqe;
}

static void prepare_write(struct bare *bare)
{
	io_uring_prep_write(entry(bare, UD_OPERATION), bare->wire.target_fd, bare->sent, BARE_WRITE,
			    0);
}

static void prepare_cancel(struct bare *bare)
{
	io_uring_prep_cancel64(entry(bare, UD_CANCEL), UD_OPERATION, 0);
}

static void feed(struct bare *bare)
{
	if (wire_feed(&bare->wire, bare->sent, BARE_READ) != BARE_READ)
		duel_fail("the bare loop cannot feed");
}

/* One enter; then `count` completions are there, whose results add up to `sum`. */
static void enter(struct bare *bare, unsigned wait, unsigned count, int sum)
{
	struct io_uring_cqe *cqe;
	unsigned head, seen = 0;

	io_uring_submit_and_wait(&bare->uring, wait);
	io_uring_for_each_cqe(&bare->uring, head, cqe) {
		sum -= cqe->res;
		seen++;
	}
	if (seen != count || sum)
		duel_fail("the bare loop did not land: %u completions, results off by %d", seen,
			  -sum);
	io_uring_cq_advance(&bare->uring, seen);
}

void bare_armed(void *context, unsigned cycles)
{
	struct bare *bare = context;

	while (cycles--) {
		prepare_read(bare);
		prepare_cancel(bare);
		enter(bare, 0, 2, -ECANCELED);
		feed(bare);
		prepare_read(bare);
		enter(bare, 0, 1, BARE_READ);
	}
}

void bare_raced(void *context, unsigned cycles)
{
	struct bare *bare = context;

	while (cycles--) {
		feed(bare);
		prepare_read(bare);
		io_uring_submit(&bare->uring);
		prepare_cancel(bare);
		enter(bare, 0, 2, BARE_READ - ENOENT);
	}
}

void bare_link_timeout(void *context, unsigned cycles)
{
	struct bare *bare = context;
	struct __kernel_timespec past = { .tv_nsec = 1 };

	while (cycles--) {
		prepare_read(bare)->flags |= IOSQE_IO_LINK;
		io_uring_prep_link_timeout(entry(bare, UD_CANCEL), &past, IORING_TIMEOUT_ABS);
		enter(bare, 2, 2, -ECANCELED - ETIME);
		feed(bare);
		prepare_read(bare);
		enter(bare, 0, 1, BARE_READ);
	}
}

void bare_stop(void *context, unsigned cycles)
{
	struct bare *bare = context;

	while (cycles--) {
		prepare_read(bare);
		io_uring_submit(&bare->uring);
		prepare_cancel(bare);
		enter(bare, 0, 2, -ECANCELED);
		feed(bare);
		prepare_read(bare);
		enter(bare, 0, 1, BARE_READ);
	}
}

void bare_blocked_write(void *context, unsigned cycles)
{
	struct bare *bare = context;

	while (cycles--) {
		prepare_write(bare);
		prepare_cancel(bare);
		enter(bare, 0, 2, -ECANCELED);
		if (wire_drain(&bare->wire, bare->received, BARE_ROOM) != BARE_WRITE)
			duel_fail("the bare loop cannot drain");
		prepare_write(bare);
		enter(bare, 0, 1, BARE_WRITE);
	}
}

static void read_at_most(struct bare *bare, size_t size)
{
	io_uring_prep_read(entry(bare, UD_OPERATION), bare->wire.target_fd, bare->received,
			   (unsigned)size, 0);
}

void bare_cancelled_read(struct bare *bare, size_t size)
{
	read_at_most(bare, size);
	prepare_cancel(bare);
	enter(bare, 0, 2, -ECANCELED);
}

void bare_fed_read(struct bare *bare, size_t fed, size_t size)
{
	if (wire_feed(&bare->wire, bare->sent, fed) != (ssize_t)fed)
		duel_fail("the bare loop cannot feed");
	read_at_most(bare, size);
	enter(bare, 0, 1, (int)fed);
}

static void init(struct bare *bare, enum wire_kind kind, enum wire_way way, bool small)
{
	struct io_uring_params params = { .flags = IORING_SETUP_CQSIZE, .cq_entries = 1024 };
	int r = io_uring_queue_init_params(RING_ENTRIES, &bare->uring, &params);

	memset(bare->sent, 0x5a, sizeof(bare->sent));
	if (r == 0)
		r = wire_open(&bare->wire, kind, way, small);
	if (r < 0)
		duel_fail("no ring or wire for the bare loop: %s", strerror(-r));
}

void bare_init_reader(struct bare *bare, enum wire_kind kind)
{
	init(bare, kind, WIRE_TO_TARGET, false);
}

void bare_init(struct bare *bare)
{
	init(bare, WIRE_UNIX, WIRE_FROM_TARGET, true);
	/* Writes wait from now on: what one cycle leaves behind fills the wire for the next. */
	prepare_write(bare);
	enter(bare, 0, 1, BARE_WRITE);
}

void bare_finish(struct bare *bare)
{
	io_uring_queue_exit(&bare->uring);
	wire_close(&bare->wire);
}
