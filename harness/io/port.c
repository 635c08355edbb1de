/*
 * port.c - see port.h: attempts, the plan's cancellations, completions.
 */
#include "io/port.h"

#include <errno.h>
#include <string.h>

#include "io/raw.h"

/* Rounds in which nothing came at all: less than the second after which a trial counts as hung. */
enum { AWAIT_ROUNDS = 15, AWAIT_NS = 50000000 };

void port_reset(struct port *port, struct ring *ring, struct peer *peer, const struct plan *plan,
		struct outcome *outcome, struct history *history)
{
	struct raw *raw = port->raw;

	memset(port, 0, offsetof(struct port, out));
	port->raw = raw;
	port->io.host = &port_host;
	port->ring = ring;
	port->peer = peer;
	port->plan = plan;
	port->outcome = outcome;
	port->history = history;
	port->attempt = UINT32_MAX; /* port_begin makes it 0 */
	port->zero_at = port->hang_up_at = UINT64_MAX;
	for (uint32_t i = 0; i < plan->cancellation_count; i++) {
		const struct cancellation *c = &plan->cancellations[i];

		port->place[i] = c->retry ? UINT32_MAX : c->attempt;
		outcome->records[i] = (struct landing_record){ .point = c->point,
							       .mechanism = c->mechanism,
							       .retry = c->retry };
	}
}

void port_begin(struct port *port)
{
	struct event *event;

	port->attempt++;
	port->primitive = 0;
	port->moved = 0;
	port->cancelled = false;
	port->calls_after = 0;
	port->broken = false;
	port->zeros = 0;
	raw_begin(port->raw);
	event = history_append(port->history, EVENT_ATTEMPT);
	event->attempt = port->attempt;
	/* Those whose attempt is over, and retries of one that did not land, never come. */
	while (port->next < port->plan->cancellation_count) {
		uint32_t place = port->place[port->next];

		if (place != UINT32_MAX && place >= port->attempt)
			break;
		port->next++;
	}
}

void port_end(struct port *port)
{
	port->next = port->plan->cancellation_count;
}

int port_due(const struct port *port)
{
	const struct cancellation *c;

	if (port->next >= port->plan->cancellation_count || port->quiet || port->stopped_plan)
		return -1;
	c = &port->plan->cancellations[port->next];
	if (port->place[port->next] != port->attempt || port->primitive < c->primitive)
		return -1;
	return (int)port->next;
}

/* The sum of what had moved, T included, is what tells 0 < k < n. */
static void note_landing(struct port *port, struct landing_record *record, int32_t t)
{
	enum dt_side side = port->now.side;
	uint64_t moved = t > 0 && !port->now.peeks ? (uint64_t)t : 0;

	record->k = port->moved + moved;
	record->offset = (side == DT_IN ? port->peer->consumed : port->peer->sent) + moved;
	record->mid = record->k > 0;
}

void port_landed(struct port *port, int index, enum landing landing, int32_t t, int32_t c)
{
	struct landing_record *record = &port->outcome->records[index];
	const struct plan *plan = port->plan;
	struct event *event;

	record->landing = landing;
	record->submitted = true;
	record->t_result = t;
	record->c_result = c;
	record->attempt = port->attempt;
	record->primitive = port->primitive;
	note_landing(port, record, t);
	event = history_append(port->history, EVENT_LANDING);
	event->detail = (uint8_t)index;
	event->attempt = port->attempt;
	event->primitive = port->primitive;
	event->result = (int32_t)landing;
	event->offset = record->offset;
	port->next = (uint32_t)index + 1;
	if (landing != LANDING_LANDED)
		return;
	port->outcome->landed++;
	if (port->next < plan->cancellation_count && plan->cancellations[port->next].retry)
		port->place[port->next] = port->attempt + 1;
}

bool port_breaks(int32_t result)
{
	switch (-result) {
	case EPIPE:
	case ECONNRESET:
	case ECONNABORTED:
	case ENOTCONN:
	case ESHUTDOWN:
	case ETIMEDOUT:
	case EIO:
		return true;
	default:
		return false;
	}
}

