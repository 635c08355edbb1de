/*
 * plan_parse.c - reads the one-line form of a plan, from anywhere: nothing in it is trusted.
 *
 * The line is words between spaces; each word is key=value, and one table says who reads which
 * value. The first thing that is wrong ends the reading with its column and what to write instead:
 *
 *	column 41: unknown key 'strem'; did you mean 'stream'?
 */
#include "model/plan.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/macros.h"
#include "model/nearest.h"

struct reader {
	const char *line; /* columns are counted from here */
	const char *at;	  /* what is left of the present word */
	const char *end;  /* one past the word */
	struct plan *plan;
	char *message;
	size_t message_max;
};

struct key {
	const char *name;
	bool required, repeats;
	int (*read)(struct reader *reader);
};

/* The complaint, at the place that the reader has come to. */
__attribute__((format(printf, 2, 3))) static int wrong(struct reader *reader, const char *format,
							...)
{
	va_list arguments;
	int length;

	length = snprintf(reader->message, reader->message_max, "column %td: ",
			  reader->at - reader->line + 1);
	if (length < 0 || (size_t)length >= reader->message_max)
		return -EINVAL;
	va_start(arguments, format);
	vsnprintf(reader->message + length, reader->message_max - (size_t)length, format,
		  arguments);
	va_end(arguments);
	return -EINVAL;
}

/* What is left of the word up to a stop, shown in messages: long or unprintable text is cut. */
static const char *shown(const struct reader *reader, const char *stops, char text[40])
{
	size_t size = 0;

	while (reader->at + size < reader->end && size < 39 && !strchr(stops, reader->at[size]) &&
	       reader->at[size] > ' ' && reader->at[size] < 0x7f)
		size++;
	memcpy(text, reader->at, size);
	text[size] = 0;
	return text;
}

static bool ahead(const struct reader *reader, const char *text)
{
	size_t size = strlen(text);

	return (size_t)(reader->end - reader->at) >= size && !memcmp(reader->at, text, size);
}

static bool accept(struct reader *reader, const char *text)
{
	if (!ahead(reader, text))
		return false;
	reader->at += strlen(text);
	return true;
}

/* Did the name end here: at the end of the word or in front of a colon? */
static bool at_stop(const struct reader *reader)
{
	return reader->at == reader->end || *reader->at == ':';
}

static int digit_value(char digit, unsigned base)
{
	int value = digit >= '0' && digit <= '9' ? digit - '0' :
		    digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 :
		    digit >= 'A' && digit <= 'F' ? digit - 'A' + 10 : -1;

	return value < (int)base ? value : -1;
}

/* A number in [low, high], decimal or with 0x. */
static int number(struct reader *reader, uint64_t low, uint64_t high, uint64_t *ret_value)
{
	const char *start = reader->at;
	unsigned base = accept(reader, "0x") ? 16 : 10;
	const char *first = reader->at;
	uint64_t value = 0;
	bool huge = false;

	for (; reader->at < reader->end; reader->at++) {
		int digit = digit_value(*reader->at, base);

		if (digit < 0)
			break;
		huge |= __builtin_mul_overflow(value, base, &value) ||
			__builtin_add_overflow(value, (unsigned)digit, &value);
	}
	if (reader->at == first || huge || value < low || value > high) {
		bool none = reader->at == first;

		reader->at = start;
		return wrong(reader,
			     none ? "a number is expected here, %" PRIu64 " to %" PRIu64 :
				    "the number must be %" PRIu64 " to %" PRIu64, low, high);
	}
	*ret_value = value;
	return 0;
}

static int number32(struct reader *reader, uint64_t low, uint64_t high, uint32_t *ret_value)
{
	uint64_t value;
	int result = number(reader, low, high, &value);

	if (!result)
		*ret_value = (uint32_t)value;
	return result;
}

/* LOW-HIGH. */
static int range(struct reader *reader, uint64_t limit, uint32_t *ret_low, uint32_t *ret_high)
{
	int result = number32(reader, 1, limit, ret_low);

	if (result)
		return result;
	if (!accept(reader, "-"))
		return wrong(reader, "a range is written LOW-HIGH, as in 1-64");
	return number32(reader, *ret_low, limit, ret_high);
}

/* "did you mean 'unix'?", or every word there is. */
static int unknown(struct reader *reader, const char *what, enum words set, unsigned first,
		   unsigned count)
{
	char text[40], all[400];
	struct nearest nearest = { .word = shown(reader, ":", text) };
	size_t used = 0;

	for (unsigned i = first; i < first + count; i++) {
		nearest_offer(&nearest, word_name(set, i));
		if (used < sizeof(all))
			used += (size_t)snprintf(all + used, sizeof(all) - used, "%s%s",
						 used ? ", " : "", word_name(set, i));
	}
	if (nearest.best)
		return wrong(reader, "unknown %s '%s'; did you mean '%s'?", what, text,
			     nearest.best);
	return wrong(reader, "unknown %s '%s'; there are: %s", what, text, all);
}

