/*
 * message.h - what goes to standard error: what failed, why, what to do.
 */
#ifndef CLI_MESSAGE_H
#define CLI_MESSAGE_H

#include <stdbool.h>
#include <stdio.h>

/* Who speaks: "droptest", or "droptest run" once a command is known. The text must stay. */
void message_speaker(const char *name);

/* How to call this program in a command that can be copied: "droptest", or "build/droptest" when
 * it was called by a path. */
const char *program_name(void);
void program_called(const char *path);

/*
 * Standard error with everything unprintable as an escape, apart from line ends: for what names
 * files, arguments and targets. Every message of the layers below is given this to write to.
 */
FILE *messages(void);

/* What a target printed: each line behind a bar, and whether there was more of it. */
void messages_quote(const char *text, size_t size, bool more);

/* Is all that was printed really written to standard output? Otherwise that is told, once. */
bool output_written(void);

/* One line on it, after "droptest: "; line ends within the text are escaped, too. */
__attribute__((format(printf, 1, 2))) void complain(const char *format, ...);

/* A mistake on the command line: the line, and where its help is. Returns EXIT_USAGE. */
__attribute__((format(printf, 1, 2))) int complain_usage(const char *format, ...);

#endif
