/*
 * test_groups.c - which failures concern anybody, what is one bug, and which part of a trial is
 * drawn.
 */
#include "suite.h"

#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "fixture_results.h"
#include "fixture_trial.h"
#include "html/chart_range.h"
#include "html/digest.h"
#include "html/groups.h"
#include "run/results_json.h"

/* One row for each way in which an expectation meets damage. */
static const struct row {
	const char *what;
	struct expectation expect;
	enum dt_contract declared;
	enum caller caller;
	enum damage damage;
	bool control;
	enum concern concern;
} rows[] = {
	{ "pass, allowed caller", { .kind = EXPECT_PASS }, DT_ATOMIC, CALLER_FRESH, DAMAGE_LOST,
	  false, CONCERN_UNEXPECTED },
	{ "pass, caller beyond the contract", { .kind = EXPECT_PASS }, DT_TERMINAL, CALLER_SAME,
	  DAMAGE_LOST, false, CONCERN_BEYOND },
	{ "pass, damage that may appear", { .kind = EXPECT_PASS, .also = BIT(DAMAGE_LEAK) },
	  DT_ATOMIC, CALLER_SAME, DAMAGE_LEAK, false, CONCERN_PLANTED },
	{ "pass, control run", { .kind = EXPECT_PASS }, DT_ATOMIC, CALLER_SAME, DAMAGE_LOST, true,
	  CONCERN_UNEXPECTED },
	{ "violation found", { .kind = EXPECT_VIOLATION, .violation = DAMAGE_LOST }, DT_RESUMABLE,
	  CALLER_SAME, DAMAGE_LOST, false, CONCERN_PLANTED },
	{ "another violation", { .kind = EXPECT_VIOLATION, .violation = DAMAGE_LOST },
	  DT_RESUMABLE, CALLER_SAME, DAMAGE_HANG, false, CONCERN_UNEXPECTED },
	{ "another violation beyond", { .kind = EXPECT_VIOLATION, .violation = DAMAGE_LOST },
	  DT_TERMINAL, CALLER_SAME, DAMAGE_HANG, false, CONCERN_BEYOND },
	{ "control violation", { .kind = EXPECT_CONTROL, .violation = DAMAGE_LEAK }, DT_ATOMIC,
	  CALLER_SAME, DAMAGE_LEAK, true, CONCERN_PLANTED },
	{ "other control violation", { .kind = EXPECT_CONTROL, .violation = DAMAGE_LEAK },
	  DT_ATOMIC, CALLER_SAME, DAMAGE_LOST, true, CONCERN_UNEXPECTED },
	{ "met, the retry that is named",
	  { .kind = EXPECT_MET, .met = BIT(DT_TERMINAL), .retry = DAMAGE_LOST }, DT_TERMINAL,
	  CALLER_SAME, DAMAGE_LOST, false, CONCERN_BEYOND },
	{ "met, another damage on retry",
	  { .kind = EXPECT_MET, .met = BIT(DT_TERMINAL), .retry = DAMAGE_LOST }, DT_TERMINAL,
	  CALLER_SAME, DAMAGE_CORRUPTED, false, CONCERN_UNEXPECTED },
	{ "met, under a caller that is safe",
	  { .kind = EXPECT_MET, .met = BIT(DT_TERMINAL), .retry = DAMAGE_LOST }, DT_TERMINAL,
	  CALLER_ABANDON, DAMAGE_LOST, false, CONCERN_UNEXPECTED },
	{ "met, less than declared", { .kind = EXPECT_MET, .met = BIT(DT_TERMINAL) }, DT_ATOMIC,
	  CALLER_FRESH, DAMAGE_LOST, false, CONCERN_PLANTED },
	{ "no damage: the harness failed", { .kind = EXPECT_VIOLATION }, DT_ATOMIC, CALLER_SAME,
	  DAMAGE_NONE, false, CONCERN_UNEXPECTED },
};

static void test_concern(void)
{
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		struct case_result test = { .expect = rows[i].expect,
					    .declared = rows[i].declared };

		if (concern_of(&test, rows[i].caller, rows[i].damage, rows[i].control) !=
		    rows[i].concern) {
			printf("\n    %s", rows[i].what);
			CU_FAIL("the concern is another one");
		}
	}
}

static void test_expects_bug(void)
{
	struct case_result test = { .declared = DT_TERMINAL,
				    .expect = { .kind = EXPECT_MET, .met = BIT(DT_TERMINAL) } };

	CU_ASSERT_FALSE(concern_expects_bug(&test));
	test.declared = DT_ATOMIC;
	CU_ASSERT_TRUE(concern_expects_bug(&test));
	CU_ASSERT_EQUAL(mark_of_case(&test), MARK_FOUND);
	test.expect.kind = EXPECT_PASS;
	CU_ASSERT_EQUAL(mark_of_case(&test), MARK_PASS);
	test.verdict = VERDICT_VIOLATION;
	CU_ASSERT_EQUAL(mark_of_case(&test), MARK_VIOLATION);
	CU_ASSERT_EQUAL(mark_merge(MARK_SKIP, MARK_PASS), MARK_PASS);
	CU_ASSERT_EQUAL(mark_merge(MARK_ERROR, MARK_FOUND), MARK_ERROR);
}

