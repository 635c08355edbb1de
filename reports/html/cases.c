/*
 * cases.c - what was skipped and why, and every case in one line.
 */
#include "html/sections.h"

#include <inttypes.h>
#include <string.h>

#include "base/macros.h"

enum { REASONS_SHOWN = 100, CASES_PER_REASON = 50, CASES_SHOWN = 2000 };

static bool skipped(const struct case_result *test)
{
	return test->verdict == VERDICT_SKIP;
}

/* Was this reason given by an earlier case? */
static bool given(const struct results *results, unsigned at)
{
	for (unsigned i = 0; i < at; i++)
		if (skipped(&results->cases[i]) &&
		    !strcmp(results->cases[i].reason, results->cases[at].reason))
			return true;
	return false;
}

static void write_reason(struct page *page, const struct results *results, unsigned at)
{
	const char *reason = results->cases[at].reason;
	unsigned total = 0;

	for (unsigned i = at; i < results->case_count; i++)
		total += skipped(&results->cases[i]) && !strcmp(results->cases[i].reason, reason);
	page_open(page, "details", "skip");
	page_open(page, "summary", NULL);
	mark_draw(page, MARK_SKIP);
	page_text(page, " ");
	page_counted(page, total, "case: ", "cases: ");
	page_text(page, *reason ? reason : "no reason was given");
	page_close(page);
	page_open(page, "ul", "ids");
	for (unsigned i = at, shown = 0; i < results->case_count && shown < CASES_PER_REASON; i++)
		if (skipped(&results->cases[i]) && !strcmp(results->cases[i].reason, reason)) {
			page_element(page, "li", NULL, results->cases[i].id);
			shown++;
		}
	page_close(page);
	note_shown(page, MIN(total, CASES_PER_REASON), total, "cases");
	page_close(page);
	page_break(page);
}

void section_skips(struct page *page, const struct results *results, const struct digest *digest)
{
	unsigned shown = 0;

	if (!digest->marks[MARK_SKIP])
		return;
	section_open(page, "skips", "What could not run here");
	for (unsigned i = 0; i < results->case_count && shown < REASONS_SHOWN; i++)
		if (skipped(&results->cases[i]) && !given(results, i)) {
			write_reason(page, results, i);
			shown++;
		}
	if (shown == REASONS_SHOWN)
		page_elementf(page, "p", "note", "Only the first %d reasons are shown.",
			      REASONS_SHOWN);
	section_close(page);
}

static void write_case(struct page *page, const struct case_result *test)
{
	struct landing_counts sum = tally_landings(&test->tally);
	uint64_t tenths = (uint64_t)(test->seconds * 10 + 0.5);
	enum mark mark = mark_of_case(test);

	page_open(page, "tr", mark_class(mark));
	page_open(page, "td", NULL);
	mark_write(page, mark);
	page_close(page);
	page_open(page, "th", NULL);
	page_attribute(page, "scope", "row");
	page_text(page, test->id);
	if (*test->reason)
		page_element(page, "span", "reason", test->reason);
	page_close(page);
	page_element(page, "td", NULL, test->expect_text);
	page_open(page, "td", "number");
	page_count(page, test->tally.trials);
	page_close(page);
	page_open(page, "td", "number");
	page_count(page, sum.asked);
	page_close(page);
	page_open(page, "td", "number");
	page_count(page, sum.landed);
	page_close(page);
	page_elementf(page, "td", "number", "%" PRIu64 ".%" PRIu64 " s", tenths / 10, tenths % 10);
	page_close(page);
	page_break(page);
}

void section_cases(struct page *page, const struct results *results)
{
	unsigned shown = 0;

	section_open(page, "cases", "All cases");
	page_open(page, "details", NULL);
	page_open(page, "summary", NULL);
	page_counted(page, results->case_count, "case", "cases");
	page_text(page, ", those that need attention first");
	page_close(page);
	wide_open(page, "All cases");
	page_open(page, "table", "cases");
	page_trusted(page, "<thead><tr><th>verdict</th><th>case</th><th>expected</th>"
			   "<th>trials</th><th>asked</th><th>landed</th><th>time</th></tr>"
			   "</thead>");
	page_open(page, "tbody", NULL);
	for (unsigned calm = 0; calm < 2; calm++)
		for (unsigned i = 0; i < results->case_count && shown < CASES_SHOWN; i++) {
			if (mark_alarms(mark_of_case(&results->cases[i])) == !!calm)
				continue;
			write_case(page, &results->cases[i]);
			shown++;
		}
	for (unsigned i = 0; i < 3; i++)
		page_close(page);
	note_shown(page, shown, results->case_count, "cases");
	page_close(page);
	section_close(page);
}
