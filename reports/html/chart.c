/*
 * chart.c - draws operations as bars from submission to completion, what the peer and the caller
 * did as marks, cancellations as lines, and the damaged bytes as a band.
 *
 *	offset ^      .  attempt 3  .  attempt 4
 *	       |             |   [#####]      # bytes moved, [ ] bytes asked for
 *	       |       [##   X]               X a cancellation that landed
 *	       +-----------------------> events
 *
 * Numbers are written in tenths as integers: the same bytes in every locale.
 */
#include "html/chart.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "html/chart_range.h"

enum { WIDTH = 1000, HEIGHT = 400, LEFT = 84, RIGHT = 18, TOP = 58, BOTTOM = 52 };
enum { LABEL_GAP = 120 };

struct chart {
	struct page *page;
	const struct failure *failure;
	struct chart_range range;
	double column; /* width of one event */
};

static void number(struct page *page, const char *name, double value)
{
	long tenths = lround(value * 10);

	page_attributef(page, name, "%s%ld.%ld", tenths < 0 ? "-" : "", labs(tenths) / 10,
			labs(tenths) % 10);
}

static double x_of(const struct chart *chart, uint32_t event)
{
	return LEFT + ((double)event - chart->range.first + 0.5) * chart->column;
}

static double y_of(const struct chart *chart, uint64_t offset)
{
	const struct chart_range *range = &chart->range;
	uint64_t at = MIN(MAX(offset, range->low), range->high) - range->low;

	return HEIGHT - BOTTOM -
	       (double)at * (HEIGHT - TOP - BOTTOM) / (double)(range->high - range->low);
}

static void line(const struct chart *chart, const char *class, double x1, double y1, double x2,
		 double y2)
{
	page_open(chart->page, "line", class);
	number(chart->page, "x1", x1);
	number(chart->page, "y1", y1);
	number(chart->page, "x2", x2);
	number(chart->page, "y2", y2);
	page_close(chart->page);
}

static void box(const struct chart *chart, const char *class, double x1, double y1, double x2,
		double y2)
{
	page_open(chart->page, "rect", class);
	number(chart->page, "x", MIN(x1, x2));
	number(chart->page, "y", MIN(y1, y2));
	number(chart->page, "width", fabs(x2 - x1));
	number(chart->page, "height", fabs(y2 - y1));
	page_close(chart->page);
}

static void label(const struct chart *chart, const char *class, double x, double y,
		  const char *text)
{
	page_open(chart->page, "text", class);
	number(chart->page, "x", x);
	number(chart->page, "y", y);
	page_text(chart->page, text);
	page_close(chart->page);
}

/* The axes: a few offsets with lines across, a few numbers of events. */
static void draw_axes(const struct chart *chart)
{
	const struct chart_range *range = &chart->range;
	uint64_t step = chart_step(range->high - range->low, 6);
	uint64_t events = chart_step(range->count, 12);
	char text[COUNT_TEXT_MAX];

	for (uint64_t at = range->low + (step - range->low % step) % step;
	     at <= range->high && at >= range->low; at += step) {
		line(chart, "grid", LEFT, y_of(chart, at), WIDTH - RIGHT, y_of(chart, at));
		label(chart, "tick end", LEFT - 8, y_of(chart, at) + 4, count_text(at, text));
		if (step > range->high - at)
			break;
	}
	for (uint32_t i = range->first; i < range->first + range->count; i++)
		if (i % events == 0)
			label(chart, "tick middle", x_of(chart, i), HEIGHT - BOTTOM + 18,
			      count_text(i, text));
	line(chart, "axis", LEFT, HEIGHT - BOTTOM, WIDTH - RIGHT, HEIGHT - BOTTOM);
	line(chart, "axis", LEFT, TOP, LEFT, HEIGHT - BOTTOM);
	label(chart, "title end", WIDTH - RIGHT, HEIGHT - 10, "events, in order \u2192");
	page_open(chart->page, "text", "title end");
	page_attributef(chart->page, "transform", "translate(16 %d) rotate(-90)", TOP);
	page_text(chart->page, "stream offset, bytes \u2192");
	page_close(chart->page);
}

