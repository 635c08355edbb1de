/*
 * mark.h - what a reader sees of a case: a letter, a shape and a colour, never colour alone.
 *
 * A verdict says whether a case went as expected. A broken target whose bug was found as expected
 * passes; its mark is another one, so that nobody takes it for a correct target.
 */
#ifndef HTML_MARK_H
#define HTML_MARK_H

#include "html/page.h"
#include "run/results.h"

/* In order of attention: merging takes the maximum, MARK_SKIP stands apart. */
enum mark {
	MARK_PASS,
	MARK_FOUND, /* the expected violation was found */
	MARK_INCONCLUSIVE,
	MARK_VIOLATION,
	MARK_ERROR,
	MARK_SKIP,
	MARK_COUNT
};

enum mark mark_of_case(const struct case_result *test);

/* Is it something that somebody should look at? */
static inline bool mark_alarms(enum mark mark)
{
	return mark == MARK_INCONCLUSIVE || mark == MARK_VIOLATION || mark == MARK_ERROR;
}

enum mark mark_merge(enum mark a, enum mark b);

/* "pass", "bug found, as expected" ... Static. */
const char *mark_meaning(enum mark mark);

/* The name of its style class. Static. */
const char *mark_class(enum mark mark);

/* Its shape with its letter in it, as a small drawing that readers of text skip. */
void mark_draw(struct page *page, enum mark mark);

/* The drawing followed by its meaning. */
void mark_write(struct page *page, enum mark mark);

#endif
