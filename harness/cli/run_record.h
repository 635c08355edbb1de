/*
 * run_record.h - run.json: what was run, so exactly that it can be gone on with.
 */
#ifndef CLI_RUN_RECORD_H
#define CLI_RUN_RECORD_H

#include <jansson.h>

#include "cli/run_options.h"

/* The arguments as they were given: to be taken before they are parsed, which sorts them. */
json_t *run_record_command(int argc, char **argv);

/* What run.json says of this run; owned by the caller. `command` stays the caller's. NULL: told. */
json_t *run_record_make(const struct run_options *options, const struct selection *selection,
			json_t *command);

/*
 * The options of a recorded run, in place of everything that decides its trials; what was given on
 * this command line and may differ stays. The texts belong to `run`; the list of suites to
 * *ret_suites (free). False: told.
 */
bool run_record_options(const json_t *run, struct run_options *options, char ***ret_suites);

/* Is `now` the same plan as the one begun? Otherwise everything that differs is told. */
bool run_record_same(const json_t *begun, const json_t *now);

#endif
