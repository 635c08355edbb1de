/*
 * html_file.h - a report that appears whole or not at all.
 */
#ifndef CLI_HTML_FILE_H
#define CLI_HTML_FILE_H

#include <stdbool.h>

#include "run/results.h"

/* Could it be written? For asking before hours of trials. False: told. */
bool html_file_check(const char *path);

/* Beside its name first, then renamed; into it when it is no regular file. False: told. */
bool html_file_write(const struct results *results, const char *path);

#endif
