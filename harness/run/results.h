/*
 * results.h - what a campaign leaves behind, as data: read by every report.
 *
 * A results folder holds run.json (what was run, where, with which seed), log.jsonl (append-only,
 * one JSON object a line: cases, failures, the end) and rows.bin (32 bytes a trial, bounded).
 * docs/results.md is the schema. A torn last line is ignored.
 */
#ifndef RUN_RESULTS_H
#define RUN_RESULTS_H

#include <jansson.h>

#include "model/history.h"
#include "model/outcome.h"
#include "model/scenario.h"
#include "model/tally.h"

enum {
	RESULTS_VERSION = 1,
	RESULTS_CASES_MAX = 20000,
	RESULTS_FAILURES_MAX = 10000,	/* kept whole, in one folder */
	RESULTS_CASE_FAILURES_MAX = 64, /* of one case */
	RESULTS_EVENTS_MAX = 4096,	/* of one failure */
};

/* One failure kept whole. */
struct failure {
	struct plan plan;
	char plan_text[PLAN_TEXT_MAX];
	struct outcome outcome;
	struct event *events; /* owned; may be cut at RESULTS_EVENTS_MAX */
	uint32_t event_count;
	uint64_t trial; /* index within the case; UINT64_MAX: the control run */
	uint32_t replays, reproduced; /* re-runs of the plan, and how many showed the same damage */
	char *smallest; /* owned; the plan that was shrunk; NULL: that was not done */
	char *nearest;	/* owned; the nearest plan that is preserved; NULL: none is known */
	bool minimal;	/* nothing of the smallest can be taken away */
	uint32_t shrink_runs;
};

/* A case half-way, at a place from which it can be gone on with. */
struct case_part {
	uint64_t trials; /* every trial below this index is counted in the tally */
	uint32_t deaths[2]; /* workers that died: by callers of the declared contract, by others */
	bool declared_only; /* callers of stronger contracts are no longer drawn */
	struct tally tally;
	struct failure *failures; /* owned */
	unsigned failure_count;
};

/* One case with its result. */
struct case_result {
	char *id;
	char *scenario; /* name */
	char *suite;	/* folder of the scenario file, "" for none */
	char *target;	/* "reference/read_exact" */
	char *operation;
	enum wire_kind wire;
	enum ring_mode ring;
	enum condition condition;
	enum dt_contract declared;
	struct expectation expect;
	char *expect_text; /* "pass", "met: terminal, retry: lost", "violation: lost" ... */
	enum verdict verdict; /* of the case against its expectation; VIOLATION: not as expected */
	char *reason;	      /* one sentence: why not a pass, or why skipped; "" else */
	unsigned met;	      /* bits of contracts */
	bool control_failed;
	struct tally tally;
	struct failure *failures; /* owned; a few: the first of each class and caller */
	unsigned failure_count;
	double seconds;
	uint32_t index; /* place in the campaign, from 0: rows.bin names cases by it */
	bool complete;	/* false when the run ended before the case did */
	bool cut;	/* not complete, as the user ended it: it has a result all the same */
	struct case_part *part; /* owned; where to go on with one that is not complete; or NULL */
};

struct results {
	json_t *run; /* run.json, owned */
	struct case_result *cases; /* owned; in order of their index */
	unsigned case_count;
	bool complete; /* the log has its last line */
	enum verdict verdict;
	bool interrupted;	   /* the campaign was stopped early */
	uint64_t failures_dropped; /* failures that were counted but not kept */
	double seconds;
};

/* Reads a results folder. 0 or -errno with a message. Hostile content is refused, not trusted. */
int results_read(const char *directory, struct results *ret_results, char *reterr_message,
		 size_t message_max);

/*
 * The same for going on with the campaign: cases that the user cut short count as not begun, or as
 * begun up to their part. (Reports see what was shown to the user.)
 */
int results_reopen(const char *directory, struct results *ret_results, char *reterr_message,
		   size_t message_max);

void results_finish(struct results *results);

/* "n > 0", "0", "-ECANCELED" ...: the class of a completion's result, as files and reports show it.
 * Static. */
const char *results_cell_name(enum cell_result cell);

/* "once", "kept-up", "recovery", "pairs": what a sweep goes through. Static. */
const char *results_family_name(enum sweep_family family);

#endif
