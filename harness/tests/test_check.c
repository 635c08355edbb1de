/*
 * test_check.c - check.h as a user sees it: five lines, every verdict, plans that are kept. Nothing
 * but the public header and the library is used here.
 */
#include <droptest/check.h>
#include <stdlib.h>

#include "tests/fixture_check.h"
#include "tests/suite.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* As on the page: what a user writes. */
static void test_five_lines(void)
{
	struct dt_check_result result;

	dt_check(&fixture_mine, "read_all", NULL, &result);
	puts(result.message);
	CU_ASSERT_EQUAL(result.verdict, DT_PASS);
	dt_check_result_finish(&result);
}

struct row {
	const char *operation;
	struct dt_check_options options;
	enum dt_verdict verdict;
	const char *damage;
	const char *message; /* a part of it */
};

static const struct row row_list[] = {
	{ "read_all", { .wires = "unix", .rings = "plain" }, DT_PASS, "", "'resumable' held" },
	{ "read_all", { .met = "resumable" }, DT_PASS, "", "'resumable' is met, and no more" },
	{ "read_all", { .met = "terminal" }, DT_VIOLATION, "", "expected to meet terminal, met " },
	{ "read_all", { .met = "atomic" }, DT_VIOLATION, "", "expected to meet atomic, met res" },
	{ "read_all", { .met = "none" }, DT_VIOLATION, "", "expected to meet none" },
	{ "read_all", { .target_options = "step=3" }, DT_PASS, "", "pass" },
	{ "read_all", { .keys = "calls: [200, 300]\ndeliveries: [1, 300]" }, DT_PASS, "", "" },
	{ "read_all", { .rings = "sqpoll", .wires = "tcp" }, DT_PASS, "", "1 of 1 cases" },
	{ "next_line", { .wires = "pipe" }, DT_PASS, "", "declared resumable, met resumable;" },
	{ "receive", { .wires = "pipe" }, DT_SKIP, "", "the operation needs a socket" },
	{ "receive", { .wires = "pipe,tcp" }, DT_PASS, "", "2 skipped: the operation needs a " },
	{ "loses", { 0 }, DT_VIOLATION, "lost", "were consumed by loses #" },
	{ "loses", { .met = "terminal" }, DT_PASS, "", "declared resumable, met terminal" },
	{ "talks", { 0 }, DT_VIOLATION, "false-eof", "end" },
	{ "dies", { .wires = "unix" }, DT_VIOLATION, "crash", "signal 6" },
	{ "leaves", { .wires = "unix" }, DT_VIOLATION, "crash", "called exit: status 7" },
	{ "spins", { .wires = "unix" }, DT_VIOLATION, "hang", "did not come back within" },
	{ "retries", { .wires = "unix" }, DT_VIOLATION, "hang", "went on calling without end" },
	{ "read_all", { .trials = 1 }, DT_INCONCLUSIVE, "", "not exercised" },
	{ "read_all", { .trials = 30 }, DT_INCONCLUSIVE, "", "not exercised" },
	{ "read_all", { .max_time_ns = 1 }, DT_INCONCLUSIVE, "", "inconclusive" },
	{ "read_al", { 0 }, DT_USAGE, "", "no operation 'read_al'; did you mean 'read_all'?" },
	{ "helper", { 0 }, DT_USAGE, "", "only called as another operation first" },
	{ "read_all", { .wires = "unxi" }, DT_USAGE, "", "options.wires: unknown word 'unxi'" },
	{ "read_all", { .rings = "" }, DT_USAGE, "", "options.rings: unknown word ''" },
	{ "read_all", { .met = "solid" }, DT_USAGE, "", "options.met: unknown word 'solid'" },
	{ "read_all", { .met = "none,atomic" }, DT_USAGE, "", "'none' stands alone" },
	{ "read_all", { .target_options = "stop=3" }, DT_USAGE, "", "did you mean 'step'?" },
	{ "read_all", { .target_options = "step" }, DT_USAGE, "", "'step' is not key=value" },
	{ "read_all", { .keys = "deliverys: 3" }, DT_USAGE, "", "did you mean 'deliveries'?" },
	{ "read_all", { .keys = "unit: lines" }, DT_SKIP, "", "another unit" },
	{ "read_all", { .trials = UINT64_MAX }, DT_USAGE, "", "options.trials is larger" },
	{ "read_all", { .jobs = 257 }, DT_USAGE, "", "options.jobs is larger than 256" },
	{ "read_all", { .plan = "dt1 nonsense" }, DT_USAGE, "", "options.plan is not understood" },
	{ "read_all", { .plan = "dt1 target=b op=c" }, DT_USAGE, "", "options.plan is for b.c" },
};

