/*
 * mark.c - six shapes of 20 by 20, told apart without colour: circle, diamond, triangle, octagon,
 * square, and an empty ring for what was skipped.
 */
#include "html/mark.h"

#include "base/macros.h"
#include "html/concern.h"

static const struct look {
	const char *class, *letter, *meaning, *path, *baseline;
} looks[] = {
	[MARK_PASS] = { "pass", "P", "as expected", "M10 1a9 9 0 1 0 .01 0z", "14" },
	[MARK_FOUND] = { "found", "B", "bug found, as expected", "M10 0L20 10L10 20L0 10z", "14" },
	[MARK_INCONCLUSIVE] = { "inconclusive", "I", "inconclusive", "M10 1L20 19H0z", "16.5" },
	[MARK_VIOLATION] = { "violation", "V", "not as expected",
			     "M6 .5h8l5.5 5.5v8l-5.5 5.5h-8l-5.5-5.5v-8z", "14" },
	[MARK_ERROR] = { "error", "E", "harness error", "M1 1h18v18h-18z", "14" },
	[MARK_SKIP] = { "skip", "S", "skipped", "M10 1.5a8.5 8.5 0 1 0 .01 0z", "14" },
};

enum mark mark_of_case(const struct case_result *test)
{
	switch (test->verdict) {
	case VERDICT_PASS:
		return concern_expects_bug(test) ? MARK_FOUND : MARK_PASS;
	case VERDICT_INCONCLUSIVE:
		return MARK_INCONCLUSIVE;
	case VERDICT_VIOLATION:
		return MARK_VIOLATION;
	case VERDICT_SKIP:
		return MARK_SKIP;
	default:
		return MARK_ERROR;
	}
}

enum mark mark_merge(enum mark a, enum mark b)
{
	if (a == MARK_SKIP || b == MARK_SKIP)
		return a == MARK_SKIP ? b : a;
	return MAX(a, b);
}

const char *mark_meaning(enum mark mark)
{
	return looks[mark].meaning;
}

const char *mark_class(enum mark mark)
{
	return looks[mark].class;
}

void mark_draw(struct page *page, enum mark mark)
{
	const struct look *look = &looks[mark];

	page_open(page, "svg", "mark");
	page_attribute(page, "viewBox", "0 0 20 20");
	page_attribute(page, "width", "20");
	page_attribute(page, "height", "20");
	page_attribute(page, "aria-hidden", "true");
	page_open(page, "path", look->class);
	page_attribute(page, "d", look->path);
	page_close(page);
	page_open(page, "text", mark == MARK_SKIP ? "letter hollow" : "letter");
	page_attribute(page, "x", "10");
	page_attribute(page, "y", look->baseline);
	page_text(page, look->letter);
	page_close(page);
	page_close(page);
}

void mark_write(struct page *page, enum mark mark)
{
	page_open(page, "span", "marked");
	mark_draw(page, mark);
	page_elementf(page, "span", NULL, " %s", looks[mark].meaning);
	page_close(page);
}
