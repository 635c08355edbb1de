/*
 * run_options.h - the command line of `droptest run`.
 */
#ifndef CLI_RUN_OPTIONS_H
#define CLI_RUN_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/selection.h"

struct run_options {
	struct selection_options selection;
	uint64_t seed;
	bool seed_given;
	uint64_t trials, max_time_ns, max_failures;
	bool sweep, no_shrink;
	uint64_t depth; /* of the sweep; 0: not said */
	bool max_time_given, jobs_given;
	unsigned jobs;
	const char *out;    /* the results folder */
	const char *resume; /* the folder of a run to go on with; NULL: a new run */
	const char *fixed;  /* an option that was given and cannot be changed on resume; or NULL */
	const char *html;
	bool json, fail_on_skip, quiet, verbose;
};

/* Defaults, then the arguments. OPTIONS_GO_ON, or the exit code to leave with. */
int run_options_parse(int argc, char **argv, struct run_options *ret_options);

/* 0: no sweep. */
unsigned run_sweep_depth(const struct run_options *options);

#endif
