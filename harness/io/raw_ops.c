/*
 * raw_ops.c - the operations of a raw target: recorded when they are submitted, found again when
 * they complete.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "io/raw.h"

/* Linux 6.7; liburing 2.3 has no name for it. */
enum { OP_READ_MULTISHOT = 49 };

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
	case OP_READ_MULTISHOT:
		*ret = DT_IN;
		return sqe->fd == in;
	case IORING_OP_WRITE:
	case IORING_OP_WRITEV:
	case IORING_OP_SEND:
	case IORING_OP_SENDMSG:
	case IORING_OP_WRITE_FIXED:
	case IORING_OP_SEND_ZC:
	case IORING_OP_SENDMSG_ZC:
		*ret = DT_OUT;
		return sqe->fd == out;
	default:
		return false;
	}
}

bool raw_moves_unseen(const struct io_uring_sqe *sqe)
{
	return (sqe->flags & IOSQE_FIXED_FILE) || sqe->opcode == IORING_OP_SPLICE ||
	       sqe->opcode == IORING_OP_TEE;
}

bool raw_is_zero_copy(unsigned opcode)
{
	return opcode == IORING_OP_SEND_ZC || opcode == IORING_OP_SENDMSG_ZC;
}

/* Cancels and removals name another operation by its user_data: they get its tag too. */
static void translate(struct io_uring_sqe *sqe)
{
	unsigned keys = IORING_ASYNC_CANCEL_FD | IORING_ASYNC_CANCEL_ANY | IORING_ASYNC_CANCEL_OP;

	if ((sqe->opcode == IORING_OP_ASYNC_CANCEL && !(sqe->cancel_flags & keys)) ||
	    sqe->opcode == IORING_OP_POLL_REMOVE || sqe->opcode == IORING_OP_TIMEOUT_REMOVE)
		sqe->addr = tagged(TAG_RAW, sqe->addr);
}

bool raw_never_waits(const struct io_uring_sqe *sqe)
{
	switch (sqe->opcode) {
	case IORING_OP_RECV:
	case IORING_OP_RECVMSG:
	case IORING_OP_SEND:
	case IORING_OP_SENDMSG:
	case IORING_OP_SEND_ZC:
	case IORING_OP_SENDMSG_ZC:
		return sqe->msg_flags & MSG_DONTWAIT;
	default:
		return (uint32_t)sqe->rw_flags & RWF_NOWAIT;
	}
}

bool raw_waits_for_all(const struct io_uring_sqe *sqe)
{
	return (sqe->opcode == IORING_OP_RECV || sqe->opcode == IORING_OP_SEND) &&
	       (sqe->msg_flags & MSG_WAITALL);
}

/* Where its bytes are: the entry of a vectored operation only names the list of parts, which the
 * kernel has copied once it was submitted. */
static void find_memory(struct raw_op *op, const struct io_uring_sqe *sqe)
{
	const void *address = (const void *)(uintptr_t)sqe->addr;
	const struct iovec *parts = address;
	size_t count = sqe->len;

	if (sqe->opcode == IORING_OP_RECVMSG || sqe->opcode == IORING_OP_SENDMSG ||
	    sqe->opcode == IORING_OP_SENDMSG_ZC) {
		const struct msghdr *message = address;

		parts = message->msg_iov;
		count = message->msg_iovlen;
	} else if (sqe->opcode != IORING_OP_READV && sqe->opcode != IORING_OP_WRITEV) {
		op->memory = address;
		op->size = sqe->len;
		return;
	}
	for (size_t i = 0; i < count; i++)
		op->size += parts[i].iov_len;
	op->memory = count ? parts[0].iov_base : NULL;
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
	event->size = (uint32_t)op->size;
	event->offset = in ? port->peer->consumed : port->peer->sent;
	port->primitives_total++;
	port->primitives_most = MAX(port->primitives_most, port->primitive);
	port->reads |= in;
	port->writes |= !in;
	port->waitall |= op->waitall;
	port->went_on |= port->moved > 0;
	port->now.side = op->side;
	port->now.size = op->size;
}

/* Readiness: the peer must act for it too, and no bytes are moved. */
static void note_poll(struct port *port, struct raw_op *op, const struct io_uring_sqe *sqe)
{
	int in = port->peer->in ? port->peer->in->target_fd : -1;
	int out = port->peer->out ? port->peer->out->target_fd : -1;

	if (sqe->opcode != IORING_OP_POLL_ADD || (sqe->fd != in && sqe->fd != out))
		return;
	op->polls = true;
	op->side = sqe->fd == in && (sqe->fd != out || !(sqe->poll32_events & POLLOUT)) ? DT_IN
										  : DT_OUT;
	port->raw->polls_in_flight[op->side]++;
}

