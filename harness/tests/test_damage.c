/*
 * test_damage.c - each kind of damage is named, with exactly its bytes.
 *
 * What was observed is written as a script of pieces: "s140-200" are bytes 140 to 199 of the
 * stream (payload only), "o" those of another stream, "x" those of the stream with a bit flipped
 * in each, "z12" is twelve bytes of nothing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/rng.h"
#include "model/locate.h"
#include "model/stream.h"
#include "tests/suite.h"

enum { OBSERVED_MAX = 1 << 17 };

struct shape {
	enum dt_unit unit;
	enum dt_header header;
	uint32_t min, max;
	uint64_t size;
};

static const struct shape bytes = { DT_BYTES, 0, 0, 0, 4096 };
static const struct shape frames = { DT_FRAMES, DT_U32BE, 100, 100, 1040 }; /* of 104 bytes */
static const struct shape small = { DT_FRAMES, DT_U16BE, 3, 3, 1000 };	     /* of 5 bytes */
static const struct shape lines = { DT_LINES, 0, 20, 20, 2000 };
static const struct shape brief = { DT_LINES, 0, 4, 4, 2000 };

static const struct row {
	const char *what;
	const struct shape *shape;
	uint64_t expected_at;
	const char *script;
	bool ended;
	enum damage damage;
	uint64_t from, to;
} table[] = {
	/* lost */
	{ "lost", &bytes, 100, "s140-400", false, DAMAGE_LOST, 100, 140 },
	{ "lost, one byte", &bytes, 100, "s101-400", false, DAMAGE_LOST, 100, 101 },
	{ "lost, nearly all", &bytes, 1, "s4000-4096", true, DAMAGE_LOST, 1, 4000 },
	{ "lost at the very end", &bytes, 100, "s4090-4096", true, DAMAGE_LOST, 100, 4090 },
	{ "lost, tail of 3", &bytes, 100, "s4093-4096", true, DAMAGE_LOST, 100, 4093 },
	{ "lost, tail of 2", &bytes, 100, "s4094-4096", true, DAMAGE_LOST, 100, 4094 },
	{ "lost, tail of 1", &bytes, 100, "s4095-4096", true, DAMAGE_LOST, 100, 4095 },
	{ "lost, 3 bytes seen", &bytes, 100, "s140-143", false, DAMAGE_LOST, 100, 140 },
	{ "lost, 2 bytes seen", &bytes, 100, "s112-114", false, DAMAGE_LOST, 100, 112 },
	{ "lost, 1 byte seen", &bytes, 100, "s101-102", false, DAMAGE_LOST, 100, 101 },
	{ "lost again and again", &bytes, 100, "s110-115 s120-125 s130-135", false, DAMAGE_LOST,
	  100, 110 },
	{ "lost, then a bad byte", &bytes, 100, "s110-120 x120-121 s121-300", false, DAMAGE_LOST,
	  100, 110 },
	{ "lost, then other bytes, the last of which is one of them", &bytes, 100,
	  "s105-140 z1 s100-101", false, DAMAGE_LOST, 100, 105 },
	/* lost, in units */
	{ "a frame", &frames, 4, "s108-600", false, DAMAGE_LOST, 4, 104 },
	{ "a frame, from its header on", &frames, 104, "s212-600", false, DAMAGE_LOST, 108, 208 },
	{ "inside a frame", &frames, 150, "s180-600", false, DAMAGE_LOST, 150, 180 },
	{ "across frames", &frames, 150, "s300-600", false, DAMAGE_LOST, 150, 300 },
	{ "small frames", &small, 50, "s57-300", false, DAMAGE_LOST, 52, 55 },
	{ "inside a small frame", &small, 52, "s53-300", false, DAMAGE_LOST, 52, 53 },
	{ "the rest of a small frame", &small, 53, "s57-300", false, DAMAGE_LOST, 53, 55 },
	{ "many small frames", &small, 53, "s504-600", false, DAMAGE_LOST, 53, 504 },
	{ "small frames, tail of 2", &small, 53, "s998-1000", true, DAMAGE_LOST, 53, 998 },
	{ "a line", &lines, 100, "s120-400", false, DAMAGE_LOST, 100, 120 },
	{ "inside a line", &lines, 105, "s111-400", false, DAMAGE_LOST, 105, 111 },
	{ "a line's end", &lines, 119, "s120-400", false, DAMAGE_LOST, 119, 120 },
	{ "brief lines", &brief, 101, "s206-400", false, DAMAGE_LOST, 101, 206 },
	{ "inside a brief line", &brief, 101, "s102-400", false, DAMAGE_LOST, 101, 102 },
	{ "brief lines, tail of 3", &brief, 101, "s1997-2000", true, DAMAGE_LOST, 101, 1997 },
	/* duplicated */
	{ "duplicated, from the start", &bytes, 100, "s0-400", false, DAMAGE_DUPLICATED, 0, 100 },
	{ "duplicated", &bytes, 100, "s90-400", false, DAMAGE_DUPLICATED, 90, 100 },
	{ "duplicated, one byte", &bytes, 100, "s99-400", false, DAMAGE_DUPLICATED, 99, 100 },
	{ "a part of it", &bytes, 100, "s40-60 s100-400", false, DAMAGE_DUPLICATED, 40, 60 },
	{ "a small part of it", &bytes, 100, "s80-84 s100-400", false, DAMAGE_DUPLICATED, 80, 84 },
	{ "a part, and the end", &bytes, 4090, "s40-60 s4090-4096", true, DAMAGE_DUPLICATED, 40,
	  60 },
	{ "as far as seen", &bytes, 100, "s40-60", false, DAMAGE_DUPLICATED, 40, 60 },
	{ "after the last byte", &bytes, 4096, "s4000-4096", true, DAMAGE_DUPLICATED, 4000, 4096 },
	{ "after the last byte, two", &bytes, 4096, "s4094-4096", true, DAMAGE_DUPLICATED, 4094,
	  4096 },
	{ "a frame", &frames, 104, "s4-600", false, DAMAGE_DUPLICATED, 4, 104 },
	{ "inside a frame", &frames, 150, "s120-600", false, DAMAGE_DUPLICATED, 120, 150 },
	{ "a small frame", &small, 50, "s47-300", false, DAMAGE_DUPLICATED, 47, 50 },
	{ "a line", &lines, 100, "s80-400", false, DAMAGE_DUPLICATED, 80, 100 },
	{ "a brief line", &brief, 100, "s96-400", false, DAMAGE_DUPLICATED, 96, 100 },
	/* reordered */
	{ "reordered", &bytes, 100, "s140-400 s100-140 s400-500", false, DAMAGE_REORDERED, 100,
	  140 },
	{ "neighbours", &bytes, 100, "s140-180 s100-140 s180-500", false, DAMAGE_REORDERED, 100,
	  140 },
	{ "two bytes", &bytes, 100, "s101-102 s100-101 s102-500", false, DAMAGE_REORDERED, 100,
	  101 },
	{ "one byte late", &bytes, 100, "s101-300 s100-101 s300-400", false, DAMAGE_REORDERED, 100,
	  101 },
	{ "at the very end", &bytes, 100, "s140-4096 s100-140", true, DAMAGE_REORDERED, 100, 140 },
	{ "at the very end, one byte", &bytes, 100, "s101-4096 s100-101", true, DAMAGE_REORDERED,
	  100, 101 },
	{ "as far as seen", &bytes, 100, "s140-400 s100-105", false, DAMAGE_REORDERED, 100, 140 },
	{ "after something else", &bytes, 100, "s140-400 z20 s100-140", false, DAMAGE_REORDERED,
	  100, 140 },
	{ "two frames", &frames, 104, "s212-312 s108-208 s316-600", false, DAMAGE_REORDERED, 108,
	  208 },
	{ "two small frames", &small, 50, "s57-60 s52-55 s62-300", false, DAMAGE_REORDERED, 52,
	  55 },
	{ "two lines", &lines, 100, "s120-140 s100-120 s140-400", false, DAMAGE_REORDERED, 100,
	  120 },
	/* corrupted */
	{ "corrupted", &bytes, 100, "x100-110 s110-400", false, DAMAGE_CORRUPTED, 100, 110 },
	{ "a bit", &bytes, 100, "x100-101 s101-400", false, DAMAGE_CORRUPTED, 100, 101 },
	{ "a bit, 2 bytes seen", &bytes, 100, "x100-101 s101-102", false, DAMAGE_CORRUPTED, 100,
	  101 },
	{ "a bit, 1 byte seen", &bytes, 100, "x100-101", false, DAMAGE_CORRUPTED, 100, 101 },
	{ "the last bit", &bytes, 4095, "x4095-4096", true, DAMAGE_CORRUPTED, 4095, 4096 },
	{ "the first of two", &bytes, 100, "x100-101 s101-200 x200-201 s201-400", false,
	  DAMAGE_CORRUPTED, 100, 101 },
	{ "every other byte", &bytes, 100,
	  "x100-101 s101-102 x102-103 s103-104 x104-105 s105-400", false, DAMAGE_CORRUPTED, 100,
	  105 },
	{ "all that was seen", &bytes, 100, "x100-164", false, DAMAGE_CORRUPTED, 100, 164 },
	{ "to the end", &bytes, 4000, "x4000-4096", true, DAMAGE_CORRUPTED, 4000, 4096 },
	{ "something put in", &bytes, 100, "z12 s100-400", false, DAMAGE_CORRUPTED, 100, 112 },
	{ "something after the end", &bytes, 4096, "z12", true, DAMAGE_CORRUPTED, 4096, 4108 },
	{ "and then lost", &bytes, 100, "z12 s300-400", false, DAMAGE_CORRUPTED, 100, 112 },
	{ "in a frame", &frames, 150, "x150-152 s152-600", false, DAMAGE_CORRUPTED, 150, 152 },
	{ "across frames", &frames, 206, "x206-214 s214-600", false, DAMAGE_CORRUPTED, 206, 214 },
	{ "in a small frame", &small, 54, "x54-55 s55-300", false, DAMAGE_CORRUPTED, 54, 55 },
	{ "in a line", &lines, 105, "x105-106 s106-400", false, DAMAGE_CORRUPTED, 105, 106 },
	{ "in a brief line", &brief, 101, "x101-102 s102-400", false, DAMAGE_CORRUPTED, 101, 102 },
	/* stale */
	{ "stale", &bytes, 100, "o100-400", false, DAMAGE_STALE, 100, 400 },
	{ "stale, a piece", &bytes, 100, "o300-340 s140-400", false, DAMAGE_STALE, 100, 140 },
	{ "stale, put in", &bytes, 100, "o300-340 s100-400", false, DAMAGE_STALE, 100, 140 },
	{ "stale frames", &frames, 104, "o4-104 s212-600", false, DAMAGE_STALE, 108, 208 },
	{ "stale small frames", &small, 50, "o52-100", false, DAMAGE_STALE, 52, 100 },
	{ "stale lines", &lines, 100, "o120-400", false, DAMAGE_STALE, 100, 380 },
	{ "stale brief lines", &brief, 100, "o120-200", false, DAMAGE_STALE, 100, 180 },
	/* truncated */
	{ "truncated", &bytes, 100, "", true, DAMAGE_TRUNCATED, 100, 4096 },
	{ "truncated, the last byte", &bytes, 4095, "", true, DAMAGE_TRUNCATED, 4095, 4096 },
	{ "truncated, all", &bytes, 0, "", true, DAMAGE_TRUNCATED, 0, 4096 },
	{ "truncated after what was right", &bytes, 100, "s100-200", true, DAMAGE_TRUNCATED, 200,
	  4096 },
	{ "truncated at a header", &frames, 104, "", true, DAMAGE_TRUNCATED, 108, 1040 },
	{ "truncated in a line", &lines, 1999, "", true, DAMAGE_TRUNCATED, 1999, 2000 },
};

