/*
 * test_results.c - a results folder is written and read back the same; cut off at every byte it
 * loses at most its last record; resumed, it ends as if nothing had happened.
 */
#include "suite.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/macros.h"
#include "fixture_results.h"
#include "fixture_trial.h"
#include "run/results_json.h"
#include "run/results_log.h"
#include "scratch.h"

static struct scratch scratch;

/* Are they the same, word for word? */
static bool same_record(json_t *a, json_t *b)
{
	bool same = a && b && json_equal(a, b);

	json_decref(a);
	json_decref(b);
	return same;
}

static bool same_results(const struct results *a, const struct results *b)
{
	if (a->case_count != b->case_count || a->verdict != b->verdict ||
	    a->complete != b->complete)
		return false;
	for (unsigned i = 0; i < a->case_count; i++) {
		const struct case_result *x = &a->cases[i], *y = &b->cases[i];

		if (x->failure_count != y->failure_count ||
		    !same_record(case_encode(x), case_encode(y)))
			return false;
		for (unsigned j = 0; j < x->failure_count; j++)
			if (!same_record(failure_encode(x, &x->failures[j]),
					 failure_encode(y, &y->failures[j])))
				return false;
	}
	return true;
}

/* Three cases and three failures: small enough to be cut at every byte. */
static void small_results(struct results *ret_results)
{
	static const struct fixture_failure shape = {
		.target = "broken/x", .operation = "read", .damage = DAMAGE_LOST,
		.point = POINT_ARMED, .mechanism = MECH_UD, .attempts = 3, .guilty = 1, .k = 7,
	};
	struct results all;

	fixture_results(&all);
	*ret_results = (struct results){
		.run = json_incref(all.run),
		.cases = calloc(3, sizeof(struct case_result)),
		.case_count = 3,
		.complete = true,
		.verdict = VERDICT_VIOLATION,
		.seconds = 1,
	};
	for (unsigned i = 0; i < 3; i++) {
		struct case_result *test = &ret_results->cases[i];

		*test = all.cases[i * 7];
		test->index = i;
		test->verdict = i == 1 ? VERDICT_VIOLATION : VERDICT_PASS;
		all.cases[i * 7] = (struct case_result){ .id = NULL };
		for (unsigned j = 0; j < test->failure_count; j++)
			failure_finish(&test->failures[j]);
		test->failures = reallocarray(test->failures, i + 1, sizeof(*test->failures));
		test->failure_count = i;
		for (unsigned j = 0; j < i; j++)
			fixture_failure(&shape, &test->failures[j]);
	}
	results_finish(&all);
}

static void test_round_trip(void)
{
	struct results written, read;
	char message[512] = ""; /* written on failure only */

	fixture_results(&written);
	CU_ASSERT_EQUAL(fixture_results_write(&written, scratch_path(&scratch, "a")), 0);
	CU_ASSERT_EQUAL(results_read(scratch_path(&scratch, "a"), &read, message, sizeof(message)),
			0);
	CU_ASSERT_STRING_EQUAL(message, "");
	CU_ASSERT_TRUE(same_results(&written, &read));
	CU_ASSERT_TRUE(read.cases[0].complete);
	CU_ASSERT_EQUAL(read.seconds, 84.5);
	results_finish(&read);
	results_finish(&written);
}

/* Text that is not UTF-8 is written as escapes; what is written reads back. */
static void test_evil_text(void)
{
	struct results written, read;
	char message[512];

	fixture_results_evil(&written);
	CU_ASSERT_EQUAL(fixture_results_write(&written, scratch_path(&scratch, "evil")), 0);
	CU_ASSERT_EQUAL_FATAL(results_read(scratch_path(&scratch, "evil"), &read, message,
					   sizeof(message)),
			      0);
	CU_ASSERT_EQUAL(read.case_count, written.case_count);
	CU_ASSERT_PTR_NOT_NULL(strstr(read.cases[0].target, "\\xff\\xfe bad \\xc0\\x80"));
	CU_ASSERT_PTR_NOT_NULL(strstr(read.cases[0].target, "</script>"));
	results_finish(&read);
	results_finish(&written);
}

