/*
 * raw.c - see raw.h: the target's own entries and completions.
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
	raw->queue_first = raw->queue_count = 0;
	raw->stopped = raw->dropped = raw->bad_user_data = false;
	raw->aim = -1;
	raw->late = (struct late_write){ .seen = false };
	for (unsigned i = 0; i < STACKS_MAX; i++)
		raw->stacks.stack[i].pinned = 0;
}

void raw_buffers(struct raw *raw, const struct guard *buffers, unsigned count)
{
	raw->buffers = buffers;
	raw->buffer_count = count;
}

unsigned raw_queued(const struct port *port)
{
	return port->ring->uring.sq.sqe_tail - port->ring->uring.sq.sqe_head;
}

struct io_uring_sqe *raw_queued_at(const struct port *port, unsigned i)
{
	const struct io_uring_sq *sq = &port->ring->uring.sq;

	return &sq->sqes[(sq->sqe_head + i) & *sq->kring_mask];
}

bool raw_moves_bytes(const struct port *port, const struct io_uring_sqe *sqe, enum dt_side *ret)
{
	int in = port->peer->in ? port->peer->in->target_fd : -1;
	int out = port->peer->out ? port->peer->out->target_fd : -1;

	switch (sqe->opcode) {
	case IORING_OP_READ:
	case IORING_OP_READV:
	case IORING_OP_RECV:
	case IORING_OP_RECVMSG:
	case IORING_OP_READ_FIXED:
		*ret = DT_IN;
		return sqe->fd == in;
	case IORING_OP_WRITE:
	case IORING_OP_WRITEV:
	case IORING_OP_SEND:
	case IORING_OP_SENDMSG:
	case IORING_OP_WRITE_FIXED:
	case IORING_OP_SEND_ZC:
		*ret = DT_OUT;
		return sqe->fd == out;
	default:
		return false;
	}
}

/* Cancels and removals name another operation by its user_data: they get its tag too. */
static void translate(struct io_uring_sqe *sqe)
{
	unsigned keys = IORING_ASYNC_CANCEL_FD | IORING_ASYNC_CANCEL_ANY | IORING_ASYNC_CANCEL_OP;

	if ((sqe->opcode == IORING_OP_ASYNC_CANCEL && !(sqe->cancel_flags & keys)) ||
	    sqe->opcode == IORING_OP_POLL_REMOVE || sqe->opcode == IORING_OP_TIMEOUT_REMOVE)
		sqe->addr = tagged(TAG_RAW, sqe->addr);
}

static struct raw_op *new_op(struct port *port)
{
	struct raw *raw = port->raw;
	unsigned i;

	for (i = 0; i < raw->op_count && raw->ops[i].in_flight; i++)
		;
	if (i == RAW_OPS_MAX)
		port_escape(port, ESCAPE_HANG); /* it submits and never waits for completions */
	if (i == raw->op_count)
		raw->op_count++;
	return &raw->ops[i];
}

static void note_primitive(struct port *port, struct raw_op *op, const struct io_uring_sqe *sqe)
{
	struct event *event = history_append(port->history, EVENT_SUBMIT);
	bool in = op->side == DT_IN;

	event->side = in ? EVENT_SIDE_IN : EVENT_SIDE_OUT;
	event->detail = in ? DT_OP_READ : DT_OP_WRITE;
	if (sqe->opcode == IORING_OP_RECV || sqe->opcode == IORING_OP_SEND)
		event->detail = in ? DT_OP_RECV : DT_OP_SEND;
	event->attempt = port->attempt;
	event->primitive = op->index = port->primitive++;
	event->size = sqe->len;
	event->offset = in ? port->peer->consumed : port->peer->sent;
	port->primitives_total++;
	port->primitives_most = MAX(port->primitives_most, port->primitive);
	port->reads |= in;
	port->writes |= !in;
	port->waitall |= op->waitall;
	port->now.side = op->side;
	port->now.size = sqe->len;
}

/* Keeps a record of one entry about to be submitted. */
static void record(struct port *port, struct io_uring_sqe *sqe)
{
	struct raw *raw = port->raw;
	struct raw_op *op;
	struct stack *stack;
	unsigned tag = (unsigned)(sqe->user_data >> TAG_SHIFT);

	if (tag == TAG_CANCEL || tag == TAG_RAW) /* the harness's cancel; recorded before */
		return;
	if (tag) {
		raw->bad_user_data = true;
		sqe->user_data &= UD_MASK;
	}
	translate(sqe);
	sqe->user_data = tagged(TAG_RAW, sqe->user_data);
	op = new_op(port);
	*op = (struct raw_op){ .in_flight = true, .opcode = sqe->opcode, .record = -1,
			       .user_data = sqe->user_data, .attempt = port->attempt };
	raw->in_flight++;
	port->own_timeout |= sqe->opcode == IORING_OP_LINK_TIMEOUT;
	op->index = port->primitive - 1; /* of what it is linked to, if it is a timeout */
	op->primitive = raw_moves_bytes(port, sqe, &op->side);
	if (!op->primitive)
		return;
	op->memory = (const unsigned char *)(uintptr_t)sqe->addr;
	op->size = sqe->len;
	op->waitall = (sqe->opcode == IORING_OP_RECV || sqe->opcode == IORING_OP_SEND) &&
		      (sqe->msg_flags & MSG_WAITALL);
	if (op->side == DT_OUT && sqe->opcode == IORING_OP_SEND)
		sqe->msg_flags |= MSG_NOSIGNAL;
	if (op->side == DT_OUT)
		port_count_write(port);
	raw->primitives_in_flight[op->side]++;
	stack = op->side == DT_IN ? stacks_holding(&raw->stacks, op->memory) : NULL;
	if (stack)
		stack->pinned++;
	note_primitive(port, op, sqe);
}

