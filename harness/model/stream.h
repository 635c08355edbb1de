/*
 * stream.h - position-coded streams: every byte tells its stream and its offset.
 *
 * The stream is cut into 8-byte words; word i of stream s is a bijection of (s, i) on 64 bits
 * (lines: on the 48 bits that eight characters of a 64-letter alphabet carry), so any 15 observed
 * bytes contain one whole word and tell in constant time where they belong. Frames lay their
 * headers over the code (payload bytes keep the code of their own wire offset), lines lay '\n'.
 *
 *	bytes   |word 0 ........|word 1 ........|
 *	frames  |hdr|payload: code bytes 4..36  |hdr|payload ...
 *	lines   |kq3Z...code letters....\n|x0...
 *
 * A stream depends on its shape and id only, never on a trial's seed: it is made once.
 */
#ifndef MODEL_STREAM_H
#define MODEL_STREAM_H

#include <stdbool.h>
#include <stdint.h>

#include "model/plan.h"

struct unit_place {
	uint64_t offset;	/* of its header, or of its first byte */
	uint32_t header_size;	/* 0 for lines and bytes */
	uint32_t payload_size;	/* lines: with the '\n' */
};

struct stream {
	unsigned char *bytes; /* owned; size bytes as they go over the wire */
	uint64_t size;	      /* whole units; for frames and lines at most the size asked for */
	uint64_t id;
	enum dt_unit unit;
	enum dt_header header;
	uint32_t unit_min, unit_max;
	struct unit_place *units; /* owned; NULL for bytes */
	uint32_t unit_count;	  /* 0 for bytes */
	uint64_t asked;		  /* the size asked for, before the cut to whole units */
};

/* 0 or -ENOMEM. At least one unit is made. Release with stream_finish. */
int stream_init(struct stream *stream, uint64_t id, const struct plan *shape);
void stream_finish(struct stream *stream);

/*
 * The same stream as plain bytes, headers included: for whoever sees the wire itself, as the peer
 * of a writer does. Borrows the memory of the stream and needs no finish.
 */
struct stream stream_wire_view(const struct stream *stream);

/* Was it made for this shape? */
bool stream_fits(const struct stream *stream, uint64_t id, const struct plan *shape);

/* Writes a header for a payload of that size; returns its length, 1 to 5 bytes. */
unsigned header_write(enum dt_header header, uint32_t payload_size, unsigned char *ret_bytes);

/*
 * Where observed bytes come from, all of them in one run: this stream, or one of the same shape
 * with another id below 256. (Frames: payload bytes; the offset is the first one's on the wire.)
 * Pieces without a whole word, from about 4 bytes on, are searched for from `hint` outwards.
 * Returns 0, or -ENOENT when they belong nowhere.
 */
int stream_locate(const struct stream *stream, uint64_t hint, const unsigned char *bytes,
		  size_t size, uint64_t *ret_id, uint64_t *ret_offset);

/* What kind of damage a difference is. */
struct divergence {
	enum damage damage;
	uint64_t from, to; /* stream bytes */
};

/*
 * The receiver was owed the stream from expected_at on and saw `observed` instead: the bytes from
 * the first difference on, as many as the harness kept; `ended` when nothing came after them.
 * Frames: payload bytes, headers left out; [from, to) then runs on the wire from the first
 * affected payload byte to one past the last, with the headers in between. Never DAMAGE_NONE.
 *  lost        the observed bytes come from further on: [from, to) was left out
 *  duplicated  they were delivered before: [from, to) came twice
 *  reordered   what was left out comes later in `observed`
 *  stale       they belong to another stream
 *  truncated   the stream ended early: [from, to) never came
 *  corrupted   none of these
 */
void damage_classify(const struct stream *stream, uint64_t expected_at,
		     const unsigned char *observed, size_t size, bool ended,
		     struct divergence *ret_divergence);

#endif