static void test_same_bytes(void)
{
	struct results results;
	char *first, *second;
	size_t first_size, second_size;

	small_results(&results);
	CU_ASSERT_EQUAL(fixture_results_write(&results, scratch_path(&scratch, "b1")), 0);
	CU_ASSERT_EQUAL(fixture_results_write(&results, scratch_path(&scratch, "b2")), 0);
	first = scratch_load(&scratch, "b1/log.jsonl", &first_size);
	second = scratch_load(&scratch, "b2/log.jsonl", &second_size);
	CU_ASSERT_TRUE(first_size > 1000 && first_size == second_size &&
		       !memcmp(first, second, first_size));
	free(first);
	free(second);
	CU_ASSERT_EQUAL(fixture_results_write(&results, scratch_path(&scratch, "b1")), -EEXIST);
	results_finish(&results);
}

static unsigned lines_in(const char *text, size_t size, const char *type)
{
	unsigned count = 0;

	for (const char *line = text, *end; (end = memchr(line, '\n', size - (line - text)));
	     line = end + 1)
		count += memmem(line, (size_t)(end - line), type, strlen(type)) != NULL;
	return count;
}

static unsigned failures_in(const struct results *results)
{
	unsigned count = 0;

	for (unsigned i = 0; i < results->case_count; i++)
		count += results->cases[i].failure_count;
	return count;
}

static unsigned complete_in(const struct results *results)
{
	unsigned count = 0;

	for (unsigned i = 0; i < results->case_count; i++)
		count += results->cases[i].complete;
	return count;
}

/* A kill at any byte: everything but the record in flight is there. */
static void test_cut_anywhere(void)
{
	struct results results, read;
	char message[512], *text;
	size_t size;

	small_results(&results);
	CU_ASSERT_EQUAL(fixture_results_write(&results, scratch_path(&scratch, "cut")), 0);
	text = scratch_load(&scratch, "cut/log.jsonl", &size);
	CU_ASSERT_EQUAL(lines_in(text, size, "\"t\":\"failure\""), 3);
	for (size_t at = size; at-- > 0;) {
		bool good;

		CU_ASSERT_EQUAL(truncate(scratch_path(&scratch, "cut/log.jsonl"), (off_t)at), 0);
		if (results_read(scratch_path(&scratch, "cut"), &read, message, sizeof(message))) {
			CU_FAIL("a torn log was refused");
			break;
		}
		good = !read.complete && read.verdict >= VERDICT_INCONCLUSIVE &&
		       complete_in(&read) == lines_in(text, at, "\"t\":\"case\"") &&
		       failures_in(&read) == lines_in(text, at, "\"t\":\"failure\"");
		results_finish(&read);
		if (!good) {
			CU_FAIL("a torn log lost more than its last record");
			break;
		}
	}
	free(text);
	results_finish(&results);
}

/* Goes on with a log that was cut at `at`, as a campaign would. */
static bool resumed(const struct results *results, const char *name, size_t at)
{
	struct results_log_options options = { .resume = true, .seed = 0x2a, .rows_max = 100 };
	char path[64], message[512];
	struct results_log *log;
	struct results read;
	bool good;

	snprintf(path, sizeof(path), "%s/log.jsonl", name);
	if (truncate(scratch_path(&scratch, path), (off_t)at))
		return false;
	options.directory = scratch_path(&scratch, name);
	if (results_log_open(&options, results->run, &log, message, sizeof(message)))
		return false;
	for (unsigned i = 0; i < results->case_count; i++) {
		const struct case_result *test = &results->cases[i];

		if (results_log_has(log, test->id))
			continue;
		for (unsigned j = 0; j < test->failure_count; j++)
			results_log_failure(log, test, &test->failures[j]);
		results_log_case(log, test);
	}
	results_log_end(log, results->verdict, false, 1);
	results_log_close(log);
	if (results_read(scratch_path(&scratch, name), &read, message, sizeof(message)))
		return false;
	good = same_results(results, &read);
	results_finish(&read);
	return good;
}

static void test_resume(void)
{
	struct results results;
	char *text;
	size_t size;

	small_results(&results);
	for (unsigned step = 0; step < 40; step++) {
		char name[16], path[32];

		snprintf(name, sizeof(name), "resume%u", step);
		snprintf(path, sizeof(path), "%s/log.jsonl", name);
		CU_ASSERT_EQUAL(fixture_results_write(&results, scratch_path(&scratch, name)), 0);
		text = scratch_load(&scratch, path, &size);
		free(text);
		CU_ASSERT_TRUE(resumed(&results, name, size * step / 40));
	}
	results_finish(&results);
}

