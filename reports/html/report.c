/*
 * report.c - the frame of the page: head with the security policy and the style, then the
 * sections in the order in which a reader asks: what came of it, where, why, and on what machine.
 */
#include "html/report.h"

#include <assert.h>
#include <errno.h>

#include "base/macros.h"
#include "html/sections.h"
#include "html/style_css.h"

void section_open(struct page *page, const char *id, const char *heading)
{
	page_open(page, "section", NULL);
	page_attribute(page, "id", id);
	page_attributef(page, "aria-labelledby", "%s-heading", id);
	page_open(page, "h2", NULL);
	page_attributef(page, "id", "%s-heading", id);
	page_text(page, heading);
	page_close(page);
	page_break(page);
}

void section_close(struct page *page)
{
	page_close(page);
	page_break(page);
}

void wide_open(struct page *page, const char *name)
{
	page_open(page, "div", "wide");
	page_attribute(page, "tabindex", "0");
	page_attribute(page, "role", "region");
	page_attribute(page, "aria-label", name);
}

void note_shown(struct page *page, uint64_t shown, uint64_t total, const char *what)
{
	if (shown >= total)
		return;
	page_open(page, "p", "note");
	page_text(page, "Showing ");
	page_count(page, shown);
	page_text(page, " of ");
	page_count(page, total);
	page_textf(page, " %s.", what);
	page_close(page);
}

static void write_meta(struct page *page, const char *key, const char *name, const char *content)
{
	page_open(page, "meta", NULL);
	page_attribute(page, key, name);
	if (content)
		page_attribute(page, "content", content);
	page_close_void(page);
	page_break(page);
}

static void write_head(struct page *page, const struct results *results)
{
	char policy[256];

	snprintf(policy, sizeof(policy),
		 "default-src 'none'; style-src '%s'; base-uri 'none'; form-action 'none'",
		 style_digest);
	page_open(page, "head", NULL);
	page_break(page);
	write_meta(page, "charset", "utf-8", NULL);
	write_meta(page, "http-equiv", "Content-Security-Policy", policy);
	write_meta(page, "name", "viewport", "width=device-width, initial-scale=1");
	write_meta(page, "name", "color-scheme", "light dark");
	write_meta(page, "name", "referrer", "no-referrer");
	write_meta(page, "name", "generator", "droptest " DROPTEST_VERSION);
	page_elementf(page, "title", NULL, "droptest: %s",
		      word_name(WORDS_VERDICT, results->verdict));
	page_open(page, "style", NULL);
	for (unsigned i = 0; i < ARRAY_SIZE(style_lines); i++)
		page_trusted(page, style_lines[i]);
	page_close(page);
	page_close(page);
	page_break(page);
}

static void write_fact(struct page *page, const json_t *object, const char *key)
{
	const char *value = json_string_value(json_object_get(object, key));

	if (!value)
		return;
	page_open(page, "span", "fact");
	page_textf(page, "%s ", key);
	page_elementf(page, "code", NULL, "%.200s", value);
	page_close(page);
}

/* The name of the tool, the facts that tell this run from others, and the way to the sections. */
static void write_header(struct page *page, const struct results *results,
			 const struct digest *digest)
{
	static const struct {
		const char *id, *name;
	} links[] = {
		{ "matrix", "Matrix" },	      { "failures", "Failures" },
		{ "contracts", "Contracts" }, { "landings", "Landings" },
		{ "cells", "Outcome cells" }, { "skips", "Skips" },
		{ "cases", "Cases" },	      { "environment", "Environment" },
	};

	page_open(page, "header", NULL);
	page_open(page, "p", "name");
	page_open(page, "svg", NULL);
	page_attribute(page, "viewBox", "0 0 24 24");
	page_attribute(page, "width", "26");
	page_attribute(page, "height", "26");
	page_attribute(page, "aria-hidden", "true");
	page_open(page, "path", "drop");
	page_attribute(page, "d", "M12 2C8 8 5 11.5 5 15a7 7 0 0 0 14 0c0-3.5-3-7-7-13z");
	page_close(page);
	page_close(page);
	page_element(page, "strong", NULL, "droptest");
	write_fact(page, results->run, "seed");
	write_fact(page, json_object_get(results->run, "environment"), "kernel");
	page_close(page);
	page_open(page, "nav", NULL);
	page_attribute(page, "aria-label", "Sections");
	for (unsigned i = 0; i < ARRAY_SIZE(links); i++) {
		if (i == 5 && !digest->marks[MARK_SKIP])
			continue;
		page_open(page, "a", NULL);
		page_attributef(page, "href", "#%s", links[i].id);
		page_text(page, links[i].name);
		page_close(page);
	}
	page_close(page);
	page_close(page);
	page_break(page);
}

static void write_body(struct page *page, const struct results *results,
		       const struct digest *digest, const struct groups *groups)
{
	page_open(page, "body", NULL);
	write_header(page, results, digest);
	page_open(page, "main", NULL);
	section_verdict(page, results, digest, groups);
	section_attention(page, results, digest);
	section_numbers(page, results, digest);
	section_matrix(page, digest, groups);
	section_failures(page, results, groups);
	section_contracts(page, digest);
	section_landings(page, digest);
	section_cells(page, digest);
	section_skips(page, results, digest);
	section_cases(page, results);
	section_environment(page, results);
	page_close(page);
	page_open(page, "footer", NULL);
	page_text(page, "Written by droptest " DROPTEST_VERSION ". This page is one file: it runs "
			"nothing and loads nothing.");
	page_close(page);
	page_close(page);
	page_break(page);
}

int report_html(const struct results *results, FILE *out)
{
	struct digest digest;
	struct groups groups;
	struct page page;
	int r;

	assert(json_is_object(results->run) && results->verdict < VERDICT_COUNT);
	r = digest_init(&digest, results);
	if (r)
		return r;
	r = groups_init(&groups, results);
	if (!r)
		r = page_init(&page, out);
	if (!r) {
		page_trusted(&page, "<!DOCTYPE html>\n");
		page_open(&page, "html", NULL);
		page_attribute(&page, "lang", "en");
		write_head(&page, results);
		write_body(&page, results, &digest, &groups);
		page_close(&page);
		page_break(&page);
		r = page_finish(&page);
	}
	groups_finish(&groups);
	digest_finish(&digest);
	return r;
}
