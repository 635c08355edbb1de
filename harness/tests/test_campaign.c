/*
 * test_campaign.c - whole campaigns: the same results for any number of workers, early ends,
 * interruptions, and the folder that is left behind.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>

#include "base/macros.h"
#include "fixture_cases.h"
#include "run/campaign.h"
#include "scratch.h"
#include "suite.h"

static const char tame[] = "scenario: tame\n"
			   "wires: [unix]\nrings: [plain]\n"
			   "stream: 512\n"
			   "cancel: {depth: [1, 8]}\n"
			   "budget: {trials: 700}\n"
			   "targets: {basic: pass}\n";

static const char hostile[] = "scenario: hostile\n"
			      "wires: [unix]\nrings: [plain]\n"
			      "stream: 256\n"
			      "cancel: {points: [armed], depth: [4, 8]}\n"
			      "trial-timeout: 1 s\n"
			      "budget: {trials: 700}\n"
			      "targets: {worst.crash: {violation: crash}, tame/basic.liar: "
			      "{violation: lost}}\n";

static volatile sig_atomic_t interrupts;

static struct campaign_options options_for(unsigned jobs)
{
	return (struct campaign_options){ .seed = 42, .jobs = jobs, .max_failures = 100,
					  .memory_max = 1 << 30, .interrupts = &interrupts };
}

static void run(const struct fixture *fixture, const struct campaign_options *options,
		struct results *results)
{
	char message[512] = "";
	int error;

	interrupts = 0;
	error = campaign_run(options, &fixture->list, results, message, sizeof(message));
	if (error)
		printf("\n    %s\n", message);
	CU_ASSERT_EQUAL_FATAL(error, 0);
	/* On a busy machine a limit in time may leave cases out: then it says so. */
	if (!options->max_time_ns || !results->interrupted)
		CU_ASSERT_EQUAL(results->case_count, fixture->list.count);
}

static const struct case_result *result_of(const struct results *results, const char *part)
{
	for (unsigned i = 0; i < results->case_count; i++)
		if (strstr(results->cases[i].id, part))
			return &results->cases[i];
	CU_FAIL_FATAL("no such case");
	abort();
}

static void compare(const struct results *one, const struct results *two)
{
	CU_ASSERT_EQUAL_FATAL(one->case_count, two->case_count);
	for (unsigned i = 0; i < one->case_count; i++) {
		const struct case_result *left = &one->cases[i], *right = &two->cases[i];

		CU_ASSERT_STRING_EQUAL(left->id, right->id);
		CU_ASSERT_EQUAL(left->verdict, right->verdict);
		CU_ASSERT_STRING_EQUAL(left->reason, right->reason);
		CU_ASSERT_EQUAL(memcmp(&left->tally, &right->tally, sizeof(left->tally)), 0);
		CU_ASSERT_EQUAL_FATAL(left->failure_count, right->failure_count);
		for (unsigned j = 0; j < left->failure_count; j++)
			CU_ASSERT_STRING_EQUAL(left->failures[j].plan_text,
					       right->failures[j].plan_text);
	}
}

static void test_same_for_any_jobs(void)
{
	static const unsigned jobs[] = { 2, 3, 7 };
	struct campaign_options options = options_for(1);
	struct results one, more;
	struct fixture fixture;

	fixture_init(&fixture, tame, NULL);
	run(&fixture, &options, &one);
	for (size_t i = 0; i < ARRAY_SIZE(jobs); i++) {
		options = options_for(jobs[i]);
		run(&fixture, &options, &more);
		compare(&one, &more);
		results_finish(&more);
	}
	results_finish(&one);
	fixture_finish(&fixture);
}

static void test_verdicts(void)
{
	struct campaign_options options = options_for(2);
	const struct case_result *liar, *exact;
	struct results results;
	struct fixture fixture;

	fixture_init(&fixture, tame, NULL);
	run(&fixture, &options, &results);
	CU_ASSERT_EQUAL(result_of(&results, "basic.read:")->verdict, VERDICT_PASS);
	CU_ASSERT_EQUAL(result_of(&results, "basic.read:")->met, BIT(DT_ATOMIC));
	CU_ASSERT_EQUAL(result_of(&results, "basic.read:")->tally.trials, 700);
	CU_ASSERT_EQUAL(result_of(&results, "basic.write:")->verdict, VERDICT_PASS);
	exact = result_of(&results, "read_exact");
	CU_ASSERT_EQUAL(exact->verdict, VERDICT_PASS);
	CU_ASSERT_EQUAL(exact->met, BIT(DT_TERMINAL));
	CU_ASSERT(exact->failure_count > 0); /* under stronger callers */
	liar = result_of(&results, "liar");
	CU_ASSERT_EQUAL(liar->verdict, VERDICT_VIOLATION);
	CU_ASSERT_PTR_NOT_NULL(strstr(liar->reason, "consumed"));
	/* The first chunk at whose end there were 100 failures is the last. */
	CU_ASSERT(liar->tally.trials % CHUNK_TRIALS == 0 && liar->tally.trials < 700);
	for (unsigned i = 0; i < liar->failure_count; i++) {
		CU_ASSERT_EQUAL(liar->failures[i].replays, REPLAYS);
		CU_ASSERT_EQUAL(liar->failures[i].reproduced, REPLAYS);
	}
	CU_ASSERT_EQUAL(results.verdict, VERDICT_VIOLATION);
	results_finish(&results);
	fixture_finish(&fixture);
}

