/*
 * page.h - writes markup; the one place where text becomes HTML.
 *
 * Every text and attribute passes through two gates: what is not printable is shown as an escape
 * (model/utf8.h), then the XML writer escapes what is markup. Errors are remembered: look at
 * `result` once, at the end.
 */
#ifndef HTML_PAGE_H
#define HTML_PAGE_H

#include <libxml/xmlwriter.h>
#include <stdint.h>
#include <stdio.h>

struct page {
	xmlTextWriterPtr xml;
	FILE *out;
	int result; /* 0 or -errno */
};

/* The page goes to `out`, and must stay where it is in memory. page_finish flushes, releases and
 * returns the result. */
int page_init(struct page *page, FILE *out);
int page_finish(struct page *page);

/* Elements. `class` may be NULL. Attributes come right after the opening. */
void page_open(struct page *page, const char *tag, const char *class);
void page_attribute(struct page *page, const char *name, const char *value);
void page_attributef(struct page *page, const char *name, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void page_close(struct page *page);

void page_text(struct page *page, const char *text);
void page_textf(struct page *page, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A whole element with a text in it. */
void page_element(struct page *page, const char *tag, const char *class, const char *text);
void page_elementf(struct page *page, const char *tag, const char *class, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* An element that has no end: meta. */
void page_close_void(struct page *page);

/* A line end between elements, so that the source can be read and compared. */
void page_break(struct page *page);

/* Unescaped: only ever our own style sheet. */
void page_trusted(struct page *page, const char *text);

/* "1,204,300"; "1 case", "3 cases". */
enum { COUNT_TEXT_MAX = 32 };
const char *count_text(uint64_t count, char text[COUNT_TEXT_MAX]);
void page_count(struct page *page, uint64_t count);
void page_counted(struct page *page, uint64_t count, const char *one, const char *many);

#endif