static void check_strings(const struct dt_check_result *result)
{
	const char *const strings[] = {
		result->message,  result->sentence, result->damage, result->guilty,
		result->operation, result->declared, result->met,    result->plan,
		result->replay,   result->trace,    result->output,
	};

	for (size_t i = 0; i < COUNT(strings); i++)
		CU_ASSERT_PTR_NOT_NULL_FATAL(strings[i]);
}

static void check_sums(const struct dt_check_result *result)
{
	CU_ASSERT_EQUAL(result->asked, result->landed + result->too_late + result->never_reached);
	CU_ASSERT(result->reproduced <= result->replays);
	CU_ASSERT(!*result->damage || *result->plan);
	CU_ASSERT_EQUAL(!*result->plan, !*result->replay);
	CU_ASSERT_EQUAL(!*result->plan, !*result->trace);
	/* Without a case there is no verdict, but that the time was too short for one. */
	if (!result->cases)
		CU_ASSERT(result->verdict >= DT_ERROR || result->verdict == DT_INCONCLUSIVE);
	if (result->verdict >= DT_ERROR)
		CU_ASSERT_EQUAL(result->cases, 0);
}

static void test_verdicts(void)
{
	for (size_t i = 0; i < COUNT(row_list); i++) {
		const struct row *row = &row_list[i];
		struct dt_check_result result;
		enum dt_verdict verdict = dt_check(&fixture_mine, row->operation, &row->options,
						   &result);

		check_strings(&result);
		if (verdict != row->verdict || strcmp(result.damage, row->damage) ||
		    !strstr(result.message, row->message)) {
			printf("\n    row %zu: %s\n", i, result.message);
			CU_FAIL("not what the row says");
		}
		CU_ASSERT_EQUAL(verdict, result.verdict);
		CU_ASSERT_PTR_NOT_NULL(strstr(result.message, dt_verdict_name(verdict)));
		check_sums(&result);
		dt_check_result_finish(&result);
	}
}

/* Time that is enough for some of the cases is not enough for a pass. */
static void test_too_little_time(void)
{
	struct dt_check_options options = { .trials = 1000000, .max_time_ns = 1 };
	unsigned inconclusive = 0;

	for (; options.max_time_ns < 1000000000; options.max_time_ns *= 8) {
		struct dt_check_result result;

		dt_check(&fixture_mine, "read_all", &options, &result);
		inconclusive += result.verdict == DT_INCONCLUSIVE;
		if (result.verdict == DT_PASS)
			CU_ASSERT_EQUAL(result.cases, 6);
		CU_ASSERT(result.verdict <= DT_INCONCLUSIVE);
		dt_check_result_finish(&result);
	}
	CU_ASSERT(inconclusive > 0);
}

static void test_all_operations(void)
{
	struct dt_check_options options = { .wires = "unix", .rings = "plain" };
	struct dt_check_result result;

	CU_ASSERT_EQUAL(dt_check(&fixture_repaired, NULL, &options, &result), DT_PASS);
	CU_ASSERT_EQUAL(result.cases, 3); /* in two units */
	CU_ASSERT_EQUAL(result.trials, 1200);
	dt_check_result_finish(&result);
	CU_ASSERT_EQUAL(dt_check(&fixture_mine, NULL, &options, &result), DT_VIOLATION);
	CU_ASSERT_STRING_EQUAL(result.operation, "loses");
	CU_ASSERT_STRING_EQUAL(result.met, "terminal");
	dt_check_result_finish(&result);
}

