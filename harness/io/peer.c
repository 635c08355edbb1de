/*
 * peer.c - see peer.h.
 */
#include "io/peer.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

/* TCP takes a round or three when the machine is free. Then the kernel's thread that carries the
 * bytes may be waiting for this processor. Each round makes a system call or more. */
enum { CALM_ROUNDS = 8, BUSY_ROUNDS = 16, CARRY_ROUNDS = 20000, FILL_TRIES = 8 };

/* Longer than the 200 ms after which TCP sends again what a full receiver threw away. */
enum { ARRIVES_MS = 300 };

static void relax(unsigned round)
{
	if (round >= BUSY_ROUNDS)
		sched_yield();
}

int peer_init(struct peer *peer)
{
	memset(peer, 0, sizeof(*peer));
	peer->wires[0] = peer->wires[1] = (struct wire){ .target_fd = -1, .peer_fd = -1 };
	peer->dirty = true;
	peer->scratch = malloc(DRAIN_MAX);
	return peer->scratch ? 0 : -ENOMEM;
}

static void close_wires(struct peer *peer)
{
	wire_close(&peer->wires[0]);
	wire_close(&peer->wires[1]);
	peer->in = peer->out = NULL;
}

void peer_finish(struct peer *peer)
{
	close_wires(peer);
	free(peer->scratch);
	peer->scratch = NULL;
}

static int open_wires(struct peer *peer, enum wire_kind kind, enum dt_direction direction)
{
	bool small = direction != DT_READER;
	bool two = kind == WIRE_PIPE || direction == DT_RELAY;
	int r;

	close_wires(peer);
	peer->opened++;
	peer->kind = kind;
	peer->direction = direction;
	r = wire_open(&peer->wires[0], kind, WIRE_TO_TARGET, !two && small);
	if (r < 0)
		return r;
	peer->in = peer->out = &peer->wires[0];
	if (!two)
		return 0;
	r = wire_open(&peer->wires[1], kind, WIRE_FROM_TARGET, small);
	if (r == 0)
		peer->out = &peer->wires[1];
	return r;
}

/* May the wires be used again? Not where bytes were written over TCP: how much a write takes
 * depends on what the connection has seen, and a replay begins with a new one. */
static bool clean(const struct peer *peer)
{
	if (peer->kind == WIRE_TCP && peer->direction != DT_READER)
		return false;
	return !peer->dirty && !peer->ended && !peer->hung_up && !peer_unread(peer) &&
	       !peer_undrained(peer);
}

int peer_reset(struct peer *peer, const struct plan *plan, enum dt_direction direction,
	       const struct stream *stream, struct history *history)
{
	if (!clean(peer) || peer->kind != plan->wire || peer->direction != direction) {
		int r = open_wires(peer, plan->wire, direction);

		peer->dirty = r < 0;
		if (r < 0)
			return r;
	}
	peer->stream = stream;
	peer->history = history;
	rng_init(&peer->rng, rng_derive(plan->seed, 'd'));
	peer->deliver_min = plan->deliver_min;
	peer->deliver_max = plan->deliver_max;
	/* A writer is fed nothing: a target that waits for its peer waits for ever. */
	peer->feed_limit = direction == DT_WRITER ? 0 : stream->size;
	peer->fed = peer->consumed = peer->sent = peer->drained = 0;
	peer->ended = peer->hung_up = peer->reset_at_end = false;
	peer->ballast_first = peer->ballast_count = 0;
	peer->ballast_total = peer->ballast_drained = 0;
	return 0;
}

static size_t feed(struct peer *peer, uint64_t size)
{
	struct event *event;
	ssize_t n;

	if (!size || peer->ended)
		return 0;
	n = wire_feed(peer->in, peer->stream->bytes + peer->fed, size);
	if (n <= 0)
		return 0;
	event = history_append(peer->history, EVENT_FEED);
	event->offset = peer->fed;
	event->size = (uint32_t)n;
	peer->fed += (uint64_t)n;
	return (size_t)n;
}

size_t peer_feed(struct peer *peer, uint64_t most)
{
	uint64_t size = rng_between(&peer->rng, peer->deliver_min, peer->deliver_max);
	uint64_t left = peer->feed_limit - peer->fed;

	size = size < most ? size : most;
	return feed(peer, size < left ? size : left);
}

bool peer_end(struct peer *peer)
{
	struct event *event;

	if (peer->ended || !peer->in || (peer->direction == DT_WRITER && !peer->reset_at_end))
		return false;
	peer->ended = true;
	event = history_append(peer->history, EVENT_PEER_CLOSE);
	event->offset = peer->fed;
	event->detail = peer->reset_at_end;
	if (peer->reset_at_end)
		wire_reset(peer->in);
	else
		wire_shutdown(peer->in);
	return true;
}

/* Hands what was drained to the sink, ballast cut out. */
static void sort_out(struct peer *peer, const unsigned char *bytes, size_t size)
{
	while (size) {
		uint64_t at = peer->drained + peer->ballast_drained;
		struct ballast *next = &peer->ballast[peer->ballast_first % BALLAST_MAX];
		bool mine = peer->ballast_count && at >= next->at;
		uint64_t run = size;

		if (mine)
			run = MIN(run, next->at + next->size - at);
		else if (peer->ballast_count)
			run = MIN(run, next->at - at);
		if (mine) {
			peer->ballast_drained += run;
			if (at + run == next->at + next->size) {
				peer->ballast_first++;
				peer->ballast_count--;
			}
		} else {
			struct event *event = history_append(peer->history, EVENT_DRAIN);

			event->side = EVENT_SIDE_OUT;
			event->offset = peer->drained;
			event->size = (uint32_t)run;
			peer->drained += run;
			if (peer->sink)
				peer->sink(peer->context, bytes, run);
		}
		bytes += run;
		size -= run;
	}
}

