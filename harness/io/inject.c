/*
 * inject.c - the points of the cooked level, one function each.
 *
 * Each brings the wire into the state that its point asks for (a read waits on an empty wire, a
 * write on a full one), submits the operation and the cancellation in the point's order, and reads
 * both completions. What landed is decided by results alone: `nothing moved` is T=-ECANCELED,
 * `it succeeded` is T=n, `the kernel moved some` is T=+k with a cancel that found it.
 */
#include "io/inject.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>

#include "base/clock.h"

enum { VISIBLE_ROUNDS = 100, VISIBLE_NS = 1000000 };

static const struct cancellation *planned(const struct port *port, int index)
{
	return &port->plan->cancellations[index];
}

static int fd_of(const struct port *port)
{
	return (port->now.side == DT_IN ? port->peer->in : port->peer->out)->target_fd;
}

static uint64_t cooked_ud(const struct port *port)
{
	return tagged(TAG_COOKED, port->primitives_total);
}

/* The operation will wait: nothing to read, or no room to write. */
static bool make_blocked(struct port *port)
{
	struct peer *peer = port->peer;

	if (port->now.side == DT_IN)
		return !peer_unread(peer) && !peer->ended;
	return peer_fill(peer);
}

/* The operation will find bytes, all that it wants if it takes no less, or room. */
static bool make_ready(struct port *port)
{
	struct peer *peer = port->peer;
	uint64_t want = port->now.waitall ? port->now.size : 1;

	if (port->now.side == DT_IN) {
		while (peer_unread(peer) < want)
			if (!peer_feed(peer, UINT64_MAX))
				return false;
		return true;
	}
	peer_drain_all(peer);
	return !peer->hung_up;
}

/* The peer acts so that a waiting operation could go on. */
static bool act(struct port *port)
{
	if (port->now.side == DT_IN)
		return peer_feed(port->peer, UINT64_MAX) > 0;
	return peer_drain_all(port->peer) > 0;
}

/* Did it land: by T, and by C where the point says so. */
static enum landing judge(const struct port *port, int index)
{
	enum point point = planned(port, index)->point;
	int32_t t = port->target.result;
	int32_t c = port->cancel.result;
	bool found = mechanism_found(planned(port, index)->mechanism, c);

	switch (point) {
	case POINT_BATCH_READY:
	case POINT_RACED:
		return t > 0 && !found ? LANDING_LANDED : LANDING_TOO_LATE;
	case POINT_PARTIAL_KERNEL:
		return t > 0 && (size_t)t < port->now.size && found ? LANDING_LANDED
								     : LANDING_TOO_LATE;
	case POINT_TIMER:
		return c == -ETIME ? LANDING_LANDED : LANDING_TOO_LATE;
	default:
		return t == -ECANCELED ? LANDING_LANDED : LANDING_TOO_LATE;
	}
}

/* T and C are both awaited: -ENOENT does not mean finished, and 0 does not mean nothing moved. */
static enum injected settle_and_judge(struct port *port, int index)
{
	struct event *event;

	if (!port_await(port, &port->target)) {
		/* A cancel that found nothing leaves the operation waiting: let the peer act. */
		act(port);
		port_settle(port);
		if (!port_await(port, &port->target))
			port_escape(port, ESCAPE_HANG);
	}
	if (!port->cancel.done && planned(port, index)->mechanism != MECH_DROP)
		port_await(port, &port->cancel);
	event = history_append(port->history, EVENT_CANCELLED);
	event->detail = (uint8_t)index;
	event->attempt = port->attempt;
	event->primitive = port->primitive;
	event->result = port->cancel.result;
	port_landed(port, index, judge(port, index), port->target.result, port->cancel.result);
	return INJECTED_DONE;
}

static void note_cancel(struct port *port, int index)
{
	struct event *event = history_append(port->history, EVENT_CANCEL);

	event->detail = (uint8_t)index;
	event->attempt = port->attempt;
	event->primitive = port->primitive;
}

/* A linked timeout on the operation just queued; C is its completion. */
static struct io_uring_sqe *link_timeout(struct port *port, struct io_uring_sqe *sqe, uint64_t ns,
					 unsigned flags)
{
	port->timer.tv_sec = (long long)(ns / 1000000000ULL);
	port->timer.tv_nsec = (long long)(ns % 1000000000ULL);
	sqe->flags |= IOSQE_IO_LINK;
	sqe = ring_sqe(port->ring);
	io_uring_prep_link_timeout(sqe, &port->timer, flags);
	io_uring_sqe_set_data64(sqe, tagged(TAG_CANCEL, 0));
	return sqe;
}

enum { HOUR_S = 3600 };
#define HOUR_NS ((uint64_t)HOUR_S * 1000000000ULL)

