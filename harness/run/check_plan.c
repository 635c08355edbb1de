/*
 * check_plan.c - one plan instead of a campaign: a regression that is kept in a test, or a failure
 * that somebody wants to see again.
 *
 * The plan runs once and leaves its record. When it shows damage it runs again, to tell how often
 * that comes; when it does not, all of its cancellations must have landed, or nothing was tested.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "run/campaign.h"
#include "run/check_report.h"
#include "run/check_run.h"

static const uint64_t trial_max_ns = 5000000000;

/* "mine" of "mine" and of "plug-in/mine". */
static const char *last_part(const char *name)
{
	const char *slash = strrchr(name, '/');

	return slash ? slash + 1 : name;
}

static bool concerns(const struct check_job *job, const struct plan *plan)
{
	return !strcmp(last_part(plan->target), job->entry->target->name) &&
	       (!job->operation || !strcmp(plan->operation, job->operation->name));
}

bool check_plan_wanted(struct check_job *job, struct plan *ret_plan, bool *ret_wanted)
{
	const char *text = job->options.plan, *source = "options.plan";
	char message[CHECK_MESSAGE_MAX];

	if (!text) {
		text = getenv("DROPTEST_REPLAY");
		source = "DROPTEST_REPLAY";
	}
	if (!text)
		return true;
	if (plan_parse(text, ret_plan, message, sizeof(message))) {
		check_end(job, DT_USAGE, "%s is not understood: %s", source, message);
		return false;
	}
	if (concerns(job, ret_plan)) {
		*ret_wanted = true;
		job->talkative = !job->options.plan;
		return true;
	}
	if (!job->options.plan)
		return true;
	check_end(job, DT_USAGE, "options.plan is for %s.%s", ret_plan->target,
		  ret_plan->operation);
	return false;
}

/* Why the plan cannot be one of this target; NULL: it can. */
static const char *plan_obstacle(const struct plan *plan, const struct dt_operation *operation)
{
	const char *obstacle = plan_problem(plan);

	if (!operation)
		return "the target has no such operation";
	if (obstacle)
		return obstacle;
	return case_obstacle(operation, plan->unit, plan->wire, plan->condition);
}

/* Waits for the only worker. 0 or -errno. */
static int run_order(struct crew *crew, const struct order *order, const struct plan *plan)
{
	int error = crew_order(crew, 0, order, NULL, plan);

	while (!error) {
		int worker = crew_wait(crew);

		if (worker >= 0)
			return 0;
		if (worker != -EAGAIN && worker != -EINTR)
			error = worker;
	}
	return error;
}

static int run_again(struct crew *crew, struct failure *failure)
{
	enum damage damage = failure->outcome.finding.damage;
	struct order order = {
		.kind = ORDER_REPLAY,
		.count = damage == DAMAGE_HANG ? HANG_REPLAYS : REPLAYS,
		.wanted = damage,
		.trial_max_ns = trial_max_ns,
	};
	int error;

	crew_release(crew, 0);
	error = run_order(crew, &order, &failure->plan);
	failure->replays = MIN(crew_slate(crew, 0)->replayed, order.count);
	failure->reproduced = MIN(crew_slate(crew, 0)->reproduced, failure->replays);
	return error;
}

/* The failure in the slate, if there is one and it is not scribbled over. */
static bool take_failure(struct slate *slate, struct failure *ret_failure)
{
	for (unsigned key = 0; key < KEPT_MAX; key++) {
		struct kept *kept = &slate->kept[key];

		if (!kept->used || !slate_kept_sane(kept))
			continue;
		*ret_failure = (struct failure){ .plan = kept->plan, .outcome = kept->outcome,
						 .event_count = kept->event_count };
		ret_failure->events = malloc(MAX(sizeof(kept->events), 1U));
		if (!ret_failure->events)
			ret_failure->event_count = 0;
		else
			memcpy(ret_failure->events, kept->events, sizeof(kept->events));
		return true;
	}
	return false;
}

