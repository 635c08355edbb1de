/*
 * worker_death.h - a worker ended in the middle of an order: what that says of the plan it ran.
 */
#ifndef RUN_WORKER_DEATH_H
#define RUN_WORKER_DEATH_H

#include "run/kills.h"
#include "run/worker.h"

enum death_cause {
	DEATH_UNASKED, /* by itself: a signal, exit(), or a farewell */
	DEATH_TIMEOUT, /* we ended it: no trial for too long */
	DEATH_FLOOD,   /* we ended it: it printed too much */
};

struct death {
	enum death_cause cause;
	int status; /* of waitpid */
	const char *report; /* what a sanitizer said; empty: nothing */
	const struct order *order;
	const struct shape *shape;
	const struct plan *plan; /* for orders that have one */
};

/*
 * What was seen of kills in one order. A SIGKILL that we did not send counts when the same trial
 * dies of it KILLS_BELIEVED times in a row, and otherwise never happened (kills.h).
 */
enum { PARDONS_MAX = 100 };

struct doubt {
	uint64_t trial;	  /* the one that was killed last */
	unsigned kills;	  /* of that trial */
	unsigned pardons; /* in the whole order; bounded, whatever the target writes to the slate */
};

enum pardon {
	PARDON_NONE,  /* count the death */
	PARDON_TRIAL, /* run the trial again */
	PARDON_ORDER, /* the counters were half-way: run the whole order again */
};

/* `begun`: a trial had begun since the worker was forked. */
enum pardon death_pardon(struct doubt *doubt, const struct slate *slate,
			 const struct death *death, bool begun);

/*
 * Counts the trial that was running as a crash or a hang, unless the worker only asked to be
 * replaced. True when the order is finished: nothing is left, or too many died in it.
 */
bool death_count(const struct worker_options *options, struct slate *slate,
		 const struct death *death);

#endif
