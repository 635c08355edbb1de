/*
 * digest.h - results added up for reading: the whole run, each target in each scenario, each
 * operation's contracts. Borrows from the results; owns its arrays only.
 */
#ifndef HTML_DIGEST_H
#define HTML_DIGEST_H

#include "html/mark.h"
#include "run/results.h"

/* Cases that are shown as one: the same suite, scenario, target and (if kept apart) operation. */
struct heap {
	const char *suite, *scenario, *target;
	const char *operation; /* NULL where operations are not kept apart */
	enum dt_contract declared;
	const char *expect_text;
	unsigned cases, met_cases;
	enum mark mark;
	unsigned marks[MARK_COUNT];
	unsigned met;	   /* bits that every case that says something agrees on */
	bool met_differs;  /* they do not agree */
	struct tally tally;
};

struct digest {
	struct heap *targets;	 /* suite x scenario x target, in order of first appearance */
	struct heap *operations; /* and x operation */
	unsigned target_count, operation_count;
	const char **suites; /* distinct, in order of first appearance */
	unsigned suite_count;
	unsigned marks[MARK_COUNT];
	unsigned incomplete;
	unsigned planted; /* targets whose expected bug was found */
	struct tally tally;
	struct landing_counts landings;
};

/* 0 or -ENOMEM. */
int digest_init(struct digest *digest, const struct results *results);
void digest_finish(struct digest *digest);

#endif