/* What a scenario says is the limit, although its control run takes no time at all. */
static void test_trial_timeout(void)
{
	struct campaign_options options = options_for(2);
	struct results results;
	struct fixture fixture;
	unsigned hangs = 0;

	fixture_init(&fixture,
		     "scenario: timeout\nwires: [unix]\nrings: [plain]\nstream: 256\n"
		     "cancel: {points: [armed], depth: [6, 8]}\n"
		     "trial-timeout: 2 s\nbudget: {trials: 2}\n"
		     "targets: {worst.spin: {violation: hang}}\n",
		     NULL);
	run(&fixture, &options, &results);
	for (unsigned i = 0; i < results.cases[0].failure_count; i++) {
		const struct finding *finding = &results.cases[0].failures[i].outcome.finding;

		CU_ASSERT_EQUAL(finding->damage, DAMAGE_HANG);
		CU_ASSERT_PTR_NOT_NULL(strstr(finding->sentence, "within 2.0 s"));
		hangs++;
	}
	CU_ASSERT(hangs > 0);
	results_finish(&results);
	fixture_finish(&fixture);
}

static void test_hostile(void)
{
	struct campaign_options options = options_for(2), alone = options_for(1);
	const struct case_result *crash;
	struct results results, one;
	struct fixture fixture;

	fixture_init(&fixture, hostile, NULL);
	run(&fixture, &options, &results);
	crash = result_of(&results, "worst.crash");
	CU_ASSERT_EQUAL(crash->verdict, VERDICT_PASS);
	CU_ASSERT(crash->tally.trials < 700); /* enough died */
	CU_ASSERT_EQUAL(result_of(&results, "liar")->verdict, VERDICT_PASS);
	run(&fixture, &alone, &one);
	CU_ASSERT_EQUAL(result_of(&one, "worst.crash")->verdict, VERDICT_PASS);
	results_finish(&one);
	results_finish(&results);
	fixture_finish(&fixture);
}

/* Interrupts after the first look at where the campaign is, or the first case. */
static void on_finished(void *context, const struct case_result *result)
{
	(void)result;
	interrupts = *(int *)context;
}

static void on_moved(void *context, const struct campaign_place *place)
{
	(void)place;
	interrupts = *(int *)context;
}

static void test_interrupted(void)
{
	struct campaign_options options = options_for(2);
	struct results results;
	struct fixture fixture;
	char message[512];
	int once = 1, twice = 2;

	fixture_init(&fixture, tame, NULL);
	interrupts = 0;
	options.watch = (struct campaign_watch){ .context = &once, .finished = on_finished };
	CU_ASSERT_EQUAL(campaign_run(&options, &fixture.list, &results, message,
				     sizeof(message)), 0);
	CU_ASSERT(results.interrupted);
	CU_ASSERT_EQUAL(results.case_count, 1);
	results_finish(&results);
	/* In the middle of a case: what was run still counts. */
	interrupts = 0;
	options.trials = 10000000;
	options.watch = (struct campaign_watch){ .context = &once, .moved = on_moved };
	CU_ASSERT_EQUAL(campaign_run(&options, &fixture.list, &results, message,
				     sizeof(message)), 0);
	CU_ASSERT(results.interrupted);
	CU_ASSERT_EQUAL(results.case_count, 1);
	CU_ASSERT(results.cases[0].tally.trials > 0);
	CU_ASSERT(results.cases[0].tally.trials < 10000000);
	results_finish(&results);
	interrupts = 0;
	options.watch.context = &twice;
	CU_ASSERT_EQUAL(campaign_run(&options, &fixture.list, &results, message,
				     sizeof(message)), -EINTR);
	results_finish(&results);
	fixture_finish(&fixture);
}

static void test_max_time(void)
{
	struct campaign_options options = options_for(2);
	struct results results;
	struct fixture fixture;

	fixture_init(&fixture, tame, NULL);
	options.trials = 100000000;
	options.max_time_ns = 500000000;
	run(&fixture, &options, &results);
	/* The budget would take hours: it was the clock that ended them. */
	for (unsigned i = 0; i < results.case_count; i++)
		CU_ASSERT(results.cases[i].tally.trials > 0 &&
			  results.cases[i].tally.trials < options.trials);
	results_finish(&results);
	fixture_finish(&fixture);
}

