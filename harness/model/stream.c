/*
 * stream.c - makes streams: the position code first, then headers or newlines laid over it.
 *
 * Sizes of units come from a seed that depends on the shape only, not on the stream's id or its
 * size: streams of one shape have the same places of units, and a shorter stream is the beginning
 * of a longer one (but for its last unit, which is cut to fit).
 */
#include "model/stream.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "base/macros.h"
#include "base/rng.h"
#include "model/code.h"

struct bounds {
	uint32_t min, max;
};

static uint32_t clamp(uint32_t value, uint32_t low, uint32_t high)
{
	return value < low ? low : MIN(value, high);
}

/* What the header can count, and at least one byte; a line of one byte only when asked for. */
static struct bounds unit_bounds(const struct plan *shape)
{
	uint32_t low = 1, high = UINT32_MAX;
	struct bounds bounds = { 0, 0 };

	if (shape->unit == DT_BYTES)
		return bounds;
	if (shape->unit == DT_LINES)
		low = shape->unit_min == 1 ? 1 : 2;
	else if (shape->header == DT_U8)
		high = UINT8_MAX;
	else if (shape->header == DT_U16BE || shape->header == DT_U16LE)
		high = UINT16_MAX;
	bounds.min = clamp(shape->unit_min, low, high);
	bounds.max = clamp(shape->unit_max, bounds.min, high);
	return bounds;
}

unsigned header_write(enum dt_header header, uint32_t payload_size, unsigned char *ret_bytes)
{
	unsigned size = header == DT_U8 ? 1 : header <= DT_U16LE ? 2 : 4;
	bool little = header == DT_U16LE || header == DT_U32LE;

	assert(header >= DT_U8 && header <= DT_VARINT);
	if (header == DT_VARINT) {
		for (size = 0; payload_size > 0x7f; payload_size >>= 7)
			ret_bytes[size++] = (unsigned char)(payload_size | 0x80);
		ret_bytes[size++] = (unsigned char)payload_size;
		return size;
	}
	for (unsigned i = 0; i < size; i++)
		ret_bytes[little ? i : size - 1 - i] = (unsigned char)(payload_size >> 8 * i);
	return size;
}

static uint32_t header_size(const struct stream *stream, uint32_t payload_size)
{
	unsigned char bytes[5];

	return stream->unit == DT_FRAMES ? header_write(stream->header, payload_size, bytes) : 0;
}

/*
 * The place of the next unit, with a drawn size, smaller when less is left. False when not even
 * the smallest fits; but the first is laid whatever the size asked for.
 */
static bool next_place(const struct stream *stream, struct rng *rng, uint64_t at,
		       struct unit_place *ret_place)
{
	uint32_t payload = (uint32_t)rng_between(rng, stream->unit_min, stream->unit_max);
	uint64_t room = at < stream->asked ? stream->asked - at : 0;

	if (header_size(stream, payload) + (uint64_t)payload > room) {
		uint32_t header = header_size(stream, (uint32_t)MIN(room, payload));

		payload = (uint32_t)MIN(payload, room > header ? room - header : 0);
		if (payload < stream->unit_min && at > 0)
			return false;
		payload = MAX(payload, stream->unit_min);
	}
	ret_place->offset = at;
	ret_place->header_size = header_size(stream, payload);
	ret_place->payload_size = payload;
	return true;
}

/* Draws the places of all units, and counts them when there is nowhere to keep them. */
static uint32_t places_draw(const struct stream *stream, struct unit_place *places,
			    uint64_t *ret_size)
{
	struct unit_place place = { 0 };
	uint32_t count = 0;
	struct rng rng;

	rng_init(&rng, rng_derive((uint64_t)stream->unit_min << 32 | stream->unit_max,
				  (uint64_t)stream->unit << 8 | stream->header));
	for (*ret_size = 0; next_place(stream, &rng, *ret_size, &place); count++) {
		if (places)
			places[count] = place;
		*ret_size += place.header_size + place.payload_size;
	}
	return count;
}

static void units_lay(struct stream *stream)
{
	for (uint32_t i = 0; i < stream->unit_count; i++) {
		const struct unit_place *place = &stream->units[i];
		unsigned char *unit = stream->bytes + place->offset;

		if (stream->unit == DT_FRAMES)
			header_write(stream->header, place->payload_size, unit);
		else
			unit[place->payload_size - 1] = '\n';
	}
}

int stream_init(struct stream *stream, uint64_t id, const struct plan *shape)
{
	struct bounds bounds = unit_bounds(shape);
	uint64_t size = 0;

	assert(id < CODE_IDS && shape->stream_size > 0);
	assert(shape->unit >= DT_BYTES && shape->unit <= DT_LINES);
	*stream = (struct stream){
		.size = shape->stream_size,
		.asked = shape->stream_size,
		.id = id,
		.unit = shape->unit,
		.header = shape->unit == DT_FRAMES ? shape->header : 0,
		.unit_min = bounds.min,
		.unit_max = bounds.max,
	};
	if (stream->unit != DT_BYTES) {
		stream->unit_count = places_draw(stream, NULL, &size);
		stream->size = size;
		stream->units = calloc(stream->unit_count, sizeof(*stream->units));
		if (!stream->units)
			return -ENOMEM;
		places_draw(stream, stream->units, &size);
	}
	stream->bytes = malloc(stream->size);
	if (!stream->bytes) {
		stream_finish(stream);
		return -ENOMEM;
	}
	code_fill(stream->unit, id, stream->bytes, stream->size);
	units_lay(stream);
	return 0;
}

void stream_finish(struct stream *stream)
{
	free(stream->bytes);
	free(stream->units);
	*stream = (struct stream){ 0 };
}

struct stream stream_wire_view(const struct stream *stream)
{
	struct stream view = *stream;

	if (stream->unit == DT_FRAMES)
		view.unit = DT_BYTES; /* its units stay: they tell which bytes are headers */
	return view;
}

bool stream_fits(const struct stream *stream, uint64_t id, const struct plan *shape)
{
	struct bounds bounds = unit_bounds(shape);

	return stream->bytes && stream->id == id && stream->unit == shape->unit &&
	       (stream->unit != DT_FRAMES || stream->header == shape->header) &&
	       stream->asked == shape->stream_size && stream->unit_min == bounds.min &&
	       stream->unit_max == bounds.max;
}
