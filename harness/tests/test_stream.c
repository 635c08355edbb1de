/*
 * test_stream.c - the code can be undone, streams are cut as asked, and pieces find their place.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/rng.h"
#include "model/code.h"
#include "model/locate.h"
#include "model/stream.h"
#include "tests/suite.h"

static const struct variant {
	enum dt_unit unit;
	enum dt_header header;
	uint32_t min, max;
	uint64_t size;
} variants[] = {
	{ DT_BYTES, 0, 0, 0, 65536 },
	{ DT_BYTES, 0, 0, 0, 4093 },
	{ DT_FRAMES, DT_U8, 1, 300, 20000 },
	{ DT_FRAMES, DT_U16BE, 20, 700, 20000 },
	{ DT_FRAMES, DT_U16LE, 1, 65536, 300000 },
	{ DT_FRAMES, DT_U32BE, 1, 300, 20000 },
	{ DT_FRAMES, DT_U32LE, 1, 5, 4000 },
	{ DT_FRAMES, DT_VARINT, 1, 20000, 200000 },
	{ DT_LINES, 0, 2, 80, 20000 },
	{ DT_LINES, 0, 2, 7, 4000 },
	{ DT_LINES, 0, 1, 40, 20000 },
	{ DT_LINES, 0, 3000, 3000, 65536 },
};

static struct plan shape_of(const struct variant *variant)
{
	struct plan shape;

	plan_init(&shape);
	shape.unit = variant->unit;
	shape.header = variant->header;
	shape.unit_min = variant->min;
	shape.unit_max = variant->max;
	shape.stream_size = variant->size;
	return shape;
}

static struct stream made(const struct variant *variant, uint64_t id)
{
	struct plan shape = shape_of(variant);
	struct stream stream;

	CU_ASSERT_EQUAL_FATAL(stream_init(&stream, id, &shape), 0);
	return stream;
}

static void test_bijection(void)
{
	static const unsigned char zeros[CODE_WORD];
	struct rng rng = { .state = 11 };

	for (unsigned i = 0; i < 100000; i++) {
		enum dt_unit unit = i & 1 ? DT_LINES : DT_BYTES;
		uint64_t words = 1ULL << rng_between(&rng, 0, unit == DT_LINES ? 39 : 47);
		uint64_t id = rng_below(&rng, CODE_IDS), index = rng_below(&rng, words);
		uint64_t found_id = 0, found_index = 0;
		unsigned char word[CODE_WORD];

		code_word(unit, id, index, word);
		CU_ASSERT_FATAL(code_find(unit, word, words, &found_id, &found_index));
		CU_ASSERT_EQUAL_FATAL(found_id, id);
		CU_ASSERT_EQUAL_FATAL(found_index, index);
		CU_ASSERT_FALSE_FATAL(code_find(unit, word, index, &found_id, &found_index));
		CU_ASSERT_NOT_EQUAL_FATAL(memcmp(word, zeros, sizeof(word)), 0);
		CU_ASSERT_EQUAL_FATAL(code_byte(unit, id, index * CODE_WORD + i % CODE_WORD),
				      word[i % CODE_WORD]);
		word[i % CODE_WORD] = '\n';
		if (unit == DT_LINES)
			CU_ASSERT_FALSE_FATAL(
				code_find(unit, word, words, &found_id, &found_index));
	}
}

/* What a receiver would parse must be what units[] says. */
static uint32_t header_read(enum dt_header header, const unsigned char *bytes)
{
	uint32_t value = 0;

	switch (header) {
	case DT_U8:
		return bytes[0];
	case DT_U16BE:
		return (uint32_t)bytes[0] << 8 | bytes[1];
	case DT_U16LE:
		return (uint32_t)bytes[1] << 8 | bytes[0];
	case DT_U32BE:
		return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 |
		       (uint32_t)bytes[2] << 8 | bytes[3];
	case DT_U32LE:
		return (uint32_t)bytes[3] << 24 | (uint32_t)bytes[2] << 16 |
		       (uint32_t)bytes[1] << 8 | bytes[0];
	default:
		for (unsigned i = 0;; i++) {
			value |= (uint32_t)(bytes[i] & 0x7f) << 7 * i;
			if (!(bytes[i] & 0x80))
				return value;
		}
	}
}

