/*
 * problems.h - what is wrong with a text, gathered in one pass and printed in order of place.
 *
 *	suites/read.yaml:12:10: error: unknown key 'trails'; did you mean 'trials'?
 *	budget: {trails: 400}
 *	         ^~~~~~
 *
 * The text is somebody else's: what is quoted is made printable, and long lines are cut around the
 * caret. The number kept is bounded; of more, the first ones by place are kept.
 */
#ifndef MODEL_PROBLEMS_H
#define MODEL_PROBLEMS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* A place on one line; lines and columns count from 1, columns are characters. */
struct span {
	uint32_t line, column;
	uint32_t end; /* the column after the last one; 0: not known */
};

enum { PROBLEMS_MAX = 50, PROBLEM_TEXT_MAX = 384, PROBLEM_QUOTE_MAX = 48 };

struct problem {
	struct span span;
	char text[PROBLEM_TEXT_MAX];
};

struct problems {
	const char *path; /* borrowed, for messages only */
	const char *text; /* borrowed; size bytes */
	size_t size;
	unsigned count; /* kept, in order of place */
	unsigned more;	/* found beyond those */
	struct problem kept[PROBLEMS_MAX];
};

void problems_init(struct problems *problems, const char *path, const char *text, size_t size);

__attribute__((format(printf, 3, 4))) void problems_add(struct problems *problems,
							 struct span span, const char *format, ...);

/* The place of a byte of the text. */
struct span problems_span_at(const struct problems *problems, size_t offset);

/* Prints each with its line and a caret, then how many more there are. */
void problems_print(const struct problems *problems, FILE *out);

/* A text cut to a readable length, as an argument for messages. Lives to the end of the block. */
#define QUOTED(string) \
	utf8_quote((string), strlen(string), (char[PROBLEM_QUOTE_MAX]){ 0 }, PROBLEM_QUOTE_MAX)

#endif