static size_t drain(struct peer *peer, size_t most)
{
	ssize_t n;

	if (peer->hung_up || !peer->out || peer->out->peer_fd < 0)
		return 0;
	n = wire_drain(peer->out, peer->scratch, MIN(most, (size_t)DRAIN_MAX));
	if (n <= 0)
		return 0;
	sort_out(peer, peer->scratch, (size_t)n);
	return (size_t)n;
}

size_t peer_drain(struct peer *peer)
{
	return drain(peer, rng_between(&peer->rng, peer->deliver_min, peer->deliver_max));
}

size_t peer_drain_all(struct peer *peer)
{
	size_t total = 0, n;

	while ((n = drain(peer, DRAIN_MAX)) > 0)
		total += n;
	return total;
}

bool peer_act(struct peer *peer, enum dt_side side)
{
	struct pollfd arrives = { .fd = peer->out ? peer->out->peer_fd : -1, .events = POLLIN };

	if (side == DT_IN)
		return peer_feed(peer, UINT64_MAX) > 0;
	if (peer_drain_all(peer))
		return true;
	return peer->kind == WIRE_TCP && !peer->hung_up && peer_undrained(peer) &&
	       poll(&arrives, 1, ARRIVES_MS) > 0 && peer_drain_all(peer);
}

void peer_hang_up(struct peer *peer)
{
	struct event *event;

	if (peer->hung_up || !peer->out)
		return;
	peer_drain_all(peer);
	event = history_append(peer->history, EVENT_PEER_CLOSE);
	event->side = EVENT_SIDE_OUT;
	event->offset = peer->drained;
	event->detail = peer->reset_at_end;
	peer->hung_up = true;
	wire_hang_up(peer->out);
}

/* Notes ballast that begins at `at`. */
static void note_ballast(struct peer *peer, uint64_t at, uint64_t size)
{
	struct ballast *last =
		&peer->ballast[(peer->ballast_first + peer->ballast_count - 1) % BALLAST_MAX];

	peer->ballast_total += size;
	if (peer->ballast_count && last->at + last->size == at) {
		last->size += size;
		return;
	}
	peer->ballast[(peer->ballast_first + peer->ballast_count++) % BALLAST_MAX] =
		(struct ballast){ .at = at, .size = size };
}

/* Smaller and smaller pieces: pipes take a small write whole or not at all. So does AF_UNIX, but
 * what counts there is memory and not bytes: single bytes fill it soonest. TCP takes what it can
 * (and many tiny segments would fill the receiver with their overhead). False on an error. */
static bool fill_up(struct peer *peer, uint64_t *size)
{
	static const unsigned char filler[4096] = { 0xba, 0x11, 0xa5, 0x7f };

	for (size_t piece = peer->kind == WIRE_UNIX ? 1 : sizeof(filler); piece;) {
		ssize_t n = wire_fill(peer->out, filler, piece);

		if (n < 0)
			return false;
		*size += (uint64_t)n;
		if (n == 0)
			piece = peer->kind == WIRE_TCP ? 0 : piece / 2;
	}
	return true;
}

/* Fills, and goes on until nothing is under way: what is makes room when it has arrived. Later ones
 * of some tries give the processors time, which may be busy; the last takes what it can get. */
static bool fill_to_stay(struct peer *peer, unsigned tries)
{
	bool busy = tries > 1, last = tries + 1 == FILL_TRIES;

	for (unsigned round = 0; round < CALM_ROUNDS; round++) {
		uint64_t at = peer->sent + peer->ballast_total, size = 0;
		bool calm = !wire_under_way(peer->out) && (last || wire_closed(peer->out));
		bool good = fill_up(peer, &size);

		if (size)
			note_ballast(peer, at, size);
		if (!good)
			return false;
		if (peer->kind != WIRE_TCP || (calm && !size))
			return true;
		if (busy)
			poll(NULL, 0, 1);
	}
	return false;
}

bool peer_fill(struct peer *peer)
{
	if (peer->hung_up || peer->ballast_count == BALLAST_MAX)
		return false;
	/* A few bytes at the end of a full receiver are not acknowledged for as long as 40 ms, ask
	 * as one may. Those of an empty one are. */
	for (unsigned tries = 0; tries < FILL_TRIES; tries++) {
		if (fill_to_stay(peer, tries))
			return true;
		if (!peer_empty(peer))
			return false;
	}
	return false;
}

bool peer_empty(struct peer *peer)
{
	for (unsigned round = 0; round < CARRY_ROUNDS; round++) {
		peer_drain_all(peer);
		if (!wire_under_way(peer->out) && !wire_unsent(peer->out))
			return !peer->hung_up;
		relax(round);
	}
	return false;
}

bool peer_arrived(const struct peer *peer)
{
	uint64_t unread = peer_unread(peer);

	if (peer->kind != WIRE_TCP)
		return true;
	for (unsigned round = 0; round < CARRY_ROUNDS; round++) {
		ssize_t there = wire_unread(peer->in);

		if (there < 0 || (uint64_t)there >= unread)
			return there >= 0;
		relax(round);
	}
	return false;
}
