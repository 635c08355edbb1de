/*
 * cases.c - what was skipped and why, and every case in one line.
 */
#include "html/sections.h"

#include <inttypes.h>
#include <string.h>

#include "base/macros.h"

enum { REASONS_SHOWN = 100, CASES_PER_REASON = 50, CASES_SHOWN = 2000, ALARMS_SHOWN = 12 };

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

/* Do they say the same of the same operation? Then one of them is enough. */
static bool alike(const struct case_result *a, const struct case_result *b)
{
	return a->verdict == b->verdict && !strcmp(a->reason, b->reason) &&
	       !strcmp(a->operation, b->operation) && !strcmp(a->target, b->target);
}

static bool seen_before(const struct results *results, unsigned at)
{
	for (unsigned i = 0; i < at; i++)
		if (alike(&results->cases[i], &results->cases[at]))
			return true;
	return false;
}

/* Returns how many cases the line stands for. */
static unsigned write_alarm(struct page *page, const struct results *results, unsigned at)
{
	const struct case_result *test = &results->cases[at];
	unsigned more = 0;

	for (unsigned i = at + 1; i < results->case_count; i++)
		more += alike(&results->cases[i], test);
	page_open(page, "li", NULL);
	mark_draw(page, mark_of_case(test));
	page_open(page, "span", NULL);
	page_elementf(page, "span", "hidden", "%s: ", mark_meaning(mark_of_case(test)));
	page_element(page, "code", NULL, test->id);
	if (more)
		page_elementf(page, "span", "note", " and %u more", more);
	page_element(page, "span", "reason", test->reason);
	page_close(page);
	page_close(page);
	page_break(page);
	return 1 + more;
}

/* The worst first: errors, violations, inconclusive ones. */
void section_attention(struct page *page, const struct results *results,
		       const struct digest *digest)
{
	static const enum mark alarms[] = { MARK_ERROR, MARK_VIOLATION, MARK_INCONCLUSIVE };
	unsigned lines = 0, shown = 0, total = 0;

	for (unsigned a = 0; a < ARRAY_SIZE(alarms); a++)
		total += digest->marks[alarms[a]];
	if (!total)
		return;
	section_open(page, "attention", "What needs attention");
	page_open(page, "ul", "alarms");
	for (unsigned a = 0; a < ARRAY_SIZE(alarms); a++)
		for (unsigned i = 0; i < results->case_count && lines < ALARMS_SHOWN; i++) {
			if (mark_of_case(&results->cases[i]) != alarms[a] ||
			    seen_before(results, i))
				continue;
			shown += write_alarm(page, results, i);
			lines++;
		}
	page_close(page);
	note_shown(page, shown, total, "cases; the rest is under \u201cAll cases\u201d");
	section_close(page);
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
