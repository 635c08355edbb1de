/*
 * cooked.c - dt_read, dt_write and their kin: one io_uring operation, run to its completion.
 *
 * A call that is not cancelled is submitted; while it waits the peer acts, one delivery after the
 * other, until T is there. When the peer has nothing more to do and T cannot come, the target
 * hangs: that is a verdict, and the target is left (port_escape).
 */
#include <errno.h>
#include <limits.h>
#include <stddef.h>

#include "base/macros.h"
#include "io/inject.h"
#include "io/raw.h"

/* A target that calls on after a cancellation landed, or after a write of zero bytes, so often
 * will never return. */
enum { CALLS_AFTER_MAX = 10000, ZEROS_MAX = 10000, PATIENCE_MS = 50, PATIENCE_TCP_MS = 500 };

static struct port *port_of(struct dt_io *io)
{
	return (struct port *)(void *)io;
}

/* Lets the peer do one step for the waiting primitive. False when there is nothing left to do. */
static bool peer_step(struct port *port)
{
	struct peer *peer = port->peer;

	if (port->now.side == DT_OUT)
		return peer_drain(peer) > 0;
	if (peer_feed(peer, port_feed_most(port)))
		return true;
	/* A full wire is drained by the target itself; only an exhausted stream ends. */
	return peer_exhausted(peer) && peer_end(peer);
}

/* Must T come without another step of the peer? */
static bool must_complete(const struct port *port)
{
	const struct peer *peer = port->peer;

	if (port->now.side == DT_IN)
		return peer->ended || (!port->now.waitall && peer_unread(peer));
	return peer->hung_up;
}

/* Nothing to do now: on TCP bytes and acknowledgements take their time. False: T cannot come. */
static bool wait_for_more(struct port *port)
{
	int patience = port->plan->wire == WIRE_TCP ? PATIENCE_TCP_MS : PATIENCE_MS;

	for (int round = 0; round < patience && !port->target.done; round++) {
		port_wait(port, 1000000);
		if (!port->target.done && peer_step(port))
			return true;
	}
	return port->target.done;
}

/* It waits and waits. When the wire says that it could go on, that is no fault of the target's. */
static _Noreturn void give_up(struct port *port)
{
	struct wire *wire = port->now.side == DT_IN ? port->peer->in : port->peer->out;

	if (!port->now.waitall && wire_acts(wire, port->now.side))
		port_fail(port, -ETIME);
	port_escape(port, ESCAPE_HANG);
}

void primitive_finish(struct port *port)
{
	while (!port->target.done) {
		bool stepped = peer_step(port);

		if (must_complete(port)) {
			if (!port_await(port, &port->target))
				give_up(port);
			return;
		}
		port_settle(port);
		if (!port->target.done && !stepped && !wait_for_more(port))
			give_up(port);
	}
}

static void note_submit(struct port *port)
{
	struct event *event = history_append(port->history, EVENT_SUBMIT);

	event->detail = (uint8_t)port->now.opcode;
	event->side = port->now.side == DT_IN ? EVENT_SIDE_IN : EVENT_SIDE_OUT;
	event->attempt = port->attempt;
	event->primitive = port->primitive;
	event->size = (uint32_t)port->now.size;
	event->offset = port->now.side == DT_IN ? port->peer->consumed : port->peer->sent;
}

/* T is in: count its bytes, tell the history, go to the next primitive. */
static ssize_t complete(struct port *port)
{
	int32_t result = port->target.result;
	struct event *event = history_append(port->history, EVENT_COMPLETE);
	uint64_t *count = port->now.side == DT_IN ? &port->peer->consumed : &port->peer->sent;

	event->detail = (uint8_t)port->now.opcode;
	event->side = port->now.side == DT_IN ? EVENT_SIDE_IN : EVENT_SIDE_OUT;
	event->attempt = port->attempt;
	event->primitive = port->primitive;
	event->result = result;
	event->offset = *count;
	event->flags = port->now.peeks ? EVENT_PEEKED : 0;
	port->broken |= port_breaks(result);
	if (result > 0 && !port->now.peeks) {
		*count += (uint64_t)result;
		port->moved += (uint64_t)result;
	}
	port->primitive++;
	port->primitives_total++;
	port->primitives_most = MAX(port->primitives_most, port->primitive);
	return result;
}

