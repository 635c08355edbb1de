/*
 * replay_trial.h - one plan, run some times: in a worker like those of a campaign, so that a crash
 * or a hang is told and not suffered; or in this process, for a debugger.
 */
#ifndef CLI_REPLAY_TRIAL_H
#define CLI_REPLAY_TRIAL_H

#include "run/worker_crew.h"

/* What the runs showed. */
struct showing {
	unsigned counts[DAMAGE_COUNT]; /* runs by what they showed; [DAMAGE_NONE]: preserved */
	unsigned runs;
	struct outcome outcome; /* of the first run of the most frequent damage, if there was any */
	struct history history; /* of that run; owned */
	struct capture printed; /* by the target; in a worker only */
};

#define REPLAY_TRIAL_MAX_NS 5000000000ULL

struct replay_order {
	const struct entry *entry;
	const struct dt_operation *operation;
	const struct plan *plan;
	unsigned repeats;
	uint64_t trial_max_ns; /* longer is a hang; in a worker only */
};

/* 0; or -errno with a message: the harness could not run it. Finish the showing after a success. */
int replay_in_worker(const struct replay_order *order, struct showing *ret_showing,
		     char *reterr_message, size_t message_max);
int replay_here(const struct replay_order *order, struct showing *ret_showing,
		char *reterr_message, size_t message_max);

/* A worker for many such orders of one operation. 0, or -errno with a message. */
int replay_crew_open(const struct test_case *test, struct crew **ret_crew, char *reterr_message,
		     size_t message_max);
/* The order's entry and operation are the test's. As replay_in_worker. */
int replay_crew_run(struct crew *crew, const struct replay_order *order,
		    struct showing *ret_showing, char *reterr_message, size_t message_max);

void showing_finish(struct showing *showing);

#endif
