/*
 * table.c - cells are gathered first, then measured, then printed.
 */
#include "cli/table.h"

#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"

enum { GAP = 2, NAME_LEAST = 36, LAST_LEAST = 20 };

struct cell {
	char *text; /* owned; NULL without memory */
	enum paint colour;
	bool heading; /* alone on its line */
};

struct table {
	const struct table_column *columns;
	unsigned column_count;
	struct cell *cells;
	size_t cell_count, capacity;
	unsigned at; /* the column of the next cell */
};

/* Where things stand when it is printed. */
struct measure {
	unsigned widths[TABLE_COLUMNS_MAX];
	unsigned starts[TABLE_COLUMNS_MAX];
	unsigned columns; /* of the terminal; 0: any number */
	bool stacked;	  /* every name has a line of its own */
	bool below;	  /* so has the last column */
};

struct table *table_create(const struct table_column *columns, unsigned count)
{
	struct table *table = calloc(1, sizeof(*table));

	assert(count <= TABLE_COLUMNS_MAX);
	if (table) {
		table->columns = columns;
		table->column_count = count;
	}
	return table;
}

void table_destroy(struct table *table)
{
	if (!table)
		return;
	for (size_t i = 0; i < table->cell_count; i++)
		free(table->cells[i].text);
	free(table->cells);
	free(table);
}

static void append(struct table *table, struct cell cell)
{
	if (table->cell_count == table->capacity) {
		size_t capacity = MAX(2 * table->capacity, (size_t)64);
		struct cell *cells = reallocarray(table->cells, capacity, sizeof(*cells));

		if (!cells) {
			free(cell.text);
			return;
		}
		table->cells = cells;
		table->capacity = capacity;
	}
	table->cells[table->cell_count++] = cell;
}

void table_cell(struct table *table, enum paint colour, const char *text)
{
	append(table, (struct cell){ .text = strdup(text), .colour = colour });
	table->at = (table->at + 1) % table->column_count;
}

void table_format(struct table *table, const char *format, ...)
{
	char *text = NULL;
	va_list values;

	va_start(values, format);
	if (vasprintf(&text, format, values) < 0)
		text = NULL;
	va_end(values);
	append(table, (struct cell){ .text = text });
	table->at = (table->at + 1) % table->column_count;
}

void table_heading(struct table *table, const char *text)
{
	assert(table->at == 0);
	append(table, (struct cell){ .text = strdup(text), .heading = true });
}

static const char *text_of(const struct cell *cell)
{
	return cell->text ? cell->text : "";
}

static unsigned name_column(const struct table *table)
{
	for (unsigned i = 0; i < table->column_count; i++)
		if (table->columns[i].name)
			return i;
	return 0;
}

static void place(const struct table *table, struct measure *measure)
{
	unsigned start = TABLE_INDENT, name = name_column(table);

	for (unsigned i = 0; i < table->column_count; i++) {
		if (measure->stacked && i == name + 1)
			start = measure->starts[name] + GAP;
		measure->starts[i] = start;
		start += measure->widths[i] + GAP;
	}
}

/* The columns that are left of a row for its last column. */
static unsigned room_for_last(const struct table *table, const struct measure *measure)
{
	unsigned start = measure->starts[table->column_count - 1];

	return measure->columns > start ? measure->columns - start : 0;
}

static bool fits(const struct table *table, const struct measure *measure)
{
	unsigned last = measure->widths[table->column_count - 1];

	return room_for_last(table, measure) >= MIN(last, (unsigned)LAST_LEAST);
}

/* Narrower names, each that is too long on a line of its own. False: they would be too narrow. */
static bool narrow_names(const struct table *table, struct measure *measure)
{
	unsigned last = measure->widths[table->column_count - 1];
	unsigned missing = MIN(last, (unsigned)LAST_LEAST) - room_for_last(table, measure);
	unsigned name = name_column(table);

	if (measure->widths[name] < missing + NAME_LEAST)
		return false;
	measure->widths[name] -= missing;
	place(table, measure);
	return true;
}

