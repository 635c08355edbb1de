/*
 * verdict.c - the top of the page: what came of the run, in one sentence, and in numbers.
 */
#include "html/sections.h"

#include <inttypes.h>
#include <math.h>

#include "base/macros.h"

static const char *banner_class(const struct results *results)
{
	static const char *const classes[VERDICT_COUNT] = {
		[VERDICT_PASS] = "banner pass",
		[VERDICT_INCONCLUSIVE] = "banner inconclusive",
		[VERDICT_VIOLATION] = "banner violation",
		[VERDICT_ERROR] = "banner error",
		[VERDICT_SKIP] = "banner skip",
	};

	return classes[results->verdict];
}

static enum mark banner_mark(const struct results *results)
{
	static const enum mark marks[VERDICT_COUNT] = {
		[VERDICT_PASS] = MARK_PASS,	      [VERDICT_INCONCLUSIVE] = MARK_INCONCLUSIVE,
		[VERDICT_VIOLATION] = MARK_VIOLATION, [VERDICT_ERROR] = MARK_ERROR,
		[VERDICT_SKIP] = MARK_SKIP,
	};

	return marks[results->verdict];
}

/* The heading. */
static void write_sentence(struct page *page, const struct results *results,
			   const struct digest *digest)
{
	unsigned ran = results->case_count - digest->marks[MARK_SKIP];

	page_open(page, "h1", NULL);
	switch (results->verdict) {
	case VERDICT_PASS:
		page_text(page, ran == 1 ? "The only case went as expected." : "All ");
		if (ran != 1)
			page_counted(page, ran, "case", "cases went as expected.");
		break;
	case VERDICT_VIOLATION:
		page_count(page, digest->marks[MARK_VIOLATION]);
		page_text(page, " of ");
		page_counted(page, ran, "case", "cases");
		page_text(page, " did not go as expected.");
		break;
	case VERDICT_INCONCLUSIVE:
		page_text(page, "Nothing went wrong, but not everything is certain.");
		break;
	case VERDICT_SKIP:
		page_text(page, "Nothing could run here.");
		break;
	default:
		page_text(page, "The harness itself failed in ");
		page_counted(page, digest->marks[MARK_ERROR], "case", "cases");
		if (digest->marks[MARK_VIOLATION]) {
			page_text(page, ", and ");
			page_counted(page, digest->marks[MARK_VIOLATION], "case", "cases");
			page_text(page, " did not go as expected");
		}
		page_text(page, ".");
	}
	page_close(page);
}

static void item(struct page *page, enum mark mark, uint64_t count, const char *one,
		 const char *many)
{
	if (!count)
		return;
	page_open(page, "li", NULL);
	mark_draw(page, mark);
	page_open(page, "span", NULL);
	page_counted(page, count, one, many);
	page_close(page);
	page_close(page);
}

static unsigned groups_of(const struct groups *groups, enum concern concern)
{
	unsigned count = 0;

	for (unsigned i = 0; i < groups->count; i++)
		count += groups->groups[i].concern == concern;
	return count;
}

/* Broken targets that behaved as such. */
static void write_found(struct page *page, const struct digest *digest)
{
	if (!digest->marks[MARK_FOUND])
		return;
	page_open(page, "li", NULL);
	mark_draw(page, MARK_FOUND);
	page_open(page, "span", NULL);
	page_counted(page, digest->planted, "broken target found out in ",
		     "broken targets found out in ");
	page_counted(page, digest->marks[MARK_FOUND], "case", "cases");
	page_text(page, ", as expected");
	page_close(page);
	page_close(page);
}

/* What stands behind the sentence. */
static void write_items(struct page *page, const struct results *results,
			const struct digest *digest, const struct groups *groups)
{
	page_open(page, "ul", "items");
	item(page, MARK_ERROR, digest->marks[MARK_ERROR], "case in which the harness failed",
	     "cases in which the harness failed");
	item(page, MARK_VIOLATION, digest->marks[MARK_VIOLATION], "case not as expected",
	     "cases not as expected");
	item(page, MARK_VIOLATION, groups_of(groups, CONCERN_UNEXPECTED), "unexpected bug",
	     "unexpected bugs");
	item(page, MARK_INCONCLUSIVE, digest->marks[MARK_INCONCLUSIVE], "case inconclusive",
	     "cases inconclusive");
	write_found(page, digest);
	item(page, MARK_PASS, digest->marks[MARK_PASS], "case as expected", "cases as expected");
	item(page, MARK_SKIP, digest->marks[MARK_SKIP], "case skipped", "cases skipped");
	page_close(page);
	if (results->interrupted)
		page_element(page, "p", "warning", "The run was stopped before all its cases "
						   "were run.");
	else if (!results->complete)
		page_element(page, "p", "warning", "The run was cut off: its log has no end. "
						   "What is shown was recorded before that.");
}

