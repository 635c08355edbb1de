/*
 * matrix.c - target x scenario, one table for each suite: a mark, and how many cases stand behind
 * it. A mark with failures leads to them.
 */
#include "html/sections.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"

enum { ROWS_SHOWN = 500, COLUMNS_SHOWN = 60, SUITES_SHOWN = 60 };

/* The names of one side of a table, each once. */
struct names {
	const char *list[ROWS_SHOWN];
	unsigned count, max;
	unsigned total; /* with those beyond max */
};

/* One suite. */
struct grid {
	struct names targets, scenarios;
	const struct heap *cells[ROWS_SHOWN][COLUMNS_SHOWN];
};

/* The place of a name, which is added when it is new; max when there is no room. */
static unsigned place(struct names *names, const char *name)
{
	for (unsigned i = names->count; i-- > 0;)
		if (!strcmp(names->list[i], name))
			return i;
	names->total++;
	if (names->count == names->max)
		return names->max;
	names->list[names->count] = name;
	return names->count++;
}

static void fill(struct grid *grid, const struct digest *digest, const char *suite)
{
	memset(grid, 0, sizeof(*grid));
	grid->targets.max = ROWS_SHOWN;
	grid->scenarios.max = COLUMNS_SHOWN;
	for (unsigned i = 0; i < digest->target_count; i++) {
		const struct heap *heap = &digest->targets[i];
		unsigned row, column;

		if (strcmp(heap->suite, suite))
			continue;
		row = place(&grid->targets, heap->target);
		column = place(&grid->scenarios, heap->scenario);
		if (row < ROWS_SHOWN && column < COLUMNS_SHOWN)
			grid->cells[row][column] = heap;
	}
}

/* The first group of failures of that cell, or -1. */
static int group_of(const struct groups *groups, const struct heap *heap)
{
	for (unsigned i = 0; i < groups->count; i++) {
		const struct group *group = &groups->groups[i];

		if (!group->shown || strcmp(group->target, heap->target))
			continue;
		for (unsigned j = 0; j < group->count; j++)
			if (!strcmp(group->members[j].test->scenario, heap->scenario) &&
			    !strcmp(group->members[j].test->suite, heap->suite))
				return (int)i;
	}
	return -1;
}

static void write_cell(struct page *page, const struct heap *heap, const struct groups *groups)
{
	int group = group_of(groups, heap);

	page_open(page, "td", mark_class(heap->mark));
	page_open(page, group < 0 ? "span" : "a", "cell");
	if (group >= 0)
		page_attributef(page, "href", "#failure-%d", group + 1);
	mark_draw(page, heap->mark);
	page_open(page, "span", NULL);
	if (heap->marks[heap->mark] < heap->cases) {
		page_count(page, heap->marks[heap->mark]);
		page_text(page, "/");
	}
	page_count(page, heap->cases);
	page_close(page);
	page_elementf(page, "span", "hidden", " %s: %s", heap->cases == 1 ? "case" : "cases",
		      mark_meaning(heap->mark));
	page_close(page);
	page_close(page);
}

static void write_head(struct page *page, const struct names *scenarios)
{
	page_open(page, "thead", NULL);
	page_open(page, "tr", NULL);
	page_open(page, "th", NULL);
	page_attribute(page, "scope", "col");
	page_text(page, "target");
	page_close(page);
	for (unsigned i = 0; i < scenarios->count; i++) {
		page_open(page, "th", "scenario");
		page_attribute(page, "scope", "col");
		page_element(page, "span", NULL, scenarios->list[i]);
		page_close(page);
	}
	page_close(page);
	page_close(page);
}

static void write_suite(struct page *page, const struct grid *grid, const struct groups *groups,
			const char *name)
{
	page_open(page, "div", "suite");
	page_element(page, "h3", NULL, name);
	wide_open(page, name);
	page_open(page, "table", "matrix");
	write_head(page, &grid->scenarios);
	page_open(page, "tbody", NULL);
	for (unsigned row = 0; row < grid->targets.count; row++) {
		page_open(page, "tr", NULL);
		page_open(page, "th", NULL);
		page_attribute(page, "scope", "row");
		page_text(page, grid->targets.list[row]);
		page_close(page);
		for (unsigned column = 0; column < grid->scenarios.count; column++)
			if (grid->cells[row][column])
				write_cell(page, grid->cells[row][column], groups);
			else
				page_element(page, "td", "empty", "");
		page_close(page);
		page_break(page);
	}
	for (unsigned i = 0; i < 3; i++)
		page_close(page);
	note_shown(page, grid->targets.count, grid->targets.total, "targets");
	note_shown(page, grid->scenarios.count, grid->scenarios.total, "scenarios");
	page_close(page);
}

static void write_legend(struct page *page, const struct digest *digest)
{
	page_open(page, "ul", "legend");
	page_attribute(page, "aria-label", "Legend");
	for (unsigned i = 0; i < MARK_COUNT; i++) {
		if (!digest->marks[i])
			continue;
		page_open(page, "li", NULL);
		mark_write(page, (enum mark)i);
		page_close(page);
	}
	page_close(page);
	page_element(page, "p", "note",
		     "The number is how many cases stand behind a mark: operation, wire, ring and "
		     "condition. 2/6 means that the worst of them, which is shown, came twice.");
}

void section_matrix(struct page *page, const struct digest *digest, const struct groups *groups)
{
	unsigned suites = MIN(digest->suite_count, SUITES_SHOWN);
	struct grid *grid = malloc(sizeof(*grid));

	if (!grid) {
		page->result = -ENOMEM;
		return;
	}
	section_open(page, "matrix", "Targets and scenarios");
	write_legend(page, digest);
	page_open(page, "div", "suites");
	for (unsigned i = 0; i < suites; i++) {
		fill(grid, digest, digest->suites[i]);
		write_suite(page, grid, groups,
			    *digest->suites[i] ? digest->suites[i] : "no suite");
	}
	page_close(page);
	note_shown(page, suites, digest->suite_count, "suites");
	section_close(page);
	free(grid);
}