/* The mechanism on the operation that was submitted, or on its linked timeout. */
static void act_on(struct port *port, int index, unsigned opcode)
{
	enum mechanism mechanism = planned(port, index)->mechanism;

	note_cancel(port, index);
	mechanism_act(port, mechanism,
		      mechanism == MECH_LINK_TIMEOUT ? tagged(TAG_CANCEL, 0) : cooked_ud(port),
		      fd_of(port), opcode, index);
}

/* before: held by a gate, whose head is cancelled; or never submitted at all. */
static enum injected at_before(struct port *port, int index)
{
	enum mechanism mechanism = planned(port, index)->mechanism;
	struct io_uring_sqe *head;

	note_cancel(port, index);
	if (mechanism == MECH_DROP) {
		port_landed(port, index, LANDING_LANDED, -ECANCELED, 0);
		return INJECTED_DROPPED;
	}
	head = ring_sqe(port->ring);
	io_uring_prep_poll_add(head, port->ring->gate_fd, POLLIN);
	io_uring_sqe_set_data64(head, tagged(TAG_GATE, 0));
	if (mechanism == MECH_LINK_TIMEOUT)
		head = link_timeout(port, head, HOUR_NS, 0);
	head->flags |= IOSQE_IO_LINK;
	primitive_prepare(port);
	port_submit(port);
	if (port->target.done) /* cannot be: the gate never opens */
		return INJECTED_RUNS;
	mechanism_act(port, mechanism,
		      mechanism == MECH_LINK_TIMEOUT ? tagged(TAG_CANCEL, 0) : tagged(TAG_GATE, 0),
		      port->ring->gate_fd, IORING_OP_POLL_ADD, index);
	port_await(port, &port->gate);
	return settle_and_judge(port, index);
}

/* One submission holds the operation and what cancels it. */
static enum injected in_batch(struct port *port, int index)
{
	enum mechanism mechanism = planned(port, index)->mechanism;
	struct io_uring_sqe *sqe;

	note_cancel(port, index);
	sqe = primitive_prepare(port);
	if (mechanism == MECH_LINK_TIMEOUT) /* an absolute time long past: fires at once */
		link_timeout(port, sqe, 1, IORING_TIMEOUT_ABS);
	else
		mechanism_prepare(port, mechanism, cooked_ud(port), fd_of(port), sqe->opcode,
				  index);
	port_submit(port);
	return settle_and_judge(port, index);
}

static enum injected at_armed(struct port *port, int index)
{
	enum mechanism mechanism = planned(port, index)->mechanism;
	struct io_uring_sqe *sqe;
	unsigned opcode;

	/* Entries of one submission are issued one after the other: where leaving the kernel
	 * settles the ring, the cancel behind it in the same call finds it waiting. */
	if (port->ring->mode <= RING_COOP && mechanism <= MECH_ANY)
		return in_batch(port, index);
	sqe = primitive_prepare(port);
	opcode = sqe->opcode;
	if (mechanism == MECH_LINK_TIMEOUT)
		link_timeout(port, sqe, HOUR_NS, 0);
	port_submit(port);
	if (port->target.done)
		return INJECTED_RUNS;
	act_on(port, index, opcode);
	return settle_and_judge(port, index);
}

/* Armed; then the peer acts and, without settling, the cancellation follows (`ready`), or the
 * cancellation is submitted, the peer acts, and both are reaped (`late`). */
static enum injected around_peer(struct port *port, int index, bool peer_first)
{
	enum mechanism mechanism = planned(port, index)->mechanism;
	struct io_uring_sqe *sqe;
	unsigned opcode;

	sqe = primitive_prepare(port);
	opcode = sqe->opcode;
	if (mechanism == MECH_LINK_TIMEOUT)
		link_timeout(port, sqe, HOUR_NS, 0);
	port_submit(port);
	if (port->target.done)
		return INJECTED_RUNS;
	if (peer_first)
		act(port);
	act_on(port, index, opcode);
	if (!peer_first)
		act(port);
	return settle_and_judge(port, index);
}

/* partial: the primitive is cut so that the attempt stops at k, then the next one is held. */
static enum injected at_partial(struct port *port, int index)
{
	uint64_t k = planned(port, index)->k;
	enum mechanism mechanism = planned(port, index)->mechanism;
	struct peer *peer = port->peer;

	if (port->moved > k)
		return INJECTED_NOT;
	if (port->moved < k) {
		uint64_t left = k - port->moved;

		if (left < port->now.size)
			port->now.size = left;
		/* Feeding no more than k leaves the wire empty there: any mechanism can be used. */
		if (port->now.side == DT_IN && peer_unread(peer) < left)
			peer_feed(peer, left - peer_unread(peer));
		return INJECTED_CUT;
	}
	if (mechanism == MECH_DROP)
		return at_before(port, index);
	if (make_blocked(port))
		return at_armed(port, index);
	/* Bytes are there already: only a gate can hold the operation back. */
	if (mechanism == MECH_UD || mechanism == MECH_SYNC || mechanism == MECH_LINK_TIMEOUT)
		return at_before(port, index);
	return INJECTED_NOT;
}

