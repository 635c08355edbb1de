/*
 * campaign_trials.c - the random trials of a case: many workers, one result.
 *
 *	workers   chunk 0    chunk 2       chunk 3
 *	             chunk 1         chunk 4
 *	merged    0, 1, 2, 3, 4		in this order, whoever came first
 *
 * Whether a case ends early is decided when a chunk is merged, from what came before it only. What
 * was run beyond that chunk is thrown away. So any number of workers leads to the same result.
 *
 * When the budget is spent and too little has landed somewhere to say anything, it is doubled,
 * twice at most: chance must not make a run inconclusive.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/macros.h"
#include "run/campaign_case.h"
#include "run/expect.h"

/* So many crashes (a hang counts twice) are enough of a case, or of the stronger callers. */
enum { DEATHS_DECLARED_MAX = 12, DEATHS_STRONGER_MAX = 8, AHEAD = 4, DOUBLED_MAX = 2 };

/* A part is written after a second, and then whenever a case has grown by this fraction: a case of
 * days leaves a few thousand parts. */
enum { PART_FRACTION = 50 };

static const uint64_t part_least_ns = 1000000000;

/* A chunk's answer, waiting for those before it. */
struct answer {
	uint64_t chunk;
	int error;
	char message[SLATE_MESSAGE_MAX];
	struct tally tally;
	uint32_t row_count;
	struct row rows[CHUNK_TRIALS];
	uint32_t deaths[2];
	unsigned kept_count;
	struct kept *kept[KEPT_MAX]; /* owned, cut to their events */
};

struct stage {
	struct bout *bout;
	struct answer **waiting; /* by chunk modulo window */
	uint64_t window;
	uint64_t chunks;      /* in the budget */
	unsigned doubled;     /* so often */
	uint64_t next, merged; /* to be handed out, to be merged */
	unsigned working, hands; /* workers that have an order; that may have one */
	uint32_t deaths[2];
	bool declared_only;
	bool over; /* nothing more is handed out */
};

static void answer_destroy(struct answer *answer)
{
	if (!answer)
		return;
	for (unsigned i = 0; i < answer->kept_count; i++)
		free(answer->kept[i]);
	free(answer);
}

static int copy_kept(struct stage *stage, struct slate *slate, struct answer *answer)
{
	for (unsigned key = 0; key < KEPT_MAX; key++) {
		struct kept *kept = &slate->kept[key], *copy;
		size_t size;

		if (!kept->used || bout_has(stage->bout, key / 2, !(key & 1)))
			continue;
		if (!slate_kept_sane(kept) || kept->outcome.finding.damage != key / 2)
			continue; /* scribbled over; it is counted all the same */
		size = offsetof(struct kept, events) + kept->event_count * sizeof(struct event);
		copy = malloc(size);
		if (!copy)
			return -ENOMEM;
		memcpy(copy, kept, size);
		answer->kept[answer->kept_count++] = copy;
	}
	return 0;
}

/* Takes the answer out of the slate. */
static int collect(struct stage *stage, int worker)
{
	struct crew *crew = stage->bout->campaign->crew;
	const struct order *order = crew_order_of(crew, worker);
	struct slate *slate = crew_slate(crew, worker);
	struct answer *answer = calloc(1, sizeof(*answer));
	int error;

	stage->working--;
	if (!answer)
		return -ENOMEM;
	answer->chunk = order->first / CHUNK_TRIALS;
	answer->error = slate->error;
	memcpy(answer->message, slate->message, sizeof(answer->message));
	answer->message[sizeof(answer->message) - 1] = '\0';
	answer->tally = slate->tally;
	answer->row_count = MIN(slate->row_count, (uint32_t)CHUNK_TRIALS);
	memcpy(answer->rows, slate->rows, answer->row_count * sizeof(answer->rows[0]));
	memcpy(answer->deaths, slate->deaths, sizeof(answer->deaths));
	stage->waiting[answer->chunk % stage->window] = answer;
	error = copy_kept(stage, slate, answer);
	crew_release(crew, worker);
	return error;
}

static int hand_out(struct stage *stage)
{
	struct bout *bout = stage->bout;
	int worker;

	while (!stage->over && stage->next < stage->chunks && stage->working < stage->hands &&
	       stage->next < stage->merged + stage->window &&
	       (worker = crew_idle(bout->campaign->crew)) >= 0) {
		uint64_t first = stage->next * CHUNK_TRIALS;
		struct order order = {
			.kind = ORDER_TRIALS,
			.case_index = bout->index,
			.first = first,
			.count = (uint32_t)MIN(bout->budget - first, (uint64_t)CHUNK_TRIALS),
			.declared_only = stage->declared_only,
			.sweep_depth = bout->campaign->options->sweep_depth,
			.trial_max_ns = bout->trial_max_ns,
		};
		int error = crew_order(bout->campaign->crew, worker, &order, &bout->shape, NULL);

		if (error)
			return error;
		stage->next++;
		stage->working++;
	}
	return 0;
}

