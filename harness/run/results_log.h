/*
 * results_log.h - writes a results folder while a campaign runs (docs/results.md is the schema).
 *
 * Append-only: every record is one line, written by one write(2), so that a kill at any byte loses
 * at most the record in flight. Order of calls for each case, from one process (the parent of the
 * workers):
 *
 *	results_log_row()      once a trial
 *	results_log_part()     now and then in a long case: how far it has come
 *	results_log_failure()  once for each failure that is kept, when it is known
 *	results_log_case()     when the case is complete; its rows are on disk before its line
 *
 * and results_log_end() once, last. Cases may interleave and complete in any order: reading sorts
 * them by case_result.index.
 */
#ifndef RUN_RESULTS_LOG_H
#define RUN_RESULTS_LOG_H

#include <stdbool.h>

#include "run/results.h"
#include "run/results_rows.h"

struct results_log;

struct results_log_options {
	const char *directory; /* made when missing; its parent must exist */
	bool resume;	       /* go on with a log; otherwise one that is there is -EEXIST */
	uint64_t seed;	       /* of the campaign: also decides which rows are sampled */
	uint64_t rows_max;     /* rows kept, ROWS_MAX_DEFAULT as a rule; 0: no rows.bin */
};

/*
 * Opens, and writes run.json (atomically: a temporary file, fsync, rename) from `run`, an object
 * that stays the caller's; "version" and "seed" are added here. On resume run.json stays as it is,
 * and its "seed" and "plan_hash" must equal those given. 0; or -errno with a message: -EEXIST,
 * -EBUSY (another process writes there), -EINVAL (not the same run) ...
 */
int results_log_open(const struct results_log_options *options, const json_t *run,
		     struct results_log **ret_log, char *reterr_message, size_t message_max);

/* Was this case complete in the log that is resumed? Then it need not be run again. */
bool results_log_has(const struct results_log *log, const char *case_id);

/* Adds one trial's row; see row_fill. Buffered until its case is complete. 0 or -errno. */
int results_log_row(struct results_log *log, const struct row *row);

/*
 * Keeps one failure of that case whole (the identity of `test` is used, not its counters).
 * Beyond RESULTS_CASE_FAILURES_MAX for a case or RESULTS_FAILURES_MAX it is counted in the end
 * record, not kept. At most RESULTS_EVENTS_MAX events are written. 0 or -errno.
 */
int results_log_failure(struct results_log *log, const struct case_result *test,
			const struct failure *failure);

/*
 * How far a case has come, so that no more is lost than what came after: its counters up to a trial
 * and the failures that are new since its last part. Its rows are on disk before its line.
 */
int results_log_part(struct results_log *log, const struct case_result *test,
		     const struct case_part *part);

/* The case is complete, or was cut by the user; its failures are not looked at. 0 or -errno. */
int results_log_case(struct results_log *log, const struct case_result *test);

/* The last line. `interrupted`: the campaign was stopped before all its cases were run. */
int results_log_end(struct results_log *log, enum verdict verdict, bool interrupted,
		    double seconds);

/* Takes NULL. Without results_log_end() before it, the folder reads as not complete. */
void results_log_close(struct results_log *log);

#endif