static void check_unit(const struct stream *stream, const struct unit_place *unit)
{
	const unsigned char *bytes = stream->bytes + unit->offset;
	uint64_t start = unit->offset + unit->header_size;

	CU_ASSERT_FATAL(unit->payload_size >= stream->unit_min);
	CU_ASSERT_FATAL(unit->payload_size <= stream->unit_max);
	if (stream->unit == DT_LINES) {
		CU_ASSERT_EQUAL_FATAL((const unsigned char *)memchr(bytes, '\n',
								    unit->payload_size),
				      bytes + unit->payload_size - 1);
		return;
	}
	CU_ASSERT_EQUAL_FATAL(header_read(stream->header, bytes), unit->payload_size);
	for (uint32_t i = 0; i < unit->payload_size; i++)
		CU_ASSERT_EQUAL_FATAL(stream->bytes[start + i],
				      code_byte(stream->unit, stream->id, start + i));
}

static void test_units(void)
{
	for (unsigned i = 0; i < ARRAY_SIZE(variants); i++) {
		struct stream stream = made(&variants[i], i);
		uint64_t at = 0;

		CU_ASSERT(stream.size <= variants[i].size);
		CU_ASSERT(stream.size + 5 + variants[i].min > variants[i].size);
		CU_ASSERT_EQUAL(stream.unit_count > 0, stream.unit != DT_BYTES);
		for (uint32_t j = 0; j < stream.unit_count; j++) {
			CU_ASSERT_EQUAL_FATAL(stream.units[j].offset, at);
			check_unit(&stream, &stream.units[j]);
			at += stream.units[j].header_size + stream.units[j].payload_size;
		}
		if (stream.unit != DT_BYTES)
			CU_ASSERT_EQUAL(at, stream.size);
		stream_finish(&stream);
		CU_ASSERT_PTR_NULL(stream.bytes);
	}
}

static void test_sizes_vary(void)
{
	struct stream stream = made(&(struct variant){ DT_FRAMES, DT_U32BE, 1, 8, 8000 }, 0);
	unsigned seen = 0;

	for (uint32_t i = 0; i < stream.unit_count; i++)
		seen |= BIT(stream.units[i].payload_size);
	CU_ASSERT_EQUAL(seen, 0x1fe);
	stream_finish(&stream);
}

static void test_clamps(void)
{
	static const struct {
		struct variant asked;
		uint32_t min, max;
		uint64_t size;
	} clamps[] = {
		{ { DT_FRAMES, DT_U8, 1, 300, 5000 }, 1, 255, 0 },
		{ { DT_FRAMES, DT_U8, 400, 500, 5000 }, 255, 255, 0 },
		{ { DT_FRAMES, DT_U16LE, 1, 65536, 5000 }, 1, 65535, 0 },
		{ { DT_FRAMES, DT_U32LE, 1, 65536, 5000 }, 1, 65536, 0 },
		{ { DT_LINES, 0, 0, 0, 5000 }, 2, 2, 5000 },
		{ { DT_LINES, 0, 1, 1, 5000 }, 1, 1, 5000 },
		{ { DT_LINES, 0, 80, 90, 10 }, 80, 90, 80 }, /* one unit, whatever was asked */
		{ { DT_FRAMES, DT_VARINT, 300, 400, 1 }, 300, 400, 302 },
		{ { DT_FRAMES, DT_U32BE, 6, 400, 20 }, 6, 400, 20 },
	};

	for (unsigned i = 0; i < ARRAY_SIZE(clamps); i++) {
		struct stream stream = made(&clamps[i].asked, 3);

		CU_ASSERT_EQUAL(stream.unit_min, clamps[i].min);
		CU_ASSERT_EQUAL(stream.unit_max, clamps[i].max);
		if (clamps[i].size)
			CU_ASSERT_EQUAL(stream.size, clamps[i].size);
		stream_finish(&stream);
	}
}

