/*
 * window.c - the bytes around the first divergence: what was expected above what was observed,
 * sixteen in a row, with those that differ marked.
 */
#include "html/sections.h"

#include <inttypes.h>

#include "base/macros.h"

enum { ROW = 16 };

static bool differs(const struct finding *finding, uint32_t at)
{
	bool expected = at < finding->expected_size, observed = at < finding->observed_size;

	return expected != observed ||
	       (expected && finding->expected[at] != finding->observed[at]);
}

/* One side of one row; neighbours that differ share one mark. */
static void write_bytes(struct page *page, const struct finding *finding,
			const unsigned char *bytes, uint32_t size, uint32_t from, uint32_t to)
{
	bool marked = false;

	page_open(page, "td", NULL);
	page_open(page, "code", NULL);
	for (uint32_t i = from; i < to; i++) {
		bool mark = differs(finding, i);

		if (marked && !mark)
			page_close(page);
		if (i > from)
			page_text(page, i % 8 ? " " : "  ");
		if (mark && !marked)
			page_open(page, "mark", NULL);
		marked = mark;
		if (i < size)
			page_textf(page, "%02x", bytes[i]);
		else
			page_text(page, "--");
	}
	if (marked)
		page_close(page);
	page_close(page);
	page_close(page);
	page_open(page, "td", "ascii");
	page_open(page, "code", NULL);
	for (uint32_t i = from; i < to; i++)
		if (i >= size)
			page_text(page, " ");
		else
			page_textf(page, "%c", bytes[i] > ' ' && bytes[i] < 0x7f ? bytes[i] : '.');
	page_close(page);
	page_close(page);
}

static void write_row(struct page *page, const struct finding *finding, uint32_t from, uint32_t to)
{
	page_open(page, "tr", "above");
	page_open(page, "th", NULL);
	page_attribute(page, "scope", "rowgroup");
	page_attribute(page, "rowspan", "2");
	page_textf(page, "%" PRIu64, finding->window_offset + from);
	page_close(page);
	page_element(page, "td", "who", "expected");
	write_bytes(page, finding, finding->expected, finding->expected_size, from, to);
	page_close(page);
	page_open(page, "tr", NULL);
	page_element(page, "td", "who", "observed");
	write_bytes(page, finding, finding->observed, finding->observed_size, from, to);
	page_close(page);
	page_break(page);
}

void window_write(struct page *page, const struct finding *finding)
{
	uint32_t size = MAX(finding->expected_size, finding->observed_size), first = 0;

	if (!size)
		return;
	while (first < size && !differs(finding, first))
		first++;
	page_open(page, "figure", NULL);
	wide_open(page, "Bytes around the first difference");
	page_open(page, "table", "hex");
	page_trusted(page, "<thead><tr><th scope=\"col\">offset</th><th></th>"
			   "<th scope=\"col\">bytes</th><th scope=\"col\">text</th></tr></thead>");
	page_open(page, "tbody", NULL);
	for (uint32_t at = 0; at < size; at += ROW)
		write_row(page, finding, at, MIN(at + ROW, size));
	for (unsigned i = 0; i < 3; i++)
		page_close(page);
	page_open(page, "figcaption", NULL);
	if (first < size)
		page_textf(page, "The first difference is at byte %" PRIu64 ".",
			   finding->window_offset + first);
	else
		page_text(page, "These bytes do not differ.");
	page_close(page);
	page_close(page);
	page_break(page);
}
