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
#include <sched.h>

#include "base/clock.h"
#include "model/pairs.h"

enum { VISIBLE_ROUNDS = 100, VISIBLE_NS = 1000000, RACE_MAX_NS = 50000000, CARRY_ROUNDS = 50 };
/* Up to 0.13 ms, evenly over the powers of two; where the kernel's thread must submit it first, up
 * to 2 ms. */
enum { ASYNC_DELAY_BITS = 18, ASYNC_DELAY_BITS_SQPOLL = 22 };

static const struct cancellation *planned(const struct port *port, int index)
{
	return &port->plan->cancellations[index];
}

static int fd_of(const struct port *port)
{
	return (port->now.side == DT_IN ? port->peer->in : port->peer->out)->target_fd;
}

/* What no plan that was drawn has, but one that somebody wrote may. */
static bool possible(const struct port *port, int index)
{
	struct pair_place place = { .wire = port->peer->kind,
				    .ring = port->ring->mode,
				    .waitall = port->now.waitall,
				    .several = true,
				    .writes = port->now.side == DT_OUT };
	const char *reason;

	return pair_kind(planned(port, index)->point, planned(port, index)->mechanism, &place,
			 &reason) != PAIR_IMPOSSIBLE;
}

/* The operation will wait: nothing to read, or no room to write. One that never waits would be told
 * to come again, and find the wire in the same state each time. */
static bool make_blocked(struct port *port)
{
	struct peer *peer = port->peer;

	if (port->now.flags & MSG_DONTWAIT)
		return false;
	if (port->now.side == DT_IN)
		return !peer_unread(peer) && !peer->ended;
	return peer_fill(peer);
}

/* The operation will find bytes, all that it wants if it takes no less, or room. */
static bool make_ready(struct port *port)
{
	struct peer *peer = port->peer;
	uint64_t want = port->now.waitall ? port->now.size : 1;

	if (port->now.side == DT_OUT)
		return peer_empty(peer);
	while (peer_unread(peer) < want)
		if (!peer_feed(peer, UINT64_MAX))
			return false;
	return peer_arrived(peer);
}

static bool act(struct port *port)
{
	return peer_act(port->peer, port->now.side);
}

/* Did it land: by T, and by C where the point says so. */
static enum landing judge(const struct port *port, int index)
{
	enum point point = planned(port, index)->point;
	int32_t t = port->target.result;
	int32_t c = port->cancel.result;
	bool found = mechanism_found(planned(port, index)->mechanism, c);
	bool good = t == -ECANCELED && found;

	if (point == POINT_BATCH_READY || point == POINT_RACED)
		good = t > 0 && !found;
	else if (point == POINT_PARTIAL_KERNEL)
		good = t > 0 && (size_t)t < port->now.size && found;
	else if (point == POINT_TIMER || point == POINT_ASYNC) /* racing: T may be either */
		good = found || c == -EALREADY;
	return good ? LANDING_LANDED : LANDING_TOO_LATE;
}

static void note(struct port *port, int index, enum event_kind kind, int32_t result)
{
	struct event *event = history_append(port->history, kind);

	event->detail = (uint8_t)index;
	event->attempt = port->attempt;
	event->primitive = port->primitive;
	event->result = result;
}

/*
 * C first: it says whether T is owed. If the operation was not found it is over, or it goes on and
 * nothing has happened to it. (-ENOENT does not mean that T is here.) What io-wq runs goes on too,
 * with C=-EALREADY or a count of one: a MSG_WAITALL write may then wait for the peer.
 */
static enum injected conclude(struct port *port, int index, bool in_state)
{
	enum landing landing;

	port_need(port, &port->cancel);
	if (mechanism_found(planned(port, index)->mechanism, port->cancel.result) &&
	    planned(port, index)->point != POINT_ASYNC) {
		port_need(port, &port->target);
	} else if (!port->target.done) {
		port_settle(port);
		primitive_finish(port);
	}
	note(port, index, EVENT_CANCELLED, port->cancel.result);
	landing = in_state ? judge(port, index) : LANDING_TOO_LATE;
	port_landed(port, index, landing, port->target.result, port->cancel.result);
	return INJECTED_DONE;
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
	io_uring_sqe_set_data64(sqe, port_tagged(port, TAG_CANCEL));
	return sqe;
}

enum { HOUR_S = 3600 };
#define HOUR_NS ((uint64_t)HOUR_S * 1000000000ULL)