/* The seed decides, and how many workers there are does not. */
static void test_seed(void)
{
	struct dt_check_options options = { .seed = 7, .wires = "unix", .rings = "defer" };
	struct dt_check_result one, two, other;

	dt_check(&fixture_mine, "loses", &options, &one);
	options.jobs = 3;
	dt_check(&fixture_mine, "loses", &options, &two);
	options.seed = 8;
	dt_check(&fixture_mine, "loses", &options, &other);
	CU_ASSERT_EQUAL(one.seed, 7);
	CU_ASSERT_STRING_EQUAL(one.message, two.message);
	CU_ASSERT_STRING_EQUAL(one.trace, two.trace);
	CU_ASSERT_STRING_NOT_EQUAL(one.plan, other.plan);
	dt_check_result_finish(&one);
	dt_check_result_finish(&two);
	dt_check_result_finish(&other);
}

static void check_plan(const struct dt_target *target, const char *plan, enum dt_verdict expected,
		       const char *part)
{
	struct dt_check_options options = { .plan = plan };
	struct dt_check_result result;

	CU_ASSERT_EQUAL(dt_check(target, "loses", &options, &result), expected);
	if (!strstr(result.message, part)) {
		printf("\n    %s\n", result.message);
		CU_FAIL("not what was expected");
	}
	CU_ASSERT_PTR_NULL(strstr(result.message, "trace:"));
	check_sums(&result);
	dt_check_result_finish(&result);
}

/* A failure becomes a regression: the plan fails again, and passes when the code is repaired. */
static void test_plan(void)
{
	static const char landing[] = "dt1 target=mine op=loses wire=unix ring=plain stream=512 "
				      "deliver=8-8 call=64-64 feed=late caller=same "
				      "cancel=2.0:partial:16:async_cancel/ud";
	static const char far[] = "dt1 target=mine op=loses cancel=900.0:armed:async_cancel/ud";
	static const char lines[] = "dt1 target=mine op=loses unit=lines:2-80";
	struct dt_check_result result;

	dt_check(&fixture_mine, "loses", NULL, &result);
	CU_ASSERT_PTR_NOT_NULL(strstr(result.plan, "dt1 target=mine op=loses "));
	CU_ASSERT_PTR_NOT_NULL(strstr(result.replay, result.plan));
	CU_ASSERT_PTR_NOT_NULL(strstr(result.trace, "lost bytes"));
	CU_ASSERT_PTR_NOT_NULL(strstr(result.guilty, " in attempt "));
	CU_ASSERT_EQUAL(result.reproduced, 10);
	check_plan(&fixture_mine, result.plan, DT_VIOLATION, "were consumed by loses");
	dt_check_result_finish(&result);
	check_plan(&fixture_mine, landing, DT_VIOLATION, "reproduced 10/10");
	check_plan(&fixture_repaired, landing, DT_PASS, "1 of 1 cancellations landed");
	check_plan(&fixture_mine, far, DT_INCONCLUSIVE, "only 0 of 1 cancellations landed");
	check_plan(&fixture_mine, lines, DT_USAGE, "another unit");
}

