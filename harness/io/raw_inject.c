/*
 * raw_inject.c - cancellations at the raw level: in the kernel, by stop, by drop.
 *
 * A cancellation takes aim at the first queued primitive from the planned one on. Before it is
 * submitted the wire is brought into the state that the point asks for; afterwards, if the
 * operation is in that state, the cancellation acts. If it is not, it takes aim at the next one.
 */
#include <errno.h>

#include "io/inject.h"
#include "io/raw.h"

enum { VISIBLE_ROUNDS = 100, VISIBLE_NS = 1000000 };

static const struct cancellation *planned(const struct port *port, int index)
{
	return &port->plan->cancellations[index];
}

/* The record of a landing: here `moved` already has T's bytes. */
static void landed(struct port *port, int index, enum landing landing, enum dt_side side, int32_t t,
		   int32_t c)
{
	struct landing_record *record = &port->outcome->records[index];

	port_landed(port, index, landing, t, c);
	record->k = port->moved;
	record->mid = record->k > 0;
	record->offset = side == DT_IN ? port->peer->consumed : port->peer->sent;
	record->primitive = port->raw->aim_index;
	port->raw->aim = -1;
}

void raw_note_result(struct port *port, const struct raw_op *op, int32_t result)
{
	struct landing_record *record = &port->outcome->records[op->record];

	record->t_result = result;
	if (result > 0) {
		record->k += (uint64_t)result;
		record->offset += (uint64_t)result;
		record->mid = true;
	}
	/* Stopped or dropped inside a WAITALL operation: only T says that some bytes had moved. A
	 * dropped one goes on, perhaps to its last byte. */
	if (record->point == POINT_PARTIAL_KERNEL && record->landing == LANDING_LANDED &&
	    (result <= 0 ||
	     ((size_t)result >= op->size && record->mechanism != MECH_DROP))) {
		record->landing = LANDING_TOO_LATE;
		port->outcome->landed--;
	}
}

static bool blocked(struct port *port, enum dt_side side)
{
	struct peer *peer = port->peer;

	if (side == DT_IN)
		return !peer_unread(peer) && !peer->ended;
	/* Ballast behind an operation in flight would have no known place. */
	return !port->raw->primitives_in_flight[DT_OUT] && peer_fill(peer);
}

static bool waits_for_all(const struct io_uring_sqe *sqe)
{
	return (sqe->opcode == IORING_OP_RECV || sqe->opcode == IORING_OP_SEND) &&
	       (sqe->msg_flags & MSG_WAITALL);
}

static bool ready(struct port *port, const struct io_uring_sqe *sqe, enum dt_side side)
{
	struct peer *peer = port->peer;
	uint64_t want = waits_for_all(sqe) ? sqe->len : 1;

	if (side == DT_IN) {
		while (peer_unread(peer) < want)
			if (!peer_feed(peer, UINT64_MAX))
				return false;
		return true;
	}
	peer_drain_all(peer);
	return !peer->hung_up;
}

static bool act(struct port *port, enum dt_side side)
{
	if (side == DT_IN)
		return peer_feed(port->peer, UINT64_MAX) > 0;
	return peer_drain_all(port->peer) > 0;
}

/* partial: cut the entry, and feed no more than the attempt may have. True when k is reached. */
static bool cut(struct port *port, struct io_uring_sqe *sqe, enum dt_side side, uint64_t k)
{
	struct peer *peer = port->peer;
	uint64_t left;

	if (port->moved >= k)
		return port->moved == k && blocked(port, side);
	left = k - port->moved;
	if (sqe->opcode == IORING_OP_READV || sqe->opcode == IORING_OP_WRITEV ||
	    (sqe->flags & IOSQE_BUFFER_SELECT))
		return false;
	if (left < sqe->len)
		sqe->len = (unsigned)left;
	if (side == DT_IN && peer_unread(peer) < left)
		peer_feed(peer, left - peer_unread(peer));
	return false;
}

static bool partial_kernel(struct port *port, const struct io_uring_sqe *sqe, enum dt_side side)
{
	struct peer *peer = port->peer;

	if (!waits_for_all(sqe) || sqe->len < 2)
		return false;
	if (side == DT_OUT) {
		peer_drain_all(peer);
		return true;
	}
	if (peer_unread(peer) >= sqe->len || peer->ended)
		return false;
	return peer_unread(peer) || peer_feed(peer, sqe->len - 1);
}