static struct stream make(const struct shape *shape, uint64_t id)
{
	struct stream stream;
	struct plan plan;

	plan_init(&plan);
	plan.unit = shape->unit;
	plan.header = shape->header;
	plan.unit_min = shape->min;
	plan.unit_max = shape->max;
	plan.stream_size = shape->size;
	CU_ASSERT_EQUAL_FATAL(stream_init(&stream, id, &plan), 0);
	CU_ASSERT_EQUAL_FATAL(stream.size, shape->size);
	return stream;
}

static size_t play(const struct shape *shape, const struct stream *stream, const char *script,
		   unsigned char *observed)
{
	struct stream other = make(shape, stream->id + 5);
	unsigned long from, to;
	size_t size = 0;
	int length;
	char kind;

	while (sscanf(script, " %c%lu%n", &kind, &from, &length) == 2) {
		script += length;
		to = from;
		if (sscanf(script, "-%lu%n", &to, &length) == 1)
			script += length;
		for (unsigned long i = 0; kind == 'z' && i < from; i++)
			observed[size++] = (unsigned char)(0x80 + i);
		for (uint64_t at = payload_at(stream, from); at < to;
		     at = payload_at(stream, at + 1))
			observed[size++] = kind == 'o' ? other.bytes[at] :
					   kind == 'x' ? stream->bytes[at] ^ 1 : stream->bytes[at];
	}
	stream_finish(&other);
	return size;
}