/* Queues port->now, with a timeout that waits for its call where that is the mechanism, and submits
 * it. Returns its opcode. */
static unsigned arm(struct port *port, int index)
{
	struct io_uring_sqe *sqe = primitive_prepare(port);
	unsigned opcode = sqe->opcode;

	if (planned(port, index)->mechanism == MECH_LINK_TIMEOUT)
		link_timeout(port, sqe, HOUR_NS, 0);
	port_submit(port);
	return opcode;
}

/* The mechanism on the operation that was submitted, or on its linked timeout. */
static void act_on(struct port *port, int index, unsigned opcode)
{
	enum mechanism mechanism = planned(port, index)->mechanism;

	note(port, index, EVENT_CANCEL, 0);
	mechanism_act(port, mechanism,
		      port_tagged(port, mechanism == MECH_LINK_TIMEOUT ? TAG_CANCEL : TAG_COOKED),
		      fd_of(port), opcode);
}

/* before: held by a gate, whose head is cancelled; or never submitted at all. */
static enum injected at_before(struct port *port, int index)
{
	enum mechanism mechanism = planned(port, index)->mechanism;
	bool timed = mechanism == MECH_LINK_TIMEOUT;
	struct io_uring_sqe *head;

	note(port, index, EVENT_CANCEL, 0);
	if (mechanism == MECH_DROP) {
		port_landed(port, index, LANDING_LANDED, -ECANCELED, 0);
		return INJECTED_DROPPED;
	}
	head = ring_sqe(port->ring);
	io_uring_prep_poll_add(head, port->ring->gate_fd, POLLIN);
	io_uring_sqe_set_data64(head, port_tagged(port, TAG_GATE));
	if (timed)
		head = link_timeout(port, head, HOUR_NS, 0);
	head->flags |= IOSQE_IO_LINK;
	primitive_prepare(port);
	port_submit(port);
	mechanism_act(port, mechanism, port_tagged(port, timed ? TAG_CANCEL : TAG_GATE),
		      port->ring->gate_fd, IORING_OP_POLL_ADD);
	port_need(port, &port->gate);
	if (port->gate.result != -ECANCELED) /* it opened by itself */
		port_fail(port, -EPROTO);
	return conclude(port, index, true);
}

/* One submission holds the operation and what cancels it. */
static enum injected in_batch(struct port *port, int index)
{
	enum mechanism mechanism = planned(port, index)->mechanism;
	struct io_uring_sqe *sqe;

	note(port, index, EVENT_CANCEL, 0);
	sqe = primitive_prepare(port);
	if (mechanism == MECH_LINK_TIMEOUT) /* an absolute time long past: fires at once */
		link_timeout(port, sqe, 1, IORING_TIMEOUT_ABS);
	else
		mechanism_prepare(port, mechanism, port_tagged(port, TAG_COOKED), fd_of(port),
				  sqe->opcode);
	port_push(port);
	return conclude(port, index, true);
}

static enum injected at_armed(struct port *port, int index)
{
	unsigned opcode;

	/* Entries of one submission are issued one after the other: the cancel behind it in the
	 * same call finds it waiting. */
	if (port->ring->mode != RING_DEFER && planned(port, index)->mechanism <= MECH_ANY)
		return in_batch(port, index);
	opcode = arm(port, index);
	if (port->target.done)
		return INJECTED_RUNS;
	act_on(port, index, opcode);
	return conclude(port, index, true);
}

/* ready: data has arrived at an operation that waits; no task work has run. */
static enum injected at_ready(struct port *port, int index)
{
	unsigned opcode;
	bool arrived;

	if (!peer_can_act(port->peer, port->now.side))
		return INJECTED_NOT;
	opcode = arm(port, index);
	if (port->target.done || !act(port))
		return INJECTED_RUNS;
	arrived = port->now.side == DT_IN ? peer_arrived(port->peer) : peer_empty(port->peer);
	if (!arrived)
		return INJECTED_RUNS;
	act_on(port, index, opcode);
	return conclude(port, index, true);
}

/* late: the cancellation is submitted, the peer acts, and then both are reaped. */
static enum injected at_late(struct port *port, int index)
{
	unsigned opcode;