/* Brings the wire into the state of the point. */
static bool prepare(struct port *port, int index, struct io_uring_sqe *sqe, enum dt_side side)
{
	switch (planned(port, index)->point) {
	case POINT_BATCH_BLOCKED:
	case POINT_ARMED:
	case POINT_READY:
	case POINT_LATE:
		return blocked(port, side);
	case POINT_BATCH_READY:
	case POINT_RACED:
		return ready(port, sqe, side);
	case POINT_PARTIAL:
		return cut(port, sqe, side, planned(port, index)->k);
	case POINT_PARTIAL_KERNEL:
		return partial_kernel(port, sqe, side);
	default:
		return false;
	}
}

/* Adds the harness's cancel to the target's batch. */
static void batch(struct port *port, int index)
{
	struct raw_op *op;

	raw_record(port);
	op = raw_primitive(port, port->raw->aim_index);
	op->record = -1;
	port->cancel.done = false;
	mechanism_prepare(port, planned(port, index)->mechanism, op->user_data,
			  (op->side == DT_IN ? port->peer->in : port->peer->out)->target_fd,
			  op->opcode, index);
}

static void note_cancel(struct port *port, int index)
{
	struct event *event = history_append(port->history, EVENT_CANCEL);

	event->detail = (uint8_t)index;
	event->attempt = port->attempt;
	event->primitive = port->raw->aim_index;
}

enum raw_step raw_inject_before(struct port *port)
{
	struct raw *raw = port->raw;
	int index = port_due(port);
	unsigned queued = raw_queued(port);
	enum point point;
	enum dt_side side;

	raw->aim = -1;
	if (index < 0)
		return RAW_GO_ON;
	point = planned(port, index)->point;
	for (unsigned i = 0; i < queued; i++) {
		struct io_uring_sqe *sqe = raw_queued_at(port, i);

		if (!raw_moves_bytes(port, sqe, &side))
			continue;
		raw->aim_index = port->primitive;
		if (point == POINT_BEFORE) { /* only a drop leaves it unsubmitted */
			note_cancel(port, index);
			landed(port, index, LANDING_LANDED, side, -ECANCELED, 0);
			raw->dropped = true;
			return RAW_SAY_CANCEL;
		}
		if (!prepare(port, index, sqe, side))
			return RAW_GO_ON;
		raw->aim = index;
		if (point == POINT_BATCH_BLOCKED || point == POINT_BATCH_READY)
			batch(port, index);
		return RAW_GO_ON;
	}
	return RAW_GO_ON;
}

static bool await_op(struct port *port, const struct raw_op *op)
{
	for (int round = 0; op->in_flight && round < 20; round++) {
		if (ring_wait(port->ring, 50000000) == 0 || op->in_flight)
			port_reap(port);
	}
	return !op->in_flight;
}

/* T of an operation that has finished: the youngest completion with its user_data. */
static int32_t result_of(const struct raw *raw, const struct raw_op *op)
{
	for (unsigned i = raw->queue_count; i-- > 0;) {
		const struct dt_completion *c =
			&raw->queue[(raw->queue_first + i) % RAW_QUEUE_MAX];

		if (c->user_data == (op->user_data & UD_MASK))
			return c->result;
	}
	return 0;
}

static enum landing judge(const struct cancellation *cancellation, int32_t t, int32_t c,
			  size_t size)
{
	bool found = mechanism_found(cancellation->mechanism, c);

	switch (cancellation->point) {
	case POINT_BATCH_READY:
	case POINT_RACED:
		return t > 0 && !found ? LANDING_LANDED : LANDING_TOO_LATE;
	case POINT_PARTIAL_KERNEL:
		return t > 0 && (size_t)t < size && found ? LANDING_LANDED : LANDING_TOO_LATE;
	default:
		return t == -ECANCELED ? LANDING_LANDED : LANDING_TOO_LATE;
	}
}

static void note_cancelled(struct port *port, int index, int32_t c)
{
	struct event *event = history_append(port->history, EVENT_CANCELLED);

	event->detail = (uint8_t)index;
	event->attempt = port->attempt;
	event->primitive = port->raw->aim_index;
	event->result = c;
}

/* The target's own linked timeout of that operation, finished or not, or NULL. */
static struct raw_op *own_timeout(struct port *port, const struct raw_op *of)
{
	struct raw *raw = port->raw;

