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
#include "model/pairs.h"

enum { VISIBLE_ROUNDS = 100, VISIBLE_NS = 1000000, CARRY_ROUNDS = 50 };

static const struct cancellation *planned(const struct port *port, int index)
{
	return &port->plan->cancellations[index];
}

static struct wire *wire_of(const struct port *port, enum dt_side side)
{
	return side == DT_IN ? port->peer->in : port->peer->out;
}

/* Its own completion has come. (A zero-copy send stays in flight until its buffer is free.) */
static bool over(const struct raw_op *op)
{
	return !op->in_flight || (op->told && raw_is_zero_copy(op->opcode));
}

/* T as far as it is known: 0 while there is none. */
static int32_t result_of(const struct raw_op *op)
{
	return op->told ? op->result : 0;
}

/* The record of a landing: here `moved` already has T's bytes. */
static void landed(struct port *port, int index, enum landing landing, struct raw_op *op, int32_t c)
{
	struct landing_record *record = &port->outcome->records[index];

	port_landed(port, index, landing, result_of(op), c);
	record->k = port->moved;
	record->mid = record->k > 0;
	record->offset = op->side == DT_IN ? port->peer->consumed : port->peer->sent;
	record->primitive = port->raw->aim_index;
	port->raw->aim = -1;
	if (!over(op)) /* T is recorded when it comes */
		op->record = index;
}

