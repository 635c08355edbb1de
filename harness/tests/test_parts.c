/*
 * test_parts.c - cases that were left half-way: what readers see of them, what a campaign goes on
 * with, and that a log with parts is not believed blindly.
 */
#include "suite.h"

#include <errno.h>
#include <unistd.h>

#include "base/macros.h"
#include "fixture_results.h"
#include "run/results_log.h"
#include "scratch.h"

static struct scratch scratch;
static struct results made;

/* A case of the made-up results that has a failure. */
static struct case_result *case_with_failure(void)
{
	for (unsigned i = 0; i < made.case_count; i++)
		if (made.cases[i].failure_count && made.cases[i].tally.trials > 100)
			return &made.cases[i];
	abort();
}

static struct results_log *open_log(const char *name, bool resume)
{
	struct results_log_options options = { .directory = scratch_path(&scratch, name),
					       .seed = 0x2a,
					       .resume = resume,
					       .rows_max = 1000 };
	struct results_log *log = NULL;
	char message[512];

	CU_ASSERT_EQUAL_FATAL(results_log_open(&options, made.run, &log, message, 512), 0);
	return log;
}

/* Two parts, the failure in the first, and rows of 200 trials, of which the parts count 128. */
static struct results_log *write_parts(const char *name, const struct case_result *test)
{
	struct results_log *log = open_log(name, false);
	struct case_part part = { .trials = 64,
				  .deaths = { 1, 2 },
				  .tally = { .trials = 60 },
				  .failures = test->failures,
				  .failure_count = 1 };

	for (uint64_t trial = 0; trial < 200; trial++) {
		struct row row = { .index = test->index, .trial = trial, .point = ROW_NONE,
				   .mechanism = ROW_NONE };

		CU_ASSERT_EQUAL(results_log_row(log, &row), 0);
	}
	CU_ASSERT_EQUAL(results_log_part(log, test, &part), 0);
	part = (struct case_part){ .trials = 128, .deaths = { 3, 4 }, .declared_only = true,
				   .tally = test->tally };
	part.tally.trials = 128;
	memset(part.tally.verdicts, 0, sizeof(part.tally.verdicts));
	CU_ASSERT_EQUAL(results_log_part(log, test, &part), 0);
	return log;
}

static void read_one(const char *name, bool reopen, struct results *ret_results)
{
	char message[512];
	int r = (reopen ? results_reopen : results_read)(scratch_path(&scratch, name), ret_results,
							 message, sizeof(message));

	if (r)
		printf("\n    %s\n", message);
	CU_ASSERT_EQUAL_FATAL(r, 0);
	CU_ASSERT_EQUAL_FATAL(ret_results->case_count, 1);
}

/* Readers see the case as far as it came. */
static void test_shown(void)
{
	struct case_result *test = case_with_failure();
	struct results read;

	results_log_close(write_parts("shown", test));
	read_one("shown", false, &read);
	CU_ASSERT_EQUAL(read.cases[0].tally.trials, 128);
	CU_ASSERT_EQUAL(read.cases[0].failure_count, 1);
	CU_ASSERT_STRING_EQUAL(read.cases[0].failures[0].plan_text, test->failures[0].plan_text);
	CU_ASSERT(!read.cases[0].complete && !read.cases[0].part && !read.complete);
	CU_ASSERT_EQUAL(read.cases[0].verdict, VERDICT_INCONCLUSIVE);
	results_finish(&read);
}

/* A campaign gets the last counters and the failures of all parts. */
static void test_gone_on_with(void)
{
	struct case_result *test = case_with_failure();
	const struct case_part *part;
	struct results read;

	results_log_close(write_parts("on", test));
	read_one("on", true, &read);
	part = read.cases[0].part;
	CU_ASSERT_PTR_NOT_NULL_FATAL(part);
	CU_ASSERT(part->trials == 128 && part->tally.trials == 128 && part->declared_only);
	CU_ASSERT(part->deaths[0] == 3 && part->deaths[1] == 4);
	CU_ASSERT_EQUAL(part->failure_count, 1);
	CU_ASSERT_EQUAL(part->failures[0].event_count, test->failures[0].event_count);
	results_finish(&read);
}

