/*
 * locate.h - where observed bytes come from, with the evidence for it.
 *
 * The evidence is counted in bits: what the matching bytes say (8 bits each, 6 for letters, none
 * for newlines) less what the search cost (each doubling of the places tried is one bit). So a
 * single byte is believed right beside the place where it was expected, and nowhere else.
 *
 * Of frames the payload is looked at; headers are stepped over, and every result lies on a payload
 * byte, or for the ends of ranges right after one.
 */
#ifndef MODEL_LOCATE_H
#define MODEL_LOCATE_H

#include <stddef.h>

#include "model/stream.h"

enum {
	LOCATE_BELIEVED = 6, /* bits: chance finds as much once in 64 */
	LOCATE_STRONG = 24,
};

struct located {
	uint64_t id;
	uint64_t offset; /* of the first byte */
	uint64_t end;	 /* one past the last matching byte; offset when none matches */
	size_t run;	 /* matching bytes */
	int bits;	 /* evidence */
};

/* The offset itself, or the first payload byte of the frame whose header is there. */
uint64_t payload_at(const struct stream *stream, uint64_t offset);

/* One past the last payload byte in front of the offset. */
uint64_t payload_end(const struct stream *stream, uint64_t offset);

/* One past the count-th payload byte from a payload byte on; the stream's size, and as many bytes
 * beyond it, where the stream has no more. */
uint64_t payload_forward(const struct stream *stream, uint64_t offset, uint64_t count);

/* The payload byte that lies count payload bytes in front of the offset; false: there is none. */
bool payload_back(const struct stream *stream, uint64_t offset, uint64_t count,
		  uint64_t *ret_offset);

/* How many payload bytes lie between two payload bytes. */
uint64_t payload_count(const struct stream *stream, uint64_t from, uint64_t to);

/* What trying all places up to that far away costs. */
int locate_cost(uint64_t distance);

/* How many of the bytes are stream `id` from `offset` on, and what that says. */
struct located locate_run(const struct stream *stream, uint64_t id, uint64_t offset,
			  const unsigned char *bytes, size_t size);

/* The place of the first bytes, when a whole word that tells it lies among the first 64. */
bool locate_word(const struct stream *stream, const unsigned char *bytes, size_t size,
		 struct located *ret_located);

/*
 * The best place for the first bytes: as many as match there. `ended`: the stream is over after
 * them, so its own end is a place that costs nothing to try. False when chance explains it.
 */
bool locate_first(const struct stream *stream, uint64_t hint, const unsigned char *bytes,
		  size_t size, bool ended, struct located *ret_located);

/* The same among the other streams, near the hint and beyond doubt only: it tries half a million
 * places, for pieces too small to have a whole word. */
bool locate_stale(const struct stream *stream, uint64_t hint, const unsigned char *bytes,
		  size_t size, struct located *ret_located);

#endif
