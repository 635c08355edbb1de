/*
 * worker_death.c - deaths become outcomes: crash or hang, with one sentence that says how.
 */
#include "run/worker_death.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "base/macros.h"
#include "run/draw.h"
#include "run/last_words.h"
#include "run/sweep.h"

static void say(char *sentence, const struct slate *slate, const struct death *death)
{
	int status = death->status, signal = slate->last_signal;

	/* Its first one, when it told that: after a signal a sanitizer reports, then exits. */
	if (signal <= 0 || signal >= NSIG)
		signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	if (death->cause == DEATH_TIMEOUT)
		snprintf(sentence, SENTENCE_MAX,
			 "the target did not come back within %.1f s; its process was ended",
			 (double)death->order->trial_max_ns / 1e9);
	else if (death->cause == DEATH_FLOOD)
		snprintf(sentence, SENTENCE_MAX,
			 "the target printed without end; its process was ended");
	else if (slate->farewell == FAREWELL_CLOSED)
		snprintf(sentence, SENTENCE_MAX,
			 "the target closed descriptors that are not its own");
	else if (slate->farewell == FAREWELL_SANITIZED)
		snprintf(sentence, SENTENCE_MAX,
			 "a sanitizer ended the target's process: %s",
			 *death->report ? death->report : "its report is in the output");
	else if (signal)
		snprintf(sentence, SENTENCE_MAX,
			 "the target's process was killed by signal %d (%s)", signal,
			 strsignal(signal));
	else
		snprintf(sentence, SENTENCE_MAX, "the target called exit: status %d",
			 WEXITSTATUS(status));
}

/* The plan again, from where it came: what the slate says may be scribbled over. */
static void recall(const struct worker_options *options, const struct death *death, uint64_t index,
		   struct plan *ret_plan, enum sweep_family *ret_family)
{
	const struct test_case *test = &options->cases[death->order->case_index];
	struct sweep sweep;
	struct draw draw;

	if (death->order->kind != ORDER_TRIALS) {
		*ret_plan = *death->plan;
		return;
	}
	if (death->order->sweep_depth &&
	    sweep_init(&sweep, test, death->shape, options->seed, death->order->sweep_depth) == 0) {
		*ret_family = sweep_plan(&sweep, index, ret_plan);
		sweep_finish(&sweep);
		return;
	}
	draw_init(&draw, test, death->shape, options->seed);
	draw.declared_only = death->order->declared_only;
	draw_plan(&draw, index, ret_plan);
}

enum pardon death_pardon(struct doubt *doubt, const struct slate *slate,
			 const struct death *death, bool begun)
{
	bool ours = death->cause != DEATH_UNASKED || slate->farewell != FAREWELL_NONE;

	if (ours || !WIFSIGNALED(death->status) || WTERMSIG(death->status) != SIGKILL)
		return PARDON_NONE;
	if (++doubt->pardons > PARDONS_MAX)
		return PARDON_NONE;
	if (atomic_load(&slate->taking))
		return PARDON_ORDER;
	if (!begun || slate->index != slate->next)
		return PARDON_TRIAL; /* it had not begun: no target's code was running */
	if (slate->index != doubt->trial || !doubt->kills) {
		doubt->trial = slate->index;
		doubt->kills = 0;
	}
	return ++doubt->kills < KILLS_BELIEVED ? PARDON_TRIAL : PARDON_NONE;
}

bool death_count(const struct worker_options *options, struct slate *slate,
		 const struct death *death)
{
	const struct order *order = death->order;
	const struct test_case *test = &options->cases[order->case_index];
	uint64_t end = order->first + order->count;
	struct outcome outcome = { .verdict = VERDICT_VIOLATION, .spent = true };
	struct history history;
	struct plan plan;
	bool declared;

	slate->order = *order;
	if (slate->next < order->first || slate->next > end)
		slate->next = order->first;
	if ((slate->farewell == FAREWELL_SPENT || slate->farewell == FAREWELL_GROWN) &&
	    death->cause == DEATH_UNASKED)
		return slate->next >= end || atomic_load(&slate->stop);
	if (slate->next >= end)
		return true; /* it died after its last trial */
	recall(options, death, slate->next, &plan, &slate->family);
	declared = callers_of_contract(test->operation->contract) & BIT(plan.caller);
	outcome.finding.damage = death->cause == DEATH_TIMEOUT ? DAMAGE_HANG : DAMAGE_CRASH;
	outcome.finding.guilty = -1;
	for (uint32_t i = 0; i < plan.cancellation_count; i++) {
		outcome.records[i].point = plan.cancellations[i].point;
		outcome.records[i].mechanism = plan.cancellations[i].mechanism;
		outcome.records[i].retry = plan.cancellations[i].retry;
	}
	last_words_read(slate, &plan, &outcome, &history);
	say(outcome.finding.sentence, slate, death);
	slate->index = slate->next++;
	slate_take(slate, &plan, &outcome, &history, declared);
	slate->deaths[!declared] += death->cause == DEATH_TIMEOUT ? 2 : 1;
	return slate->next >= end || atomic_load(&slate->stop) ||
	       (order->kind == ORDER_TRIALS &&
		slate->deaths[0] + slate->deaths[1] >= DEATHS_MAX);
}
