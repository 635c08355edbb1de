/*
 * page.c - libxml2's text writer with a memory for errors and a gate for unprintable text.
 */
#include "html/page.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "model/utf8.h"

#define XML(text) ((const xmlChar *)(text))

static void check(struct page *page, int r)
{
	if (r < 0 && !page->result)
		page->result = -ENOMEM;
}

/* Never fails towards the writer, which would complain on stderr: the page remembers instead. */
static int put(void *context, const char *bytes, int size)
{
	struct page *page = context;

	errno = 0;
	if (!page->result && fwrite(bytes, 1, (size_t)size, page->out) != (size_t)size)
		page->result = errno ? -errno : -EIO;
	return size;
}

static int flush(void *context)
{
	struct page *page = context;

	errno = 0;
	if (!page->result && fflush(page->out))
		page->result = errno ? -errno : -EIO;
	return 0;
}

int page_init(struct page *page, FILE *out)
{
	xmlOutputBufferPtr buffer;

	*page = (struct page){ .out = out };
	buffer = xmlOutputBufferCreateIO(put, flush, page, NULL);
	page->xml = buffer ? xmlNewTextWriter(buffer) : NULL;
	if (!page->xml)
		xmlOutputBufferClose(buffer);
	return page->xml ? 0 : -ENOMEM;
}

int page_finish(struct page *page)
{
	check(page, xmlTextWriterFlush(page->xml));
	xmlFreeTextWriter(page->xml);
	page->xml = NULL;
	return page->result;
}

void page_open(struct page *page, const char *tag, const char *class)
{
	check(page, xmlTextWriterStartElement(page->xml, XML(tag)));
	if (class)
		page_attribute(page, "class", class);
}

/* The text made printable; owned. Line ends stay in texts, where they do no harm. */
static char *printable(struct page *page, const char *text)
{
	size_t size = strlen(text), used = 0;
	char *shown = malloc(size * (UTF8_SHOWN_MAX - 1) + UTF8_SHOWN_MAX);

	if (!shown) {
		page->result = -ENOMEM;
		return NULL;
	}
	for (size_t at = 0; at < size;) {
		unsigned columns;

		at += utf8_show(text + at, size - at, shown + used, &columns);
		used += strlen(shown + used);
	}
	shown[used] = '\0';
	return shown;
}

void page_attribute(struct page *page, const char *name, const char *value)
{
	char *shown = printable(page, value);

	if (shown)
		check(page, xmlTextWriterWriteAttribute(page->xml, XML(name), XML(shown)));
	free(shown);
}

void page_text(struct page *page, const char *text)
{
	char *shown = printable(page, text);

	if (shown)
		check(page, xmlTextWriterWriteString(page->xml, XML(shown)));
	free(shown);
}

/* Calls `use` with the formatted text. */
static void formatted(struct page *page, const char *name, const char *format, va_list arguments)
{
	char *text = NULL;

	if (vasprintf(&text, format, arguments) < 0) {
		page->result = -ENOMEM;
		return;
	}
	if (name)
		page_attribute(page, name, text);
	else
		page_text(page, text);
	free(text);
}

void page_attributef(struct page *page, const char *name, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	formatted(page, name, format, arguments);
	va_end(arguments);
}

void page_textf(struct page *page, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	formatted(page, NULL, format, arguments);
	va_end(arguments);
}

void page_close(struct page *page)
{
	check(page, xmlTextWriterFullEndElement(page->xml));
}

void page_close_void(struct page *page)
{
	check(page, xmlTextWriterEndElement(page->xml));
}

void page_element(struct page *page, const char *tag, const char *class, const char *text)
{
	page_open(page, tag, class);
	page_text(page, text);
	page_close(page);
}

void page_elementf(struct page *page, const char *tag, const char *class, const char *format, ...)
{
	va_list arguments;

	page_open(page, tag, class);
	va_start(arguments, format);
	formatted(page, NULL, format, arguments);
	va_end(arguments);
	page_close(page);
}

void page_break(struct page *page)
{
	check(page, xmlTextWriterWriteRaw(page->xml, XML("\n")));
}

void page_trusted(struct page *page, const char *text)
{
	check(page, xmlTextWriterWriteRaw(page->xml, XML(text)));
}

const char *count_text(uint64_t count, char text[COUNT_TEXT_MAX])
{
	char digits[24];
	int size = snprintf(digits, sizeof(digits), "%" PRIu64, count);
	char *at = text;

	for (int i = 0; i < size; i++) {
		if (i && (size - i) % 3 == 0)
			*at++ = ',';
		*at++ = digits[i];
	}
	*at = '\0';
	return text;
}

void page_count(struct page *page, uint64_t count)
{
	char text[COUNT_TEXT_MAX];

	page_text(page, count_text(count, text));
}

void page_counted(struct page *page, uint64_t count, const char *one, const char *many)
{
	page_count(page, count);
	page_textf(page, " %s", count == 1 ? one : many);
}