void section_verdict(struct page *page, const struct results *results,
		     const struct digest *digest, const struct groups *groups)
{
	page_open(page, "section", banner_class(results));
	page_attribute(page, "id", "verdict");
	mark_draw(page, banner_mark(results));
	page_open(page, "div", NULL);
	write_sentence(page, results, digest);
	write_items(page, results, digest, groups);
	page_close(page);
	page_close(page);
	page_break(page);
}

static void tile(struct page *page, const char *name, uint64_t count)
{
	page_open(page, "div", "tile");
	page_element(page, "dt", NULL, name);
	page_open(page, "dd", NULL);
	page_count(page, count);
	page_close(page);
	page_close(page);
}

/* "840 B", "1.4 MiB", in tenths without a locale. */
static void write_bytes(struct page *page, uint64_t bytes)
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB" };
	unsigned unit = 0;
	uint64_t tenths = bytes * 10;

	while (tenths >= 10240 && unit + 1 < ARRAY_SIZE(units)) {
		tenths = (tenths + 512) / 1024;
		unit++;
	}
	if (unit)
		page_textf(page, "%" PRIu64 ".%" PRIu64 " %s", tenths / 10, tenths % 10,
			   units[unit]);
	else
		page_textf(page, "%" PRIu64 " B", bytes);
}

static void write_time(struct page *page, double seconds)
{
	uint64_t whole = (uint64_t)seconds;

	if (whole < 60)
		page_textf(page, "%" PRIu64 ".%d s", whole, (int)((seconds - (double)whole) * 10));
	else if (whole < 3600)
		page_textf(page, "%" PRIu64 " min %" PRIu64 " s", whole / 60, whole % 60);
	else
		page_textf(page, "%" PRIu64 " h %" PRIu64 " min", whole / 3600, whole / 60 % 60);
}

static void segment(struct page *page, const char *class, uint64_t from, uint64_t count,
		    uint64_t total)
{
	double scale = total ? 1000.0 / (double)total : 0;
	long x = lround((double)from * scale), to = lround((double)(from + count) * scale);

	page_open(page, "rect", class);
	page_attributef(page, "x", "%ld", x);
	page_attributef(page, "width", "%ld", to - x);
	page_attribute(page, "height", "16");
	page_close(page);
}

static void key(struct page *page, const char *class, const char *name, uint64_t count)
{
	page_open(page, "li", NULL);
	page_open(page, "svg", "sample");
	page_attribute(page, "viewBox", "0 0 14 14");
	page_attribute(page, "width", "14");
	page_attribute(page, "height", "14");
	page_attribute(page, "aria-hidden", "true");
	page_open(page, "rect", class);
	page_attribute(page, "width", "14");
	page_attribute(page, "height", "14");
	page_close(page);
	page_close(page);
	page_open(page, "strong", NULL);
	page_count(page, count);
	page_close(page);
	page_textf(page, " %s", name);
	page_close(page);
}

/* asked = landed + too late + never reached, as one bar. */
static void write_landings(struct page *page, const struct landing_counts *sum)
{
	page_open(page, "div", "asked-bar");
	page_open(page, "p", NULL);
	page_open(page, "strong", "big");
	page_count(page, sum->asked);
	page_close(page);
	page_text(page, " cancellations asked");
	page_close(page);
	page_open(page, "svg", "bar");
	page_attribute(page, "viewBox", "0 0 1000 16");
	page_attribute(page, "preserveAspectRatio", "none");
	page_attribute(page, "aria-hidden", "true");
	segment(page, "part landed", 0, sum->landed, sum->asked);
	segment(page, "part late", sum->landed, sum->too_late, sum->asked);
	segment(page, "part never", sum->landed + sum->too_late, sum->never, sum->asked);
	page_close(page);
	page_open(page, "ul", "legend");
	key(page, "part landed", "landed", sum->landed);
	key(page, "part late", "too late", sum->too_late);
	key(page, "part never", "never reached", sum->never);
	page_close(page);
	page_close(page);
}

void section_numbers(struct page *page, const struct results *results,
		     const struct digest *digest)
{
	section_open(page, "numbers", "Numbers");
	write_landings(page, &digest->landings);
	page_open(page, "dl", "tiles");
	tile(page, "cases", results->case_count);
	tile(page, "trials", digest->tally.trials);
	tile(page, "attempts", digest->tally.attempts);
	tile(page, "operations", digest->tally.primitives);
	page_open(page, "div", "tile");
	page_element(page, "dt", NULL, "bytes checked");
	page_open(page, "dd", NULL);
	write_bytes(page, digest->tally.bytes);
	page_close(page);
	page_close(page);
	page_open(page, "div", "tile");
	page_element(page, "dt", NULL, "time");
	page_open(page, "dd", NULL);
	write_time(page, results->seconds);
	page_close(page);
	page_close(page);
	page_close(page);
	section_close(page);
}
