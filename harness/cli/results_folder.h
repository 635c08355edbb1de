/*
 * results_folder.h - the folder that a run writes to: made, or emptied when it was one before.
 */
#ifndef CLI_RESULTS_FOLDER_H
#define CLI_RESULTS_FOLDER_H

#include <stdbool.h>

/*
 * Makes the folder (and those above it). One that holds results is emptied of them, which is told
 * (unless `quiet`) when they are of a run that could have been gone on with. One in which another
 * run is writing, or that holds other files of these names, is refused. False: told.
 */
bool results_folder_prepare(const char *path, bool quiet);

#endif
