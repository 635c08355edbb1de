/*
 * options_help.h - what `droptest COMMAND --help` prints, from the command's table.
 */
#ifndef CLI_OPTIONS_HELP_H
#define CLI_OPTIONS_HELP_H

#include "cli/options.h"

/* On standard output, as wide as the terminal, 80 columns elsewhere. */
void options_help(const struct usage *usage);

#endif