uint64_t port_count_write(struct port *port)
{
	if (port->writes_total == port->hang_up_at)
		peer_hang_up(port->peer);
	return port->writes_total++;
}

void port_escape(struct port *port, enum escape why)
{
	port->escape = why;
	_longjmp(port->out, 1);
}

void port_clear(struct port *port)
{
	port->serial++;
	port->target = port->cancel = port->gate = port->update = (struct slot){ .done = false };
}

/* Where a completion of the harness's own goes; NULL: it is the target's. */
static struct slot *slot_of(struct port *port, uint64_t user_data)
{
	switch (user_data >> TAG_SHIFT) {
	case TAG_COOKED:
		return &port->target;
	case TAG_CANCEL:
		return &port->cancel;
	case TAG_GATE:
		return &port->gate;
	case TAG_UPDATE:
		return &port->update;
	default:
		return NULL;
	}
}

void port_reap(struct port *port)
{
	struct io_uring_cqe *cqe;

	while ((cqe = ring_peek(port->ring))) {
		struct slot *slot = slot_of(port, cqe->user_data);

		if (!slot)
			raw_take(port, cqe);
		else if ((cqe->user_data & UD_MASK) == (port->serial & UD_MASK))
			*slot = (struct slot){ .done = true, .result = cqe->res };
		else
			port->strays++;
		ring_seen(port->ring);
	}
}

void port_fail(struct port *port, int error)
{
	port->error = error;
	port_escape(port, ESCAPE_HARNESS);
}

static void check(struct port *port, int r)
{
	if (r >= 0 || r == -ETIME || r == -EINTR)
		return;
	port_fail(port, r);
}

void port_submit(struct port *port)
{
	check(port, ring_submit(port->ring));
	port_reap(port);
}

void port_settle(struct port *port)
{
	check(port, ring_settle(port->ring));
	port_reap(port);
}

void port_submit_unsettled(struct port *port)
{
	check(port, ring_submit_unsettled(port->ring));
	port_reap(port);
}

void port_push(struct port *port)
{
	if (port->ring->mode == RING_SQPOLL)
		port_submit_unsettled(port);
	else
		port_submit(port);
}

void port_wait(struct port *port, uint64_t timeout_ns)
{
	check(port, ring_wait(port->ring, timeout_ns));
	port_reap(port);
}

uint64_t port_feed_most(const struct port *port)
{
	const uint32_t waits = BIT(POINT_BATCH_BLOCKED) | BIT(POINT_ARMED) | BIT(POINT_READY) |
			       BIT(POINT_PARTIAL) | BIT(POINT_LATE) | BIT(POINT_TIMER);
	uint64_t unread = peer_unread(port->peer), takes;
	uint32_t place;

	if (port->next >= port->plan->cancellation_count || port->stopped_plan)
		return UINT64_MAX;
	place = port->place[port->next];
	if ((place != port->attempt && place != port->attempt + 1) ||
	    !(BIT(port->plan->cancellations[port->next].point) & waits) || !port->now.size)
		return UINT64_MAX;
	takes = raw_takes(port);
	return takes > unread ? takes - unread : 0;
}

void port_act_early(struct port *port)
{
	struct peer *peer = port->peer;
	enum feed feed = port->plan->feed;

	if (feed == FEED_LATE || (port->now.side == DT_IN ? peer_unread(peer) != 0
							  : peer_undrained(peer) == 0))
		return;
	if (feed == FEED_MIXED && (rng_next(&peer->rng) & 1))
		return;
	if (port->now.side == DT_OUT) {
		peer_drain(peer);
		return;
	}
	if (!peer_feed(peer, port_feed_most(port)) && peer_exhausted(peer))
		peer_end(peer);
}

bool port_await(struct port *port, const struct slot *slot)
{
	for (int idle = 0; !slot->done && idle < AWAIT_ROUNDS;) {
		int r = ring_wait(port->ring, AWAIT_NS);

		check(port, r);
		idle += r == -ETIME;
		port_reap(port);
	}
	return slot->done;
}

void port_need(struct port *port, const struct slot *slot)
{
	if (!port_await(port, slot))
		port_fail(port, -ETIME);
}
