/*
 * campaign.h - runs the cases of a list under one budget and leaves results behind.
 *
 * For each case: the control run, then random trials, then every kept failure again. Trials are
 * handed out in chunks and merged in the order of chunks, so that a result does not depend on the
 * number of workers.
 */
#ifndef RUN_CAMPAIGN_H
#define RUN_CAMPAIGN_H

#include <signal.h>

#include "run/case_list.h"
#include "run/results.h"
#include "run/worker_crew.h"

enum { REPLAYS = 10, HANG_REPLAYS = 2 };

/* Where a campaign is; for a progress bar. */
struct campaign_place {
	unsigned cases_done, cases_total;
	const struct test_case *test; /* the one that runs */
	uint64_t trials_done, trials_total; /* of that case */
	unsigned passed, failed, skipped;
};

/* Who looks on; each may be NULL. */
struct campaign_watch {
	void *context;
	void (*moved)(void *context, const struct campaign_place *place); /* about every 50 ms */
	void (*finished)(void *context, const struct case_result *result);
	void (*printed)(void *context, const struct test_case *test,
			const struct capture *capture);
};

struct campaign_options {
	uint64_t seed;
	uint64_t trials;      /* for each case; 0: as its scenario says */
	unsigned sweep_depth; /* 0: trials are drawn at random; see sweep.h */
	uint64_t max_time_ns; /* for the whole campaign; 0: no limit */
	uint64_t max_failures; /* failed trials after which a case ends; 0: no limit */
	bool shrink; /* what was not expected is shrunk */
	bool strict; /* ask for landings however few trials there are */
	unsigned jobs;
	uint64_t memory_max; /* bytes that a worker may grow by */
	unsigned descriptors_held; /* see worker.h */
	const char *directory; /* for results; NULL: none are written */
	bool resume;	       /* go on with the campaign whose results are there */
	json_t *run;	       /* run.json, borrowed */
	const volatile sig_atomic_t *interrupts; /* 1: finish the trial; 2: stop. NULL: never */
	struct campaign_watch watch;
};

/*
 * Runs them all. 0 with the results, also when it was interrupted once, or when the time was over
 * before all were run (both: results.interrupted); -EINTR when twice; -errno with a message when
 * the harness could not go on. With a folder the failures in the results have no events: those
 * are in the folder.
 *
 * On resume the cases that are complete in the folder are not run again: their results are taken
 * from there, and a case that has a part is gone on with from it. A log of other cases is -ESTALE.
 */
int campaign_run(const struct campaign_options *options, const struct case_list *list,
		 struct results *ret_results, char *reterr_message, size_t message_max);

#endif
