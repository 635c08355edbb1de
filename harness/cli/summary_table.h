/*
 * summary_table.h - one row for each target of a scenario: its cases on all wires and rings
 * together, what it met, and how many of its cancellations landed.
 */
#ifndef CLI_SUMMARY_TABLE_H
#define CLI_SUMMARY_TABLE_H

#include <stdio.h>

#include "cli/terminal.h"
#include "run/results.h"

enum { DIGITS_MAX = 32 };

/* Cases in a row that differ in wire, ring and condition only. */
struct case_group {
	const struct case_result *first;
	unsigned count;
	enum verdict verdict; /* the worst; SKIP when all were skipped */
	unsigned run, skipped;
	unsigned met;
	bool met_varies;
	struct landing_counts landings;
};

void case_group_find(const struct results *results, unsigned at, struct case_group *ret_group);

void summary_print_table(FILE *out, const struct results *results, bool colours);

/* "ok", "FAIL", "?", "ERR", "skip" and its colour. */
const char *verdict_mark(enum verdict verdict, enum paint *ret_colour);

void landings_add(struct landing_counts *sum, const struct landing_counts *more);

/* 1234567 -> "1,234,567". Returns the text. */
const char *digits(uint64_t value, char text[DIGITS_MAX]);

#endif