static void test_headers(void)
{
	static const struct {
		enum dt_header header;
		uint32_t size;
		unsigned length;
		unsigned char bytes[5];
	} golden[] = {
		{ DT_U8, 200, 1, { 200 } },
		{ DT_U16BE, 0x1234, 2, { 0x12, 0x34 } },
		{ DT_U16LE, 0x1234, 2, { 0x34, 0x12 } },
		{ DT_U32BE, 0x12345678, 4, { 0x12, 0x34, 0x56, 0x78 } },
		{ DT_U32LE, 0x12345678, 4, { 0x78, 0x56, 0x34, 0x12 } },
		{ DT_VARINT, 127, 1, { 0x7f } },
		{ DT_VARINT, 128, 2, { 0x80, 0x01 } },
		{ DT_VARINT, 300, 2, { 0xac, 0x02 } },
		{ DT_VARINT, 16384, 3, { 0x80, 0x80, 0x01 } },
		{ DT_VARINT, UINT32_MAX, 5, { 0xff, 0xff, 0xff, 0xff, 0x0f } },
	};

	for (unsigned i = 0; i < ARRAY_SIZE(golden); i++) {
		unsigned char bytes[5] = { 0 };

		CU_ASSERT_EQUAL(header_write(golden[i].header, golden[i].size, bytes),
				golden[i].length);
		CU_ASSERT_EQUAL(memcmp(bytes, golden[i].bytes, sizeof(bytes)), 0);
	}
}

static void test_fits(void)
{
	struct plan shape = shape_of(&variants[5]), other;
	struct stream stream = made(&variants[5], 7);

	CU_ASSERT(stream_fits(&stream, 7, &shape));
	CU_ASSERT_FALSE(stream_fits(&stream, 8, &shape));
	other = shape, other.stream_size--;
	CU_ASSERT_FALSE(stream_fits(&stream, 7, &other));
	other = shape, other.header = DT_U32LE;
	CU_ASSERT_FALSE(stream_fits(&stream, 7, &other));
	other = shape, other.unit_max++;
	CU_ASSERT_FALSE(stream_fits(&stream, 7, &other));
	other = shape, other.unit = DT_LINES;
	CU_ASSERT_FALSE(stream_fits(&stream, 7, &other));
	other = shape, other.seed++, other.call_min = 1;
	CU_ASSERT(stream_fits(&stream, 7, &other));
	stream_finish(&stream);
	CU_ASSERT_FALSE(stream_fits(&stream, 7, &shape));
}

static size_t payload_copy(const struct stream *stream, uint64_t from, unsigned char *bytes,
			   size_t size)
{
	size_t count = 0;

	for (uint64_t at = payload_at(stream, from); count < size && at < stream->size;
	     at = payload_at(stream, at + 1))
		bytes[count++] = stream->bytes[at];
	return count;
}

/* Any piece, at any alignment, with the hint anywhere. */
static void test_locate(void)
{
	struct rng rng = { .state = 12 };
	unsigned char piece[200];

	for (unsigned i = 0; i < ARRAY_SIZE(variants); i++) {
		struct stream stream = made(&variants[i], i);

		for (unsigned j = 0; j < 500; j++) {
			uint64_t from = payload_at(&stream, rng_below(&rng, stream.size));
			size_t size = rng_between(&rng, 24, sizeof(piece));
			uint64_t id = 999, offset = 0;

			size = payload_copy(&stream, from, piece, size);
			if (size < 24) /* at the end */
				continue;
			CU_ASSERT_EQUAL_FATAL(stream_locate(&stream, rng_below(&rng, stream.size),
							    piece, size, &id, &offset), 0);
			CU_ASSERT_EQUAL_FATAL(id, i);
			CU_ASSERT_EQUAL_FATAL(offset, from);
		}
		stream_finish(&stream);
	}
}