/* Where an attempt ends: at its return, or where the next one begins, or at the edge. */
static uint32_t attempt_end(const struct chart *chart, uint32_t at)
{
	uint32_t edge = chart->range.first + chart->range.count;
	const struct event *events = chart->failure->events;

	for (uint32_t i = at + 1; i < edge; i++) {
		if (events[i].kind == EVENT_ATTEMPT)
			return i - 1;
		if (events[i].kind == EVENT_RETURN && events[i].attempt == events[at].attempt)
			return i;
	}
	return edge - 1;
}

static void draw_attempt(const struct chart *chart, uint32_t at)
{
	const struct event *event = &chart->failure->events[at];
	double x1 = x_of(chart, at) - chart->column / 2;
	double x2 = x_of(chart, attempt_end(chart, at)) + chart->column / 2;
	char text[32];

	box(chart, "attempt", x1, TOP - 26, x2, HEIGHT - BOTTOM);
	snprintf(text, sizeof(text), x2 - x1 > 78 ? "attempt %" PRIu32 : "%" PRIu32,
		 event->attempt);
	if (x2 - x1 > 7.0 * (double)strlen(text))
		label(chart, "name", x1 + 6, TOP - 12, text);
}

/* The completion of a primitive, or NULL when it is not in the drawing. */
static const struct event *completion(const struct chart *chart, uint32_t at, uint32_t *ret_at)
{
	const struct event *events = chart->failure->events, *submit = &events[at];
	uint32_t edge = chart->range.first + chart->range.count;

	for (uint32_t i = at + 1; i < edge; i++)
		if (events[i].kind == EVENT_COMPLETE && events[i].attempt == submit->attempt &&
		    events[i].primitive == submit->primitive && events[i].side == submit->side) {
			*ret_at = i;
			return &events[i];
		}
	*ret_at = edge - 1;
	return NULL;
}

static void draw_operation(const struct chart *chart, uint32_t at)
{
	const struct event *submit = &chart->failure->events[at];
	uint32_t end;
	const struct event *complete = completion(chart, at, &end);
	uint64_t from = complete ? complete->offset : submit->offset;
	uint64_t asked = submit->offset + submit->size;
	double x1 = x_of(chart, at), x2 = x_of(chart, end);

	if (asked > submit->offset)
		box(chart, "asked", x1, y_of(chart, submit->offset), x2, y_of(chart, asked));
	if (complete && complete->result > 0) {
		box(chart, submit->side ? "moved out" : "moved", x1, y_of(chart, from), x2,
		    y_of(chart, from + (uint32_t)complete->result));
		return;
	}
	if (complete) {
		double y = y_of(chart, from);

		line(chart, "idle", x1, y, x2, y);
		line(chart, "idle", x2 - 4, y - 4, x2 + 4, y + 4);
		line(chart, "idle", x2 - 4, y + 4, x2 + 4, y - 4);
	}
}

static void draw_bytes(const struct chart *chart, uint32_t at, const char *class, double shift)
{
	const struct event *event = &chart->failure->events[at];
	double x = x_of(chart, at) + shift;

	line(chart, class, x, y_of(chart, event->offset), x,
	     y_of(chart, event->offset + event->size));
}

