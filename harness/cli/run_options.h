/*
 * run_options.h - the command line of `droptest run`.
 */
#ifndef CLI_RUN_OPTIONS_H
#define CLI_RUN_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

struct run_options {
	char **suites; /* borrowed from argv; folders, files or names of bundled suites */
	unsigned suite_count;
	const char *target; /* a name, a pattern, or a plug-in's file */
	unsigned wires, rings;
	const char *filter, *tag;
	uint64_t seed;
	bool seed_given;
	uint64_t trials, max_time_ns, max_failures;
	unsigned jobs;
	const char *out; /* the results folder */
	const char *html;
	bool json, fail_on_skip, quiet, verbose;
};

/* Defaults, then the arguments. Leaves the program on errors (2), --help and --usage (0). */
void run_options_parse(int argc, char **argv, struct run_options *ret_options);

#endif