static void test_table(void)
{
	unsigned char *observed = malloc(OBSERVED_MAX);

	for (unsigned i = 0; i < ARRAY_SIZE(table); i++) {
		const struct row *row = &table[i];
		struct stream stream = make(row->shape, 1);
		size_t size = play(row->shape, &stream, row->script, observed);
		struct divergence found;

		damage_classify(&stream, row->expected_at, observed, size, row->ended, &found);
		if (found.damage != row->damage || found.from != row->from || found.to != row->to)
			printf("\n%s: expected %s %lu..%lu, found %s %lu..%lu\n", row->what,
			       word_name(WORDS_DAMAGE, row->damage), row->from, row->to,
			       word_name(WORDS_DAMAGE, found.damage), found.from, found.to);
		CU_ASSERT_EQUAL(found.damage, row->damage);
		CU_ASSERT_EQUAL(found.from, row->from);
		CU_ASSERT_EQUAL(found.to, row->to);
		stream_finish(&stream);
	}
	free(observed);
}

/* The payload bytes [from, to) of the stream behind what is there. */
static size_t add(const struct stream *stream, uint64_t from, uint64_t to, unsigned char *observed,
		  size_t size)
{
	for (uint64_t at = payload_at(stream, from); at < to; at = payload_at(stream, at + 1))
		observed[size++] = stream->bytes[at];
	return size;
}