	if (!peer_can_act(port->peer, port->now.side))
		return INJECTED_NOT;
	opcode = arm(port, index);
	if (port->target.done)
		return INJECTED_RUNS;
	act_on(port, index, opcode);
	return conclude(port, index, act(port));
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

/* What a MSG_WAITALL operation will take first, and then wait for more. */
static bool make_some(struct port *port)
{
	struct peer *peer = port->peer;

	if (!port->now.waitall || port->now.size < 2)
		return false;
	if (port->now.side == DT_OUT)
		return peer_empty(peer);
	if (peer_unread(peer) >= port->now.size || peer->ended)
		return false;
	if (!peer_unread(peer) && !peer_feed(peer, port->now.size - 1))
		return false;
	return peer_arrived(peer);
}

/* partial:kernel: one MSG_WAITALL operation has moved some bytes and waits for the rest. */
static enum injected at_partial_kernel(struct port *port, int index)
{
	unsigned opcode = arm(port, index);

	/* DEFER: the bytes are taken by task work. TCP: it makes room while it carries. */
	for (unsigned round = 0; round < CARRY_ROUNDS && !port->target.done; round++) {
		bool carries = port->now.side == DT_OUT && wire_under_way(port->peer->out);

		port_settle(port);
		if (!carries)
			break;
	}
	if (port->target.done)
		return INJECTED_RUNS;
	act_on(port, index, opcode);
	return conclude(port, index, true);
}

/* raced: T is posted and visible, the target has not seen it, and then comes the cancellation. */
static enum injected at_raced(struct port *port, int index)
{
	unsigned opcode = arm(port, index);

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
	return conclude(port, index, true);
}

/* timer: a linked timeout runs freely against the peer; who wins is the machine's choice. */
static enum injected at_timer(struct port *port, int index)
{
	uint64_t k = planned(port, index)->k;
	uint64_t wait_ns = rng_below(&port->peer->rng, 2 * k + 1);
	uint64_t start;

	note(port, index, EVENT_CANCEL, 0);
	link_timeout(port, primitive_prepare(port), k, 0);
	start = clock_now_ns();
	port_submit(port);
	while (clock_now_ns() - start < MIN(wait_ns, (uint64_t)RACE_MAX_NS))
		;
	act(port);
	port_settle(port);
	/* As long as neither has won the peer goes on: a MSG_WAITALL operation may want more than
	 * one delivery, and a long timer is not waited for. */
	primitive_finish(port);
	return conclude(port, index, true);
}

/* async: io-wq runs it while the cancel is under way: in the same submission half of the time, else
 * a moment later. */
static enum injected at_async(struct port *port, int index)
{
	struct rng *rng = &port->peer->rng;
	unsigned bits = port->ring->mode == RING_SQPOLL ? ASYNC_DELAY_BITS_SQPOLL
							: ASYNC_DELAY_BITS;
	uint64_t wait_ns = rng_below(rng, 1ULL << rng_below(rng, bits));
	uint64_t start = clock_now_ns();
	struct io_uring_sqe *sqe = primitive_prepare(port);
	unsigned opcode = sqe->opcode;

	note(port, index, EVENT_CANCEL, 0);
	sqe->flags |= IOSQE_ASYNC;
	if (rng_next(rng) & 1) {
		port_submit_unsettled(port);
		while (clock_now_ns() - start < wait_ns)
			sched_yield(); /* io-wq may have no other processor */
	}
	mechanism_prepare(port, planned(port, index)->mechanism, port_tagged(port, TAG_COOKED),
			  fd_of(port), opcode);
	port_push(port);
	return conclude(port, index, true);
}

enum injected inject_cooked(struct port *port, int index)
{
	if (!possible(port, index))
		return INJECTED_NOT;
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
		return make_blocked(port) ? at_ready(port, index) : INJECTED_NOT;
	case POINT_PARTIAL:
		return at_partial(port, index);
	case POINT_PARTIAL_KERNEL:
		return make_some(port) ? at_partial_kernel(port, index) : INJECTED_NOT;
	case POINT_RACED:
		return make_ready(port) ? at_raced(port, index) : INJECTED_NOT;
	case POINT_LATE:
		return make_blocked(port) ? at_late(port, index) : INJECTED_NOT;
	case POINT_TIMER:
		return make_blocked(port) ? at_timer(port, index) : INJECTED_NOT;
	case POINT_ASYNC:
		return make_ready(port) ? at_async(port, index) : INJECTED_NOT;
	default:
		return INJECTED_NOT;
	}
}
