/*
 * case_list.h - scenarios become cases: every wire x ring x condition x operation that fits.
 *
 * What does not fit is silently no case when the scenario said "all" (or nothing), and a skip with
 * its reason when somebody named it: in the scenario, or on the command line.
 */
#ifndef RUN_CASE_LIST_H
#define RUN_CASE_LIST_H

#include <stdio.h>

#include "run/case.h"

/* What a user wants to see run; zeroes: everything. */
struct case_filter {
	const char *target;    /* see target_matches */
	unsigned wires, rings; /* bits */
	unsigned expects;      /* bits: what their scenario expects of them */
	const char *pattern;   /* for case ids, see case_id_matches */
};

struct case_list {
	struct test_case *cases; /* owned; in order of scenarios, then as the file has them */
	unsigned count, capacity;
	const char *rings[RING_COUNT]; /* why a ring mode is not to be had; NULL: it is */
	struct absent *absent;	       /* owned: targets that are not here */
};

/* Finds out which ring modes this kernel has. */
void case_list_init(struct case_list *list);
void case_list_finish(struct case_list *list);

/*
 * Adds the cases of a scenario. 0; -EINVAL when it names a target, operation or option that does
 * not exist: all such errors are on `errors` as "file:line:col: error: ..."; -ENOMEM.
 */
int case_list_add(struct case_list *list, const struct scenario *scenario,
		  const struct registry *registry, const struct case_filter *filter,
		  FILE *errors);

/* Names, last parts of names, or patterns with '*', separated by ','; NULL matches all. */
bool target_matches(const char *name, const char *pattern);

/*
 * Patterns separated by ','; '*' and '?' as in a shell, otherwise a part of the id is enough. An id
 * matches when one pattern does, and none of those that begin with '!'.
 */
bool case_id_matches(const char *id, const char *pattern);

/* Why this operation cannot run there, or NULL. Static text. */
const char *case_obstacle(const struct dt_operation *operation, enum dt_unit unit,
			  enum wire_kind wire, enum condition condition);

#endif
