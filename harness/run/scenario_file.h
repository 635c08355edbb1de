/*
 * scenario_file.h - scenarios on disk: one file read with care, and a suite's folder walked.
 */
#ifndef RUN_SCENARIO_FILE_H
#define RUN_SCENARIO_FILE_H

#include "model/scenario.h"

enum { SUITE_FILES_MAX = 4096, SUITE_DEPTH_MAX = 16 };

/*
 * Reads and parses one regular file; a FIFO, a device or a file above SCENARIO_FILE_MAX is refused
 * unread. 0; or -errno with everything that is wrong printed to `errors`.
 */
int scenario_load(const char *path, FILE *errors, struct scenario **ret_scenario);

/*
 * The scenario files of a path: the file itself, or every *.yaml and *.yml below a folder, sorted
 * by path. Hidden names are passed over and links to folders not followed. 0 or -errno: -ENOENT
 * also when a folder has none, -E2BIG beyond SUITE_FILES_MAX, -ELOOP deeper than SUITE_DEPTH_MAX.
 * Release with suite_list_free.
 */
int suite_list(const char *path, char ***ret_paths, unsigned *ret_count);
void suite_list_free(char **paths, unsigned count);

#endif
