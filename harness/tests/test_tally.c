/*
 * test_tally.c - what is counted of a trial, and which contracts the counts leave standing.
 */
#include <errno.h>
#include <string.h>

#include "base/macros.h"
#include "base/rng.h"
#include "model/tally.h"
#include "tests/suite.h"

/* A trial with one cancellation that landed. */
static void trial(struct plan *plan, struct outcome *outcome, enum caller caller,
		  enum damage damage)
{
	plan_init(plan);
	plan->caller = caller;
	plan->cancellation_count = 1;
	plan->cancellations[0] = (struct cancellation){ .point = POINT_ARMED,
							.mechanism = MECH_UD };
	*outcome = (struct outcome){
		.verdict = damage ? VERDICT_VIOLATION : VERDICT_PASS,
		.finding = { .damage = damage },
		.attempts = 4,
		.primitives = 6,
		.bytes = 100,
		.landed = 1,
		.records = { { .landing = LANDING_LANDED, .submitted = true, .point = POINT_ARMED,
			       .mechanism = MECH_UD, .t_result = -ECANCELED } },
	};
}

static void count(struct tally *tally, enum caller caller, enum damage damage)
{
	struct outcome outcome;
	struct plan plan;

	trial(&plan, &outcome, caller, damage);
	tally_add(tally, &plan, &outcome);
}

static void test_counts(void)
{
	struct tally tally = { 0 };
	struct landing_counts sum;
	struct outcome outcome;
	struct plan plan;

	trial(&plan, &outcome, CALLER_SAME, DAMAGE_LOST);
	plan.cancellation_count = 4;
	outcome.records[0].mid = true;
	plan.cancellations[1] = (struct cancellation){ .point = POINT_RACED, .retry = true,
						       .mechanism = MECH_LINK_TIMEOUT };
	outcome.records[1] = (struct landing_record){ .landing = LANDING_TOO_LATE,
						      .submitted = true, .t_result = 40,
						      .c_result = -ETIME };
	plan.cancellations[2] = (struct cancellation){ .point = POINT_RACED,
						       .mechanism = MECH_STOP };
	outcome.records[2] = (struct landing_record){ .landing = LANDING_LANDED,
						      .submitted = true, .t_result = 7 };
	plan.cancellations[3] = (struct cancellation){ .point = POINT_LATE, .retry = true,
						       .mechanism = MECH_DROP };
	tally_add(&tally, &plan, &outcome);

	CU_ASSERT_EQUAL(tally.trials, 1);
	CU_ASSERT_EQUAL(tally.verdicts[VERDICT_VIOLATION], 1);
	CU_ASSERT_EQUAL(tally.attempts, 4);
	CU_ASSERT_EQUAL(tally.primitives, 6);
	CU_ASSERT_EQUAL(tally.bytes, 100);
	CU_ASSERT_EQUAL(tally.points[POINT_ARMED][MECH_UD].landed, 1);
	CU_ASSERT_EQUAL(tally.points[POINT_RACED][MECH_LINK_TIMEOUT].too_late, 1);
	CU_ASSERT_EQUAL(tally.points[POINT_RACED][MECH_LINK_TIMEOUT].landed, 0);
	CU_ASSERT_EQUAL(tally.points[POINT_LATE][MECH_DROP].never, 1);
	CU_ASSERT_EQUAL(tally.points[POINT_RETRY][MECH_LINK_TIMEOUT].too_late, 1);
	CU_ASSERT_EQUAL(tally.points[POINT_RETRY][MECH_DROP].never, 1);
	CU_ASSERT_EQUAL(tally.points[POINT_RETRY][MECH_UD].asked, 0);
	sum = tally_landings(&tally);
	CU_ASSERT_EQUAL(sum.asked, 4);
	CU_ASSERT_EQUAL(sum.landed, 2);
	CU_ASSERT_EQUAL(sum.too_late, 1);
	CU_ASSERT_EQUAL(sum.never, 1);
	CU_ASSERT_EQUAL(tally.callers[CALLER_SAME].trials, 1);
	CU_ASSERT_EQUAL(tally.callers[CALLER_SAME].landed_trials, 1);
	CU_ASSERT_EQUAL(tally.callers[CALLER_SAME].mid_trials, 1);
	CU_ASSERT_EQUAL(tally.callers[CALLER_SAME].damage[DAMAGE_LOST], 1);
	CU_ASSERT_EQUAL(tally.cells[CELL_ECANCELED][CELL_ZERO], 1);
	CU_ASSERT_EQUAL(tally.cells[CELL_POSITIVE][CELL_ETIME], 1);
	CU_ASSERT_EQUAL(tally.cells[CELL_POSITIVE][CELL_NONE], 1);
	CU_ASSERT_EQUAL(tally.cells[CELL_NONE][CELL_NONE], 0);
}

