/*
 * campaign_case.c - one case from its control run to its verdict.
 */
#include "run/campaign_case.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/macros.h"
#include "run/expect.h"
#include "run/sweep.h"

/* When a scenario does not say how long a trial may take: so many times as long as the control run,
 * within limits. Less would take a busy machine for a hang, more would wait long for real ones. */
enum { CONTROL_FACTOR = 20 };

static const uint64_t trial_least_ns = 1000000000, trial_most_ns = 5000000000;

/* Every step of a trial waits for the kernel's thread, and that for its turn. */
static const uint64_t trial_least_sqpoll_ns = 3000000000;

/* Where landings are not asked for: they prove little, or cannot be had at will. */
static const unsigned points_unasked =
	BIT(POINT_BEFORE) | BIT(POINT_TIMER) | BIT(POINT_ASYNC) | BIT(POINT_RECOVERY);

int campaign_interrupts(const struct campaign *campaign)
{
	return campaign->options->interrupts ? *campaign->options->interrupts : 0;
}

void campaign_move(struct campaign *campaign)
{
	const struct campaign_watch *watch = &campaign->options->watch;
	uint64_t now = clock_now_ns();

	if (!watch->moved || now - campaign->moved_ns < TICK_NS)
		return;
	campaign->moved_ns = now;
	watch->moved(watch->context, &campaign->place);
}

void bout_error(struct bout *bout, int error, const char *message)
{
	char text[JUDGEMENT_MAX];

	snprintf(text, sizeof(text), "the harness could not run it: %.300s (%s)",
		 *message ? message : "no further message", strerror(-error));
	free(bout->result->reason);
	bout->result->reason = strdup(text);
	bout->result->verdict = VERDICT_ERROR;
}

int bout_order_alone(struct bout *bout, const struct order *order, const struct plan *plan)
{
	struct crew *crew = bout->campaign->crew;
	int worker = crew_idle(crew), error;

	if (worker < 0)
		return -EBUSY;
	error = crew_order(crew, worker, order, NULL, plan);
	if (error)
		return error;
	for (;;) {
		int answer = crew_wait(crew);

		campaign_move(bout->campaign);
		if (answer >= 0)
			return answer;
		if (campaign_interrupts(bout->campaign) > 1)
			return -EINTR;
		if (answer != -EAGAIN && answer != -EINTR)
			return answer;
	}
}

/* Nothing is cancelled. Sets the shape, or keeps the failure. */
static int run_control(struct bout *bout)
{
	struct campaign *campaign = bout->campaign;
	uint64_t said = bout->test->scenario->trial_timeout_ns;
	uint64_t least = bout->test->ring == RING_SQPOLL ? trial_least_sqpoll_ns : trial_least_ns;
	struct order order = {
		.kind = ORDER_CONTROL,
		.case_index = bout->index,
		.count = 1,
		.trial_max_ns = said ? said : trial_most_ns,
	};
	int error = 0, worker;
	struct slate *slate;
	struct plan plan;

	case_control_plan(bout->test, campaign->options->seed, &plan);
	worker = bout_order_alone(bout, &order, &plan);
	if (worker < 0)
		return worker;
	slate = crew_slate(campaign->crew, worker);
	bout->shape = slate->shape;
	slate_shape_sane(&bout->shape);
	bout->trial_max_ns = said ? said
				  : MIN(MAX(slate->control_ns * CONTROL_FACTOR, least),
					trial_most_ns);
	if (slate->error)
		bout_error(bout, slate->error, slate->message);
	for (unsigned key = 0; key < KEPT_MAX && !error; key++)
		if (slate->kept[key].used && slate_kept_sane(&slate->kept[key])) {
			bout->result->control_failed = true;
			error = bout_keep(bout, &slate->kept[key]);
		}
	if (!error && campaign->log && slate->row_count && !slate->error)
		error = results_log_row(campaign->log, &slate->rows[0]);
	crew_release(campaign->crew, worker);
	return error;
}

static void skip(struct bout *bout, const char *reason)
{
	free(bout->result->reason);
	bout->result->reason = strdup(reason);
	bout->result->verdict = VERDICT_SKIP;
}

/* Which points can be drawn; false (and a skip) when there are none. */
static bool find_points(struct bout *bout)
{
	unsigned mechanisms[POINT_COUNT];

	case_pairs(bout->test, &bout->shape, mechanisms);
	for (unsigned point = 0; point < POINT_COUNT; point++)
		if (mechanisms[point])
			bout->points |= BIT(point);
	if (bout->points & ~BIT(POINT_RECOVERY))
		return true;
	skip(bout, "none of the scenario's points and mechanisms is possible for this operation "
		   "on this wire and ring");
	return false;
}

void bout_note_sweep(struct bout *bout)
{
	struct tally *tally = &bout->result->tally;

	if (!bout->campaign->options->sweep_depth)
		return;
	for (unsigned family = 0; family < SWEEP_FAMILIES; family++)
		tally->swept[family].planned = bout->planned[family];
	tally->places = bout->shape.place_count;
	tally->places_left_out = bout->shape.places_left_out;
}

/* How many trials: all of a sweep, unless it is bounded. */
static int find_budget(struct bout *bout)
{
	const struct campaign_options *options = bout->campaign->options;
	struct sweep sweep;

	bout->budget = options->trials ? options->trials : bout->test->scenario->trials;
	if (!options->sweep_depth)
		return 0;
	if (sweep_init(&sweep, bout->test, &bout->shape, options->seed, options->sweep_depth) < 0)
		return -ENOMEM;
	memcpy(bout->planned, sweep.totals, sizeof(bout->planned));
	bout->swept = sweep_total(&sweep);
	bout->budget = MIN(bout->swept, options->trials ? options->trials
							       : SWEEP_TRIALS_MAX);
	sweep_finish(&sweep);
	return 0;
}

