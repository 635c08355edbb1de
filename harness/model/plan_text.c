/*
 * plan_text.c - writes the one-line form of a plan. plan_parse.c reads it.
 *
 * One order of keys, one spelling of each value, and every field is there, so that equal plans
 * have equal lines. Names are percent-encoded: a line has spaces only between its words.
 */
#include "model/plan.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct line {
	char *text;
	size_t size; /* of text, with the NUL */
	size_t used;
	bool full;
};

__attribute__((format(printf, 2, 3))) static void put(struct line *line, const char *format, ...)
{
	size_t room = line->size - line->used;
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(line->text + line->used, room, format, arguments);
	va_end(arguments);
	if (length < 0 || (size_t)length >= room)
		line->full = true;
	else
		line->used += (size_t)length;
}

static bool plain(unsigned char letter)
{
	return (letter >= '0' && letter <= '9') || (letter >= 'A' && letter <= 'Z') ||
	       (letter >= 'a' && letter <= 'z') || (letter && strchr("._/+,=@-", letter));
}

static void put_string(struct line *line, const char *key, const char *value)
{
	put(line, " %s=", key);
	for (; *value; value++)
		put(line, plain((unsigned char)*value) ? "%c" : "%%%02X", (unsigned char)*value);
}

static void put_unit(struct line *line, const struct plan *plan)
{
	put(line, " unit=%s", word_name(WORDS_UNIT, plan->unit));
	if (plan->unit == DT_FRAMES)
		put(line, ":%s", word_name(WORDS_HEADER, plan->header));
	if (plan->unit != DT_BYTES)
		put(line, ":%" PRIu32 "-%" PRIu32, plan->unit_min, plan->unit_max);
}

static void put_cancellation(struct line *line, const struct cancellation *step)
{
	if (step->retry)
		put(line, " cancel=retry");
	else
		put(line, " cancel=%" PRIu32, step->attempt);
	put(line, ".%" PRIu32 ":%s", step->primitive, word_name(WORDS_POINT, step->point));
	if (step->point == POINT_PARTIAL || step->point == POINT_TIMER)
		put(line, ":%" PRIu64, step->k);
	put(line, ":%s", word_name(WORDS_MECHANISM, step->mechanism));
}

int plan_format(const struct plan *plan, char *text, size_t text_max)
{
	struct line line = { .text = text, .size = text_max };

	if (!text_max)
		return -ENOSPC;
	put(&line, "dt1");
	put_string(&line, "target", plan->target);
	put_string(&line, "op", plan->operation);
	if (*plan->options)
		put_string(&line, "opt", plan->options);
	put(&line, " wire=%s ring=%s", word_name(WORDS_WIRE, plan->wire),
	    word_name(WORDS_RING, plan->ring));
	put_unit(&line, plan);
	put(&line, " stream=%" PRIu64 " seed=0x%" PRIx64, plan->stream_size, plan->seed);
	put(&line, " deliver=%" PRIu32 "-%" PRIu32, plan->deliver_min, plan->deliver_max);
	put(&line, " call=%" PRIu32 "-%" PRIu32, plan->call_min, plan->call_max);
	put(&line, " feed=%s caller=%s condition=%s", word_name(WORDS_FEED, plan->feed),
	    word_name(WORDS_CALLER, plan->caller), word_name(WORDS_CONDITION, plan->condition));
	for (uint32_t i = 0; i < plan->cancellation_count && i < PLAN_CANCELLATIONS_MAX; i++)
		put_cancellation(&line, &plan->cancellations[i]);
	return line.full ? -ENOSPC : (int)line.used;
}