/* A completion that the target does not want, the harness wants all the same: it is not handed
 * out. A failure is. */
static void note_silence(struct raw_op *op, struct io_uring_sqe *sqe)
{
	op->skips = sqe->flags & IOSQE_CQE_SKIP_SUCCESS;
	sqe->flags &= (uint8_t)~IOSQE_CQE_SKIP_SUCCESS;
}

/* One that skips has failed, or was short: what is linked behind it is cancelled in silence. */
static void hush_those_behind(struct raw *raw, const struct raw_op *op)
{
	bool failed = op->result < 0 || (op->primitive && (size_t)op->result < op->size);

	for (unsigned i = 0; failed && (op->skips || op->hushed) && i < raw->op_count; i++)
		if (raw->ops[i].in_flight && raw_ahead(raw, &raw->ops[i]) == op)
			raw->ops[i].hushed = true;
}

/* Keeps a record of one entry about to be submitted. Returns the number of its operation. */
static int record(struct port *port, struct io_uring_sqe *sqe, int behind)
{
	struct raw *raw = port->raw;
	struct raw_op *op;
	struct stack *stack;

	if (sqe->user_data >> TAG_SHIFT) {
		raw->bad_user_data = true;
		sqe->user_data &= UD_MASK;
	}
	if (raw_moves_unseen(sqe))
		port_escape(port, ESCAPE_UNSEEN);
	translate(sqe);
	sqe->user_data = tagged(TAG_RAW, sqe->user_data);
	op = new_op(port);
	*op = (struct raw_op){ .in_flight = true, .opcode = sqe->opcode, .record = -1,
			       .behind = behind,
			       .behind_serial = behind < 0 ? 0 : raw->ops[behind].serial,
			       .serial = raw->submitted++, .fd = sqe->fd,
			       .user_data = sqe->user_data, .attempt = port->attempt };
	note_silence(op, sqe);
	raw->in_flight++;
	port->own_timeout |= sqe->opcode == IORING_OP_LINK_TIMEOUT;
	op->index = port->primitive - 1; /* of what it is linked to, if it is a timeout */
	op->primitive = raw_moves_bytes(port, sqe, &op->side);
	if (!op->primitive) {
		note_poll(port, op, sqe);
		return (int)(op - raw->ops);
	}
	find_memory(op, sqe);
	op->waitall = raw_waits_for_all(sqe);
	op->peeks = (sqe->opcode == IORING_OP_RECV || sqe->opcode == IORING_OP_RECVMSG) &&
		    (sqe->msg_flags & MSG_PEEK);
	if (op->side == DT_OUT && sqe->opcode == IORING_OP_SEND)
		sqe->msg_flags |= MSG_NOSIGNAL;
	if (op->side == DT_OUT)
		port_count_write(port);
	raw->primitives_in_flight[op->side]++;
	stack = op->side == DT_IN ? stacks_holding(&raw->stacks, op->memory) : NULL;
	if (stack)
		stack->pinned++;
	note_primitive(port, op, sqe);
	return (int)(op - raw->ops);
}

void raw_record(struct port *port)
{
	const unsigned link = IOSQE_IO_LINK | IOSQE_IO_HARDLINK;
	unsigned queued = raw_queued(port);
	int behind = -1;

	for (unsigned i = 0; i < queued; i++) {
		struct io_uring_sqe *sqe = raw_queued_at(port, i);
		int now = record(port, sqe, behind);

		port->raw->intricate |= (sqe->flags & link) || !port->raw->ops[now].primitive;
		if (!(sqe->flags & link))
			behind = -1;
		else if (sqe->opcode != IORING_OP_LINK_TIMEOUT)
			behind = now;
		/* A chain ends with its submission; what the harness adds is not part of it. */
		if (i + 1 == queued)
			sqe->flags &= (uint8_t)~link;
	}
}