/* The longest of `count` words of a set that is there: "partial:kernel" before "partial". */
static int word(struct reader *reader, const char *what, enum words set, unsigned first,
		unsigned count, unsigned *ret_value)
{
	const char *start = reader->at;
	size_t best = 0;

	for (unsigned i = first; i < first + count; i++) {
		size_t size = strlen(word_name(set, i));

		reader->at = start;
		if (accept(reader, word_name(set, i)) && at_stop(reader) && size > best) {
			best = size;
			*ret_value = i;
		}
	}
	reader->at = start + best;
	return best ? 0 : unknown(reader, what, set, first, count);
}

static int colon(struct reader *reader, const char *remedy)
{
	return accept(reader, ":") ? 0 : wrong(reader, "%s", remedy);
}

/* A percent-encoded name of less than `size` bytes. */
static int string(struct reader *reader, char *ret_text, size_t size)
{
	size_t used = 0;

	for (; reader->at < reader->end; reader->at++) {
		int letter = (unsigned char)*reader->at;

		if (letter == '%') {
			int high = -1, low = -1;

			if (reader->end - reader->at > 2) {
				high = digit_value(reader->at[1], 16);
				low = digit_value(reader->at[2], 16);
			}
			letter = high * 16 + low;
			if (high < 0 || low < 0 || !letter)
				return wrong(reader, "%% must be followed by two hexadecimal "
						     "digits, not 00");
			reader->at += 2;
		}
		if (used + 1 == size)
			return wrong(reader, "the text is longer than %zu bytes", size - 1);
		ret_text[used++] = (char)letter;
	}
	ret_text[used] = 0;
	return 0;
}

static int read_target(struct reader *reader)
{
	return string(reader, reader->plan->target, PLAN_NAME_MAX);
}

static int read_operation(struct reader *reader)
{
	return string(reader, reader->plan->operation, PLAN_NAME_MAX);
}

static int read_options(struct reader *reader)
{
	return string(reader, reader->plan->options, PLAN_OPTIONS_MAX);
}

/* One word of a set into a field of any enum type. */
#define READ_WORD(name, field, what, set, count)                                \
	static int name(struct reader *reader)                                  \
	{                                                                       \
		unsigned value = 0;                                             \
		int result = word(reader, what, set, 0, count, &value);         \
                                                                                \
		if (!result)                                                    \
			reader->plan->field = value;                            \
		return result;                                                  \
	}

READ_WORD(read_wire, wire, "wire", WORDS_WIRE, WIRE_COUNT)
READ_WORD(read_ring, ring, "ring mode", WORDS_RING, RING_COUNT)
READ_WORD(read_feed, feed, "feed", WORDS_FEED, FEED_COUNT)
READ_WORD(read_caller, caller, "caller", WORDS_CALLER, CALLER_COUNT)
READ_WORD(read_condition, condition, "condition", WORDS_CONDITION, CONDITION_COUNT)

static int read_unit(struct reader *reader)
{
	struct plan *plan = reader->plan;
	unsigned unit = 0, header = 0;
	int result = word(reader, "unit", WORDS_UNIT, DT_BYTES, UNIT_COUNT - DT_BYTES, &unit);

	if (result)
		return result;
	plan->unit = unit;
	if (unit == DT_BYTES)
		return 0;
	if (unit == DT_FRAMES) {
		result = colon(reader, "frames need a header and sizes: frames:u32be:1-300");
		if (!result)
			result = word(reader, "header", WORDS_HEADER, DT_U8, HEADER_COUNT - DT_U8,
				      &header);
		if (result)
			return result;
		plan->header = header;
	}
	result = colon(reader, "sizes of the units are missing: LOW-HIGH, as in :1-300");
	return result ? result : range(reader, PLAN_UNIT_MAX, &plan->unit_min, &plan->unit_max);
}

static int read_stream(struct reader *reader)
{
	return number(reader, 1, PLAN_STREAM_MAX, &reader->plan->stream_size);
}

static int read_seed(struct reader *reader)
{
	return number(reader, 0, UINT64_MAX, &reader->plan->seed);
}

static int read_deliver(struct reader *reader)
{
	return range(reader, PLAN_STEP_MAX, &reader->plan->deliver_min,
		     &reader->plan->deliver_max);
}

static int read_call(struct reader *reader)
{
	return range(reader, PLAN_STEP_MAX, &reader->plan->call_min, &reader->plan->call_max);
}

/* POINT[:K], where k is bytes, or nanoseconds of a timer. */
static int read_point(struct reader *reader, struct cancellation *ret_step)
{
	unsigned point = 0;
	int result = word(reader, "point", WORDS_POINT, 0, POINT_COUNT, &point);

	if (result)
		return result;
	ret_step->point = point;
	if (point == POINT_PARTIAL) {
		result = colon(reader, "partial needs bytes: partial:5, or partial:kernel");
		return result ? result : number(reader, 1, PLAN_STREAM_MAX, &ret_step->k);
	}
	if (point == POINT_TIMER) {
		result = colon(reader, "timer needs nanoseconds: timer:34000");
		return result ? result : number(reader, 0, PLAN_DELAY_MAX_NS, &ret_step->k);
	}
	return 0;
}

