/*
 * shrink.h - makes a failing plan smaller while it keeps showing the same class of damage.
 *
 * Fewer cancellations, then earlier ones, then fewer and larger deliveries, smaller calls and a
 * shorter stream, then a simpler wire, ring and mechanism; round and round until a whole round
 * changes nothing. Beside the smallest plan: the nearest one that is preserved, so that the
 * difference between the two is the explanation.
 *
 * Pure: whoever calls it runs the plans.
 */
#ifndef MODEL_SHRINK_H
#define MODEL_SHRINK_H

#include "model/outcome.h"

enum {
	SHRINK_RUNS_MAX = 2000,	   /* of plans, in all */
	SHRINK_RACING_TRIES = 10,  /* a racing plan is tried so often, */
	SHRINK_RACING_NEEDED = 3,  /* and must show the damage so often */
	SHRINK_WEAK_PERCENT = 15,  /* a rate below that is weak */
	SHRINK_RATE_RUNS = 20,	   /* racing: what the rate of the result is measured on */
};

struct shrink {
	/* Set by the caller. */
	int (*run)(void *context, const struct plan *plan, struct outcome *ret_outcome); /* once:
		0, or -errno, which ends the search */
	bool (*enough)(void *context); /* asked before each run: is the time over? */
	void *context;
	bool racing;	   /* what it shows is a rate */
	unsigned runs_max; /* SHRINK_RUNS_MAX */

	/* In: the failing plan. Out: the smallest that was found. */
	struct plan plan;

	/* Out. */
	enum damage wanted;	/* what the plan showed when it was run first */
	struct outcome outcome; /* of the smallest plan */
	unsigned runs;
	unsigned shown, tried; /* racing: the smallest plan's rate */
	bool minimal; /* nothing is left to take away; else `enough` or runs_max ended it */
	bool has_nearest;
	struct plan nearest; /* preserved, with all its cancellations landed: one step away */
	int error;	     /* of run(); 0: none */
};

/*
 * 0; -ENOENT when the plan shows no damage (a racing one: too seldom); -ECANCELED when it was ended
 * before that was known; -EBADMSG when the harness failed in it (see the outcome's sentence); or
 * -errno of run(). Not to be used by two threads.
 */
int shrink_plan(struct shrink *shrink);

#endif