static void test_replay_from_environment(void)
{
	struct dt_check_options narrow = { .wires = "unix", .rings = "plain" };
	struct dt_check_result result;

	dt_check(&fixture_mine, "talks", &narrow, &result);
	CU_ASSERT_PTR_NOT_NULL(strstr(result.output, "cancelled\n"));
	CU_ASSERT_EQUAL(setenv("DROPTEST_REPLAY", result.plan, 1), 0);
	dt_check_result_finish(&result);
	dt_check(&fixture_mine, "talks", &narrow, &result);
	CU_ASSERT_EQUAL(result.verdict, DT_VIOLATION);
	CU_ASSERT_EQUAL(result.trials, 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(result.message, "it printed:\ncancelled\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(result.message, "trace:\n    0  attempt 0: "));
	dt_check_result_finish(&result);
	dt_check(&fixture_mine, "read_all", &narrow, &result); /* it is not for this one */
	CU_ASSERT_EQUAL(result.verdict, DT_PASS);
	CU_ASSERT_EQUAL(result.trials, 400);
	dt_check_result_finish(&result);
	unsetenv("DROPTEST_REPLAY");
}

/* Tables that are wrong, down to pointers that lead nowhere. */
static void test_bad_tables(void)
{
	struct dt_target no_size = fixture_mine, no_name = fixture_mine, wild = fixture_mine;
	struct dt_target no_operations = fixture_mine;
	const struct {
		const struct dt_target *target;
		const char *message;
	} tables[] = {
		{ NULL, "the target is NULL" },
		{ &no_size, "its size must be sizeof(struct dt_target)" },
		{ &no_name, "the target has no name" },
		{ &no_operations, "it has no operations" },
		{ &wild, "a pointer that leads nowhere" },
	};

	no_size.size = 0;
	no_name.name = NULL;
	no_operations.operations = NULL;
	wild.operations = (const struct dt_operation *)(uintptr_t)16;
	for (size_t i = 0; i < COUNT(tables); i++) {
		struct dt_check_result result;

		CU_ASSERT_EQUAL(dt_check(tables[i].target, NULL, NULL, &result), DT_USAGE);
		CU_ASSERT_PTR_NOT_NULL(strstr(result.message, tables[i].message));
		check_strings(&result);
		dt_check_result_finish(&result);
	}
}

/* Programs that were built with an older header, or with a newer one than the library. */
static void test_sizes(void)
{
	struct {
		struct dt_check_options options;
		unsigned char more_options[64];
		struct dt_check_result result;
		unsigned char more_results[64], not_its_own[64];
	} program;
	size_t size = offsetof(__typeof__(program), not_its_own) -
		      offsetof(__typeof__(program), result);

	memset(&program, 0xee, sizeof(program));
	program.options.wires = "unxi";
	CU_ASSERT_EQUAL(dt_check_sized(&fixture_mine, "read_all", &program.options,
				       offsetof(struct dt_check_options, rings), &program.result,
				       sizeof(program.result)),
			DT_USAGE);
	CU_ASSERT_PTR_NOT_NULL(strstr(program.result.message, "did you mean 'unix'?"));
	CU_ASSERT_EQUAL(program.more_results[0], 0xee);
	dt_check_result_finish(&program.result);
	program.options = (struct dt_check_options){ .wires = "unix", .rings = "plain" };
	CU_ASSERT_EQUAL(dt_check_sized(&fixture_mine, "read_all", &program.options,
				       sizeof(program.options) + sizeof(program.more_options),
				       &program.result, size),
			DT_PASS);
	for (size_t i = 0; i < sizeof(program.more_results); i++) {
		CU_ASSERT_EQUAL(program.more_results[i], 0);
		CU_ASSERT_EQUAL(program.not_its_own[i], 0xee);
	}
	dt_check_result_finish(&program.result);
}

static void test_finish(void)
{
	struct dt_check_result result = { 0 };

	dt_check_result_finish(NULL);
	dt_check_result_finish(&result);
	CU_ASSERT_EQUAL(dt_check(&fixture_mine, "nothing", NULL, NULL), DT_USAGE);
	dt_check(&fixture_mine, "nothing", NULL, &result);
	for (int i = 0; i < 2; i++) {
		dt_check_result_finish(&result);
		CU_ASSERT_EQUAL(result.verdict, DT_USAGE);
		CU_ASSERT_EQUAL(result.seed, 1);
		CU_ASSERT_STRING_EQUAL(result.message, "");
		check_strings(&result);
	}
}

static void test_names(void)
{
	static const char *const names[] = { "pass", "inconclusive", "violation",
					     "error", "skip", "usage" };

	for (size_t i = 0; i < COUNT(names); i++)
		CU_ASSERT_STRING_EQUAL(dt_verdict_name((enum dt_verdict)i), names[i]);
	CU_ASSERT_STRING_EQUAL(dt_verdict_name((enum dt_verdict)COUNT(names)), "?");
	CU_ASSERT_STRING_EQUAL(dt_verdict_name((enum dt_verdict)-1), "?");
}

static const struct test_row rows[] = {
	{ "five lines", test_five_lines },
	{ "every verdict", test_verdicts },
	{ "too little time", test_too_little_time },
	{ "all operations of a target", test_all_operations },
	{ "the seed decides", test_seed },
	{ "a plan, instead of anything else", test_plan },
	{ "a plan from the environment", test_replay_from_environment },
	{ "tables that are wrong", test_bad_tables },
	{ "programs with other headers", test_sizes },
	{ "results are released", test_finish },
	{ "names of verdicts", test_names },
};

int main(void)
{
	fixture_prepare();
	return suite_run("check", rows, COUNT(rows));
}
