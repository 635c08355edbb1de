/*
 * words_read.h - lists of words as people type them: "unix,tcp", "all".
 */
#ifndef MODEL_WORDS_READ_H
#define MODEL_WORDS_READ_H

#include <stddef.h>

#include "model/words.h"

/*
 * Adds the bits of "a,b,c" to *bits; "all" stands for every word of the set. 0; -EINVAL with one
 * sentence, that says what was meant or what there is; -ENOMEM.
 */
int words_read(enum words set, const char *text, unsigned *bits, char *reterr_message,
	       size_t message_max);

#endif