void raw_record(struct port *port)
{
	unsigned queued = raw_queued(port);

	for (unsigned i = 0; i < queued; i++)
		record(port, raw_queued_at(port, i));
}

struct raw_op *raw_primitive(struct port *port, uint32_t index)
{
	struct raw *raw = port->raw;

	for (unsigned i = 0; i < raw->op_count; i++) {
		struct raw_op *op = &raw->ops[i];

		if (op->primitive && op->attempt == port->attempt && op->index == index)
			return op;
	}
	return NULL;
}

static struct raw_op *find(struct raw *raw, uint64_t user_data)
{
	for (unsigned i = 0; i < raw->op_count; i++)
		if (raw->ops[i].in_flight && raw->ops[i].user_data == user_data)
			return &raw->ops[i];
	return NULL;
}

/* Bytes came: is the memory still the operation's? Memory of an attempt that is over is not. */
static void check_late(struct port *port, const struct raw_op *op, uint64_t offset, int32_t n)
{
	struct raw *raw = port->raw;
	struct stack *stack = stacks_holding(&raw->stacks, op->memory);
	bool on_stack = stack && op->attempt != port->attempt;
	bool in_buffer = false;

	for (unsigned i = 0; i < raw->buffer_count && op->attempt != port->attempt; i++)
		in_buffer |= guard_holds(&raw->buffers[i], op->memory);
	if ((!on_stack && !in_buffer) || raw->late.seen)
		return;
	raw->late = (struct late_write){ .seen = true, .on_stack = on_stack,
					 .attempt = op->attempt, .offset = offset,
					 .size = (uint32_t)n };
}

static void moved(struct port *port, struct raw_op *op, int32_t result)
{
	struct event *event = history_append(port->history, EVENT_COMPLETE);
	uint64_t *count = op->side == DT_IN ? &port->peer->consumed : &port->peer->sent;

	event->side = op->side == DT_IN ? EVENT_SIDE_IN : EVENT_SIDE_OUT;
	event->attempt = op->attempt;
	event->primitive = op->index;
	event->result = result;
	event->offset = *count;
	if (result < 0 && result != -ECANCELED)
		port->broken = true;
	if (result <= 0)
		return;
	if (op->side == DT_IN)
		check_late(port, op, *count, result);
	*count += (uint64_t)result;
	if (op->attempt == port->attempt)
		port->moved += (uint64_t)result;
}

void raw_take(struct port *port, const struct io_uring_cqe *cqe)
{
	struct raw *raw = port->raw;
	struct raw_op *op = find(raw, cqe->user_data);
	bool more = cqe->flags & IORING_CQE_F_MORE;

	if (raw->queue_count == RAW_QUEUE_MAX)
		port_escape(port, ESCAPE_HANG);
	raw->queue[(raw->queue_first + raw->queue_count++) % RAW_QUEUE_MAX] =
		(struct dt_completion){ .user_data = cqe->user_data & UD_MASK,
					.result = cqe->res,
					.flags = cqe->flags };
	if (!op)
		return;
	if (op->primitive && !(cqe->flags & IORING_CQE_F_NOTIF)) {
		moved(port, op, cqe->res);
		if (op->record >= 0)
			raw_note_result(port, op, cqe->res);
	}
	if (more)
		return;
	op->in_flight = false;
	raw->in_flight--;
	if (op->primitive) {
		struct stack *stack =
			op->side == DT_IN ? stacks_holding(&raw->stacks, op->memory) : NULL;

		raw->primitives_in_flight[op->side]--;
		if (stack && stack->pinned)
			stack->pinned--;
	}
}

struct io_uring_sqe *raw_sqe(struct dt_io *io)
{
	struct port *port = port_of(io);
	struct io_uring_sqe *sqe = io_uring_get_sqe(&port->ring->uring);

	if (sqe)
		memset(sqe, 0, sizeof(*sqe));
	return sqe;
}

/* Something of the target's is in flight and nothing is there: the peer acts, or time passes. */
static void let_peer_act(struct port *port)
{
	struct peer *peer = port->peer;
	struct raw *raw = port->raw;
	bool stepped = false;

	if (raw->primitives_in_flight[DT_OUT])
		stepped |= peer_drain(peer) > 0;
	if (!stepped && raw->primitives_in_flight[DT_IN])
		stepped = peer_feed(peer, port_feed_most(port)) ||
			  (peer_exhausted(peer) && peer_end(peer));
	port_settle(port);
	if (stepped || raw->queue_count)
		return;
	for (int round = 0; !raw->queue_count && round < WAIT_ROUNDS; round++) {
		port_wait(port, WAIT_NS);
		if (!raw->queue_count && raw->primitives_in_flight[DT_OUT] && peer_drain(peer))
			return;
	}
	if (!raw->queue_count)
		port_escape(port, ESCAPE_HANG);
}

int raw_wait(struct dt_io *io, struct dt_completion *ret_completion)
{
	struct port *port = port_of(io);
	struct raw *raw = port->raw;

	if (raw->dropped) {
		if (++port->calls_after > CALLS_AFTER_DROP_MAX)
			port_escape(port, ESCAPE_AFTER_CANCEL);
		return -ECANCELED;
	}
	if (raw_inject_before(port) == RAW_SAY_CANCEL)
		return -ECANCELED;
	if (raw_queued(port)) {
		raw_record(port);
		port_submit(port);
	}
	if (raw_inject_after(port) == RAW_SAY_CANCEL)
		return -ECANCELED;
	while (!raw->queue_count) {
		if (!raw->in_flight)
			return -EDEADLK;
		let_peer_act(port);
	}
	*ret_completion = raw->queue[raw->queue_first];
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

	raw->stopped = raw->dropped = false;
	raw->aim = -1;
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
