/*
 * last_words.h - what a dying worker still tells: the history of the trial that killed it.
 *
 * Handlers for fatal signals, and one for exit(), copy the end of the history into the slate. The
 * parent reads there which cancellations had landed.
 */
#ifndef RUN_LAST_WORDS_H
#define RUN_LAST_WORDS_H

#include "run/slate.h"

/* In the worker, once. SIGTERM counts as fatal: the parent sends it before SIGKILL. 0 or -errno. */
int last_words_prepare(struct slate *slate, const struct history *history);

/* In the worker, before it leaves because of what a target did. */
void last_words_say(void);

/* In the parent: puts landings and guilt into the outcome, and gives the events as a history. */
void last_words_read(struct slate *slate, const struct plan *plan, struct outcome *outcome,
		     struct history *ret_history);

#endif