static void test_folder(void)
{
	struct campaign_options options = options_for(2);
	struct results results, read;
	struct scratch scratch;
	struct fixture fixture;
	char message[512];

	CU_ASSERT_EQUAL_FATAL(scratch_init(&scratch), 0);
	fixture_init(&fixture, tame, NULL);
	options.directory = scratch_path(&scratch, "results");
	options.run = json_object();
	run(&fixture, &options, &results);
	CU_ASSERT_EQUAL_FATAL(results_read(options.directory, &read, message, sizeof(message)), 0);
	CU_ASSERT(read.complete && !read.interrupted);
	compare(&results, &read);
	for (unsigned i = 0; i < read.case_count; i++)
		for (unsigned j = 0; j < read.cases[i].failure_count; j++)
			CU_ASSERT(read.cases[i].failures[j].event_count > 0);
	json_decref(options.run);
	results_finish(&read);
	results_finish(&results);
	fixture_finish(&fixture);
	scratch_finish(&scratch);
}

static void test_vacuous(void)
{
	struct campaign_options options = options_for(2);
	const struct case_result *result;
	struct results results;
	struct fixture fixture;

	fixture_init(&fixture,
		     "scenario: vacuous\nwires: [unix]\nrings: [plain]\n"
		     "stream: 256\nthreshold: 100000\nbudget: {trials: 300}\n"
		     "targets: {basic.read: pass}\n",
		     NULL);
	run(&fixture, &options, &results);
	result = result_of(&results, "basic.read:");
	CU_ASSERT_EQUAL(result->verdict, VERDICT_INCONCLUSIVE);
	CU_ASSERT_PTR_NOT_NULL(strstr(result->reason, "fewer than 100000"));
	results_finish(&results);
	options.trials = 150;
	run(&fixture, &options, &results);
	CU_ASSERT_EQUAL(results.cases[0].verdict, VERDICT_PASS);
	results_finish(&results);
	fixture_finish(&fixture);
}

/* One case of 256 trials whose points must each have that many landings. */
static uint64_t trials_for(unsigned threshold, unsigned jobs, enum verdict *ret_verdict)
{
	struct campaign_options options = options_for(jobs);
	struct results results;
	struct fixture fixture;
	char text[300];
	uint64_t trials;

	snprintf(text, sizeof(text),
		 "scenario: thin\nwires: [unix]\nrings: [plain]\nstream: 512\n"
		 "cancel: {points: [armed, raced], depth: [1, 1]}\nthreshold: %u\n"
		 "budget: {trials: 256}\ntargets: {basic.read: pass}\n",
		 threshold);
	fixture_init(&fixture, text, NULL);
	run(&fixture, &options, &results);
	trials = results.cases[0].tally.trials;
	*ret_verdict = results.cases[0].verdict;
	results_finish(&results);
	fixture_finish(&fixture);
	return trials;
}

static void test_doubled(void)
{
	enum verdict verdict;

	CU_ASSERT_EQUAL(trials_for(16, 2, &verdict), 256);
	CU_ASSERT_EQUAL(verdict, VERDICT_PASS);
	/* At most 256 cancellations are asked for, half of them at each point. */
	CU_ASSERT_EQUAL(trials_for(180, 1, &verdict), 512);
	CU_ASSERT_EQUAL(verdict, VERDICT_PASS);
	CU_ASSERT_EQUAL(trials_for(180, 3, &verdict), 512);
	CU_ASSERT_EQUAL(verdict, VERDICT_PASS);
	CU_ASSERT_EQUAL(trials_for(100000, 2, &verdict), 1024);
	CU_ASSERT_EQUAL(verdict, VERDICT_INCONCLUSIVE);
}

static void test_skips(void)
{
	struct campaign_options options = options_for(1);
	struct results results;
	struct fixture fixture;

	fixture_init(&fixture,
		     "scenario: skips\nwires: [pipe]\nrings: [plain]\n"
		     "targets: {basic.sockets: pass, elsewhere/thing: pass}\n",
		     NULL);
	run(&fixture, &options, &results);
	CU_ASSERT_EQUAL(results.case_count, 2);
	for (unsigned i = 0; i < results.case_count; i++) {
		CU_ASSERT_EQUAL(results.cases[i].verdict, VERDICT_SKIP);
		CU_ASSERT(strlen(results.cases[i].reason) > 10);
	}
	CU_ASSERT_EQUAL(results.verdict, VERDICT_PASS);
	results_finish(&results);
	fixture_finish(&fixture);
}

int main(void)
{
	static const struct test_row rows[] = {
		{ "the same for any number of workers", test_same_for_any_jobs },
		{ "verdicts and re-runs", test_verdicts },
		{ "what a scenario says is a hang", test_trial_timeout },
		{ "hostile targets", test_hostile },
		{ "interrupted", test_interrupted },
		{ "a limit in time", test_max_time },
		{ "the folder holds the same", test_folder },
		{ "too little landed", test_vacuous },
		{ "too little landed: twice the budget, and again", test_doubled },
		{ "skips have reasons", test_skips },
	};

	return suite_run("campaign", rows, ARRAY_SIZE(rows));
}
