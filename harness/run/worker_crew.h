/*
 * worker_crew.h - the parent's side: hands orders to workers, notices how they end, replaces them.
 *
 * A death is a verdict on the plan that was running: it is counted, and the rest of the order goes
 * on in a new worker on the same slate. So an order is always answered, whatever the target does.
 */
#ifndef RUN_WORKER_CREW_H
#define RUN_WORKER_CREW_H

#include "run/worker.h"

enum { JOBS_MAX = 256, TICK_NS = 50 * 1000 * 1000, CAPTURE_MAX = 2048 };

/* What a case's targets printed: the beginning, and how much in all. */
struct capture {
	uint32_t case_index;
	uint64_t total;
	size_t size;
	char text[CAPTURE_MAX];
};

struct crew_options {
	unsigned jobs; /* 1 .. JOBS_MAX */
	struct worker_options worker;
	uint64_t output_max; /* bytes that one trial may print; more ends it */
};

struct crew;

/* 0 or -errno. The cases must stay. No threads may run in this process: it forks. */
int crew_create(const struct crew_options *options, struct crew **ret_crew);
/* Ends the workers. Takes NULL. */
void crew_destroy(struct crew *crew);

/* A worker that has nothing to do, or -1. */
int crew_idle(const struct crew *crew);

/* The order for an idle worker; `shape` for trials, `plan` for the others. 0 or -errno. */
int crew_order(struct crew *crew, int worker, const struct order *order, const struct shape *shape,
	       const struct plan *plan);

/*
 * Waits until a worker has answered its order: its number; -EAGAIN after a tick without an answer,
 * -EINTR on a signal, -errno. The slate is then to be read, and given back by crew_release.
 */
int crew_wait(struct crew *crew);
struct slate *crew_slate(struct crew *crew, int worker);
const struct order *crew_order_of(const struct crew *crew, int worker);
void crew_release(struct crew *crew, int worker);

/* True: every worker finishes its trial and answers at once. False: back to normal. */
void crew_stop(struct crew *crew, bool stop);

/* Output since the last call of this; the caller prints or drops it. */
const struct capture *crew_capture(const struct crew *crew);
void crew_capture_clear(struct crew *crew, uint32_t case_index);

#endif