/* Runs port->now: with the cancellation that is due, or plainly. */
FLATTEN static ssize_t run(struct port *port)
{
	int index = port_due(port);
	enum injected injected = INJECTED_NOT;

	port_clear(port);
	note_submit(port);
	if (index >= 0)
		injected = inject_cooked(port, index);
	if (injected == INJECTED_DROPPED) {
		port->cancelled = true;
		return -ECANCELED;
	}
	if (injected == INJECTED_DONE) {
		port->cancelled = port->outcome->records[index].landing == LANDING_LANDED;
		return complete(port);
	}
	if (injected != INJECTED_RUNS) {
		if (injected == INJECTED_NOT)
			port_act_early(port);
		primitive_prepare(port);
		port_submit(port);
	}
	primitive_finish(port);
	/* Its linked timeout goes with it. */
	if (injected == INJECTED_RUNS &&
	    port->plan->cancellations[index].mechanism == MECH_LINK_TIMEOUT)
		port_need(port, &port->cancel);
	return complete(port);
}

/* The kernel never writes zero of n > 0 bytes: the harness's only simulated result. */
static bool write_zero(struct port *port, uint64_t number)
{
	struct event *event;

	if (number < port->zero_at || port->quiet)
		return false;
	if (++port->zeros > ZEROS_MAX)
		port_escape(port, ESCAPE_HANG);
	if (port->zeros == 1) {
		event = history_append(port->history, EVENT_SYNTHETIC);
		event->side = EVENT_SIDE_OUT;
		event->attempt = port->attempt;
		event->primitive = port->primitive;
		event->offset = port->peer->sent;
	}
	port->broken = true;
	return true;
}

static ssize_t transfer_now(struct port *port)
{
	struct primitive *now = &port->now;
	bool in = now->opcode == DT_OP_READ || now->opcode == DT_OP_RECV;

	if (port->calls == CALLS_RAW || (port->calls == CALLS_ANY && raw_queued(port)))
		port_escape(port, ESCAPE_MIXED);
	if (now->opcode < DT_OP_READ || now->opcode > DT_OP_SEND)
		return -EINVAL;
	now->side = in ? DT_IN : DT_OUT;
	if (port->cancelled) {
		if (++port->calls_after > CALLS_AFTER_MAX)
			port_escape(port, ESCAPE_AFTER_CANCEL);
		return -ECANCELED;
	}
	if (now->opcode >= DT_OP_RECV && (in ? port->peer->in : port->peer->out)->kind == WIRE_PIPE)
		return -ENOTSOCK;
	if (now->size > INT_MAX)
		now->size = INT_MAX;
	if (!now->size)
		return 0;
	if (in) {
		port->reads = true;
	} else {
		uint64_t number = port_count_write(port);

		port->writes = true;
		if (write_zero(port, number))
			return 0;
	}
	port->waitall |= now->waitall;
	port->went_on |= port->moved > 0;
	if (port->cut_first && !port->moved)
		now->size = 1;
	return run(port);
}

static ssize_t transfer(struct dt_io *io, enum dt_opcode opcode, void *data, size_t size, int flags)
{
	struct port *port = port_of(io);

	port->now.opcode = opcode;
	port->now.vectored = false;
	port->now.flags = flags;
	port->now.waitall = (flags & MSG_WAITALL) && opcode >= DT_OP_RECV;
	port->now.peeks = (flags & MSG_PEEK) && opcode == DT_OP_RECV;
	port->now.size = size;
	port->now.data = data;
	return transfer_now(port);
}

static ssize_t transferv(struct dt_io *io, enum dt_opcode opcode, const struct iovec *parts,
			 unsigned count)
{
	struct port *port = port_of(io);
	size_t size = 0;

	if (count > PARTS_MAX || (opcode != DT_OP_READ && opcode != DT_OP_WRITE))
		return -EINVAL;
	for (unsigned i = 0; i < count; i++) {
		port->now.parts[i] = parts[i];
		size += parts[i].iov_len;
	}
	port->now.opcode = opcode;
	port->now.vectored = true;
	port->now.flags = 0;
	port->now.waitall = port->now.peeks = false;
	port->now.size = size;
	port->now.data = NULL;
	port->now.part_count = count;
	return transfer_now(port);
}

static int host_fd(struct dt_io *io, enum dt_side side)
{
	struct port *port = port_of(io);

	return (side == DT_IN ? port->peer->in : port->peer->out)->target_fd;
}

static int host_ring_fd(struct dt_io *io)
{
	return port_of(io)->ring->uring.ring_fd;
}

const struct dt_host port_host = {
	.size = sizeof(struct dt_host),
	.transfer = transfer,
	.transferv = transferv,
	.sqe = raw_sqe,
	.wait = raw_wait,
	.fd = host_fd,
	.ring_fd = host_ring_fd,
};
