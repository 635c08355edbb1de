/*
 * worker.h - the child's side: takes orders from a socket, runs trials, writes the slate.
 *
 * Per trial it draws a plan, runs it and counts: no fork, no allocation, no formatting, no clock.
 */
#ifndef RUN_WORKER_H
#define RUN_WORKER_H

#include "run/case.h"
#include "run/slate.h"

struct worker_options {
	const struct test_case *cases;
	uint32_t case_count;
	uint64_t seed;
	uint64_t memory_max; /* bytes that it may grow by */
	unsigned descriptors_held; /* smaller ones are left as they are; 0: the standard streams */
};

/* What goes over the socket, one byte each way. */
enum { BELL_ORDER = 'o', BELL_DONE = 'd' };

/*
 * The child's whole life. `socket` is the end to the parent; `output` becomes stdout and stderr;
 * every other descriptor that is not held is closed. Never returns.
 */
_Noreturn void worker_main(const struct worker_options *options, struct slate *slate, int socket,
			   int output);

#endif
