/*
 * problems.c - keeps problems sorted by place and prints them.
 *
 * A line is walked twice: once to learn on which columns the caret stands when everything is made
 * printable, once to print the part of it around that place.
 */
#include "model/problems.h"

#include <assert.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include "base/macros.h"
#include "model/utf8.h"

enum {
	LINE_COLUMNS = 100, /* of a line that is longer, this much is shown */
	LEFT_COLUMNS = 60,  /* and this much of it before the caret */
};

void problems_init(struct problems *problems, const char *path, const char *text, size_t size)
{
	problems->path = path;
	problems->text = text;
	problems->size = size;
	problems->count = 0;
	problems->more = 0;
}

static bool before(struct span left, struct span right)
{
	return left.line != right.line ? left.line < right.line : left.column < right.column;
}

void problems_add(struct problems *problems, struct span span, const char *format, ...)
{
	struct problem *kept = problems->kept;
	unsigned at = problems->count;
	va_list arguments;

	assert(span.line && span.column);
	if (at == PROBLEMS_MAX) {
		problems->more++;
		if (!before(span, kept[at - 1].span))
			return;
		at--;
	} else {
		problems->count++;
	}
	for (; at && before(span, kept[at - 1].span); at--)
		kept[at] = kept[at - 1];
	kept[at].span = span;
	va_start(arguments, format);
	vsnprintf(kept[at].text, sizeof(kept[at].text), format, arguments);
	va_end(arguments);
}

struct span problems_span_at(const struct problems *problems, size_t offset)
{
	struct span span = { .line = 1, .column = 1 };

	for (size_t at = 0; at < offset && at < problems->size;) {
		uint32_t character = 0;
		unsigned length = utf8_decode(problems->text + at, problems->size - at, &character);

		if (character == '\n' && length) {
			span.line++;
			span.column = 1;
		} else {
			span.column++;
		}
		at += MAX(length, 1U);
	}
	return span;
}

/* The line without its end, or NULL when the text has no such line. */
static const char *line_find(const struct problems *problems, uint32_t line, size_t *ret_size)
{
	const char *end = problems->text + problems->size;
	const char *at = problems->text;
	const char *stop;

	for (; line > 1 && at < end; line--) {
		stop = memchr(at, '\n', (size_t)(end - at));
		at = stop ? stop + 1 : end;
	}
	if (at == end)
		return NULL;
	stop = memchr(at, '\n', (size_t)(end - at));
	*ret_size = (size_t)((stop ? stop : end) - at);
	if (*ret_size && at[*ret_size - 1] == '\r')
		--*ret_size;
	return at;
}

/* Columns on the terminal, counted from 0. */
struct place {
	size_t start, end, line_end;
};

static struct place place_find(const char *line, size_t size, struct span span)
{
	struct place place = { 0 };
	size_t column = 0;
	uint32_t character = 1;

	place.start = SIZE_MAX;
	for (size_t at = 0; at < size; character++) {
		char shown[UTF8_SHOWN_MAX];
		unsigned columns;

		if (character == span.column)
			place.start = column;
		if (character == span.end)
			place.end = column;
		at += utf8_show(line + at, size - at, shown, &columns);
		column += columns;
	}
	place.line_end = column;
	if (place.start == SIZE_MAX)
		place.start = column;
	if (span.end >= character)
		place.end = column;
	if (place.end <= place.start)
		place.end = place.start + 1;
	return place;
}

static void line_print(const char *line, size_t size, struct span span, FILE *out)
{
	struct place place = place_find(line, size, span);
	size_t from = 0, to = place.line_end, column = 0;

	if (place.line_end > LINE_COLUMNS) {
		from = place.start > LEFT_COLUMNS ? place.start - LEFT_COLUMNS : 0;
		to = MIN(from + LINE_COLUMNS, place.line_end);
	}
	if (from)
		fputs("...", out);
	for (size_t at = 0; at < size && column < to;) {
		char shown[UTF8_SHOWN_MAX];
		unsigned columns;

		at += utf8_show(line + at, size - at, shown, &columns);
		if (column >= from && column + columns <= to) {
			fputs(shown, out);
		} else if (column < place.start && column + columns > from) {
			/* A wide one cut in half: keep the caret under its place. */
			for (size_t i = MAX(column, from); i < column + columns; i++)
				fputc(' ', out);
		}
		column += columns;
	}
	fputs(to < place.line_end ? "...\n" : "\n", out);
	fprintf(out, "%*s^", (int)(place.start - from + (from ? 3 : 0)), "");
	for (size_t i = place.start + 1; i < MIN(place.end, MAX(to, place.start + 1)); i++)
		fputc('~', out);
	fputc('\n', out);
}

void problems_print(const struct problems *problems, FILE *out)
{
	char path[4 * PROBLEM_TEXT_MAX];

	utf8_quote(problems->path, strlen(problems->path), path, sizeof(path));
	for (unsigned i = 0; i < problems->count; i++) {
		const struct problem *problem = &problems->kept[i];
		size_t size;
		const char *line = line_find(problems, problem->span.line, &size);

		fprintf(out, "%s:%u:%u: error: %s\n", path, problem->span.line,
			problem->span.column, problem->text);
		if (line)
			line_print(line, size, problem->span, out);
	}
	if (problems->more)
		fprintf(out, "%s: and %u more\n", path, problems->more);
}
