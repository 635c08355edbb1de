/*
 * history.h - the append-only record of one trial: a flat array, no allocation while it runs.
 *
 * Order is the order in which the harness saw things. Offsets are stream offsets: bytes of the
 * reader's stream for the IN side, of the writer's stream for the OUT side.
 */
#ifndef MODEL_HISTORY_H
#define MODEL_HISTORY_H

#include <stdbool.h>
#include <stdint.h>

#include "model/words.h"

enum event_kind {
	EVENT_ATTEMPT,	  /* an attempt begins; size: its buffer or message; offset: its place */
	EVENT_SUBMIT,	  /* a primitive was submitted; detail: enum dt_opcode; size: bytes asked */
	EVENT_COMPLETE,	  /* T; result; offset: where its bytes begin; flags: EVENT_PEEKED */
	EVENT_CANCEL,	  /* a cancellation was asked; detail: index in the plan */
	EVENT_CANCELLED,  /* C, or the linked timeout; detail: index in the plan; result */
	EVENT_LANDING,	  /* detail: index in the plan; result: enum landing; offset */
	EVENT_FEED,	  /* the peer put size bytes on the wire at offset */
	EVENT_DRAIN,	  /* the peer took size bytes from the wire at offset */
	EVENT_PEER_CLOSE, /* the peer closed its end, or shut it down, or reset it (detail 1) */
	EVENT_RETURN,	  /* the attempt returned result; size: buffer->used */
	EVENT_HANDED,	  /* size bytes were handed over to the caller; offset */
	EVENT_ACCEPTED,	  /* size bytes of a message were accepted by the target; offset */
	EVENT_CALLER,	  /* the caller decided; detail: enum caller */
	EVENT_SYNTHETIC,  /* a simulated write of zero bytes */
	EVENT_FINISH,	  /* finish() returned result */
	EVENT_DAMAGE,	  /* detail: enum damage; offset and size: the bytes */
	EVENT_KINDS
};

enum { EVENT_SIDE_IN = 0, EVENT_SIDE_OUT = 1 };

/* Flags of a completion: its bytes were looked at and stay on the wire. */
enum { EVENT_PEEKED = 1 << 0 };

/* Has it moved bytes on that side? */
#define EVENT_MOVED(event, on)                                                                    \
	((event)->kind == EVENT_COMPLETE && (event)->side == (on) && (event)->result > 0 &&        \
	 !((event)->flags & EVENT_PEEKED))

struct event {
	uint8_t kind;
	uint8_t detail;
	uint8_t side;
	uint8_t flags;
	uint32_t attempt;
	uint32_t primitive; /* within the attempt */
	int32_t result;
	uint32_t size;
	uint32_t reserved;
	uint64_t offset;
};

struct history {
	struct event *events; /* owned by whoever made it; capacity entries */
	uint32_t count;
	uint32_t capacity;
	uint32_t dropped; /* events that no longer fitted */
};

static inline void history_clear(struct history *history)
{
	history->count = 0;
	history->dropped = 0;
}

/* The record to fill in; one to throw away when the history is full. */
static inline struct event *history_append(struct history *history, enum event_kind kind)
{
	uint32_t at = history->count;

	if (at < history->capacity) {
		history->count++;
	} else {
		history->dropped++;
		at = history->capacity - 1;
	}
	history->events[at] = (struct event){ .kind = (uint8_t)kind };
	return &history->events[at];
}

/* The word for an event's kind, as `--trace` and results print it. Static. */
const char *event_name(enum event_kind kind);

/* One readable line for an event, without a newline. Returns its length. */
int event_format(const struct event *event, char *text, size_t text_max);

#endif
