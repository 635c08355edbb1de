/*
 * fixture_trial.h - one made-up failure: a plan and the history of a reader that loses bytes.
 */
#ifndef TESTS_FIXTURE_TRIAL_H
#define TESTS_FIXTURE_TRIAL_H

#include "run/results.h"

struct fixture_failure {
	const char *target, *operation;
	enum wire_kind wire;
	enum ring_mode ring;
	enum damage damage;
	enum point point;
	enum mechanism mechanism;
	enum caller caller;
	uint32_t attempts; /* in the whole trial */
	uint32_t guilty;   /* the attempt that is cancelled */
	uint32_t k;	   /* bytes it had moved, below 64; 0: it had moved nothing */
	bool writes;
	uint64_t trial;
};

/* Owned events: failure_finish of run/results_json.h, or results_finish of what holds it. */
void fixture_failure(const struct fixture_failure *shape, struct failure *ret_failure);

#endif
