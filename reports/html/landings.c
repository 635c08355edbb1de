/*
 * landings.c - how many cancellations landed at each point by each mechanism, and what came of
 * the operation and of its cancel. A point at which nothing landed proves nothing: it is marked.
 */
#include "html/sections.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/macros.h"

static struct landing_counts sum_of(const struct tally *tally, unsigned points, unsigned mechanisms)
{
	struct landing_counts sum = { 0 };

	for (unsigned p = 0; p < POINT_ROWS; p++)
		for (unsigned m = 0; m < MECH_COUNT; m++) {
			const struct landing_counts *counts = &tally->points[p][m];

			if (!(points & BIT(p)) || !(mechanisms & BIT(m)))
				continue;
			sum.asked += counts->asked;
			sum.landed += counts->landed;
			sum.too_late += counts->too_late;
			sum.never += counts->never;
		}
	return sum;
}

/* Landed over asked with a bar beneath; the rest in words for those who cannot see it. */
static void write_counts(struct page *page, const struct landing_counts *counts)
{
	long share;

	if (!counts->asked) {
		page_element(page, "td", "empty", "");
		return;
	}
	share = lround((double)counts->landed * 100 / (double)counts->asked);
	page_open(page, "td", counts->landed ? "count" : "count vacuous");
	page_attributef(page, "title", "asked %" PRIu64 ": landed %" PRIu64 ", too late %" PRIu64
			", never reached %" PRIu64, counts->asked, counts->landed,
			counts->too_late, counts->never);
	page_open(page, "strong", NULL);
	page_count(page, counts->landed);
	page_close(page);
	if (counts->landed < counts->asked) {
		page_open(page, "span", "of");
		page_text(page, " of ");
		page_count(page, counts->asked);
		page_close(page);
	}
	page_open(page, "svg", "meter");
	page_attribute(page, "viewBox", "0 0 100 4");
	page_attribute(page, "preserveAspectRatio", "none");
	page_attribute(page, "aria-hidden", "true");
	page_open(page, "rect", "rest");
	page_attribute(page, "width", "100");
	page_attribute(page, "height", "4");
	page_close(page);
	page_open(page, "rect", "part landed");
	page_attributef(page, "width", "%ld", share);
	page_attribute(page, "height", "4");
	page_close(page);
	page_close(page);
	page_close(page);
}

static void write_row(struct page *page, const struct tally *tally, const char *name,
		      const char *meaning, unsigned points, unsigned mechanisms)
{
	struct landing_counts sum = sum_of(tally, points, mechanisms);

	page_open(page, "tr", points == BIT(POINT_RETRY) || points == BIT(POINT_COUNT) - 1 ? "sum"
											   : NULL);
	page_open(page, "th", NULL);
	page_attribute(page, "scope", "row");
	page_attribute(page, "title", meaning);
	page_text(page, name);
	page_close(page);
	for (unsigned m = 0; m < MECH_COUNT; m++) {
		struct landing_counts counts = sum_of(tally, points, BIT(m));

		if (mechanisms & BIT(m))
			write_counts(page, &counts);
	}
	write_counts(page, &sum);
	page_close(page);
	page_break(page);
}

/* The name, which may be broken in two after its slash. */
static void write_mechanism(struct page *page, const char *name)
{
	const char *slash = strchr(name, '/');

	page_textf(page, "%.*s", slash ? (int)(slash + 1 - name) : (int)strlen(name), name);
	if (!slash)
		return;
	page_open(page, "wbr", NULL);
	page_close_void(page);
	page_text(page, slash + 1);
}

static void write_head(struct page *page, unsigned mechanisms)
{
	page_open(page, "thead", NULL);
	page_open(page, "tr", NULL);
	page_element(page, "th", NULL, "point");
	for (unsigned m = 0; m < MECH_COUNT; m++) {
		if (!(mechanisms & BIT(m)))
			continue;
		page_open(page, "th", NULL);
		page_attribute(page, "scope", "col");
		page_attribute(page, "title", word_meaning(WORDS_MECHANISM, m));
		write_mechanism(page, word_name(WORDS_MECHANISM, m));
		page_close(page);
	}
	page_element(page, "th", NULL, "all");
	page_close(page);
	page_close(page);
}

