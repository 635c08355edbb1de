/*
 * words_read.c - see words_read.h.
 */
#include "model/words_read.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "model/nearest.h"

enum { LIST_MAX = 256 };

static void complain(enum words set, const char *word, char *message, size_t message_max)
{
	struct nearest nearest = { .word = word };
	char list[LIST_MAX] = "";
	size_t used = 0;

	for (unsigned i = 0; i < word_count(set); i++)
		nearest_offer(&nearest, word_name(set, i));
	if (nearest.best) {
		snprintf(message, message_max, "unknown word '%.60s'; did you mean '%s'?", word,
			 nearest.best);
		return;
	}
	for (unsigned i = 0; i < word_count(set) && used < sizeof(list); i++)
		used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s", i ? ", " : "",
					 word_name(set, i));
	snprintf(message, message_max, "unknown word '%.60s'; it is one of: %s", word, list);
}

static int add_word(enum words set, const char *word, unsigned *bits, char *reterr_message,
		    size_t message_max)
{
	int value = word_find(set, word);

	if (!strcmp(word, "all")) {
		*bits |= BIT(word_count(set)) - 1;
		return 0;
	}
	if (value >= 0) {
		*bits |= BIT(value);
		return 0;
	}
	complain(set, word, reterr_message, message_max);
	return -EINVAL;
}

int words_read(enum words set, const char *text, unsigned *bits, char *reterr_message,
	       size_t message_max)
{
	char *parts = strdup(text), *rest = parts, *part;
	int error = parts ? 0 : -ENOMEM;

	if (error)
		snprintf(reterr_message, message_max, "out of memory");
	while (!error && (part = strsep(&rest, ",")))
		error = add_word(set, part, bits, reterr_message, message_max);
	free(parts);
	return error;
}
