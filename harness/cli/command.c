/*
 * command.c - colours and lists of words on the command line.
 */
#include "cli/command.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/macros.h"
#include "model/nearest.h"

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

static bool add_word(enum words set, const char *word, unsigned *bits)
{
	struct nearest nearest = { .word = word };
	int value = word_find(set, word);

	if (!strcmp(word, "all")) {
		*bits |= BIT(word_count(set)) - 1;
		return true;
	}
	if (value >= 0) {
		*bits |= BIT(value);
		return true;
	}
	for (unsigned i = 0; i < word_count(set); i++)
		nearest_offer(&nearest, word_name(set, i));
	fprintf(stderr, "droptest: unknown word '%s'", word);
	if (nearest.best)
		fprintf(stderr, "; did you mean '%s'?\n", nearest.best);
	else
		for (unsigned i = 0; i < word_count(set); i++)
			fprintf(stderr, "%s%s%s", i ? ", " : "; it is one of: ", word_name(set, i),
				i + 1 < word_count(set) ? "" : "\n");
	return false;
}

bool words_parse(enum words set, const char *text, unsigned *bits)
{
	char *parts = strdup(text), *rest = parts, *part;
	bool good = parts;

	while (good && (part = strsep(&rest, ",")))
		good = add_word(set, part, bits);
	free(parts);
	return good;
}