/*
 * Lost and duplicated ranges anywhere. Where the bytes at `at` and at `resume` are equal, nobody
 * can see the difference yet: both boundaries move on together.
 */
static void jump(const struct stream *stream, uint64_t at, uint64_t resume, size_t kept,
		 unsigned char *observed, unsigned *moved)
{
	struct divergence found;
	uint64_t from = at, to = resume;
	size_t size;

	while (to < stream->size && from < stream->size &&
	       stream->bytes[from] == stream->bytes[to]) {
		from = payload_at(stream, from + 1);
		to = payload_at(stream, to + 1);
		++*moved;
	}
	size = MIN(kept, add(stream, to, stream->size, observed, 0));
	if (size < 6 || from == stream->size)
		return;
	damage_classify(stream, from, observed, size, false, &found);
	CU_ASSERT_EQUAL_FATAL(found.damage, to > from ? DAMAGE_LOST : DAMAGE_DUPLICATED);
	if (to > from) {
		CU_ASSERT_EQUAL_FATAL(found.from, from);
		CU_ASSERT_EQUAL_FATAL(found.to, payload_end(stream, to));
	} else {
		CU_ASSERT_EQUAL_FATAL(found.from, to);
		CU_ASSERT_EQUAL_FATAL(found.to, MIN(payload_end(stream, from),
						    payload_forward(stream, to, size)));
	}
}

static void test_jumps(void)
{
	static const struct shape *const shapes[] = { &bytes, &frames, &small, &lines };
	unsigned char *observed = malloc(OBSERVED_MAX);
	struct rng rng = { .state = 21 };
	unsigned moved = 0;

	for (unsigned i = 0; i < ARRAY_SIZE(shapes); i++) {
		struct stream stream = make(shapes[i], 1);

		for (unsigned j = 0; j < 20000; j++) {
			uint64_t at = payload_at(&stream, rng_below(&rng, stream.size));
			uint64_t resume = payload_at(&stream, rng_below(&rng, stream.size));

			if (at != resume)
				jump(&stream, at, resume, rng_between(&rng, 12, 300), observed,
				     &moved);
		}
		stream_finish(&stream);
	}
	CU_ASSERT(moved > 100); /* bytes that were equal by accident did occur */
	free(observed);
}