/* ATTEMPT.PRIMITIVE:POINT[:K]:MECHANISM */
static int read_cancel(struct reader *reader)
{
	struct plan *plan = reader->plan;
	struct cancellation step = { 0 };
	unsigned mechanism = 0;
	int result = 0;

	if (plan->cancellation_count == PLAN_CANCELLATIONS_MAX)
		return wrong(reader, "a plan has at most %d cancellations",
			     PLAN_CANCELLATIONS_MAX);
	step.retry = accept(reader, "retry");
	if (!step.retry)
		result = number32(reader, 0, UINT32_MAX, &step.attempt);
	else if (!plan->cancellation_count)
		return wrong(reader, "retry needs an earlier cancellation that it can follow");
	if (!result && !accept(reader, "."))
		result = wrong(reader, "the primitive is missing: ATTEMPT.PRIMITIVE, as in 3.0");
	if (!result)
		result = number32(reader, 0, UINT32_MAX, &step.primitive);
	if (!result)
		result = colon(reader, "the point is missing: 3.0:armed:async_cancel/ud");
	if (!result)
		result = read_point(reader, &step);
	if (!result)
		result = colon(reader, "the mechanism is missing: 3.0:armed:async_cancel/ud");
	if (!result)
		result = word(reader, "mechanism", WORDS_MECHANISM, 0, MECH_COUNT, &mechanism);
	if (result)
		return result;
	step.mechanism = mechanism;
	plan->cancellations[plan->cancellation_count++] = step;
	return 0;
}

static const struct key keys[] = {
	{ .name = "target", .required = true, .read = read_target },
	{ .name = "op", .required = true, .read = read_operation },
	{ .name = "opt", .read = read_options },
	{ .name = "wire", .read = read_wire },
	{ .name = "ring", .read = read_ring },
	{ .name = "unit", .read = read_unit },
	{ .name = "stream", .read = read_stream },
	{ .name = "seed", .read = read_seed },
	{ .name = "deliver", .read = read_deliver },
	{ .name = "call", .read = read_call },
	{ .name = "feed", .read = read_feed },
	{ .name = "caller", .read = read_caller },
	{ .name = "condition", .read = read_condition },
	{ .name = "cancel", .repeats = true, .read = read_cancel },
};

static int unknown_key(struct reader *reader)
{
	char text[40];
	struct nearest nearest = { .word = shown(reader, "=", text) };

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		nearest_offer(&nearest, keys[i].name);
	if (nearest.best && nearest.distance == 0) {
		reader->at = reader->end;
		return wrong(reader, "%s needs a value, as in %s=...", text, text);
	}
	if (nearest.best)
		return wrong(reader, "unknown key '%s'; did you mean '%s'?", text, nearest.best);
	return wrong(reader, "unknown key '%s'; a plan is made of key=value words", text);
}

/* One key=value; `seen` has a bit for each key. */
static int read_pair(struct reader *reader, unsigned *seen)
{
	const char *start = reader->at;
	int result;

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		reader->at = start;
		if (!accept(reader, keys[i].name) || !accept(reader, "="))
			continue;
		if (*seen & BIT(i) && !keys[i].repeats) {
			reader->at = start;
			return wrong(reader, "%s= is there twice; leave one of them out",
				     keys[i].name);
		}
		*seen |= BIT(i);
		result = keys[i].read(reader);
		if (!result && reader->at != reader->end)
			result = wrong(reader, "nothing more is expected after the value of %s=",
				       keys[i].name);
		return result;
	}
	reader->at = start;
	return unknown_key(reader);
}

/* Moves on to the next word; false at the end of the line. */
static bool next_word(struct reader *reader)
{
	static const char spaces[] = " \t\r\n";

	reader->at = reader->end + strspn(reader->end, spaces);
	reader->end = reader->at + strcspn(reader->at, spaces);
	return reader->at < reader->end;
}

static int read_line(struct reader *reader)
{
	const char *problem;
	unsigned seen = 0;
	int result = 0;

	if (!next_word(reader) || !accept(reader, "dt1") || reader->at != reader->end)
		return wrong(reader, "a plan begins with 'dt1', the version of its form");
	while (!result && next_word(reader))
		result = read_pair(reader, &seen);
	for (size_t i = 0; !result && i < ARRAY_SIZE(keys); i++)
		if (keys[i].required && !(seen & BIT(i)))
			result = wrong(reader, "%s= is missing; add %s=NAME", keys[i].name,
				       keys[i].name);
	if (result)
		return result;
	problem = plan_problem(reader->plan);
	return problem ? wrong(reader, "%s", problem) : 0;
}

int plan_parse(const char *text, struct plan *ret_plan, char *reterr_message, size_t message_max)
{
	struct plan plan;
	struct reader reader = { .line = text, .at = text, .end = text, .plan = &plan,
				 .message = reterr_message, .message_max = message_max };
	int result;

	plan_init(&plan);
	result = read_line(&reader);
	if (!result)
		*ret_plan = plan;
	return result;
}
