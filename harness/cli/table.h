/*
 * table.h - text in columns that are as wide as what is in them, and no wider than the terminal.
 *
 *	  ok    reference/read.read    atomic     848/995  met: atomic
 *	  FAIL  broken/a_name_that_is_longer_than_its_column.read
 *	                               resumable      1/1  violation: lost, also:
 *	                                                   truncated
 *
 * Names are never cut: they are there to be copied.
 */
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include "cli/terminal.h"

enum { TABLE_COLUMNS_MAX = 8, TABLE_INDENT = 2 };

struct table_column {
	const char *title; /* NULL in all of them: no line of titles */
	bool right;	   /* numbers */
	bool name;	   /* the one that may be too long for its column */
};

struct table;

/* The columns must stay. The last one is wrapped at words. NULL: out of memory. */
struct table *table_create(const struct table_column *columns, unsigned count);
void table_destroy(struct table *table); /* takes NULL */

/* The next cell, from left to right and row by row; the text is copied, and shown with escapes. */
void table_cell(struct table *table, enum paint colour, const char *text);
__attribute__((format(printf, 2, 3))) void table_format(struct table *table, const char *format,
							 ...);

/* A line of its own between two rows. */
void table_heading(struct table *table, const char *text);

void table_print(const struct table *table, FILE *out, bool colours);

#endif