/* Landed only where it is proven, and only then mid. */
static void test_not_landed(void)
{
	struct tally tally = { 0 };
	struct outcome outcome;
	struct plan plan;

	trial(&plan, &outcome, CALLER_FRESH, DAMAGE_NONE);
	outcome.records[0].landing = LANDING_TOO_LATE;
	outcome.records[0].mid = true;
	tally_add(&tally, &plan, &outcome);
	CU_ASSERT_EQUAL(tally.callers[CALLER_FRESH].trials, 1);
	CU_ASSERT_EQUAL(tally.callers[CALLER_FRESH].landed_trials, 0);
	CU_ASSERT_EQUAL(tally.callers[CALLER_FRESH].mid_trials, 0);
	/* The harness's own failure says nothing of the target. */
	outcome.verdict = VERDICT_ERROR;
	outcome.records[0].landing = LANDING_LANDED;
	tally_add(&tally, &plan, &outcome);
	CU_ASSERT_EQUAL(tally.trials, 2);
	CU_ASSERT_EQUAL(tally.verdicts[VERDICT_ERROR], 1);
	CU_ASSERT_EQUAL(tally.callers[CALLER_FRESH].trials, 1);
	CU_ASSERT_EQUAL(tally.callers[CALLER_FRESH].landed_trials, 0);
}

static void test_merge(void)
{
	struct tally left, right, sum;
	uint64_t *words[3] = { (uint64_t *)&left, (uint64_t *)&right, (uint64_t *)&sum };
	struct rng rng = { .state = 41 };
	bool same = true;

	for (size_t i = 0; i < sizeof(sum) / sizeof(uint64_t); i++) {
		words[0][i] = rng_below(&rng, 1ULL << 40);
		words[1][i] = rng_below(&rng, 1ULL << 40);
	}
	sum = left;
	tally_merge(&sum, &right);
	for (size_t i = 0; i < sizeof(sum) / sizeof(uint64_t); i++)
		same &= words[2][i] == words[0][i] + words[1][i];
	CU_ASSERT(same);
	CU_ASSERT_EQUAL(sum.trials, left.trials + right.trials);
}

static void test_cells(void)
{
	CU_ASSERT_EQUAL(cell_of_result(true, 40), CELL_POSITIVE);
	CU_ASSERT_EQUAL(cell_of_result(true, 0), CELL_ZERO);
	CU_ASSERT_EQUAL(cell_of_result(true, -ECANCELED), CELL_ECANCELED);
	CU_ASSERT_EQUAL(cell_of_result(true, -ENOENT), CELL_ENOENT);
	CU_ASSERT_EQUAL(cell_of_result(true, -EALREADY), CELL_EALREADY);
	CU_ASSERT_EQUAL(cell_of_result(true, -ETIME), CELL_ETIME);
	CU_ASSERT_EQUAL(cell_of_result(true, -EPIPE), CELL_OTHER);
	CU_ASSERT_EQUAL(cell_of_result(true, INT32_MIN), CELL_OTHER);
	CU_ASSERT_EQUAL(cell_of_result(false, 40), CELL_NONE);
}

