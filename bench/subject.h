/*
 * subject.h - our side of a duel: trial_run with the bundled reference targets, one plan again and
 * again, every oracle on.
 */
#ifndef BENCH_SUBJECT_H
#define BENCH_SUBJECT_H

#include "run/trial.h"

struct subject {
	struct registry registry;
	struct bench *bench;
	struct plan plan;
	struct outcome outcome;
};

/* Ends the program when there is no io_uring (77), or no reference plug-in. */
void subject_init(struct subject *subject);
void subject_finish(struct subject *subject);

/* Runs the plan once. Ends the program when it does not pass, or not everything landed. */
void subject_check(struct subject *subject);

/* Contestants of a duel; the context is a struct subject. A cycle is one landed cancellation, or
 * one whole trial. */
void subject_cycles(void *context, unsigned cycles);
void subject_trials(void *context, unsigned trials);

#endif