static void count(struct dt_check_result *result, const struct plan *plan,
		  const struct outcome *outcome)
{
	struct tally tally = { 0 };
	struct landing_counts landings;

	tally_add(&tally, plan, outcome);
	landings = tally_landings(&tally);
	result->cases = result->trials = 1;
	result->asked = landings.asked;
	result->landed = landings.landed;
	result->too_late = landings.too_late;
	result->never_reached = landings.never;
}

static void judge_failure(struct check_job *job, struct crew *crew, struct failure *failure)
{
	const struct finding *finding = &failure->outcome.finding;
	int error = run_again(crew, failure);

	count(job->result, &failure->plan, &failure->outcome);
	check_report_failure(job, failure);
	if (error)
		check_end(job, DT_ERROR, "the plan could not be run again: %s",
			  strerror(-error));
	else if (finding->damage == DAMAGE_HANG && !failure->reproduced)
		check_end(job, DT_INCONCLUSIVE, "seen once, not again: %s", finding->sentence);
	else
		check_end(job, DT_VIOLATION, "%s", finding->sentence);
}

static void judge_preserved(struct check_job *job, const struct plan *plan,
			    const struct outcome *outcome)
{
	struct dt_check_result *result = job->result;

	count(result, plan, outcome);
	if (result->landed == result->asked)
		check_end(job, DT_PASS, "the stream was preserved");
	else
		check_end(job, DT_INCONCLUSIVE,
			  "not exercised: the stream was preserved, but only %u of %u "
			  "cancellations landed",
			  (unsigned)result->landed, (unsigned)result->asked);
}

/* The plan is in the slate: what is to be said of it? */
static void run_in(struct check_job *job, struct crew *crew, const struct plan *plan)
{
	struct order order = { .kind = ORDER_CONTROL, .count = 1, .trial_max_ns = trial_max_ns };
	int error = run_order(crew, &order, plan);
	struct slate *slate = crew_slate(crew, 0);
	struct failure failure;

	job->output = *crew_capture(crew);
	if (error || slate->error) {
		slate->message[sizeof(slate->message) - 1] = '\0';
		check_end(job, DT_ERROR, "the plan could not be run: %s",
			  slate->message[0] ? slate->message
					    : strerror(error ? -error : -slate->error));
	} else if (take_failure(slate, &failure)) {
		judge_failure(job, crew, &failure);
	} else if (!slate_outcome_sane(&slate->control)) {
		check_end(job, DT_ERROR, "the target wrote over the record of its trial");
	} else {
		judge_preserved(job, plan, &slate->control);
	}
}

void check_plan_run(struct check_job *job, const struct plan *plan)
{
	const struct dt_operation *operation = target_operation(job->entry->target,
								plan->operation);
	const char *obstacle = plan_obstacle(plan, operation);
	struct test_case test = { .entry = job->entry, .operation = operation,
				  .wire = plan->wire, .ring = plan->ring };
	struct crew_options options = {
		.jobs = 1,
		.output_max = 64 << 20,
		.worker = { .cases = &test, .case_count = 1, .seed = plan->seed,
			    .memory_max = CHECK_MEMORY_MAX, .descriptors_held = job->held },
	};
	struct case_list list;
	struct crew *crew;
	int error;

	if (obstacle) {
		check_end(job, DT_USAGE, "the plan cannot be run: %s", obstacle);
		return;
	}
	job->result->operation = operation->name;
	job->result->declared = word_name(WORDS_CONTRACT, operation->contract);
	job->result->seed = plan->seed;
	case_list_init(&list);
	if (list.rings[plan->ring]) {
		check_end(job, DT_SKIP, "%s", list.rings[plan->ring]);
		return;
	}
	error = crew_create(&options, &crew);
	if (error) {
		check_end(job, DT_ERROR, "cannot start workers: %s", strerror(-error));
		return;
	}
	run_in(job, crew, plan);
	crew_destroy(crew);
}