static void test_locate_short(void)
{
	struct rng rng = { .state = 13 };
	unsigned char piece[8];

	for (unsigned i = 0; i < ARRAY_SIZE(variants); i++) {
		struct stream stream = made(&variants[i], i);
		unsigned found = 0, tried = 0;

		for (unsigned j = 0; j < 1000; j++) {
			uint64_t from = payload_at(&stream, rng_below(&rng, stream.size));
			uint64_t hint = from > 5 ? from - 5 : 0, id, offset;
			size_t size = payload_copy(&stream, from, piece, 4 + j % 4);

			if (size < 4)
				continue;
			tried++;
			found += !stream_locate(&stream, hint, piece, size, &id, &offset) &&
				 offset == from && id == i;
		}
		/* Four bytes of lines that are mostly newlines say little. */
		CU_ASSERT(found * 100 >= tried * (variants[i].max == 7 ? 75 : 98));
		stream_finish(&stream);
	}
}

static void test_locate_other(void)
{
	unsigned char piece[40];
	uint64_t id = 0, offset = 0;

	for (unsigned i = 0; i < ARRAY_SIZE(variants); i++) {
		struct stream stream = made(&variants[i], 1), other = made(&variants[i], 200);
		uint64_t from = payload_at(&stream, 1003);

		CU_ASSERT_EQUAL_FATAL(payload_copy(&other, from, piece, 40), 40);
		CU_ASSERT_EQUAL(stream_locate(&stream, 900, piece, 40, &id, &offset), 0);
		CU_ASSERT_EQUAL(id, 200);
		CU_ASSERT_EQUAL(offset, from);
		stream_finish(&stream);
		stream_finish(&other);
	}
}

static void test_locate_nowhere(void)
{
	struct rng rng = { .state = 14 };
	unsigned char piece[64];
	uint64_t id, offset;

	for (unsigned i = 0; i < ARRAY_SIZE(variants); i++) {
		struct stream stream = made(&variants[i], 1);

		for (unsigned j = 0; j < 20; j++) {
			for (unsigned k = 0; k < sizeof(piece); k++)
				piece[k] = (unsigned char)rng_next(&rng);
			CU_ASSERT_EQUAL(stream_locate(&stream, 50, piece, sizeof(piece), &id,
						      &offset), -ENOENT);
		}
		/* Right, but for its last byte. */
		payload_copy(&stream, 100, piece, sizeof(piece));
		piece[sizeof(piece) - 1] ^= 1;
		CU_ASSERT_EQUAL(stream_locate(&stream, 50, piece, sizeof(piece), &id, &offset),
				-ENOENT);
		CU_ASSERT_EQUAL(stream_locate(&stream, 50, piece, 0, &id, &offset), -ENOENT);
		stream_finish(&stream);
	}
}

/* The peer of a writer sees headers: pieces of the wire are found with them. */
static void test_wire_view(void)
{
	struct stream stream = made(&variants[6], 1), other = made(&variants[6], 2);
	struct stream view = stream_wire_view(&stream);
	uint64_t id = 0, offset = 0;

	for (uint64_t from = 0; from < 200; from++) {
		CU_ASSERT_EQUAL(stream_locate(&view, 90, stream.bytes + from, 40, &id, &offset), 0);
		CU_ASSERT_EQUAL(id, 1);
		CU_ASSERT_EQUAL(offset, from);
	}
	CU_ASSERT_EQUAL(stream_locate(&view, 90, other.bytes + 77, 40, &id, &offset), 0);
	CU_ASSERT_EQUAL(id, 2);
	CU_ASSERT_EQUAL(offset, 77);
	stream_finish(&stream);
	stream_finish(&other);
}

static const struct test_row rows[] = {
	{ "words lead back to stream and index", test_bijection },
	{ "units lie where units[] says", test_units },
	{ "sizes of units vary over the range", test_sizes_vary },
	{ "sizes are clamped to what a header can say", test_clamps },
	{ "headers, byte by byte", test_headers },
	{ "a stream fits its shape and no other", test_fits },
	{ "pieces at any alignment", test_locate },
	{ "short pieces near the hint", test_locate_short },
	{ "pieces of other streams", test_locate_other },
	{ "pieces of nothing", test_locate_nowhere },
	{ "headers as bytes", test_wire_view },
};

int main(void)
{
	return suite_run("stream", rows, ARRAY_SIZE(rows));
}