/* What is too wide: the last column is wrapped; that not being enough, names or it get lines. */
static void shrink(const struct table *table, struct measure *measure)
{
	unsigned name = name_column(table), last = table->column_count - 1;

	if (fits(table, measure) || name == last || narrow_names(table, measure))
		return;
	measure->stacked = name + 1 < last;
	place(table, measure);
	if (fits(table, measure))
		return;
	measure->below = true;
	measure->stacked = false;
	place(table, measure);
	if (measure->starts[last] > measure->columns + GAP && name + 1 < last) {
		measure->stacked = true;
		place(table, measure);
	}
	measure->starts[last] = measure->starts[name] + 2 * GAP;
}

static void take_measure(const struct table *table, struct measure *measure, FILE *out)
{
	unsigned column = 0;

	*measure = (struct measure){ .columns = terminal_columns(out) };
	for (unsigned i = 0; i < table->column_count; i++)
		if (table->columns[i].title)
			measure->widths[i] = shown_columns(table->columns[i].title);
	for (size_t i = 0; i < table->cell_count; i++) {
		const struct cell *cell = &table->cells[i];

		if (cell->heading)
			continue;
		measure->widths[column] = MAX(measure->widths[column],
					      shown_columns(text_of(cell)));
		column = (column + 1) % table->column_count;
	}
	place(table, measure);
	if (measure->columns)
		shrink(table, measure);
}

/* Is there anything in this row from that column on? */
static bool more(const struct table *table, const struct cell *row, unsigned column)
{
	for (; column < table->column_count; column++)
		if (row[column].text && *row[column].text)
			return true;
	return false;
}

static void print_cell(const struct cell *cell, FILE *out, bool colours)
{
	if (!colours || cell->colour == PAINT_PLAIN) {
		put_shown(out, text_of(cell));
		return;
	}
	paint(out, true, cell->colour, text_of(cell)); /* what has a colour is ours */
}

static void print_row(const struct table *table, const struct measure *measure,
		      const struct cell *row, FILE *out, bool colours)
{
	unsigned last = table->column_count - 1, cursor = 0;

	for (unsigned i = 0; more(table, row, i); i++) {
		unsigned width = shown_columns(text_of(&row[i])), start = measure->starts[i];

		if (table->columns[i].right && width < measure->widths[i])
			start += measure->widths[i] - width;
		if (cursor > start || (measure->below && i == last)) {
			fputc('\n', out);
			cursor = 0;
		}
		if (width)
			fprintf(out, "%*s", (int)(start - cursor), "");
		if (i == last)
			put_wrapped(out, measure->columns, start, start, text_of(&row[i]));
		else
			print_cell(&row[i], out, colours);
		cursor = width ? start + width : cursor;
	}
	fputc('\n', out);
}

static void print_titles(const struct table *table, const struct measure *measure, FILE *out)
{
	struct cell titles[TABLE_COLUMNS_MAX] = { 0 };
	bool any = false;

	for (unsigned i = 0; i < table->column_count; i++) {
		any |= table->columns[i].title != NULL;
		titles[i].text = (char *)table->columns[i].title;
	}
	if (any)
		print_row(table, measure, titles, out, false);
}

void table_print(const struct table *table, FILE *out, bool colours)
{
	struct measure measure;

	take_measure(table, &measure, out);
	print_titles(table, &measure, out);
	for (size_t i = 0; i < table->cell_count;) {
		const struct cell *cell = &table->cells[i];

		if (cell->heading) {
			put_shown(out, text_of(cell));
			fputc('\n', out);
			i++;
		} else if (i + table->column_count > table->cell_count) {
			break; /* without memory the last row may be short */
		} else {
			print_row(table, &measure, cell, out, colours);
			i += table->column_count;
		}
	}
}