uint64_t raw_takes(const struct port *port)
{
	const struct raw *raw = port->raw;
	uint64_t takes = 0;

	if (!raw->in_flight)
		return port->now.size;
	for (unsigned i = 0; i < raw->op_count; i++) {
		const struct raw_op *op = &raw->ops[i];

		if (!op->in_flight || op->side != DT_IN || !op->primitive)
			continue;
		/* Its size is that of the provided buffer, which we cannot see. */
		if (!op->size && op->waitall)
			return UINT64_MAX;
		takes += MAX(op->size, 1U);
	}
	return MAX(takes, 1U); /* readiness is told for one byte */
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

/* Does its memory hold the bytes that the stream has next? Asked of the kernel, since a target may
 * have given up that memory. */
static bool holds_next(const struct port *port, const struct raw_op *op, int32_t n)
{
	unsigned char seen[64];
	struct iovec here = { .iov_base = seen, .iov_len = MIN((size_t)n, sizeof(seen)) };
	struct iovec there = { .iov_base = (void *)(uintptr_t)op->memory, .iov_len = here.iov_len };
	const struct peer *peer = port->peer;

	return here.iov_len <= op->size && peer_unread(peer) >= here.iov_len &&
	       process_vm_readv(getpid(), &here, 1, &there, 1, 0) == (ssize_t)here.iov_len &&
	       !memcmp(seen, peer->stream->bytes + peer->consumed, here.iov_len);
}

/* How well such a result becomes that operation. */
static int fitness(const struct port *port, const struct raw_op *op, int32_t result)
{
	bool of_cancel = result == 0 || result == -ENOENT || result == -EALREADY ||
			 result == -ETIME;

	if (result <= 0)
		return op->primitive != of_cancel;
	if (!op->primitive)
		return 0;
	return op->side == DT_IN && holds_next(port, op, result) ? 2 : 1;
}

/*
 * Whose completion is it? A target may use one user_data for several operations, and after a drop
 * often does: the bytes say which read it was, else the newer one has them (the kernel serves it
 * first); of others the oldest is over.
 */
static struct raw_op *choose(const struct port *port, struct raw_op *a, struct raw_op *b,
			     int32_t result)
{
	int a_fits = fitness(port, a, result), b_fits = fitness(port, b, result);
	bool newer = result > 0 && a->primitive && a->side == DT_IN;

	if (a_fits != b_fits)
		return a_fits > b_fits ? a : b;
	return (a->serial > b->serial) == newer ? a : b;
}

static struct raw_op *find(const struct port *port, uint64_t user_data, int32_t result)
{
	struct raw *raw = port->raw;
	struct raw_op *found = NULL;

	for (unsigned i = 0; i < raw->op_count; i++) {
		struct raw_op *op = &raw->ops[i];

		if (op->in_flight && op->user_data == user_data)
			found = found ? choose(port, found, op, result) : op;
	}
	return found;
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
	event->flags = op->peeks ? EVENT_PEEKED : 0;
	port->broken |= port_breaks(result);
	if (result <= 0 || op->peeks)
		return;
	if (op->side == DT_IN)
		check_late(port, op, *count, result);
	*count += (uint64_t)result;
	if (op->attempt == port->attempt)
		port->moved += (uint64_t)result;
}

/* Queues a completion for the target, with what it tells it. */
static void hand_on(struct port *port, const struct raw_op *op, const struct io_uring_cqe *cqe)
{
	struct raw *raw = port->raw;
	unsigned at = (raw->queue_first + raw->queue_count) % RAW_QUEUE_MAX;

	if (op && ((op->skips && cqe->res >= 0) || (op->hushed && cqe->res == -ECANCELED)))
		return;
	if (raw->queue_count == RAW_QUEUE_MAX)
		port_escape(port, ESCAPE_HANG);
	raw->queue_count++;
	raw->queue[at] = (struct dt_completion){ .user_data = cqe->user_data & UD_MASK,
						 .result = cqe->res,
						 .flags = cqe->flags };
	raw->tells[at] = op && ((op->hit && cqe->res == -ECANCELED) ||
				(op->opcode == IORING_OP_LINK_TIMEOUT && cqe->res == -ETIME));
}

void raw_take(struct port *port, const struct io_uring_cqe *cqe)
{
	struct raw *raw = port->raw;
	struct raw_op *op = find(port, cqe->user_data, cqe->res);
	bool more = cqe->flags & IORING_CQE_F_MORE;

	hand_on(port, op, cqe);
	if (!op)
		return;
	if (!(cqe->flags & IORING_CQE_F_NOTIF)) {
		op->told = true;
		op->result = cqe->res;
	}
	if (op->primitive && !(cqe->flags & IORING_CQE_F_NOTIF)) {
		moved(port, op, cqe->res);
		if (op->record >= 0)
			raw_note_result(port, op, cqe->res);
	}
	if (more)
		return;
	op->in_flight = false;
	raw->in_flight--;
	hush_those_behind(raw, op);
	if (op->polls)
		raw->polls_in_flight[op->side]--;
	if (op->primitive) {
		struct stack *stack =
			op->side == DT_IN ? stacks_holding(&raw->stacks, op->memory) : NULL;

		raw->primitives_in_flight[op->side]--;
		if (stack && stack->pinned)
			stack->pinned--;
	}
}