void raw_note_result(struct port *port, const struct raw_op *op, int32_t result)
{
	struct landing_record *record = &port->outcome->records[op->record];

	record->t_result = result;
	if (result > 0 && !op->peeks) {
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

static bool blocked(struct port *port, const struct io_uring_sqe *sqe, enum dt_side side)
{
	struct peer *peer = port->peer;

	if (raw_never_waits(sqe))
		return false;
	if (side == DT_IN)
		return !peer_unread(peer) && !peer->ended;
	/* Ballast behind an operation in flight would have no known place. */
	return !port->raw->primitives_in_flight[DT_OUT] && peer_fill(peer);
}

static bool ready(struct port *port, const struct io_uring_sqe *sqe, enum dt_side side)
{
	struct peer *peer = port->peer;
	uint64_t want = raw_waits_for_all(sqe) ? sqe->len : 1;

	if (side == DT_OUT)
		return port->raw->primitives_in_flight[DT_OUT] ? peer_drain_all(peer) > 0
							       : peer_empty(peer);
	while (peer_unread(peer) < want)
		if (!peer_feed(peer, UINT64_MAX))
			return false;
	return port->raw->primitives_in_flight[DT_IN] || peer_arrived(peer);
}

/*
 * Is an operation linked behind it? The kernel breaks the chain when it moves less than it was
 * asked for. Cut, it is asked for less, and the chain goes on behind a short result: no target has
 * to expect that.
 */
static bool leads_chain(const struct port *port, const struct io_uring_sqe *sqe)
{
	unsigned queued = raw_queued(port), i = 0;

	while (i < queued && raw_queued_at(port, i) != sqe)
		i++;
	for (; i + 1 < queued && (raw_queued_at(port, i)->flags & IOSQE_IO_LINK); i++)
		if (raw_queued_at(port, i + 1)->opcode != IORING_OP_LINK_TIMEOUT)
			return true;
	return false;
}

/* partial: cut the entry, and feed no more than the attempt may have. True when k is reached. */
static bool cut(struct port *port, struct io_uring_sqe *sqe, enum dt_side side, uint64_t k)
{
	struct peer *peer = port->peer;
	uint64_t left;

	if (port->moved >= k)
		return port->moved == k && blocked(port, sqe, side);
	left = k - port->moved;
	if (sqe->opcode == IORING_OP_READV || sqe->opcode == IORING_OP_WRITEV ||
	    sqe->opcode == IORING_OP_RECVMSG || sqe->opcode == IORING_OP_SENDMSG ||
	    sqe->opcode == IORING_OP_SENDMSG_ZC || leads_chain(port, sqe) ||
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

	if (!raw_waits_for_all(sqe) || sqe->len < 2 || port->raw->primitives_in_flight[side])
		return false;
	if (side == DT_OUT)
		return peer_empty(peer);
	if (peer_unread(peer) >= sqe->len || peer->ended)
		return false;
	if (!peer_unread(peer) && !peer_feed(peer, sqe->len - 1))
		return false;
	return peer_arrived(peer);
}

/* What no plan that was drawn has, but one that somebody wrote may. Whether the operation has a
 * timeout of its own is seen when it is wanted. */
static bool possible(const struct port *port, int index, const struct io_uring_sqe *sqe,
		     enum dt_side side)
{
	struct pair_place place = { .wire = port->peer->kind,
				    .ring = port->ring->mode,
				    .raw = true,
				    .waitall = raw_waits_for_all(sqe),
				    .several = true,
				    .own_timeout = true,
				    .writes = side == DT_OUT };
	const char *reason;

	return pair_kind(planned(port, index)->point, planned(port, index)->mechanism, &place,
			 &reason) != PAIR_IMPOSSIBLE;
}

/* Brings the wire into the state of the point. */
static bool prepare(struct port *port, int index, struct io_uring_sqe *sqe, enum dt_side side)
{
	switch (planned(port, index)->point) {
	case POINT_BATCH_BLOCKED:
	case POINT_ARMED:
		return blocked(port, sqe, side);
	case POINT_READY:
	case POINT_LATE:
		return blocked(port, sqe, side) && peer_can_act(port->peer, side);
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

/* Adds the harness's cancel to the target's batch. False when the target has filled the queue. */
static bool batch(struct port *port, int index)
{
	struct raw_op *op;

	if (!io_uring_sq_space_left(&port->ring->uring))
		return false;
	raw_record(port);
	port->raw->recorded = true;
	op = raw_primitive(port, port->raw->aim_index);
	port_clear(port);
	raw_mark_hits(port->raw, planned(port, index)->mechanism, op);
	mechanism_prepare(port, planned(port, index)->mechanism, op->user_data,
			  wire_of(port, op->side)->target_fd, op->opcode);
	return true;
}

static void note(struct port *port, int index, enum event_kind kind, int32_t result)
{
	struct event *event = history_append(port->history, kind);

	event->detail = (uint8_t)index;
	event->attempt = port->attempt;
	event->primitive = port->raw->aim_index;
	event->result = result;
}

/* before: nothing is submitted. Only a drop can do that. */
static enum raw_step leave_unsubmitted(struct port *port, int index)
{
	struct landing_record *record = &port->outcome->records[index];

	note(port, index, EVENT_CANCEL, 0);
	port_landed(port, index, LANDING_LANDED, -ECANCELED, 0);
	record->k = port->moved;
	record->mid = record->k > 0;
	record->primitive = port->raw->aim_index;
	port->raw->dropped = true;
	return RAW_SAY_CANCEL;
}

enum raw_step raw_inject_before(struct port *port)
{
	struct raw *raw = port->raw;
	int index = port_due(port);
	unsigned queued = raw_queued(port);
	struct io_uring_sqe *sqe = NULL;
	enum dt_side side = DT_IN;
	enum point point;

	raw->aim = -1;
	if (index < 0)
		return RAW_GO_ON;
	point = planned(port, index)->point;
	for (unsigned i = 0; i < queued && !sqe; i++)
		if (raw_moves_bytes(port, raw_queued_at(port, i), &side))
			sqe = raw_queued_at(port, i);
	if (!sqe || !possible(port, index, sqe, side))
		return RAW_GO_ON;
	raw->aim_index = port->primitive;
	port->now.side = side;
	if (point == POINT_BEFORE)
		return leave_unsubmitted(port, index);
	if (!prepare(port, index, sqe, side))
		return RAW_GO_ON;
	if ((point == POINT_BATCH_BLOCKED || point == POINT_BATCH_READY) && !batch(port, index))
		return RAW_GO_ON;
	raw->aim = index;
	return RAW_GO_ON;
}

/*
 * After C: T is here when the ring is settled, if it is owed at all. What io-wq runs may take
 * longer; but a cancel by descriptor or opcode may have found another operation of the target's.
 */
static void await_op(struct port *port, const struct raw_op *op, enum mechanism mechanism)
{
	bool found = mechanism_found(mechanism, port->cancel.result);
	bool other = mechanism == MECH_FD || mechanism == MECH_OP;

	if (!over(op))
		port_settle(port);
	found = (found && !other) || port->cancel.result == -EALREADY;
	for (unsigned idle = 0; !over(op) && found && idle < VISIBLE_ROUNDS; idle++)
		port_wait(port, VISIBLE_NS);
}

static enum landing judge(const struct cancellation *cancellation, const struct raw_op *op,
			  int32_t c)
{
	bool found = mechanism_found(cancellation->mechanism, c);
	int32_t t = result_of(op);
	bool good = t == -ECANCELED && found;

	if (cancellation->point == POINT_BATCH_READY || cancellation->point == POINT_RACED)
		good = t > 0 && !found;
	else if (cancellation->point == POINT_PARTIAL_KERNEL)
		good = t > 0 && (size_t)t < op->size && found;
	return good && over(op) ? LANDING_LANDED : LANDING_TOO_LATE;
}

/* C is here. */
static enum raw_step conclude(struct port *port, int index, struct raw_op *op, bool in_state)
{
	const struct cancellation *cancellation = planned(port, index);
	int32_t c = port->cancel.result;

	await_op(port, op, cancellation->mechanism);
	if (!mechanism_found(cancellation->mechanism, c) && c != -EALREADY)
		raw_unmark_hits(port->raw);
	note(port, index, EVENT_CANCELLED, c);
	landed(port, index, in_state ? judge(cancellation, op, c) : LANDING_TOO_LATE, op, c);
	return RAW_GO_ON;
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
	enum mechanism mechanism = planned(port, index)->mechanism;
	struct raw_op *timeout = NULL;
	bool in_state = true;

	if (mechanism == MECH_LINK_TIMEOUT) {
		timeout = own_timeout(port, op);
		if (!timeout) {
			port->raw->aim = -1;
			return RAW_GO_ON;
		}
	}
	note(port, index, EVENT_CANCEL, 0);
	port_clear(port);
	raw_mark_hits(port->raw, mechanism, op);
	if (timeout) {
		mechanism_fire(port, timeout->user_data);
		for (unsigned idle = 0; timeout->in_flight && idle < VISIBLE_ROUNDS; idle++)
			port_wait(port, VISIBLE_NS);
		port->cancel = (struct slot){ .done = timeout->told,
					      .result = result_of(timeout) };
	} else {
		mechanism_act(port, mechanism, op->user_data, wire_of(port, op->side)->target_fd,
			      op->opcode);
	}
	if (planned(port, index)->point == POINT_LATE)
		in_state = peer_act(port->peer, op->side);
	return conclude(port, index, op, in_state);
}

/* Stop and drop: T is not known yet unless the operation is over. */
static enum raw_step interrupt(struct port *port, int index, struct raw_op *op)
{
	struct raw *raw = port->raw;

	note(port, index, EVENT_CANCEL, 0);
	landed(port, index, LANDING_LANDED, op, 0);
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

	if (index < 0 || planned(port, index)->point != POINT_RECOVERY || !raw->stopped ||
	    planned(port, index)->mechanism < MECH_STOP)
		return RAW_GO_ON;
	/* What follows from a completion takes a second round of task work (on SQPOLL a linked
	 * timeout, when its operation is cancelled): it must not be there now and then only. */
	port_settle(port);
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
static bool make_visible(struct port *port, const struct raw_op *op)
{
	/* A WAITALL write goes on whenever the peer has drained; TCP tells it in its own time. One
	 * that has more than one completion is never over. */
	for (unsigned idle = 0; !over(op) && !op->told && idle < VISIBLE_ROUNDS; idle++) {
		if (peer_act(port->peer, op->side)) {
			port_settle(port);
			idle = 0;
		} else {
			port_wait(port, VISIBLE_NS);
		}
	}
	return over(op) && op->result > 0;
}

/* A MSG_WAITALL operation has taken what there was and waits. */
static bool moved_some(struct port *port, const struct raw_op *op)
{
	/* DEFER: the bytes are taken by task work. TCP: it makes room while it carries. */
	for (unsigned round = 0; round < CARRY_ROUNDS && !over(op); round++) {
		bool carries = op->side == DT_OUT && wire_under_way(port->peer->out);

		port_settle(port);
		if (!carries)
			break;
	}
	return !over(op) &&
	       (op->side == DT_OUT ||
		(uint64_t)wire_unread(port->peer->in) < peer_unread(port->peer));
}

/* Data arrives at an operation that waits; no task work is run. */
static bool arrives(struct port *port, enum dt_side side)
{
	if (!peer_act(port->peer, side))
		return false;
	return side == DT_IN ? peer_arrived(port->peer) : peer_empty(port->peer);
}

/* Submitted: is the operation in the state of the point? */
static bool in_state(struct port *port, enum point point, const struct raw_op *op)
{
	const struct raw_op *ahead = raw_ahead(port->raw, op);

	/* Linked behind another one that is not over: it was not issued. */
	if (ahead && ahead->in_flight)
		return false;
	switch (point) {
	case POINT_RACED:
		return make_visible(port, op);
	case POINT_PARTIAL_KERNEL:
		return moved_some(port, op);
	case POINT_READY:
		return !over(op) && arrives(port, op->side);
	default:
		return !over(op);
	}
}

enum raw_step raw_inject_after(struct port *port)
{
	struct raw *raw = port->raw;
	int index = raw->aim;
	enum mechanism mechanism;
	struct raw_op *op;
	enum point point;

	if (index < 0)
		return recovery(port);
	point = planned(port, index)->point;
	mechanism = planned(port, index)->mechanism;
	op = raw_primitive(port, raw->aim_index);
	if (point == POINT_BATCH_BLOCKED || point == POINT_BATCH_READY) {
		note(port, index, EVENT_CANCEL, 0);
		port_need(port, &port->cancel);
		return conclude(port, index, op, true);
	}
	if (!in_state(port, point, op)) {
		raw->aim = -1;
		return RAW_GO_ON;
	}
	if (mechanism == MECH_STOP || mechanism == MECH_DROP)
		return interrupt(port, index, op);
	return cancel_in_kernel(port, index, op);
}
