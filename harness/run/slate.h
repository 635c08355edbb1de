/*
 * slate.h - the memory that a worker shares with its parent: the order, what the worker is doing
 * right now, and what came out.
 *
 * The plan of a trial is written here before the trial starts. So when the worker dies, whatever
 * killed it, the parent knows which plan it was. A target may scribble here: the parent trusts
 * nothing that it reads (see slate_kept_sane).
 */
#ifndef RUN_SLATE_H
#define RUN_SLATE_H

#include <stdatomic.h>

#include "model/history.h"
#include "model/tally.h"
#include "run/results_rows.h"
#include "run/trial.h"

enum {
	CHUNK_TRIALS = 128,	 /* trials of one order: the same for any number of workers */
	KEPT_EVENTS_MAX = 4096,
	KEPT_MAX = 2 * DAMAGE_COUNT, /* one for each class x (declared caller or stronger) */
	DEATHS_MAX = 4,		 /* in one order; the rest of it is then left out */
	SLATE_MESSAGE_MAX = SENTENCE_MAX,
};

enum order_kind {
	ORDER_CONTROL, /* run `plan` once; fills `control` and `shape` */
	ORDER_TRIALS,  /* draw and run trials first .. first + count - 1 */
	ORDER_REPLAY,  /* run `replay` count times, count those that show `wanted` */
	ORDER_SHOW,    /* the same, and keep the first of each outcome, preserved ones too */
};

struct order {
	enum order_kind kind;
	uint32_t case_index;
	uint64_t first;
	uint32_t count;
	bool declared_only;    /* draw no callers of stronger contracts */
	unsigned sweep_depth;  /* not 0: trials go through a sweep by number, see sweep.h */
	enum damage wanted;    /* ORDER_REPLAY */
	uint64_t trial_max_ns; /* longer is a hang */
};

/* One failure as the worker saw it. */
struct kept {
	bool used;
	uint64_t trial;
	struct plan plan;
	struct outcome outcome;
	uint32_t event_count;
	struct event events[KEPT_EVENTS_MAX];
};

/* Why a worker left by itself. */
enum farewell {
	FAREWELL_NONE,	 /* it did not: the target killed it */
	FAREWELL_SPENT,	 /* the last trial made this process unfit; its outcome is counted */
	FAREWELL_GROWN,	 /* its memory grew: a fresh one goes on */
	FAREWELL_CLOSED, /* the target closed a descriptor of the harness: a verdict */
	FAREWELL_SANITIZED, /* a sanitizer reported what the target did, and ended the process */
};

struct slate {
	/* Written by the parent before an order. */
	struct order order;
	struct shape shape; /* ORDER_TRIALS: in; ORDER_CONTROL: out */
	struct plan replay; /* ORDER_CONTROL, ORDER_REPLAY, ORDER_SHOW */
	atomic_bool stop;   /* finish the trial, then the order */

	/* Written by the worker, all the time. */
	atomic_ulong started; /* grows with every trial: the parent watches it */
	atomic_bool busy;     /* inside a trial, or between two of one order */
	atomic_bool taking;   /* its outcome is being counted: what is below is half-way */
	uint64_t index;	      /* of that trial */
	uint64_t next;	      /* the first trial of the order that is not counted yet */
	struct plan plan;
	enum sweep_family family; /* in a sweep */
	enum farewell farewell;

	/* What came out of the order. */
	int error; /* the harness failed: -errno, with the message */
	char message[SLATE_MESSAGE_MAX];
	struct tally tally;
	uint32_t row_count;
	struct row rows[CHUNK_TRIALS];
	uint32_t reproduced, replayed;
	uint32_t deaths[2]; /* by declared caller (0), by a stronger one (1); kept by the parent */
	struct outcome control;
	uint64_t control_ns;
	struct kept kept[KEPT_MAX];
	/* Of a worker that died; see last_words.h. */
	int last_signal;     /* the first fatal one that it had; 0: none */
	uint32_t last_count; /* the end of its history */
	struct event last_events[KEPT_EVENTS_MAX];
};

/* Clears what came out, cheaply. */
void slate_begin(struct slate *slate, const struct order *order);

/* Counts one trial; keeps the first failure of each class and kind of caller. `declared`: the
 * caller is one of the declared contract. `history` may be NULL. */
void slate_take(struct slate *slate, const struct plan *plan, const struct outcome *outcome,
		const struct history *history, bool declared);

/* The same for what a control run showed: every bool is one, every place has its bounds. */
void slate_shape_sane(struct shape *shape);

/* Brings a record from shared memory within its bounds. False: it is not usable. */
bool slate_kept_sane(struct kept *kept);
bool slate_outcome_sane(struct outcome *outcome);

#endif