static void test_resume_another_run(void)
{
	struct results_log_options options = { .resume = true, .seed = 7 };
	struct results results;
	struct results_log *log;
	char message[512];

	small_results(&results);
	CU_ASSERT_EQUAL(fixture_results_write(&results, scratch_path(&scratch, "other")), 0);
	options.directory = scratch_path(&scratch, "other");
	CU_ASSERT_EQUAL(results_log_open(&options, results.run, &log, message, sizeof(message)),
			-EINVAL);
	CU_ASSERT_PTR_NOT_NULL(strstr(message, "seed"));
	results_finish(&results);
}

static void test_one_writer(void)
{
	struct results_log_options options = { .directory = scratch_path(&scratch, "lock"),
					       .seed = 1 };
	json_t *run = json_object();
	struct results_log *log, *second;
	char message[512];

	CU_ASSERT_EQUAL_FATAL(results_log_open(&options, run, &log, message, sizeof(message)), 0);
	options.resume = true;
	options.directory = scratch_path(&scratch, "lock");
	CU_ASSERT_EQUAL(results_log_open(&options, run, &second, message, sizeof(message)), -EBUSY);
	results_log_close(log);
	json_decref(run);
}

/* Beyond the limit failures are counted and not kept. */
static void test_failures_bounded(void)
{
	struct results_log_options options = { .directory = scratch_path(&scratch, "many"),
					       .seed = 1 };
	struct results results, read;
	struct results_log *log;
	char message[512];

	small_results(&results);
	CU_ASSERT_EQUAL_FATAL(
		results_log_open(&options, results.run, &log, message, sizeof(message)), 0);
	for (unsigned i = 0; i < RESULTS_CASE_FAILURES_MAX + 5; i++)
		CU_ASSERT_EQUAL(results_log_failure(log, &results.cases[1],
						    &results.cases[1].failures[0]), 0);
	CU_ASSERT_EQUAL(results_log_end(log, VERDICT_PASS, false, 1), 0);
	results_log_close(log);
	CU_ASSERT_EQUAL_FATAL(results_read(scratch_path(&scratch, "many"), &read, message,
					   sizeof(message)), 0);
	CU_ASSERT_EQUAL(failures_in(&read), RESULTS_CASE_FAILURES_MAX);
	CU_ASSERT_EQUAL(read.failures_dropped, 5);
	CU_ASSERT_EQUAL(read.cases[0].complete, false);
	results_finish(&read);
	results_finish(&results);
}

/* In a child whose files may not grow beyond `limit`: the line that does not fit is cut off. */
static int fill_disk(const struct results *results, const char *directory, rlim_t limit)
{
	struct results_log_options options = { .directory = directory, .seed = 1 };
	struct results_log *log;
	char message[512];

	signal(SIGXFSZ, SIG_IGN);
	if (results_log_open(&options, results->run, &log, message, sizeof(message)) ||
	    setrlimit(RLIMIT_FSIZE, &(struct rlimit){ limit, limit }))
		return 1;
	for (unsigned i = 0; i < 100; i++) {
		int r = results_log_case(log, &results->cases[0]);

		if (r)
			return r == -ENOSPC || r == -EFBIG ? 0 : 1;
	}
	return 2;
}

static void test_full_disk(void)
{
	struct results results;
	int status = -1;
	size_t size;
	char *text;
	pid_t child;

	small_results(&results);
	child = fork();
	if (!child)
		_exit(fill_disk(&results, scratch_path(&scratch, "full"), 9000));
	CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
	CU_ASSERT_EQUAL(status, 0);
	text = scratch_load(&scratch, "full/log.jsonl", &size);
	CU_ASSERT_TRUE(size > 0 && size < 9000 && text[size - 1] == '\n');
	free(text);
	results_finish(&results);
}

int main(void)
{
	static const struct test_row rows[] = {
		{ "written and read back", test_round_trip },
		{ "evil text", test_evil_text },
		{ "same results, same bytes", test_same_bytes },
		{ "cut at every byte", test_cut_anywhere },
		{ "resumed after a cut", test_resume },
		{ "resuming another run is refused", test_resume_another_run },
		{ "one writer at a time", test_one_writer },
		{ "failures are bounded", test_failures_bounded },
		{ "a full disk", test_full_disk },
	};
	int r;

	if (scratch_init(&scratch))
		return 99;
	r = suite_run("results", rows, ARRAY_SIZE(rows));
	scratch_finish(&scratch);
	return r;
}