	for (unsigned i = 0; i < raw->op_count; i++) {
		struct raw_op *op = &raw->ops[i];

		if (op->opcode == IORING_OP_LINK_TIMEOUT && op->attempt == of->attempt &&
		    op->index == of->index)
			return op;
	}
	return NULL;
}

/* In the kernel: the target will see its operation's completion, and nothing else. */
static enum raw_step cancel_in_kernel(struct port *port, int index, struct raw_op *op)
{
	const struct cancellation *c = planned(port, index);
	int fd = (op->side == DT_IN ? port->peer->in : port->peer->out)->target_fd;
	uint64_t user_data = op->user_data;
	int32_t t;

	port->cancel.done = false;
	if (c->mechanism == MECH_LINK_TIMEOUT) {
		struct raw_op *timeout = own_timeout(port, op);

		if (!timeout) {
			port->raw->aim = -1;
			return RAW_GO_ON;
		}
		note_cancel(port, index);
		mechanism_fire(port, timeout->user_data);
		await_op(port, timeout);
		port->cancel.result = result_of(port->raw, timeout);
	} else {
		note_cancel(port, index);
		mechanism_act(port, c->mechanism, user_data, fd, op->opcode, index);
	}
	if (c->point == POINT_LATE)
		act(port, op->side);
	await_op(port, op);
	t = result_of(port->raw, op);
	note_cancelled(port, index, port->cancel.result);
	landed(port, index, judge(c, t, port->cancel.result, op->size), op->side, t,
	       port->cancel.result);
	return RAW_GO_ON;
}

/* Stop and drop: T is not known yet unless the operation is over. */
static enum raw_step interrupt(struct port *port, int index, struct raw_op *op)
{
	struct raw *raw = port->raw;

	note_cancel(port, index);
	landed(port, index, LANDING_LANDED, op->side, op->in_flight ? 0 : result_of(raw, op), 0);
	if (op->in_flight)
		op->record = index;
	if (planned(port, index)->mechanism == MECH_DROP)
		raw->dropped = true;
	else
		raw->stopped = true;
	return RAW_SAY_CANCEL;
}

/* A second cancellation while the target handles the first. */
static enum raw_step recovery(struct port *port)
{
	struct raw *raw = port->raw;
	int index = port_due(port);

	if (index < 0 || planned(port, index)->point != POINT_RECOVERY || !raw->stopped)
		return RAW_GO_ON;
	for (unsigned i = 0; i < raw->op_count; i++) {
		struct raw_op *op = &raw->ops[i];

		if (!op->primitive || op->attempt != port->attempt)
			continue;
		raw->aim_index = op->index;
		return interrupt(port, index, op);
	}
	return RAW_GO_ON;
}

/* The completion must be visible, and the target must not have seen it. */
static bool make_visible(struct port *port, struct raw_op *op)
{
	/* A WAITALL write goes on whenever the peer has drained; TCP tells it in its own time. */
	for (unsigned idle = 0; op->in_flight && idle < VISIBLE_ROUNDS; idle++) {
		if (act(port, op->side)) {
			port_settle(port);
			idle = 0;
		} else {
			port_wait(port, VISIBLE_NS);
		}
	}
	return !op->in_flight;
}

enum raw_step raw_inject_after(struct port *port)
{
	struct raw *raw = port->raw;
	int index = raw->aim;
	struct raw_op *op;
	enum mechanism mechanism;
	enum point point;

	if (index < 0)
		return recovery(port);
	point = planned(port, index)->point;
	mechanism = planned(port, index)->mechanism;
	op = raw_primitive(port, raw->aim_index);
	if (point == POINT_BATCH_BLOCKED || point == POINT_BATCH_READY) {
		port_await(port, &port->cancel);
		await_op(port, op);
		note_cancelled(port, index, port->cancel.result);
		landed(port, index,
		       judge(planned(port, index), result_of(raw, op), port->cancel.result,
			     op->size),
		       op->side, result_of(raw, op), port->cancel.result);
		return RAW_GO_ON;
	}
	if (point == POINT_PARTIAL_KERNEL)
		port_settle(port);
	if (point == POINT_RACED ? !make_visible(port, op) : !op->in_flight) {
		raw->aim = -1;
		return RAW_GO_ON;
	}
	if (point == POINT_READY)
		act(port, op->side);
	if (mechanism == MECH_STOP || mechanism == MECH_DROP)
		return interrupt(port, index, op);
	return cancel_in_kernel(port, index, op);
}
