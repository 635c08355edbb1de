/*
 * locate.c - finds the place of observed bytes: by a whole word where there is one, by search
 * where units are too small for that.
 *
 * The search walks outwards from where the bytes were expected and scores each place:
 *
 *	observed "kq3", found 40 bytes further on:   3 x 6 bits - 7 (80 places) = 11 bits: believed
 *	observed "k",   found 40 bytes further on:       6 bits - 7             < 6: chance
 */
#include "model/locate.h"

#include <errno.h>

#include "base/macros.h"
#include "model/code.h"

enum { WORD_REACH = 64, STALE_REACH = 1024, STALE_COST = 8 };

/* The last unit that begins at or before the offset. */
static const struct unit_place *unit_of(const struct stream *stream, uint64_t offset)
{
	uint32_t low = 0, high = stream->unit_count;

	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;

		if (stream->units[middle].offset <= offset)
			low = middle;
		else
			high = middle;
	}
	return &stream->units[low];
}

static uint64_t payload_start(const struct unit_place *unit)
{
	return unit->offset + unit->header_size;
}

uint64_t payload_at(const struct stream *stream, uint64_t offset)
{
	if (stream->unit != DT_FRAMES || offset >= stream->size)
		return offset;
	return MAX(offset, payload_start(unit_of(stream, offset)));
}

uint64_t payload_end(const struct stream *stream, uint64_t offset)
{
	const struct unit_place *unit;

	if (stream->unit != DT_FRAMES || offset >= stream->size)
		return offset;
	unit = unit_of(stream, offset);
	return offset <= payload_start(unit) ? unit->offset : offset;
}

/* Where the run of neighbouring payload bytes ends. */
static uint64_t piece_end(const struct stream *stream, uint64_t offset)
{
	const struct unit_place *unit;

	if (stream->unit != DT_FRAMES)
		return stream->size;
	unit = unit_of(stream, offset);
	return payload_start(unit) + unit->payload_size;
}

uint64_t payload_forward(const struct stream *stream, uint64_t offset, uint64_t count)
{
	while (count > 0 && offset < stream->size) {
		uint64_t start = payload_at(stream, offset);
		uint64_t step = MIN(count, piece_end(stream, start) - start);

		offset = start + step;
		count -= step;
	}
	return offset + count;
}

bool payload_back(const struct stream *stream, uint64_t offset, uint64_t count,
		  uint64_t *ret_offset)
{
	while (stream->unit == DT_FRAMES && count > 0 && offset > 0) {
		const struct unit_place *unit = unit_of(stream, offset - 1);
		uint64_t start = payload_start(unit);
		uint64_t step = offset > start ? MIN(count, offset - start) : 0;

		count -= step;
		offset = count ? unit->offset : offset - step;
	}
	if (count > offset)
		return false;
	*ret_offset = offset - count;
	return true;
}

uint64_t payload_count(const struct stream *stream, uint64_t from, uint64_t to)
{
	uint64_t count = 0;

	while (from < to) {
		uint64_t end = MIN(piece_end(stream, from), to);

		count += end - from;
		from = payload_at(stream, end);
	}
	return count;
}

int locate_cost(uint64_t distance)
{
	return distance ? 64 - __builtin_clzll(distance * 2) : 0;
}

/* What the byte is in stream `id`, which has its units at the same places. */
static unsigned char byte_at(const struct stream *stream, uint64_t id, uint64_t offset)
{
	bool laid = false; /* over the code: the same in all streams */

	if (id == stream->id)
		return stream->bytes[offset];
	if (stream->unit == DT_LINES)
		laid = stream->bytes[offset] == '\n';
	else if (stream->unit == DT_BYTES && stream->units)
		laid = offset < payload_start(unit_of(stream, offset));
	return laid ? stream->bytes[offset] : code_byte(stream->unit, id, offset);
}

static int byte_bits(const struct stream *stream, unsigned char byte)
{
	return stream->unit != DT_LINES ? 8 : byte == '\n' ? 0 : 6;
}