/* What the user cut short is shown, and run again from its part on; its rows beyond that go. */
static void test_cut(void)
{
	struct case_result *test = case_with_failure(), cut = *test;
	struct results_log *log = write_parts("cut", test);
	struct row *rows = NULL;
	struct results read;
	char message[512];
	uint64_t count;
	unsigned level;

	cut.cut = true;
	cut.complete = false;
	CU_ASSERT_EQUAL(results_log_failure(log, &cut, &test->failures[0]), 0);
	CU_ASSERT_EQUAL(results_log_case(log, &cut), 0);
	CU_ASSERT_EQUAL(results_log_end(log, VERDICT_PASS, true, 1), 0);
	results_log_close(log);
	read_one("cut", false, &read);
	CU_ASSERT(read.cases[0].cut && !read.cases[0].complete && !read.cases[0].part);
	CU_ASSERT_EQUAL(read.cases[0].tally.trials, test->tally.trials);
	CU_ASSERT_EQUAL(read.cases[0].failure_count, 1);
	results_finish(&read);
	read_one("cut", true, &read);
	CU_ASSERT_PTR_NOT_NULL_FATAL(read.cases[0].part);
	CU_ASSERT(!read.cases[0].complete && read.cases[0].failure_count == 0);
	results_finish(&read);
	log = open_log("cut", true);
	CU_ASSERT(!results_log_has(log, test->id));
	CU_ASSERT_EQUAL(results_log_failure(log, test, &test->failures[0]), 0);
	CU_ASSERT_EQUAL(results_log_case(log, test), 0);
	CU_ASSERT_EQUAL(results_log_end(log, VERDICT_PASS, false, 1), 0);
	results_log_close(log);
	read_one("cut", false, &read);
	CU_ASSERT(read.cases[0].complete && !read.cases[0].cut && read.complete);
	CU_ASSERT_EQUAL(read.cases[0].failure_count, 1);
	results_finish(&read);
	CU_ASSERT_EQUAL_FATAL(rows_read(scratch_path(&scratch, "cut"), &rows, &count, &level,
					message, sizeof(message)), 0);
	CU_ASSERT_EQUAL(count, 128);
	free(rows);
}

/* Writes `line` behind the log of a folder; what reading it says. */
static int append_line(const char *name, const char *line, char message[512])
{
	char path[64];
	struct results read;
	FILE *log;
	int r;

	snprintf(path, sizeof(path), "%s/log.jsonl", name);
	log = fopen(scratch_path(&scratch, path), "a");
	CU_ASSERT_PTR_NOT_NULL_FATAL(log);
	fprintf(log, "%s\n", line);
	fclose(log);
	message[0] = '\0';
	r = results_read(scratch_path(&scratch, name), &read, message, 512);
	if (!r)
		results_finish(&read);
	return r;
}

static void test_lies(void)
{
	static const struct {
		const char *from, *to, *told;
	} lies[] = {
		{ "\"trials\":128,\"wire\"", "\"trials\":64,\"wire\"", "counts more trials" },
		{ "\"deaths\":[3,4]", "\"deaths\":[3]", "'deaths'" },
		{ "\"deaths\":[3,4]", "\"deaths\":[3,-4]", "'deaths'" },
		{ "\"declared_only\":true", "\"declared_only\":1", "'declared_only'" },
		{ "\"failures\":[]", "\"failures\":{}", "'failures'" },
		{ "\"failures\":[]", "\"failures\":[{}]", "'plan'" },
		{ "\"failures\":[]", "\"failure\":[]", "'failures'" },
	};
	char *text, *line, message[512], wrong[8192];
	size_t size;

	results_log_close(write_parts("lies", case_with_failure()));
	text = scratch_load(&scratch, "lies/log.jsonl", &size);
	text[size - 1] = '\0';
	line = strrchr(text, '\n') + 1;
	for (size_t i = 0; i < ARRAY_SIZE(lies); i++) {
		char name[16], *at;

		snprintf(name, sizeof(name), "lie%zu", i);
		results_log_close(write_parts(name, case_with_failure()));
		at = strstr(line, lies[i].from);
		CU_ASSERT_PTR_NOT_NULL_FATAL(at);
		snprintf(wrong, sizeof(wrong), "%.*s%s%s", (int)(at - line), line, lies[i].to,
			 at + strlen(lies[i].from));
		CU_ASSERT_EQUAL(append_line(name, wrong, message), -EBADMSG);
		if (!strstr(message, lies[i].told))
			printf("\n    %s: %s\n", lies[i].to, message);
		CU_ASSERT_PTR_NOT_NULL(strstr(message, lies[i].told));
	}
	free(text);
}

/* After a case is complete nothing of it may come any more. */
static void test_too_late(void)
{
	struct case_result *test = case_with_failure();
	struct results_log *log = write_parts("late", test);
	char *text, message[512];
	size_t size;

	text = scratch_load(&scratch, "late/log.jsonl", &size);
	text[size - 1] = '\0';
	CU_ASSERT_EQUAL(results_log_case(log, test), 0);
	results_log_close(log);
	CU_ASSERT_EQUAL(append_line("late", strrchr(text, '\n') + 1, message), -EBADMSG);
	CU_ASSERT_PTR_NOT_NULL(strstr(message, "was over"));
	free(text);
}

int main(void)
{
	static const struct test_row rows[] = {
		{ "shown as far as it came", test_shown },
		{ "gone on with", test_gone_on_with },
		{ "cut by the user", test_cut },
		{ "parts that lie", test_lies },
		{ "a part that comes too late", test_too_late },
	};
	int r;

	if (scratch_init(&scratch))
		return 99;
	fixture_results(&made);
	r = suite_run("parts", rows, ARRAY_SIZE(rows));
	results_finish(&made);
	scratch_finish(&scratch);
	return r;
}