/* One letter for each caller, in their order: '.' not played, 'g' good, 'b' damage, 'v' vacuous:
 * good, but nothing landed. And what that leaves. */
static const struct {
	const char *callers; /* same fresh other rest abandon */
	unsigned met;
} lattice[] = {
	{ ".....", 0 },
	{ "vvvvv", 0 },
	{ "ggggg", BIT(DT_ATOMIC) },
	{ "gg.gg", BIT(DT_ATOMIC) },
	{ ".g...", BIT(DT_ATOMIC) },
	{ "gb.gg", BIT(DT_RESUMABLE) | BIT(DT_PARTIAL) },
	{ "ggbgg", BIT(DT_RESUMABLE) | BIT(DT_PARTIAL) },
	{ "gb.bg", BIT(DT_RESUMABLE) },
	{ "bb.gg", BIT(DT_PARTIAL) },
	{ "bbbbg", BIT(DT_TERMINAL) },
	{ "b...g", BIT(DT_TERMINAL) },
	{ "bbbbv", 0 },
	{ "bbbbb", BIT(DT_NONE_MET) },
	{ "ggggb", BIT(DT_NONE_MET) },
	{ "....b", BIT(DT_NONE_MET) },
	{ "gv.vg", BIT(DT_RESUMABLE) },
	{ "b....", 0 },
};

static void test_contracts(void)
{
	for (unsigned i = 0; i < ARRAY_SIZE(lattice); i++) {
		struct tally tally = { 0 };

		for (unsigned j = 0; j < CALLER_COUNT; j++) {
			char letter = lattice[i].callers[j];

			for (unsigned k = 0; letter != '.' && k < 3; k++)
				count(&tally, (enum caller)j,
				      letter == 'b' && k == 1 ? DAMAGE_STALE : DAMAGE_NONE);
			if (letter == 'v')
				tally.callers[j].landed_trials = 0;
		}
		CU_ASSERT_EQUAL(tally_contracts_met(&tally), lattice[i].met);
	}
}

static void test_one_contract(void)
{
	struct tally tally = { 0 };

	CU_ASSERT_EQUAL(tally_contract(&tally, DT_RESUMABLE), VERDICT_INCONCLUSIVE);
	count(&tally, CALLER_ABANDON, DAMAGE_NONE);
	CU_ASSERT_EQUAL(tally_contract(&tally, DT_TERMINAL), VERDICT_PASS);
	CU_ASSERT_EQUAL(tally_contract(&tally, DT_RESUMABLE), VERDICT_INCONCLUSIVE);
	count(&tally, CALLER_SAME, DAMAGE_NONE);
	CU_ASSERT_EQUAL(tally_contract(&tally, DT_RESUMABLE), VERDICT_PASS);
	CU_ASSERT_EQUAL(tally_contract(&tally, DT_ATOMIC), VERDICT_INCONCLUSIVE);
	count(&tally, CALLER_OTHER, DAMAGE_HANG);
	CU_ASSERT_EQUAL(tally_contract(&tally, DT_ATOMIC), VERDICT_VIOLATION);
	CU_ASSERT_EQUAL(tally_contract(&tally, DT_PARTIAL), VERDICT_INCONCLUSIVE);
	count(&tally, CALLER_ABANDON, DAMAGE_LEAK);
	CU_ASSERT_EQUAL(tally_contract(&tally, DT_TERMINAL), VERDICT_VIOLATION);
	CU_ASSERT_EQUAL(tally_contract(&tally, DT_RESUMABLE), VERDICT_VIOLATION);
}

static const struct test_row rows[] = {
	{ "what one trial adds", test_counts },
	{ "what did not land, and what failed", test_not_landed },
	{ "every counter is merged", test_merge },
	{ "classes of results", test_cells },
	{ "the contracts that survive", test_contracts },
	{ "each contract by itself", test_one_contract },
};

int main(void)
{
	return suite_run("tally", rows, ARRAY_SIZE(rows));
}