/* partial:kernel: one MSG_WAITALL operation has moved some bytes and waits for the rest. */
static enum injected at_partial_kernel(struct port *port, int index)
{
	enum mechanism mechanism = planned(port, index)->mechanism;
	struct peer *peer = port->peer;
	struct io_uring_sqe *sqe;
	unsigned opcode;

	if (!port->now.waitall || port->now.size < 2)
		return INJECTED_NOT;
	if (port->now.side == DT_IN) {
		uint64_t room = port->now.size - 1;

		if (peer_unread(peer) > room || peer->ended)
			return INJECTED_NOT;
		if (!peer_unread(peer) && !peer_feed(peer, room))
			return INJECTED_NOT;
	} else {
		peer_drain_all(peer);
	}
	sqe = primitive_prepare(port);
	opcode = sqe->opcode;
	if (mechanism == MECH_LINK_TIMEOUT)
		link_timeout(port, sqe, HOUR_NS, 0);
	port_submit(port);
	port_settle(port); /* DEFER: the bytes are taken by task work */
	if (port->target.done)
		return INJECTED_RUNS;
	act_on(port, index, opcode);
	return settle_and_judge(port, index);
}

/* raced: T is posted and visible, the target has not seen it, and then comes the cancellation. */
static enum injected at_raced(struct port *port, int index)
{
	enum mechanism mechanism = planned(port, index)->mechanism;
	struct io_uring_sqe *sqe;
	unsigned opcode;

	sqe = primitive_prepare(port);
	opcode = sqe->opcode;
	if (mechanism == MECH_LINK_TIMEOUT)
		link_timeout(port, sqe, HOUR_NS, 0);
	port_submit(port);
	/* A WAITALL write goes on whenever the peer has drained; TCP tells it in its own time. */
	for (unsigned idle = 0; !port->target.done && idle < VISIBLE_ROUNDS; idle++) {
		if (act(port)) {
			port_settle(port);
			idle = 0;
		} else {
			port_wait(port, VISIBLE_NS);
		}
	}
	if (!port->target.done)
		return INJECTED_RUNS;
	act_on(port, index, opcode);
	return settle_and_judge(port, index);
}

/* timer: a linked timeout runs freely against the peer; who wins is the machine's choice. */
static enum injected at_timer(struct port *port, int index)
{
	uint64_t k = planned(port, index)->k;
	uint64_t wait_ns = rng_below(&port->peer->rng, 2 * k + 1);
	uint64_t start;

	note_cancel(port, index);
	link_timeout(port, primitive_prepare(port), k, 0);
	start = clock_now_ns();
	port_submit(port);
	while (clock_now_ns() - start < wait_ns)
		;
	act(port);
	port_settle(port);
	return settle_and_judge(port, index);
}

/* async: io-wq runs the operation while the cancel is under way. */
static enum injected at_async(struct port *port, int index)
{
	struct io_uring_sqe *sqe;

	note_cancel(port, index);
	sqe = primitive_prepare(port);
	sqe->flags |= IOSQE_ASYNC;
	mechanism_prepare(port, planned(port, index)->mechanism, cooked_ud(port), fd_of(port),
			  sqe->opcode, index);
	port_submit(port);
	return settle_and_judge(port, index);
}

enum injected inject_cooked(struct port *port, int index)
{
	switch (planned(port, index)->point) {
	case POINT_BEFORE:
		return at_before(port, index);
	case POINT_BATCH_BLOCKED:
		return make_blocked(port) ? in_batch(port, index) : INJECTED_NOT;
	case POINT_BATCH_READY:
		return make_ready(port) ? in_batch(port, index) : INJECTED_NOT;
	case POINT_ARMED:
		return make_blocked(port) ? at_armed(port, index) : INJECTED_NOT;
	case POINT_READY:
		return make_blocked(port) ? around_peer(port, index, true) : INJECTED_NOT;
	case POINT_PARTIAL:
		return at_partial(port, index);
	case POINT_PARTIAL_KERNEL:
		return at_partial_kernel(port, index);
	case POINT_RACED:
		return make_ready(port) ? at_raced(port, index) : INJECTED_NOT;
	case POINT_LATE:
		return make_blocked(port) ? around_peer(port, index, false) : INJECTED_NOT;
	case POINT_TIMER:
		return make_blocked(port) ? at_timer(port, index) : INJECTED_NOT;
	case POINT_ASYNC:
		return make_ready(port) ? at_async(port, index) : INJECTED_NOT;
	default:
		return INJECTED_NOT;
	}
}