static void gather(const struct bout *bout, struct evidence *evidence)
{
	const struct scenario *scenario = bout->test->scenario;
	unsigned callers = callers_of_contract(bout->result->declared);

	*evidence = (struct evidence){
		.declared = bout->result->declared,
		.tally = &bout->result->tally,
		.budget = bout->campaign->options->strict ? MAX(bout->budget, BUDGET_CONCLUSIVE)
							  : bout->budget,
		.points = bout->campaign->options->sweep_depth ? 0 /* its coverage is told */
			  : scenario->points_named ? bout->points
						   : bout->points & ~points_unasked,
		.threshold = scenario->threshold,
		.unrepeated = bout->unrepeated & ~bout->repeated,
		/* Fewer trials than there should be: what did not appear might have come. */
		.cut = bout->cut || bout->budget < (bout->campaign->options->sweep_depth
							    ? bout->swept
							    : scenario->trials),
	};
	for (unsigned i = 0; i < bout->result->failure_count; i++) {
		const struct finding *finding = &bout->result->failures[i].outcome.finding;

		if (bout->result->control_failed) {
			evidence->control = finding->damage;
			evidence->control_sentence = finding->sentence;
		} else if (callers & BIT(bout->result->failures[i].plan.caller)) {
			evidence->sentences[finding->damage] = finding->sentence;
		}
	}
}

bool bout_inconclusive(const struct bout *bout)
{
	struct judgement judgement;
	struct evidence evidence;

	gather(bout, &evidence);
	expect_judge(&bout->test->choice->expect, &evidence, &judgement);
	return judgement.verdict == VERDICT_INCONCLUSIVE;
}

static void judge(struct bout *bout)
{
	struct judgement judgement;
	struct evidence evidence;
	char text[JUDGEMENT_MAX + sizeof(bout->note) + 4];

	gather(bout, &evidence);
	expect_judge(&bout->test->choice->expect, &evidence, &judgement);
	if (judgement.verdict == VERDICT_PASS && bout->cut &&
	    !bout->result->tally.trials && !bout->result->control_failed) {
		judgement.verdict = VERDICT_INCONCLUSIVE;
		snprintf(judgement.reason, sizeof(judgement.reason),
			 "ended by time before any trial was run");
	}
	snprintf(text, sizeof(text), "%s%s%s", judgement.reason,
		 judgement.reason[0] && bout->note[0] ? "; " : "", bout->note);
	bout->result->verdict = judgement.verdict;
	bout->result->met = judgement.met;
	free(bout->result->reason);
	bout->result->reason = strdup(text);
}

static int run_bout(struct bout *bout)
{
	int error = run_control(bout);

	if (error || bout->result->verdict == VERDICT_ERROR)
		return error;
	if (!bout->result->control_failed &&
	    bout->test->choice->expect.kind != EXPECT_CONTROL) {
		if (!find_points(bout))
			return 0;
		error = find_budget(bout);
		if (!error)
			error = bout_trials(bout);
	}
	if (!error)
		error = bout_replay(bout);
	if (!error && bout->result->verdict != VERDICT_ERROR)
		judge(bout);
	if (!error && bout->campaign->options->shrink)
		error = bout_shrink(bout);
	if (!error)
		error = bout_log_failures(bout);
	return error;
}

static uint64_t deadline(const struct bout *bout, uint64_t max_time_ns)
{
	uint64_t own = bout->test->scenario->max_time_ns, now = clock_now_ns();
	uint64_t limit = MIN(own ? own : UINT64_MAX, max_time_ns ? max_time_ns : UINT64_MAX);

	return limit > UINT64_MAX - now ? UINT64_MAX : now + limit;
}

static void show_output(struct bout *bout)
{
	const struct campaign_watch *watch = &bout->campaign->options->watch;
	const struct capture *capture = crew_capture(bout->campaign->crew);

	if (capture->total && watch->printed)
		watch->printed(watch->context, bout->test, capture);
}

int campaign_case_run(struct campaign *campaign, uint32_t index, struct case_part *part,
		      uint64_t max_time_ns, char *reterr_message, size_t message_max)
{
	const struct test_case *test = &campaign->list->cases[index];
	struct bout bout = {
		.campaign = campaign,
		.test = test,
		.index = index,
		.result = &campaign->results->cases[index],
		.from = part,
		.begun_ns = clock_now_ns(),
	};
	int error = 0;

	campaign->place.test = test;
	campaign->place.trials_done = campaign->place.trials_total = 0;
	if (test->skip[0]) {
		skip(&bout, test->skip);
	} else {
		bout.deadline_ns = deadline(&bout, max_time_ns);
		crew_capture_clear(campaign->crew, index);
		error = run_bout(&bout);
		show_output(&bout);
	}
	bout.result->seconds = (double)(clock_now_ns() - bout.begun_ns) / 1e9;
	bout.result->cut = bout.unfinished;
	bout.result->complete = !bout.unfinished && !error;
	if (error && error != -EINTR)
		snprintf(reterr_message, message_max, "%s: %s", test->id,
			 error == -ESTALE ? "the part that was run is not one of these trials"
					  : strerror(-error));
	return error;
}