/* A triangle on its tip, filled when the cancellation landed. */
static void draw_cancellation(const struct chart *chart, uint32_t at, double *label_from)
{
	const struct event *event = &chart->failure->events[at];
	bool landed = chart_landing(chart->failure, event->detail) == LANDING_LANDED;
	bool guilty = event->detail == chart->failure->outcome.finding.guilty;
	double x = x_of(chart, at), y = TOP - 32;
	char text[64];

	line(chart, guilty ? "cancel guilty" : "cancel", x, y, x, HEIGHT - BOTTOM);
	page_open(chart->page, "path", landed ? "landed" : "late");
	page_attributef(chart->page, "d", "M%ld %ldh14l-7 11z", lround(x) - 7, lround(y) - 10);
	page_close(chart->page);
	snprintf(text, sizeof(text), "%u %s%s", event->detail,
		 landed ? "landed" : "too late", guilty ? ", guilty" : "");
	if (x < *label_from)
		return;
	if (x > WIDTH - LABEL_GAP)
		label(chart, "name strong end", x - 11, y - 2, text);
	else
		label(chart, "name strong", x + 11, y - 2, text);
	*label_from = x + LABEL_GAP;
}

static void draw_damage(const struct chart *chart)
{
	const struct finding *finding = &chart->failure->outcome.finding;
	double y1 = y_of(chart, finding->from), y2 = y_of(chart, finding->to);
	char text[128];

	if (finding->to <= finding->from)
		return;
	box(chart, "damage", LEFT, MAX(y1, y2 + 3), WIDTH - RIGHT, y2);
	line(chart, "divergence", LEFT, y1, WIDTH - RIGHT, y1);
	snprintf(text, sizeof(text), "%s %" PRIu64 "..%" PRIu64 " (%" PRIu64 ")",
		 word_name(WORDS_DAMAGE, finding->damage), finding->from, finding->to - 1,
		 finding->to - finding->from);
	label(chart, "hit", LEFT + 8, MAX(MIN(y1, y2) - 6, TOP + 12), text);
}

/* What a drawing of this kind shows, from back to front. */
static void draw_layer(const struct chart *chart, enum event_kind kind, double *label_from)
{
	for (uint32_t i = chart->range.first; i < chart->range.first + chart->range.count; i++) {
		if (chart->failure->events[i].kind != kind)
			continue;
		switch (kind) {
		case EVENT_ATTEMPT:
			draw_attempt(chart, i);
			break;
		case EVENT_SUBMIT:
			draw_operation(chart, i);
			break;
		case EVENT_FEED:
		case EVENT_DRAIN:
			draw_bytes(chart, i, "peer", 0);
			break;
		case EVENT_HANDED:
		case EVENT_ACCEPTED:
			draw_bytes(chart, i, "handed", 0);
			break;
		default:
			draw_cancellation(chart, i, label_from);
		}
	}
}

static void draw(const struct chart *chart)
{
	static const enum event_kind layers[] = { EVENT_ATTEMPT, EVENT_SUBMIT, EVENT_FEED,
						  EVENT_DRAIN, EVENT_HANDED, EVENT_ACCEPTED,
						  EVENT_CANCEL };
	const struct finding *finding = &chart->failure->outcome.finding;
	struct page *page = chart->page;
	double label_from = 0;

	page_open(page, "svg", "chart");
	page_attributef(page, "viewBox", "0 0 %d %d", WIDTH, HEIGHT);
	page_attribute(page, "role", "img");
	page_open(page, "title", NULL);
	page_textf(page, "Events %" PRIu32 " to %" PRIu32 " of this trial over stream offsets "
		   "%" PRIu64 " to %" PRIu64 ". Damage: %s", chart->range.first,
		   chart->range.first + chart->range.count - 1, chart->range.low,
		   chart->range.high, word_name(WORDS_DAMAGE, finding->damage));
	if (finding->to > finding->from)
		page_textf(page, ", bytes %" PRIu64 " to %" PRIu64, finding->from,
			   finding->to - 1);
	page_text(page, ".");
	page_close(page);
	draw_layer(chart, layers[0], &label_from);
	draw_axes(chart);
	draw_damage(chart);
	for (unsigned i = 1; i < ARRAY_SIZE(layers); i++)
		draw_layer(chart, layers[i], &label_from);
	page_close(page);
}

