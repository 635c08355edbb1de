/*
 * guard.h - callers' buffers: an unmapped page right behind the last byte, numbered bytes in front,
 * and a known content while the buffer is not the target's.
 *
 *	| ... | numbered front | data .... size | unmapped page |
 *
 * Writing one byte too far crashes (and the crash is blamed on the plan); one byte in front, or
 * anything after the buffer was given back, is found by comparing.
 */
#ifndef IO_GUARD_H
#define IO_GUARD_H

#include <stdbool.h>
#include <stddef.h>

enum { GUARD_FRONT = 64 };

enum guard_state {
	GUARD_LENT,	/* the target may write into it */
	GUARD_KEPT,	/* it gave it back: the content is the shadow's */
	GUARD_NUMBERED, /* it gave it back, and numbered bytes were put into it */
};

struct guard {
	unsigned char *map; /* owned */
	size_t room;	    /* the largest size that fits */
	unsigned char *data;
	size_t size;
	unsigned char *shadow; /* owned; of a kept buffer: what it must still hold */
	size_t used;	       /* the caller's count, kept for a repeated call */
	enum guard_state state;
};

/* 0 or -ENOMEM. */
int guard_init(struct guard *guard, size_t room);
void guard_finish(struct guard *guard);

/* Lends a new buffer of that size (at most room), filled with `content`, or with numbered bytes
 * when that is NULL. */
unsigned char *guard_lend(struct guard *guard, size_t size, const unsigned char *content);

/* The target returned. Keep: its content must not change until it is lent again by guard_relend;
 * otherwise the harness scribbles over it, so that a late reader sends nonsense. */
void guard_return(struct guard *guard, bool keep);

/* Lends the kept buffer again, content and all. */
void guard_relend(struct guard *guard);

/* Does the address lie in it? */
static inline bool guard_holds(const struct guard *guard, const void *address)
{
	const unsigned char *at = address;

	return at >= guard->map && at < guard->map + guard->room + GUARD_FRONT;
}

/* Is the front untouched, and, of a returned buffer, the content? The first changed byte is told
 * relative to data (negative: in front). */
bool guard_intact(const struct guard *guard, long *ret_at);

#endif
