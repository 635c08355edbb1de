/*
 * command.h - the commands, the exit codes, and the small habits they share.
 */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include <stdbool.h>
#include <stdio.h>

#include "model/words.h"

/* What the program says by its exit status. When several apply: 2, 99, 1, 3, 0. */
enum exit_code {
	EXIT_AS_EXPECTED = 0,
	EXIT_VIOLATION = 1,
	EXIT_USAGE = 2,
	EXIT_INCONCLUSIVE = 3,
	EXIT_NOTHING_RAN = 77,
	EXIT_HARNESS = 99,
};

/* Each gets its own arguments: argv[0] is "droptest run". Returns an exit code. */
int cmd_run(int argc, char **argv);
int cmd_list(int argc, char **argv);
int cmd_replay(int argc, char **argv);
int cmd_report(int argc, char **argv);
int cmd_validate(int argc, char **argv);
int cmd_doctor(int argc, char **argv);

/* Colours: only on a terminal, and not when NO_COLOR is set. */
enum paint { PAINT_PLAIN, PAINT_GOOD, PAINT_BAD, PAINT_DOUBT, PAINT_FAINT };
bool paint_wanted(FILE *out);
/* Prints the text in a colour when `wanted`. */
void paint(FILE *out, bool wanted, enum paint colour, const char *text);

/* Adds the bits of "a,b,c" (or "all"); false with a message, and did-you-mean, on stderr. */
bool words_parse(enum words set, const char *text, unsigned *bits);

#endif
