/*
 * trace.c - see trace.h.
 *
 *	   0   attempt 0: begins with 64 at 0
 *	   1       attempt 0.0: read asked 64 at 0
 *	   2 >     attempt 0.0: cancellation 0 asked (armed by async_cancel/ud)
 */
#include "cli/trace.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/macros.h"
#include "cli/table.h"
#include "cli/terminal.h"

enum { LINE_BYTES = 512 };

static bool of_an_attempt(const struct event *event)
{
	switch (event->kind) {
	case EVENT_ATTEMPT:
	case EVENT_RETURN:
	case EVENT_HANDED:
	case EVENT_ACCEPTED:
	case EVENT_CALLER:
	case EVENT_FINISH:
	case EVENT_DAMAGE:
		return true;
	default:
		return false;
	}
}

/* What to look for: where a cancellation acts, and where the damage is. */
static char mark_of(const struct event *event)
{
	switch (event->kind) {
	case EVENT_CANCEL:
	case EVENT_LANDING:
		return '>';
	case EVENT_DAMAGE:
		return '!';
	default:
		return ' ';
	}
}

static enum paint colour_of(const struct event *event)
{
	if (event->kind == EVENT_DAMAGE)
		return PAINT_BAD;
	if (event->kind == EVENT_CANCEL ||
	    (event->kind == EVENT_LANDING && event->result == LANDING_LANDED))
		return PAINT_DOUBT;
	return PAINT_PLAIN;
}

/* " (armed by async_cancel/ud)" where a cancellation begins to act. */
static void name_cancellation(const struct plan *plan, const struct event *event, char *text,
			      size_t text_max)
{
	const struct cancellation *step;

	text[0] = '\0';
	if (event->kind != EVENT_CANCEL || event->detail >= plan->cancellation_count)
		return;
	step = &plan->cancellations[event->detail];
	snprintf(text, text_max, " (%s by %s)", word_name(WORDS_POINT, step->point),
		 word_name(WORDS_MECHANISM, step->mechanism));
}

void trace_print(FILE *out, const struct plan *plan, const struct history *history, bool colours)
{
	char line[LINE_BYTES], name[100];

	for (uint32_t i = 0; i < history->count; i++) {
		const struct event *event = &history->events[i];

		event_format(event, line, sizeof(line));
		name_cancellation(plan, event, name, sizeof(name));
		if (event->kind == EVENT_ATTEMPT && i)
			fputc('\n', out);
		fprintf(out, "%5" PRIu32 " %c %s", i, mark_of(event),
			of_an_attempt(event) ? "" : "    ");
		paint(out, colours, colour_of(event), line);
		fprintf(out, "%s\n", name);
	}
	if (history->dropped)
		fprintf(out, "       %" PRIu32 " more events did not fit\n", history->dropped);
	fputc('\n', out);
}

void trace_print_cancellations(FILE *out, const struct plan *plan, const struct outcome *outcome)
{
	static const struct table_column columns[] = {
		{ .title = "cancellation", .right = true }, { .title = "point" },
		{ .title = "mechanism" }, { .title = "became of it" },
	};
	struct table *table = table_create(columns, ARRAY_SIZE(columns));

	for (uint32_t i = 0; table && i < plan->cancellation_count; i++) {
		const struct cancellation *step = &plan->cancellations[i];
		const struct landing_record *record = &outcome->records[i];
		const char *became = word_name(WORDS_LANDING, record->landing);

		table_format(table, "%" PRIu32, i);
		table_format(table, "%s%s", step->retry ? "retry: " : "",
			     word_name(WORDS_POINT, step->point));
		table_cell(table, PAINT_PLAIN, word_name(WORDS_MECHANISM, step->mechanism));
		if (record->landing == LANDING_LANDED)
			table_format(table,
				     "%s in attempt %" PRIu32 ", at byte %" PRIu64
				     " of the stream%s",
				     became, record->attempt, record->offset,
				     outcome->finding.guilty == (int32_t)i ? " (guilty)" : "");
		else
			table_cell(table, PAINT_PLAIN, became);
	}
	if (table && plan->cancellation_count)
		table_print(table, out, false);
	table_destroy(table);
}
