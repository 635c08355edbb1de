/*
 * locate.h - where observed bytes come from, with the evidence for it.
 *
 * The evidence is counted in bits: what the matching bytes say (8 bits each, 6 for letters, none
 * for newlines) less what the search cost (every doubling of the places tried is one bit), so a
 * single byte is believed right beside the place where it was expected and nowhere else.
 */
#ifndef MODEL_LOCATE_H
#define MODEL_LOCATE_H

#include "model/stream.h"

enum {
	LOCATE_BELIEVED = 6, /* bits; chance finds as much once in 64 */
	LOCATE_STRONG = 24,
};

struct located {
	uint64_t id;
	uint64_t offset; /* of the first byte */
	uint64_t end;	 /* one past the last matching byte */
	size_t run;	 /* matching bytes; headers of frames are stepped over */
	int bits;	 /* evidence */
};

/* The place itself, or the first payload byte of the frame whose header is there. */
uint64_t payload_at(const struct stream *stream, uint64_t offset);

/* One past the payload byte that precedes `offset`: ranges end with a payload byte. */
uint64_t payload_end(const struct stream *stream, uint64_t offset);

/* How many of the bytes are stream `id` from `offset` on, and what that says. */
struct located locate_run(const struct stream *stream, uint64_t id, uint64_t offset,
			  const unsigned char *bytes, size_t size);

/* Is `at`, a result's end, the end of the stream? */
bool locate_ends(const struct stream *stream, uint64_t at);

/*
 * The best place for the first bytes: as many as match there. `ended`: the stream is over after
 * them, so its own end is a place that costs nothing to try. False when chance explains it.
 */
bool locate_first(const struct stream *stream, uint64_t hint, const unsigned char *bytes,
		  size_t size, bool ended, struct located *ret_located);

#endif
