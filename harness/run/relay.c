/*
 * relay.c - plays the caller of a relay: calls it until it reports the end, while the peer feeds
 * one wire and drains the other, or the other way of the same one (duplex). What comes out must be
 * what went in.
 */
#include <errno.h>

#include "run/bench.h"

static void step(struct trial *trial, enum lend *lend)
{
	struct attempt attempt;
	enum caller caller = trial->plan->caller;

	attempt_run(trial, trial->operation, *lend, trial->plan->call_max, NULL, &attempt);
	*lend = LEND_NEW;
	if (attempt.escaped)
		return;
	if (++trial->idle > IDLE_ATTEMPTS_MAX)
		blame(trial, DAMAGE_HANG, trial->owed, trial->owed,
		      "%s made no progress in %d attempts", trial->operation->name,
		      IDLE_ATTEMPTS_MAX);
	if (trial->diverged || attempt_misreports(trial, &attempt)) {
		attempt_return_buffer(trial, &attempt, false);
		return;
	}
	if (attempt.result == -ECANCELED) {
		struct event *event = history_append(trial->port->history, EVENT_CALLER);

		event->detail = (uint8_t)caller;
		event->attempt = trial->port->attempt;
		*lend = caller == CALLER_SAME ? LEND_SAME : LEND_NEW;
		trial->over = trial->abandoned = caller == CALLER_ABANDON;
	} else if (attempt.result > 0) {
		trial->idle = 0;
	} else if (attempt.result == 0) {
		trial->over = true;
	} else {
		trial->over = true;
		trial->abandoned = attempt.broken; /* an error that was made, and passed on */
		if (!trial->peer->hung_up && !attempt.broken)
			blame_missing(trial, attempt.result);
	}
	attempt_return_buffer(trial, &attempt, *lend == LEND_SAME);
}

void relay_play(struct trial *trial)
{
	enum lend lend = LEND_NEW;

	trial->end = trial->peer->feed_limit;
	while (!trial->over && !trial->diverged)
		step(trial, &lend);
	if (trial->outcome->spent)
		return;
	writer_finish(trial);
	if (trial->outcome->finding.damage == DAMAGE_NONE && !trial->diverged &&
	    !trial->abandoned && !trial->peer->hung_up && trial->owed < trial->end)
		blame_missing(trial, 0);
	attempt_check_buffers(trial);
}
