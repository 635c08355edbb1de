/*
 * command.c - colours and lists of words on the command line.
 */
#include "cli/command.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "model/words_read.h"

enum { MESSAGE_MAX = 512 };

bool paint_wanted(FILE *out)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	if ((no_color && *no_color) || (term && !strcmp(term, "dumb")))
		return false;
	return isatty(fileno(out));
}

void paint(FILE *out, bool wanted, enum paint colour, const char *text)
{
	static const char *const codes[] = {
		[PAINT_PLAIN] = "0", [PAINT_GOOD] = "32", [PAINT_BAD] = "1;31",
		[PAINT_DOUBT] = "33", [PAINT_FAINT] = "2",
	};

	if (wanted && colour != PAINT_PLAIN)
		fprintf(out, "\033[%sm%s\033[0m", codes[colour], text);
	else
		fputs(text, out);
}

bool words_parse(enum words set, const char *text, unsigned *bits)
{
	char message[MESSAGE_MAX];
	int error = words_read(set, text, bits, message, sizeof(message));

	if (error)
		fprintf(stderr, "droptest: %s\n", message);
	return !error;
}
