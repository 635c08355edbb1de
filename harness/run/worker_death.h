/*
 * worker_death.h - a worker ended in the middle of an order: what that says of the plan it ran.
 */
#ifndef RUN_WORKER_DEATH_H
#define RUN_WORKER_DEATH_H

#include "run/worker.h"

enum death_cause {
	DEATH_UNASKED, /* by itself: a signal, exit(), or a farewell */
	DEATH_TIMEOUT, /* we ended it: no trial for too long */
	DEATH_FLOOD,   /* we ended it: it printed too much */
};

struct death {
	enum death_cause cause;
	int status; /* of waitpid */
	const struct order *order;
	const struct shape *shape;
	const struct plan *plan; /* for orders that have one */
};

/*
 * Was it killed by SIGKILL, and not by us? That is what the kernel does when memory runs out and
 * what people do with processes, and seldom what a target does.
 */
bool death_is_doubtful(const struct slate *slate, const struct death *death);

/*
 * Counts the trial that was running as a crash or a hang, unless the worker only asked to be
 * replaced. True when the order is finished: nothing is left, or too many died in it.
 */
bool death_count(const struct worker_options *options, struct slate *slate,
		 const struct death *death);

#endif
