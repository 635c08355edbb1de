/*
 * campaign.c - case after case under one budget, and the results folder.
 *
 * The time that is left is shared out evenly among the cases that are left; what one does not need
 * the others get.
 */
#include "run/campaign.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/macros.h"
#include "run/campaign_case.h"
#include "run/expect.h"

static char *suite_of(const char *path)
{
	const char *end = path ? strrchr(path, '/') : NULL, *begin = end;

	while (begin && begin > path && begin[-1] != '/')
		begin--;
	return end ? strndup(begin, (size_t)(end - begin)) : strdup("");
}

static int describe(const struct test_case *test, uint32_t index, struct case_result *ret_result)
{
	const struct scenario *scenario = test->scenario;
	char expect[256];

	expect_format(&test->choice->expect, expect, sizeof(expect));
	*ret_result = (struct case_result){
		.id = strdup(test->id),
		.scenario = strdup(scenario->name),
		.suite = suite_of(scenario->path),
		.target = strdup(test->entry->name),
		.operation = strdup(test->operation->name),
		.wire = test->wire,
		.ring = test->ring,
		.condition = test->condition,
		.declared = test->operation->contract,
		.expect = test->choice->expect,
		.expect_text = strdup(expect),
		.reason = strdup(""),
		.verdict = VERDICT_PASS,
		.index = index,
	};
	if (!ret_result->id || !ret_result->scenario || !ret_result->suite ||
	    !ret_result->target || !ret_result->operation || !ret_result->expect_text ||
	    !ret_result->reason)
		return -ENOMEM;
	return 0;
}

static int prepare(struct campaign *campaign, char *reterr_message, size_t message_max)
{
	const struct campaign_options *options = campaign->options;
	struct results *results = campaign->results;
	struct crew_options crew = {
		.jobs = options->jobs,
		.output_max = 64 << 20,
		.worker = {
			.cases = campaign->list->cases,
			.case_count = campaign->list->count,
			.seed = options->seed,
			.memory_max = options->memory_max,
			.descriptors_held = options->descriptors_held,
		},
	};
	int error;

	results->cases = calloc(campaign->list->count + 1, sizeof(*results->cases));
	if (!results->cases)
		return -ENOMEM;
	results->run = json_incref(options->run);
	if (options->directory) {
		struct results_log_options log = {
			.directory = options->directory,
			.resume = options->resume,
			.seed = options->seed,
			.rows_max = ROWS_MAX_DEFAULT,
		};

		error = results_log_open(&log, options->run, &campaign->log, reterr_message,
					 message_max);
		if (error)
			return error;
	}
	error = crew_create(&crew, &campaign->crew);
	if (error)
		snprintf(reterr_message, message_max, "cannot start workers: %s",
			 strerror(-error));
	return error;
}

static uint64_t share_of_time(const struct campaign *campaign, uint32_t index)
{
	uint64_t limit = campaign->options->max_time_ns, left = campaign->list->count - index;
	uint64_t passed = clock_now_ns() - campaign->begun_ns;

	if (!limit)
		return 0;
	return passed >= limit ? 1 : (limit - passed) / left + 1;
}

static void count(struct campaign *campaign, const struct case_result *result)
{
	struct campaign_place *place = &campaign->place;

	place->cases_done++;
	if (result->verdict == VERDICT_SKIP)
		place->skipped++;
	else if (result->verdict == VERDICT_PASS)
		place->passed++;
	else
		place->failed++;
	if (campaign->options->watch.finished)
		campaign->options->watch.finished(campaign->options->watch.context, result);
}

/* That case in the log that is gone on with, or NULL. They are sorted by index. */
static struct case_result *find_before(struct campaign *campaign, uint32_t index)
{
	unsigned low = 0, high = campaign->before.case_count;

	while (low < high) {
		unsigned middle = low + (high - low) / 2;

		if (campaign->before.cases[middle].index < index)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == campaign->before.case_count || campaign->before.cases[low].index != index)
		return NULL;
	return &campaign->before.cases[low];
}

