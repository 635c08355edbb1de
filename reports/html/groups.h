/*
 * groups.h - failures put together: one group for what is very likely one bug.
 *
 * A group is one operation of one target with one class of damage; within it, a kind is the point
 * and mechanism of the guilty cancellation. "1 bug, 214 trials, at partial by async_cancel/ud".
 */
#ifndef HTML_GROUPS_H
#define HTML_GROUPS_H

#include "html/concern.h"
#include "run/results.h"

enum { GROUPS_SHOWN = 60 };

struct member {
	const struct case_result *test;
	const struct failure *failure;
};

struct group {
	enum concern concern;
	const char *target, *operation;
	enum damage damage;
	bool control; /* without any cancellation */
	const struct case_result *test; /* the first */
	struct member *members; /* sorted: the simplest failure of each kind first, then the rest */
	unsigned count;
	unsigned kinds;	 /* how many different kinds; they come first in members */
	unsigned cases;	 /* cases in which it was seen */
	uint64_t trials; /* that showed this damage, counted */
	bool shown;	 /* among the first GROUPS_SHOWN of its concern */
};

struct groups {
	struct group *groups;
	unsigned count;
	struct member *members;
	unsigned member_count;
};

/* 0 or -ENOMEM. Borrows from the results. */
int groups_init(struct groups *groups, const struct results *results);
void groups_finish(struct groups *groups);

/* Point and mechanism of the guilty cancellation; POINT_ROWS and MECH_COUNT when there is none. */
enum point guilty_point(const struct failure *failure);
enum mechanism guilty_mechanism(const struct failure *failure);

#endif