struct sample {
	const char *class, *shape, *text;
};

/* Each entry draws its sample with the class that the drawing uses. */
static void write_legend(struct page *page)
{
	static const struct sample samples[] = {
		{ "asked", "M2 2h20v10h-20z", "bytes asked for" },
		{ "moved", "M2 2h20v10h-20z", "bytes moved" },
		{ "idle", "M2 7h20M18 3l8 8M18 11l8-8", "ended, moved nothing" },
		{ "peer", "M12 1v12", "fed or drained by the peer" },
		{ "handed", "M12 1v12", "handed over or accepted" },
		{ "landed", "M5 2h14l-7 11z", "cancellation, landed" },
		{ "late", "M5 2h14l-7 11z", "cancellation, too late" },
		{ "damage", "M2 2h20v10h-20z", "the damaged bytes" },
	};

	page_open(page, "ul", "legend");
	page_attribute(page, "aria-label", "Legend of the drawing");
	for (unsigned i = 0; i < ARRAY_SIZE(samples); i++) {
		page_open(page, "li", NULL);
		page_open(page, "svg", "sample");
		page_attribute(page, "viewBox", "0 0 28 14");
		page_attribute(page, "width", "28");
		page_attribute(page, "height", "14");
		page_attribute(page, "aria-hidden", "true");
		page_open(page, "path", samples[i].class);
		page_attribute(page, "d", samples[i].shape);
		page_close(page);
		page_close(page);
		page_text(page, samples[i].text);
		page_close(page);
	}
	page_close(page);
}

/* The same events in words. */
static void write_table(const struct chart *chart)
{
	struct page *page = chart->page;
	uint32_t count = chart->range.count, total = chart->failure->event_count;

	page_open(page, "details", NULL);
	page_open(page, "summary", NULL);
	page_text(page, "The same events as a table");
	if (count < total)
		page_elementf(page, "span", "note", " showing %" PRIu32 " of %" PRIu32, count,
			      total);
	page_close(page);
	page_open(page, "div", "wide");
	page_attribute(page, "tabindex", "0");
	page_attribute(page, "role", "region");
	page_attribute(page, "aria-label", "Events of the trial");
	page_open(page, "table", "events");
	page_trusted(page, "<thead><tr><th scope=\"col\">event</th><th scope=\"col\">side</th>"
			   "<th scope=\"col\">what happened</th></tr></thead>");
	page_open(page, "tbody", NULL);
	for (uint32_t i = chart->range.first; i < chart->range.first + count; i++) {
		char text[256];

		event_format(&chart->failure->events[i], text, sizeof(text));
		page_open(page, "tr", i == chart->range.guilty	 ? "guilty"
				      : i == chart->range.damage ? "hit"
								 : NULL);
		page_elementf(page, "th", NULL, "%" PRIu32, i);
		page_element(page, "td", NULL, chart->failure->events[i].side ? "out" : "in");
		page_element(page, "td", NULL, text);
		page_close(page);
	}
	for (unsigned i = 0; i < 4; i++)
		page_close(page);
	page_break(page);
}

void chart_write(struct page *page, const struct failure *failure)
{
	struct chart chart = { .page = page, .failure = failure };

	chart_range_find(failure, &chart.range);
	if (!chart.range.count)
		return;
	chart.column = (double)(WIDTH - LEFT - RIGHT) / chart.range.count;
	page_open(page, "figure", NULL);
	page_open(page, "div", "wide");
	page_attribute(page, "tabindex", "0");
	page_attribute(page, "role", "region");
	page_attribute(page, "aria-label", "Drawing of the trial");
	draw(&chart);
	page_close(page);
	write_legend(page);
	page_open(page, "figcaption", NULL);
	page_textf(page, "The trial around the damage. Showing %" PRIu32 " of %" PRIu32 " events.",
		   chart.range.count, failure->event_count);
	page_close(page);
	page_close(page);
	write_table(&chart);
}