struct located locate_run(const struct stream *stream, uint64_t id, uint64_t offset,
			  const unsigned char *bytes, size_t size)
{
	uint64_t at = payload_at(stream, offset);
	struct located located = { .id = id, .offset = at, .end = at };

	while (located.run < size && at < stream->size) {
		uint64_t end = piece_end(stream, at);

		for (; located.run < size && at < end; at++, located.run++) {
			if (bytes[located.run] != byte_at(stream, id, at))
				return located;
			located.bits += byte_bits(stream, bytes[located.run]);
			located.end = at + 1;
		}
		at = payload_at(stream, at);
	}
	return located;
}

bool locate_word(const struct stream *stream, const unsigned char *bytes, size_t size,
		 struct located *ret_located)
{
	uint64_t words = (stream->size + CODE_WORD - 1) / CODE_WORD, id, index, start;

	for (size_t i = 0; i + CODE_WORD <= MIN(size, WORD_REACH); i++) {
		struct located located;

		if (!code_find(stream->unit, bytes + i, words, &id, &index) ||
		    !payload_back(stream, index * CODE_WORD, i, &start))
			continue;
		located = locate_run(stream, id, start, bytes, size);
		if (located.run < i + CODE_WORD)
			continue;
		*ret_located = located;
		return true;
	}
	return false;
}

/* Tries one place of a stream. */
static void consider(const struct stream *stream, uint64_t id, uint64_t offset, int cost,
		     const unsigned char *bytes, size_t size, struct located *best)
{
	struct located located;

	if (byte_at(stream, id, offset) != bytes[0] || payload_at(stream, offset) != offset)
		return;
	located = locate_run(stream, id, offset, bytes, size);
	located.bits -= cost;
	if (located.bits > best->bits)
		*best = located;
}

/* Walks outwards from the hint, no further than the reach or than evidence can be enough. */
static void search(const struct stream *stream, uint64_t id, uint64_t hint, uint64_t reach,
		   int cost, const unsigned char *bytes, size_t size, struct located *best)
{
	int most = 0;

	for (size_t i = 0; i < size && most < 128; i++)
		most += byte_bits(stream, bytes[i]);
	for (uint64_t distance = 0; distance <= reach; distance++) {
		int now = cost + locate_cost(distance);
		bool left = distance <= hint, right = distance < stream->size - hint;

		if ((!left && !right) || most - now <= best->bits || best->run == size)
			return;
		if (left && hint - distance < stream->size)
			consider(stream, id, hint - distance, now, bytes, size, best);
		if (right && distance)
			consider(stream, id, hint + distance, now, bytes, size, best);
	}
}

bool locate_first(const struct stream *stream, uint64_t hint, const unsigned char *bytes,
		  size_t size, bool ended, struct located *ret_located)
{
	struct located best = { .bits = LOCATE_BELIEVED - 1 }, other;
	uint64_t start;

	if (!size || locate_word(stream, bytes, size, ret_located))
		return size > 0;
	if (ended && payload_back(stream, stream->size, size, &start)) {
		other = locate_run(stream, stream->id, start, bytes, size);
		if (other.run == size && other.bits > best.bits)
			best = other;
	}
	search(stream, stream->id, MIN(hint, stream->size), UINT64_MAX, 0, bytes, size, &best);
	*ret_located = best;
	return best.run > 0;
}

bool locate_stale(const struct stream *stream, uint64_t hint, const unsigned char *bytes,
		  size_t size, struct located *ret_located)
{
	struct located best = { .bits = LOCATE_STRONG - 1 };

	for (uint64_t id = 0; id < CODE_IDS && best.run < size; id++)
		if (id != stream->id)
			search(stream, id, MIN(hint, stream->size), STALE_REACH, STALE_COST, bytes,
			       size, &best);
	*ret_located = best;
	return best.run > 0;
}

int stream_locate(const struct stream *stream, uint64_t hint, const unsigned char *bytes,
		  size_t size, uint64_t *ret_id, uint64_t *ret_offset)
{
	struct located located;

	if ((!locate_first(stream, hint, bytes, size, false, &located) || located.run < size) &&
	    (!locate_stale(stream, hint, bytes, size, &located) || located.run < size))
		return -ENOENT;
	*ret_id = located.id;
	*ret_offset = located.offset;
	return 0;
}