void section_landings(struct page *page, const struct digest *digest)
{
	const struct tally *tally = &digest->tally;
	const unsigned all = BIT(MECH_COUNT) - 1, points = BIT(POINT_COUNT) - 1;
	unsigned mechanisms = 0;

	for (unsigned m = 0; m < MECH_COUNT; m++)
		if (sum_of(tally, points, BIT(m)).asked)
			mechanisms |= BIT(m);
	if (!mechanisms)
		return;
	section_open(page, "landings", "Where cancellations landed");
	page_element(page, "p", "note",
		     "Point by mechanism, over all cases. A cancellation lands when the history "
		     "proves that it acted at its point; one that did not land never counts as a "
		     "pass.");
	wide_open(page, "Landings by point and mechanism");
	page_open(page, "table", "counts");
	write_head(page, mechanisms);
	page_open(page, "tbody", NULL);
	for (unsigned p = 0; p < POINT_COUNT; p++)
		if (sum_of(tally, BIT(p), all).asked)
			write_row(page, tally, word_name(WORDS_POINT, p),
				  word_meaning(WORDS_POINT, p), BIT(p), mechanisms);
	write_row(page, tally, "all points", "the sum", points, mechanisms);
	if (sum_of(tally, BIT(POINT_RETRY), all).asked)
		write_row(page, tally, "of these, on a retry",
			  word_meaning(WORDS_POINT, POINT_RETRY), BIT(POINT_RETRY), mechanisms);
	for (unsigned i = 0; i < 3; i++)
		page_close(page);
	section_close(page);
}

static uint64_t cells_sum(const struct tally *tally, int t, int c)
{
	uint64_t sum = 0;

	for (int i = 0; i < CELL_RESULTS; i++)
		for (int j = 0; j < CELL_RESULTS; j++)
			if ((t < 0 || t == i) && (c < 0 || c == j))
				sum += tally->cells[i][j];
	return sum;
}

static void write_cells(struct page *page, const struct tally *tally)
{
	for (int t = 0; t < CELL_RESULTS; t++) {
		if (!cells_sum(tally, t, -1))
			continue;
		page_open(page, "tr", NULL);
		page_open(page, "th", NULL);
		page_attribute(page, "scope", "row");
		page_text(page, results_cell_name((enum cell_result)t));
		page_close(page);
		for (int c = 0; c < CELL_RESULTS; c++) {
			bool kept = t == CELL_POSITIVE && (c == CELL_ZERO || c == CELL_ETIME);

			if (!cells_sum(tally, -1, c))
				continue;
			page_open(page, "td", !tally->cells[t][c] ? "empty"
					      : kept		  ? "number kept"
								  : "number");
			if (tally->cells[t][c])
				page_count(page, tally->cells[t][c]);
			page_close(page);
		}
		page_close(page);
	}
}

void section_cells(struct page *page, const struct digest *digest)
{
	const struct tally *tally = &digest->tally;

	if (!cells_sum(tally, -1, -1))
		return;
	section_open(page, "cells", "Outcome cells");
	page_element(page, "p", "note",
		     "The operation\u2019s own result against that of its cancel or linked "
		     "timeout. Framed: the cancel returned 0, or the timeout said that time was "
		     "up, and yet bytes moved; they must not be thrown away. (Cancels of any or "
		     "all return how many they found, so that their 0 means none.)");
	wide_open(page, "Outcome cells");
	page_open(page, "table", "cells");
	page_open(page, "thead", NULL);
	page_open(page, "tr", NULL);
	page_element(page, "th", NULL, "operation \u2193 cancel \u2192");
	for (int c = 0; c < CELL_RESULTS; c++) {
		if (!cells_sum(tally, -1, c))
			continue;
		page_open(page, "th", NULL);
		page_attribute(page, "scope", "col");
		page_text(page, results_cell_name((enum cell_result)c));
		page_close(page);
	}
	page_close(page);
	page_close(page);
	page_open(page, "tbody", NULL);
	write_cells(page, tally);
	for (unsigned i = 0; i < 3; i++)
		page_close(page);
	section_close(page);
}
