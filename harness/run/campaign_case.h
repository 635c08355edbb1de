/*
 * campaign_case.h - one case of a campaign: control, trials, re-runs, judgement.
 */
#ifndef RUN_CAMPAIGN_CASE_H
#define RUN_CAMPAIGN_CASE_H

#include "run/campaign.h"
#include "run/results_log.h"

struct campaign {
	const struct campaign_options *options;
	const struct case_list *list;
	struct crew *crew;
	struct results_log *log; /* NULL: none */
	struct results *results;
	struct results before; /* on resume: what was there; cases move into `results` */
	uint64_t begun_ns, moved_ns; /* when it began; when it last said where it is */
	uint64_t shrunk_ns;	     /* spent on shrinking */
	struct campaign_place place;
};

/* One case as it goes. */
struct bout {
	struct campaign *campaign;
	const struct test_case *test;
	uint32_t index;
	struct case_result *result;
	struct shape shape;
	uint64_t trial_max_ns;
	uint64_t budget;      /* trials */
	uint64_t planned[SWEEP_FAMILIES], swept; /* plans of a sweep, and their sum */
	uint64_t deadline_ns; /* on the clock; UINT64_MAX: none */
	unsigned points;      /* bits: what may be drawn */
	bool cut;	      /* ended by time, or by the user, before its budget */
	bool unfinished;      /* something was left out because the user asked to stop */
	struct case_part *from;	 /* where to go on; borrowed; NULL: from the beginning */
	uint64_t begun_ns, noted_ns; /* when it began; when a part was last written */
	unsigned noted;	      /* failures that are in parts */
	uint64_t noted_trials; /* that the last part counts */
	unsigned unrepeated, repeated; /* bits of damage that did not, did come again */
	char note[160];	      /* beside the judgement */
};

/* The user asked to stop: 0, 1 (finish the trial) or 2 (at once). */
int campaign_interrupts(const struct campaign *campaign);

/* Tells whoever looks on where it is, unless that was done a moment ago. */
void campaign_move(struct campaign *campaign);

/* Runs one case into its result, from `part` on when there is one. 0; -EINTR (at once); -errno. */
int campaign_case_run(struct campaign *campaign, uint32_t index, struct case_part *part,
		      uint64_t max_time_ns, char *reterr_message, size_t message_max);

/* Writes the bound of a sweep into the result's tally. */
void bout_note_sweep(struct bout *bout);

/* Would the case be inconclusive if it ended now? */
bool bout_inconclusive(const struct bout *bout);

/* campaign_trials.c: the random trials of a bout, merged in order. 0 or -errno. */
int bout_trials(struct bout *bout);

/* campaign_failures.c */
/* Keeps what is in the slate's record unless one of its key is there. 0 or -ENOMEM. */
int bout_keep(struct bout *bout, const struct kept *kept);
/* Was a failure of this class, for this kind of caller, kept already? */
bool bout_has(const struct bout *bout, enum damage damage, bool declared);
/* Does the plan consist of scripted pairs only? Then it must come again every time. */
bool bout_scripted(const struct bout *bout, const struct plan *plan);
/* Runs every kept failure again. 0 or -errno. */
int bout_replay(struct bout *bout);
/* Writes them to the log. 0 or -errno. */
int bout_log_failures(struct bout *bout);

/* campaign_shrink.c: makes the failure that is shown of a case that failed as small as it can be.
 * 0 or -errno. */
int bout_shrink(struct bout *bout);

/* Gives one worker an order and waits for it: the worker, to be released; or -errno. */
int bout_order_alone(struct bout *bout, const struct order *order, const struct plan *plan);

/* Notes what the harness could not do: the case is an error. */
void bout_error(struct bout *bout, int error, const char *message);

#endif
