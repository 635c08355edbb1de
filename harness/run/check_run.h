/*
 * check_run.h - the child of dt_check: from a table of a target to a result.
 *
 * It runs in a process of its own that ends right after, so nothing of what it makes is freed.
 */
#ifndef RUN_CHECK_RUN_H
#define RUN_CHECK_RUN_H

#include <droptest/check.h>

#include "model/scenario.h"
#include "run/registry.h"
#include "run/results.h"
#include "run/worker_crew.h"

enum { CHECK_MESSAGE_MAX = 768, CHECK_MEMORY_MAX = 1 << 30 };
#define CHECK_TIME_NS 60000000000ULL /* for a whole check, unless its options say otherwise */

/* What is to be checked, and how. */
struct check_job {
	const struct dt_target *target; /* the caller's; not looked at until `table_sound` */
	const char *operation_name;	/* NULL: every one */
	struct dt_check_options options;
	const struct dt_operation *operation; /* NULL: every one */
	unsigned met;			      /* bits: exactly these contracts; 0: any */
	unsigned held; /* descriptors below this are the program's; see let_go.h */
	struct registry registry;
	const struct entry *entry;
	struct capture output; /* the first that the target printed */
	const char *where;     /* of the failure: "unix, plain ring"; or NULL */
	unsigned planned;      /* cases, run or not */
	const char *skipped;   /* why the first that was skipped was; or NULL */
	bool talkative;	       /* the trace and the output go into the message */
	struct dt_check_result *result;
};

/* Looks at the table. False: the result says what is wrong with it. */
bool check_table(struct check_job *job);

/* Checks it. Whatever happens is in the result. After check_table. */
void check_run(struct check_job *job);

/* check_plan.c: runs that plan and nothing else. */
void check_plan_run(struct check_job *job, const struct plan *plan);

/*
 * Is there a plan to be run instead of anything else? From the options, or from the environment
 * when it is for this target and operation. False with DT_USAGE in the result when it is none.
 */
bool check_plan_wanted(struct check_job *job, struct plan *ret_plan, bool *ret_wanted);

/* Ends the check with this verdict and sentence, and the message made of them. */
void check_end(struct check_job *job, enum dt_verdict verdict, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