/* Throws away what is beyond the last merged chunk. */
static int call_back(struct stage *stage)
{
	struct crew *crew = stage->bout->campaign->crew;
	int error = 0;

	crew_stop(crew, true);
	while (stage->working && !error) {
		int worker = crew_wait(crew);

		if (worker >= 0) {
			crew_release(crew, worker);
			stage->working--;
		} else if (worker == -EINTR && campaign_interrupts(stage->bout->campaign) > 1) {
			error = -EINTR;
		} else if (worker != -EAGAIN && worker != -EINTR) {
			error = worker;
		}
	}
	crew_stop(crew, false);
	for (uint64_t i = 0; i < stage->window; i++) {
		answer_destroy(stage->waiting[i]);
		stage->waiting[i] = NULL;
	}
	stage->next = stage->merged;
	return error;
}

static uint64_t failures_so_far(const struct bout *bout)
{
	unsigned callers = callers_of_contract(bout->result->declared);
	uint64_t count = 0;

	for (unsigned caller = 0; caller < CALLER_COUNT; caller++)
		for (unsigned damage = 1; damage < DAMAGE_COUNT; damage++)
			if (callers & BIT(caller))
				count += bout->result->tally.callers[caller].damage[damage];
	return count;
}

/* After a merge: is it enough? True when what is running must be called back. */
static bool decide(struct stage *stage)
{
	const struct bout *bout = stage->bout;
	uint64_t limit = bout->campaign->options->max_failures;

	/* What contracts are met is measured over the whole budget. */
	if (limit && bout->result->expect.kind != EXPECT_MET && failures_so_far(bout) >= limit)
		stage->over = true;
	if (stage->deaths[0] >= DEATHS_DECLARED_MAX)
		stage->over = true;
	if (stage->over)
		return true;
	/* A sweep goes by number: there is none without those callers. */
	if (bout->campaign->options->sweep_depth && stage->deaths[1] >= DEATHS_STRONGER_MAX) {
		stage->over = true;
		return true;
	}
	if (!stage->declared_only && stage->deaths[1] >= DEATHS_STRONGER_MAX) {
		stage->declared_only = true;
		return true;
	}
	return false;
}

static int merge_one(struct stage *stage, struct answer *answer)
{
	struct bout *bout = stage->bout;
	int error = 0;

	tally_merge(&bout->result->tally, &answer->tally);
	stage->deaths[0] += answer->deaths[0];
	stage->deaths[1] += answer->deaths[1];
	for (uint32_t i = 0; bout->campaign->log && i < answer->row_count && !error; i++)
		error = results_log_row(bout->campaign->log, &answer->rows[i]);
	for (unsigned i = 0; i < answer->kept_count && !error; i++)
		error = bout_keep(bout, answer->kept[i]);
	if (answer->error) {
		bout_error(bout, answer->error, answer->message);
		stage->over = true;
	}
	return error;
}

/* Writes how far the case has come. Between two chunks only: it will go on with a whole one. */
static int note_part(struct stage *stage)
{
	struct bout *bout = stage->bout;
	struct case_result *result = bout->result;
	struct case_part part = {
		.trials = stage->merged * CHUNK_TRIALS,
		.deaths = { stage->deaths[0], stage->deaths[1] },
		.declared_only = stage->declared_only,
		.tally = result->tally,
		.failures = result->failures ? result->failures + bout->noted : NULL,
		.failure_count = result->failure_count - bout->noted,
	};

	bout->noted_ns = clock_now_ns();
	if (!bout->campaign->log || part.trials == bout->noted_trials)
		return 0;
	bout->noted = result->failure_count;
	bout->noted_trials = part.trials;
	return results_log_part(bout->campaign->log, result, &part);
}

static int note_now_and_then(struct stage *stage)
{
	const struct bout *bout = stage->bout;
	uint64_t now = clock_now_ns(), age = now - bout->begun_ns;

	if (bout->cut || now - bout->noted_ns < MAX(part_least_ns, age / PART_FRACTION))
		return 0;
	return note_part(stage);
}

/* From here on chunks are whole: what the last one before lacked is not made up for. */
static void double_budget(struct stage *stage)
{
	stage->chunks *= 2;
	stage->doubled++;
	stage->bout->budget = stage->chunks * CHUNK_TRIALS;
}

/* Below BUDGET_CONCLUSIVE N trials are N: whoever asks for so few wants no more. */
static bool more_wanted(const struct stage *stage)
{
	const struct bout *bout = stage->bout;

	return stage->waiting && !stage->over && stage->doubled < DOUBLED_MAX &&
	       !bout->campaign->options->sweep_depth && bout->budget >= BUDGET_CONCLUSIVE &&
	       bout_inconclusive(bout);
}