/* Any bytes damaged in place, however they look, and swapped neighbours. */
static void test_in_place(void)
{
	static const struct shape *const shapes[] = { &bytes, &frames, &small, &lines, &brief };
	unsigned char *observed = malloc(OBSERVED_MAX);
	struct rng rng = { .state = 22 };
	struct divergence found;

	for (unsigned i = 0; i < 5 * 4000; i++) {
		struct stream stream = make(shapes[i % 5], 1);
		uint64_t at = payload_at(&stream, rng_below(&rng, stream.size - 100));
		size_t wrong = rng_between(&rng, 1, 40);
		size_t size = MIN(add(&stream, at, stream.size, observed, 0), 200U);

		for (size_t j = 0; j < wrong; j++)
			observed[j] ^= (unsigned char)rng_between(&rng, 1, 255);
		damage_classify(&stream, at, observed, size, false, &found);
		CU_ASSERT_EQUAL_FATAL(found.damage, DAMAGE_CORRUPTED);
		CU_ASSERT_EQUAL_FATAL(found.from, at);
		CU_ASSERT_EQUAL_FATAL(found.to, payload_forward(&stream, at, wrong));
		stream_finish(&stream);
	}
	free(observed);
}

static void test_swaps(void)
{
	unsigned char *observed = malloc(OBSERVED_MAX);
	struct rng rng = { .state = 23 };
	struct divergence found;

	for (unsigned i = 0; i < 8000; i++) {
		struct stream stream = make(i & 1 ? &bytes : &small, 1);
		uint64_t at = payload_at(&stream, rng_below(&rng, stream.size - 200));
		uint64_t second = payload_forward(&stream, at, rng_between(&rng, 1, 30));
		uint64_t third = payload_forward(&stream, second, rng_between(&rng, 2, 30));
		size_t size = add(&stream, second, third, observed, 0);

		size = add(&stream, at, second, observed, size);
		size = add(&stream, third, stream.size, observed, size);
		if (observed[0] != stream.bytes[at]) {
			damage_classify(&stream, at, observed, size, true, &found);
			CU_ASSERT_EQUAL_FATAL(found.damage, DAMAGE_REORDERED);
			CU_ASSERT_EQUAL_FATAL(found.from, at);
			CU_ASSERT_EQUAL_FATAL(found.to,
					      payload_end(&stream, payload_at(&stream, second)));
		}
		stream_finish(&stream);
	}
	free(observed);
}

/* Nothing that can be observed makes it fail or answer "none". */
static void test_anything(void)
{
	static const struct shape *const shapes[] = { &bytes, &frames, &small, &lines, &brief };
	struct rng rng = { .state = 24 };
	unsigned char observed[300];
	struct divergence found;

	for (unsigned i = 0; i < 600; i++) {
		struct stream stream = make(shapes[i % 5], 1);
		size_t size = rng_below(&rng, sizeof(observed));
		uint64_t at = rng_between(&rng, 0, stream.size + 3);

		for (size_t j = 0; j < size; j++)
			observed[j] = (unsigned char)(i & 1 ? rng_next(&rng) : '\n');
		damage_classify(&stream, at, observed, size, i & 2, &found);
		CU_ASSERT_FATAL(found.damage > DAMAGE_NONE && found.damage <= DAMAGE_TRUNCATED);
		CU_ASSERT_FATAL(found.from <= found.to);
		stream_finish(&stream);
	}
}

static const struct test_row rows[] = {
	{ "lost and duplicated ranges anywhere", test_jumps },
	{ "damage in place", test_in_place },
	{ "neighbours swapped", test_swaps },
	{ "anything at all", test_anything },
	{ "every kind of damage in every unit", test_table },
};

int main(void)
{
	return suite_run("damage", rows, ARRAY_SIZE(rows));
}
