/*
 * summary.h - what a run ends with on the terminal: a table, the landings, the failures.
 */
#ifndef CLI_SUMMARY_H
#define CLI_SUMMARY_H

#include <stdio.h>

#include "run/results.h"

struct summary_options {
	bool colours;
	bool quiet;   /* the failures and the last lines only */
	bool verbose; /* every failure, expected ones too */
	uint64_t seed;
	const char *plugin; /* --target given as a file: part of replay commands; or NULL */
	const char *folder; /* where the results are: to go on with, when cases are left; or NULL */
	unsigned cases_total; /* those that were not run included; 0: not known */
};

struct summary_counts {
	unsigned passed, failed, skipped;
	unsigned inconclusive; /* of those failed */
	unsigned errors;       /* of those failed */
};

void summary_count(const struct results *results, struct summary_counts *ret_counts);

/* Cases that were not run, or not to their end. */
unsigned summary_left(const struct results *results, const struct summary_options *options);

void summary_print(FILE *out, const struct results *results,
		   const struct summary_options *options);

/* The same as one JSON object. 0 or -1. */
int summary_print_json(FILE *out, const struct results *results,
		       const struct summary_options *options);

#endif