/* The bug of the fixture that nobody expected: two cases, three kinds, all its trials counted. */
static void test_groups_counted(void)
{
	struct results results;
	struct groups groups;
	const struct group *first;

	fixture_results(&results);
	CU_ASSERT_EQUAL_FATAL(groups_init(&groups, &results), 0);
	CU_ASSERT_EQUAL(groups.count, 12);
	first = &groups.groups[0];
	CU_ASSERT_EQUAL(first->concern, CONCERN_UNEXPECTED);
	CU_ASSERT_STRING_EQUAL(first->target, "reference/queue_writer");
	CU_ASSERT_EQUAL(first->damage, DAMAGE_TRUNCATED);
	CU_ASSERT_EQUAL(first->cases, 2);
	CU_ASSERT_EQUAL(first->count, 6);
	CU_ASSERT_EQUAL(first->kinds, 3);
	CU_ASSERT_EQUAL(first->trials, 2 * (214 + 174 + 134));
	for (unsigned i = 1; i < groups.count; i++)
		CU_ASSERT_TRUE(groups.groups[i - 1].concern <= groups.groups[i].concern);
	for (unsigned i = 1; i < first->kinds; i++)
		CU_ASSERT_TRUE(guilty_point(first->members[i - 1].failure) !=
				       guilty_point(first->members[i].failure) ||
			       guilty_mechanism(first->members[i - 1].failure) !=
				       guilty_mechanism(first->members[i].failure));
	groups_finish(&groups);
	results_finish(&results);
}

static void test_digest(void)
{
	struct results results;
	struct digest digest;

	fixture_results(&results);
	CU_ASSERT_EQUAL_FATAL(digest_init(&digest, &results), 0);
	CU_ASSERT_EQUAL(digest.suite_count, 4);
	CU_ASSERT_STRING_EQUAL(digest.suites[1], "session-state");
	CU_ASSERT_EQUAL(digest.target_count, 16);
	CU_ASSERT_EQUAL(digest.operation_count, 17);
	CU_ASSERT_EQUAL(digest.planted, 5);
	CU_ASSERT_EQUAL(digest.marks[MARK_FOUND], 30);
	CU_ASSERT_EQUAL(digest.marks[MARK_VIOLATION], 2);
	CU_ASSERT_EQUAL(digest.marks[MARK_SKIP], 6);
	CU_ASSERT_EQUAL(digest.landings.asked, digest.landings.landed + digest.landings.too_late +
						       digest.landings.never);
	digest_finish(&digest);
	results_finish(&results);
}

/* The drawing shows the guilty cancellation and the damage, and the bytes of both. */
static void test_range(void)
{
	struct fixture_failure shape = { .target = "x/y", .operation = "read", .attempts = 200,
					 .guilty = 100, .k = 7, .damage = DAMAGE_LOST,
					 .point = POINT_PARTIAL, .mechanism = MECH_UD };
	struct failure failure;
	struct chart_range range;

	fixture_failure(&shape, &failure);
	chart_range_find(&failure, &range);
	CU_ASSERT_TRUE(range.count >= CHART_EVENTS_MIN && range.count <= CHART_EVENTS_MAX);
	CU_ASSERT_TRUE(range.guilty >= range.first && range.guilty < range.first + range.count);
	CU_ASSERT_TRUE(range.damage >= range.first && range.damage < range.first + range.count);
	CU_ASSERT_TRUE(range.low <= failure.outcome.finding.from);
	CU_ASSERT_TRUE(range.high >= failure.outcome.finding.to);
	CU_ASSERT_TRUE(range.high - range.low < 600);
	failure.event_count = 10;
	chart_range_find(&failure, &range);
	CU_ASSERT_EQUAL(range.first, 0);
	CU_ASSERT_EQUAL(range.count, 10);
	failure.event_count = 0;
	chart_range_find(&failure, &range);
	CU_ASSERT_EQUAL(range.count, 0);
	CU_ASSERT_TRUE(range.low < range.high);
	failure_finish(&failure);
}

static void test_step(void)
{
	CU_ASSERT_EQUAL(chart_step(1, 6), 1);
	CU_ASSERT_EQUAL(chart_step(6, 6), 2);
	CU_ASSERT_EQUAL(chart_step(100, 6), 20);
	CU_ASSERT_EQUAL(chart_step(4096, 6), 1000);
	CU_ASSERT_TRUE(chart_step(UINT64_MAX, 6) >= UINT64_MAX / 6);
}

int main(void)
{
	static const struct test_row tests[] = {
		{ "concern", test_concern },
		{ "expected bugs have a mark of their own", test_expects_bug },
		{ "groups are counted", test_groups_counted },
		{ "digest", test_digest },
		{ "the part of a trial that is drawn", test_range },
		{ "steps of an axis", test_step },
	};

	return suite_run("groups", tests, ARRAY_SIZE(tests));
}
