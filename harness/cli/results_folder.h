/*
 * results_folder.h - the folder that a run writes to: made, or emptied when it was one before.
 */
#ifndef CLI_RESULTS_FOLDER_H
#define CLI_RESULTS_FOLDER_H

#include <jansson.h>

#include "cli/run_options.h"
#include "cli/scenarios.h"

/*
 * Makes the folder (and those above it). One that holds results is emptied of them; one that holds
 * anything else is refused. False: told on stderr.
 */
bool results_folder_prepare(const char *path);

/* What run.json says of this run; owned by the caller. NULL: no memory. */
json_t *results_folder_describe(const struct run_options *options,
				const struct scenarios *scenarios, int argc, char **argv);

#endif
