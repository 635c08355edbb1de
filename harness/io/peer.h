/*
 * peer.h - the harness's end of the wires: feeds and drains to the plan, and counts.
 *
 * It acts only between the target's submissions, with plain non-blocking system calls, so that no
 * cancellation can ever hit it. To block a write on demand it fills the target's way out with
 * ballast: bytes of its own that it recognises by their place and throws away when it drains.
 *
 *	sent by the target:  |aaaa|bbb|     |cc|
 *	ballast:                       |####|      at = 7, size = 4: skipped when drained
 */
#ifndef IO_PEER_H
#define IO_PEER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/macros.h"
#include "base/rng.h"
#include "io/wire.h"
#include "model/history.h"
#include "model/plan.h"
#include "model/stream.h"

enum { BALLAST_MAX = 64, DRAIN_MAX = 1 << 16 };

/* Where drained bytes go: called once for each piece, in order, never with ballast. */
typedef void (*peer_sink)(void *context, const unsigned char *bytes, size_t size);

struct ballast {
	uint64_t at; /* place on the way out, counted with all ballast before it */
	uint64_t size;
};

struct peer {
	struct wire wires[2];
	struct wire *in, *out; /* the same wire for a socket that goes both ways; NULL: none */
	const struct stream *stream; /* borrowed; what is fed */
	struct history *history;
	struct rng rng; /* sizes of deliveries */
	uint32_t deliver_min, deliver_max;
	uint64_t feed_limit; /* bytes of the stream that will be fed */
	uint64_t fed;
	uint64_t consumed; /* towards the target, in its completions */
	uint64_t sent;	   /* from the target, in its completions */
	uint64_t drained;  /* from the target, without ballast */
	bool ended;	   /* the end of stream was said */
	bool reset_at_end; /* by a reset instead */
	bool hung_up;	   /* nobody reads any more */
	bool dirty;	   /* the wires cannot be used again */
	unsigned opened;   /* how often wires were opened */
	struct ballast ballast[BALLAST_MAX];
	unsigned ballast_first, ballast_count;
	uint64_t ballast_total;	   /* ever put in */
	uint64_t ballast_drained;  /* ever taken out */
	peer_sink sink;
	void *context;
	unsigned char *scratch; /* owned, DRAIN_MAX bytes */
	enum wire_kind kind;
	enum dt_direction direction;
};

int peer_init(struct peer *peer);
void peer_finish(struct peer *peer);

/* Gets ready for a trial: wires (reused when they are clean), counters, the seed. 0 or -errno. */
int peer_reset(struct peer *peer, const struct plan *plan, enum dt_direction direction,
	       const struct stream *stream, struct history *history);

/* Bytes that were fed and that no completion of the target has taken. */
static inline uint64_t peer_unread(const struct peer *peer)
{
	return peer->fed - peer->consumed;
}

/* Bytes on the way out that were not drained, ballast included. 0 too while an operation that has
 * moved bytes is still in flight: its bytes can be drained before its completion tells. */
static inline uint64_t peer_undrained(const struct peer *peer)
{
	uint64_t put = peer->sent + peer->ballast_total;
	uint64_t taken = peer->drained + peer->ballast_drained;

	return put > taken ? put - taken : 0;
}

/* Feeds one delivery of at most `most` bytes. Bytes fed; 0 when there is nothing more, or the wire
 * is full. */
size_t peer_feed(struct peer *peer, uint64_t most);

/* Says end of stream (or resets). False when that was done before. */
bool peer_end(struct peer *peer);

/* Is there nothing left to feed? A writer's peer never says so: whoever reads there waits on. */
static inline bool peer_exhausted(const struct peer *peer)
{
	return !peer->in || (peer->direction != DT_WRITER && peer->fed >= peer->feed_limit);
}

/* Takes one delivery. Bytes taken, ballast included; 0 when there are none. */
size_t peer_drain(struct peer *peer);

/* Takes all there is now. */
size_t peer_drain_all(struct peer *peer);

/* Acts so that a waiting operation of that side could go on: feeds one delivery, or takes all there
 * is, waiting a moment for what is under way. False when it could do nothing. */
bool peer_act(struct peer *peer, enum dt_side side);

/* Takes what is there and stops reading for good: EPIPE or ECONNRESET for the target. */
void peer_hang_up(struct peer *peer);

/* Fills the target's way out, so that its next write waits. True when it is full, and will stay so
 * until the peer drains. */
bool peer_fill(struct peer *peer);

/* Empties the target's way out, so that its next write has room. True when it has. */
bool peer_empty(struct peer *peer);

/* Waits until what was fed can be read: TCP may take its time. True when all is there. Not for use
 * while an operation that may have taken some of it is in flight. */
bool peer_arrived(const struct peer *peer);

/* Could the peer act for a waiting operation of that side? */
static inline bool peer_can_act(const struct peer *peer, enum dt_side side)
{
	return side == DT_IN ? !peer->ended && peer->fed < peer->feed_limit
			     : !peer->hung_up && peer_undrained(peer);
}

#endif
