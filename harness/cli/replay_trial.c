/*
 * replay_trial.c - see replay_trial.h. The worker is a crew of one with a list of one case.
 */
#include "cli/replay_trial.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"

enum { MEMORY_MAX = 1 << 30, OUTPUT_MAX = 64 << 20 };

static int copy_history(struct history *to, const struct event *events, uint32_t count,
			uint32_t dropped)
{
	size_t size = count * sizeof(*events);

	to->events = malloc(MAX(size, sizeof(*events)));
	if (!to->events)
		return -ENOMEM;
	memcpy(to->events, events, size);
	to->count = to->capacity = count;
	to->dropped = dropped;
	return 0;
}

/* Damage before none, and what was seen most often. */
static enum damage most_telling(const struct showing *showing)
{
	enum damage best = DAMAGE_NONE;

	for (unsigned damage = DAMAGE_NONE + 1; damage < DAMAGE_COUNT; damage++)
		if (showing->counts[damage] > (best ? showing->counts[best] : 0))
			best = (enum damage)damage;
	return best;
}

/* Takes the showing out of a slate that the target may have scribbled over. */
static int read_slate(struct slate *slate, struct showing *showing)
{
	enum damage damage;

	for (unsigned caller = 0; caller < CALLER_COUNT; caller++)
		for (damage = DAMAGE_NONE; damage < DAMAGE_COUNT; damage++)
			showing->counts[damage] +=
				(unsigned)slate->tally.callers[caller].damage[damage];
	showing->runs = (unsigned)slate->tally.trials;
	damage = most_telling(showing);
	for (unsigned stronger = 0; stronger < 2; stronger++) {
		struct kept *kept = &slate->kept[2 * damage + stronger];

		if (!kept->used || !slate_kept_sane(kept) ||
		    kept->outcome.finding.damage != damage)
			continue;
		showing->outcome = kept->outcome;
		return copy_history(&showing->history, kept->events, kept->event_count, 0);
	}
	return -EBADMSG;
}

static int wait_for_answer(struct crew *crew)
{
	int answer;

	do
		answer = crew_wait(crew);
	while (answer == -EAGAIN || answer == -EINTR);
	return answer;
}

static int run_order(struct crew *crew, const struct replay_order *wanted, struct showing *showing,
		     char *reterr_message, size_t message_max)
{
	struct order order = {
		.kind = ORDER_SHOW,
		.count = wanted->repeats,
		.trial_max_ns = wanted->trial_max_ns,
	};
	struct slate *slate;
	int worker, error;

	crew_capture_clear(crew, 0);
	error = crew_order(crew, crew_idle(crew), &order, NULL, wanted->plan);
	if (error)
		return error;
	worker = wait_for_answer(crew);
	if (worker < 0)
		return worker;
	slate = crew_slate(crew, worker);
	error = slate->error;
	if (error) {
		slate->message[sizeof(slate->message) - 1] = '\0';
		snprintf(reterr_message, message_max, "%s",
			 slate->message[0] ? slate->message : strerror(-error));
		crew_release(crew, worker);
		return error;
	}
	showing->printed = *crew_capture(crew);
	error = read_slate(slate, showing);
	crew_release(crew, worker);
	if (error == -EBADMSG)
		snprintf(reterr_message, message_max,
			 "the target wrote over what its process had to tell; see it with "
			 "--in-process in a debugger");
	return error;
}

int replay_crew_open(const struct test_case *test, struct crew **ret_crew, char *reterr_message,
		     size_t message_max)
{
	struct crew_options options = {
		.jobs = 1,
		.output_max = OUTPUT_MAX,
		.worker = { .cases = test, .case_count = 1, .memory_max = MEMORY_MAX },
	};
	int error = crew_create(&options, ret_crew);

	snprintf(reterr_message, message_max, "cannot run a worker: %s",
		 strerror(error ? -error : EIO));
	return error;
}

int replay_crew_run(struct crew *crew, const struct replay_order *order, struct showing *showing,
		    char *reterr_message, size_t message_max)
{
	int error;

	*showing = (struct showing){ 0 };
	error = run_order(crew, order, showing, reterr_message, message_max);
	if (error)
		showing_finish(showing);
	return error;
}

int replay_in_worker(const struct replay_order *order, struct showing *showing,
		     char *reterr_message, size_t message_max)
{
	const struct test_case test = { .entry = order->entry, .operation = order->operation };
	struct crew *crew;
	int error = replay_crew_open(&test, &crew, reterr_message, message_max);

	if (error)
		return error;
	error = replay_crew_run(crew, order, showing, reterr_message, message_max);
	crew_destroy(crew);
	return error;
}

int replay_here(const struct replay_order *order, struct showing *showing, char *reterr_message,
		size_t message_max)
{
	struct bench *bench;
	int error = bench_create(&bench);

	*showing = (struct showing){ 0 };
	if (error) {
		snprintf(reterr_message, message_max, "cannot set up io_uring: %s",
			 strerror(-error));
		return error;
	}
	while (showing->runs < order->repeats && !error && !showing->outcome.spent) {
		error = trial_run(bench, order->entry, order->plan, &showing->outcome,
				  reterr_message, message_max);
		showing->counts[showing->outcome.finding.damage]++;
		showing->runs++;
	}
	if (!error) {
		const struct history *history = bench_history(bench);

		error = copy_history(&showing->history, history->events, history->count,
				     history->dropped);
	}
	if (!showing->outcome.spent)
		bench_destroy(bench);
	return error;
}

void showing_finish(struct showing *showing)
{
	free(showing->history.events);
	showing->history.events = NULL;
}
