/*
 * raw.c - see raw.h: the calls of the target, its attempts, and what it leaves behind.
 */
#include "io/raw.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { CALLS_AFTER_DROP_MAX = 1000, WAIT_NS = 1000000, WAIT_ROUNDS = 500 };

static struct port *port_of(struct dt_io *io)
{
	return (struct port *)(void *)io;
}

int raw_create(struct port *port)
{
	port->raw = calloc(1, sizeof(*port->raw));
	return port->raw ? 0 : -ENOMEM;
}

void raw_destroy(struct port *port)
{
	if (port->raw)
		stacks_finish(&port->raw->stacks);
	free(port->raw);
	port->raw = NULL;
}

void raw_reset(struct raw *raw)
{
	for (unsigned i = 0; i < raw->op_count; i++)
		raw->ops[i].in_flight = false;
	raw->op_count = raw->in_flight = 0;
	raw->primitives_in_flight[0] = raw->primitives_in_flight[1] = 0;
	raw->polls_in_flight[0] = raw->polls_in_flight[1] = 0;
	raw->recorded = raw->intricate = false;
	raw->queue_first = raw->queue_count = 0;
	raw->stopped = raw->dropped = raw->bad_user_data = false;
	raw->aim = -1;
	raw->late = (struct late_write){ .seen = false };
	for (unsigned i = 0; i < raw->stacks.mapped; i++)
		raw->stacks.stack[i].pinned = 0;
}

void raw_begin(struct raw *raw)
{
	raw->stopped = raw->dropped = raw->told = false;
	raw->aim = -1;
}

void raw_buffers(struct raw *raw, const struct guard *buffers, unsigned count)
{
	raw->buffers = buffers;
	raw->buffer_count = count;
}

struct io_uring_sqe *raw_sqe(struct dt_io *io)
{
	struct port *port = port_of(io);
	struct io_uring_sqe *sqe;

	if (port->calls == CALLS_COOKED)
		port_escape(port, ESCAPE_MIXED);
	sqe = io_uring_get_sqe(&port->ring->uring);
	if (sqe)
		memset(sqe, 0, sizeof(*sqe));
	return sqe;
}

/* One that only asks whether there are bytes takes none: they stay for a later operation. */
static uint64_t feed_most(const struct port *port)
{
	return port->raw->primitives_in_flight[DT_IN] ? port_feed_most(port) : UINT64_MAX;
}

/* Something of the target's is in flight and nothing is there: the peer acts, or time passes. */
static void let_peer_act(struct port *port)
{
	struct peer *peer = port->peer;
	struct raw *raw = port->raw;
	bool out = raw->primitives_in_flight[DT_OUT] || raw->polls_in_flight[DT_OUT];
	bool in = raw->primitives_in_flight[DT_IN] || raw->polls_in_flight[DT_IN];
	bool stepped = false;

	/* A completion that follows from another one takes a second round of task work. */
	if (raw->intricate)
		port_settle(port);
	raw->intricate = false;
	if (raw->queue_count)
		return;
	if (out)
		stepped |= peer_drain(peer) > 0;
	if (!stepped && in)
		stepped = peer_feed(peer, feed_most(port)) ||
			  (peer_exhausted(peer) && peer_end(peer));
	port_settle(port);
	if (stepped || raw->queue_count)
		return;
	for (int round = 0; !raw->queue_count && round < WAIT_ROUNDS; round++) {
		port_wait(port, WAIT_NS);
		if (!raw->queue_count && out && peer_drain(peer))
			return;
	}
	if (!raw->queue_count)
		port_escape(port, ESCAPE_HANG);
}

/* May the peer act before what is queued goes out? Not where an operation that is in flight already
 * would take it or not, as TCP and the kernel's thread please: that could not be repeated. */
static bool may_act_early(const struct port *port)
{
	const struct raw *raw = port->raw;
	bool loose = port->ring->mode == RING_SQPOLL || port->peer->kind == WIRE_TCP;

	return raw->aim < 0 && !(loose && raw->in_flight);
}

/* Submits what is queued. A cancellation that takes aim has brought the wire into its state;
 * otherwise the peer may act first, for what moves bytes. */
static void submit(struct port *port)
{
	struct raw *raw = port->raw;
	bool early = may_act_early(port);
	uint32_t before = port->primitive;

	if (!raw->recorded)
		raw_record(port);
	raw->recorded = false;
	if (early && port->primitive != before)
		port_act_early(port);
	port_submit(port);
}

int raw_wait(struct dt_io *io, struct dt_completion *ret_completion)
{
	struct port *port = port_of(io);
	struct raw *raw = port->raw;

	if (port->calls == CALLS_COOKED)
		port_escape(port, ESCAPE_MIXED);
	if (raw->dropped) {
		if (++port->calls_after > CALLS_AFTER_DROP_MAX)
			port_escape(port, ESCAPE_AFTER_CANCEL);
		return -ECANCELED;
	}
	if (raw_inject_before(port) == RAW_SAY_CANCEL)
		return -ECANCELED;
	if (raw_queued(port))
		submit(port);
	if (raw_inject_after(port) == RAW_SAY_CANCEL)
		return -ECANCELED;
	while (!raw->queue_count) {
		if (!raw->in_flight)
			return -EDEADLK;
		let_peer_act(port);
	}
	*ret_completion = raw->queue[raw->queue_first];
	raw->told |= raw->tells[raw->queue_first];
	raw->queue_first = (raw->queue_first + 1) % RAW_QUEUE_MAX;
	raw->queue_count--;
	return 0;
}

struct call {
	const struct dt_operation *operation;
	void *session;
	struct dt_io *io;
	struct dt_buffer *buffer;
	ssize_t result;
};

static void run_call(void *context)
{
	struct call *call = context;

	call->result = call->operation->run(call->session, call->io, call->buffer);
}

ssize_t raw_call(struct port *port, const struct dt_operation *operation, void *session,
		 struct dt_buffer *buffer)
{
	struct call call = { operation, session, &port->io, buffer, 0 };
	struct raw *raw = port->raw;

	if (stacks_run(&raw->stacks, run_call, &call) < 0) {
		port->error = -ENOMEM;
		port_escape(port, ESCAPE_HARNESS);
	}
	if (raw->dropped)
		for (unsigned i = 0; i < raw->op_count; i++)
			raw->ops[i].dropped |= raw->ops[i].in_flight;
	return call.result;
}

unsigned raw_left_in_flight(const struct raw *raw)
{
	unsigned left = 0;

	for (unsigned i = 0; i < raw->op_count; i++)
		left += raw->ops[i].in_flight && !raw->ops[i].dropped;
	return left;
}

int raw_clean(struct port *port)
{
	struct io_uring_sync_cancel_reg reg = { .fd = -1,
						.flags = IORING_ASYNC_CANCEL_ANY |
							 IORING_ASYNC_CANCEL_ALL,
						.timeout = { .tv_sec = 1 } };
	struct io_uring_sq *sq = &port->ring->uring.sq;

	sq->sqe_tail = sq->sqe_head;
	if (port->raw->in_flight)
		port->peer->dirty = true;
	for (int round = 0; port->raw->in_flight && round < WAIT_ROUNDS; round++) {
		io_uring_register_sync_cancel(&port->ring->uring, &reg);
		ring_wait(port->ring, WAIT_NS);
		port->raw->queue_count = 0;
		port_reap(port);
	}
	return port->raw->in_flight ? -ETIME : 0;
}