/* It was complete: its result moves over. */
static void take_over(struct case_result *before, struct case_result *result)
{
	*result = *before;
	*before = (struct case_result){ .index = result->index };
	for (unsigned i = 0; i < result->failure_count; i++) {
		free(result->failures[i].events);
		result->failures[i].events = NULL;
		result->failures[i].event_count = 0;
	}
}

static int run_case(struct campaign *campaign, uint32_t index, char *reterr_message,
		    size_t message_max)
{
	struct case_result *result = &campaign->results->cases[index];
	struct case_result *before = find_before(campaign, index);
	int error = describe(&campaign->list->cases[index], index, result);

	if (!error)
		error = campaign_case_run(campaign, index, before ? before->part : NULL,
					  share_of_time(campaign, index), reterr_message,
					  message_max);
	if (!error && campaign->log)
		error = results_log_case(campaign->log, result);
	if (error && error != -EINTR) {
		free(result->reason);
		result->reason = strdup(reterr_message);
		result->verdict = VERDICT_ERROR;
	}
	return error;
}

static bool time_is_over(const struct campaign *campaign)
{
	uint64_t limit = campaign->options->max_time_ns;

	return limit && clock_now_ns() - campaign->begun_ns >= limit;
}

static int run_cases(struct campaign *campaign, char *reterr_message, size_t message_max)
{
	struct results *results = campaign->results;

	for (uint32_t i = 0; i < campaign->list->count; i++) {
		struct case_result *result = &results->cases[i];
		struct case_result *before = find_before(campaign, i);
		int error = 0;

		if (before && before->complete) {
			take_over(before, result);
			results->seconds += result->seconds;
		} else if (campaign_interrupts(campaign) || time_is_over(campaign)) {
			results->interrupted = true;
			return 0;
		} else {
			error = run_case(campaign, i, reterr_message, message_max);
		}
		results->case_count = i + 1;
		if (error)
			return error;
		if (result->verdict != VERDICT_SKIP)
			results->verdict = MAX(results->verdict, result->verdict);
		results->interrupted |= result->cut;
		count(campaign, result);
	}
	return 0;
}

/* On resume: what is there, and is it of these cases? */
static int read_before(struct campaign *campaign, char *reterr_message, size_t message_max)
{
	const struct case_list *list = campaign->list;
	int error;

	if (!campaign->options->resume || !campaign->options->directory)
		return 0;
	error = results_reopen(campaign->options->directory, &campaign->before, reterr_message,
			       message_max);
	for (unsigned i = 0; !error && i < campaign->before.case_count; i++) {
		const struct case_result *test = &campaign->before.cases[i];

		if (test->index < list->count && !strcmp(list->cases[test->index].id, test->id))
			continue;
		snprintf(reterr_message, message_max,
			 "the log has a case '%.200s' that this run has not", test->id);
		error = -ESTALE;
	}
	return error;
}

int campaign_run(const struct campaign_options *options, const struct case_list *list,
		 struct results *ret_results, char *reterr_message, size_t message_max)
{
	struct campaign campaign = {
		.options = options,
		.list = list,
		.results = ret_results,
		.begun_ns = clock_now_ns(),
		.place = { .cases_total = list->count },
	};
	int error;

	*ret_results = (struct results){ 0 };
	snprintf(reterr_message, message_max, "out of memory");
	error = read_before(&campaign, reterr_message, message_max);
	if (!error)
		error = prepare(&campaign, reterr_message, message_max);
	if (!error)
		error = run_cases(&campaign, reterr_message, message_max);
	ret_results->seconds += (double)(clock_now_ns() - campaign.begun_ns) / 1e9;
	if (!error && campaign.log)
		error = results_log_end(campaign.log, ret_results->verdict,
					ret_results->interrupted, ret_results->seconds);
	ret_results->complete = !error;
	results_log_close(campaign.log);
	crew_destroy(campaign.crew);
	results_finish(&campaign.before);
	return error;
}