/* The control run is made anew: are the places, and so the plans' numbers, those of before? */
static bool same_sweep(const struct bout *bout, const struct case_part *from)
{
	for (unsigned family = 0; family < SWEEP_FAMILIES; family++)
		if (from->tally.swept[family].planned != bout->planned[family])
			return false;
	return true;
}

/* Begins where an earlier run of this case was left. 0, or -ESTALE when there is no such place. */
static int go_on(struct stage *stage)
{
	struct bout *bout = stage->bout;
	struct case_part *from = bout->from;
	uint64_t merged;

	if (!from || bout->result->failure_count)
		return 0;
	merged = from->trials / CHUNK_TRIALS;
	if (!same_sweep(bout, from))
		return -ESTALE;
	while (merged > stage->chunks && stage->doubled < DOUBLED_MAX)
		double_budget(stage);
	if (merged > stage->chunks)
		return -ESTALE;
	bout->result->tally = from->tally;
	bout->result->failures = from->failures;
	bout->result->failure_count = bout->noted = from->failure_count;
	from->failures = NULL;
	from->failure_count = 0;
	stage->next = stage->merged = merged;
	bout->noted_trials = from->trials;
	stage->deaths[0] = from->deaths[0];
	stage->deaths[1] = from->deaths[1];
	stage->declared_only = from->declared_only;
	decide(stage);
	return 0;
}

static int merge(struct stage *stage)
{
	for (;;) {
		struct answer **slot = &stage->waiting[stage->merged % stage->window];
		struct answer *answer = *slot;
		int error;

		if (!answer)
			return 0;
		*slot = NULL;
		error = merge_one(stage, answer);
		answer_destroy(answer);
		if (error)
			return error;
		stage->merged++;
		if (!stage->bout->cut && decide(stage))
			return call_back(stage);
		error = note_now_and_then(stage);
		if (error)
			return error;
	}
}

/* Time is up, or the user wants to go: what is running ends with its trial and still counts. */
static int look_at_clock(struct stage *stage)
{
	struct bout *bout = stage->bout;
	bool asked = campaign_interrupts(bout->campaign) > 0;
	int error = 0;

	if (stage->over || (!asked && clock_now_ns() < bout->deadline_ns))
		return 0;
	if (asked)
		error = note_part(stage); /* chunks that are cut now cannot be gone on with */
	bout->unfinished |= asked;
	bout->cut = stage->over = true;
	crew_stop(bout->campaign->crew, true);
	return error;
}

/* By the clock, not when the workers are silent: those that answer fast never are. */
static void report_place(struct stage *stage)
{
	struct campaign *campaign = stage->bout->campaign;
	campaign->place.trials_done = stage->bout->result->tally.trials;
	campaign->place.trials_total = stage->bout->budget;
	campaign_move(campaign);
}

static int run_stage(struct stage *stage)
{
	struct campaign *campaign = stage->bout->campaign;
	int error = hand_out(stage);

	while (!error && stage->working) {
		int worker = crew_wait(campaign->crew);

		report_place(stage);
		error = look_at_clock(stage);
		if (campaign_interrupts(campaign) > 1)
			return -EINTR;
		if (worker == -EINTR || worker == -EAGAIN)
			continue;
		if (!error)
			error = worker < 0 ? worker : collect(stage, worker);
		if (!error)
			error = merge(stage);
		if (!error)
			error = hand_out(stage);
	}
	return error;
}

/* An SQPOLL ring brings a thread of the kernel with it, which wants a core of its own. */
static unsigned hands(const struct bout *bout)
{
	unsigned jobs = bout->campaign->options->jobs;

	return bout->test->ring == RING_SQPOLL ? (jobs + 1) / 2 : jobs;
}

int bout_trials(struct bout *bout)
{
	struct stage stage = {
		.bout = bout,
		.window = (uint64_t)AHEAD * bout->campaign->options->jobs,
		.hands = hands(bout),
		.chunks = (bout->budget + CHUNK_TRIALS - 1) / CHUNK_TRIALS,
	};
	int error;

	bout->noted_ns = bout->begun_ns;
	error = go_on(&stage);
	if (error)
		return error;
	bout_note_sweep(bout);
	error = -ENOMEM;
	stage.waiting = calloc(stage.window, sizeof(struct answer *));
	if (stage.waiting)
		error = run_stage(&stage);
	while (!error && more_wanted(&stage)) {
		double_budget(&stage);
		error = run_stage(&stage);
	}
	crew_stop(bout->campaign->crew, false);
	for (uint64_t i = 0; stage.waiting && i < stage.window; i++)
		answer_destroy(stage.waiting[i]);
	free(stage.waiting);
	return error;
}
