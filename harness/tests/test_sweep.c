/*
 * test_sweep.c - the plans of a sweep: all of them, each once, each one that can be run.
 */
#include <stdlib.h>

#include "base/macros.h"
#include "fixture_cases.h"
#include "run/sweep.h"
#include "suite.h"

#define SCENARIO(expect) "scenario: swept\nwires: [unix]\nrings: [plain]\nstream: 512\n" \
			 "cancel: {points: [armed, partial], mechanisms: [async_cancel, drop]}\n" \
			 "targets: {basic.read_exact: " expect "}\n"

/* Two attempts: of 3 + 4 bytes, and of 100 at once. */
static void make_shape(struct shape *shape)
{
	*shape = (struct shape){ .attempts = 2, .primitives_most = 2, .reads = true,
				 .place_count = 3,
				 .places = { { 0, 0, 3, false }, { 0, 1, 4, false },
					     { 1, 0, 100, false } } };
}

static void open(struct fixture *fixture, const char *text, unsigned depth, struct sweep *sweep)
{
	struct shape shape;

	make_shape(&shape);
	fixture_init(fixture, text, NULL);
	CU_ASSERT_EQUAL_FATAL(sweep_init(sweep, &fixture->list.cases[0], &shape, 7, depth), 0);
}

static void close_all(struct fixture *fixture, struct sweep *sweep)
{
	sweep_finish(sweep);
	fixture_finish(fixture);
}

static int by_text(const void *left, const void *right)
{
	return strcmp(left, right);
}

/* Every plan can be run, no two are the same, and there are as many as is said. */
static void check_plans(const struct sweep *sweep)
{
	uint64_t total = sweep_total(sweep), counts[SWEEP_FAMILIES] = { 0 };
	char (*texts)[PLAN_TEXT_MAX] = malloc(total * sizeof(*texts));

	CU_ASSERT_PTR_NOT_NULL_FATAL(texts);
	for (uint64_t i = 0; i < total; i++) {
		struct plan plan;
		enum sweep_family family = sweep_plan(sweep, i, &plan);

		CU_ASSERT_FATAL((unsigned)family < SWEEP_FAMILIES);
		counts[family]++;
		CU_ASSERT_PTR_NULL(plan_problem(&plan));
		CU_ASSERT(plan.cancellation_count == (family == SWEEP_ONCE      ? 1
						      : family == SWEEP_KEPT_UP ? 64U
										: 2U));
		plan_format(&plan, texts[i], PLAN_TEXT_MAX);
	}
	for (unsigned family = 0; family < SWEEP_FAMILIES; family++)
		CU_ASSERT_EQUAL(counts[family], sweep->totals[family]);
	qsort(texts, total, sizeof(*texts), by_text);
	for (uint64_t i = 1; i < total; i++)
		CU_ASSERT_FATAL(strcmp(texts[i - 1], texts[i]) != 0);
	free(texts);
}

static void test_all_of_them(void)
{
	struct fixture fixture;
	struct sweep sweep;

	/*
	 * armed: 3 places; partial: 1 .. 6 in the first attempt, 1 .. 64 and 99 in the second (no
	 * power of two lies between). Six keys of ASYNC_CANCEL and a drop: 7 mechanisms, 2 of them
	 * core. read_exact is terminal: its one caller abandons, and nothing comes after it.
	 */
	open(&fixture, SCENARIO("pass"), 2, &sweep);
	CU_ASSERT_EQUAL(sweep.item_count, (3 + 6 + 65) * 7);
	CU_ASSERT_EQUAL(sweep.core_count, (3 + 6 + 65) * 2);
	CU_ASSERT_EQUAL(sweep.totals[SWEEP_ONCE], 74 * 7);
	CU_ASSERT_EQUAL(sweep.totals[SWEEP_KEPT_UP], 0);
	CU_ASSERT_EQUAL(sweep.totals[SWEEP_PAIRS], 0);
	check_plans(&sweep);
	close_all(&fixture, &sweep);

	/* Which contracts are met is asked of all callers; four of them go on. */
	open(&fixture, SCENARIO("{met: terminal}"), 2, &sweep);
	CU_ASSERT_EQUAL(sweep.totals[SWEEP_ONCE], 74 * 7 * 5);
	CU_ASSERT_EQUAL(sweep.totals[SWEEP_KEPT_UP], 148 * 4);
	CU_ASSERT_EQUAL(sweep.totals[SWEEP_RECOVERY], 0); /* cooked */
	CU_ASSERT_EQUAL(sweep.totals[SWEEP_PAIRS], 148 * 149 / 2 * 4);
	check_plans(&sweep);
	close_all(&fixture, &sweep);

	open(&fixture, SCENARIO("{met: terminal}"), 1, &sweep);
	CU_ASSERT_EQUAL(sweep.totals[SWEEP_PAIRS], 0);
	close_all(&fixture, &sweep);
}

/* Two items: the second acts in the retry, or one attempt later than in the control run. */
static void test_pairs(void)
{
	struct fixture fixture;
	struct sweep sweep;
	uint64_t first;
	bool retry = false, later = false;

	open(&fixture, SCENARIO("{met: terminal}"), 2, &sweep);
	first = sweep.totals[SWEEP_ONCE] + sweep.totals[SWEEP_KEPT_UP];
	for (uint64_t i = first; i < sweep_total(&sweep); i++) {
		struct plan plan;

		sweep_plan(&sweep, i, &plan);
		CU_ASSERT(!plan.cancellations[0].retry);
		if (plan.cancellations[1].retry) {
			retry = true;
		} else {
			later = true;
			CU_ASSERT_EQUAL(plan.cancellations[0].attempt, 0);
			CU_ASSERT_EQUAL(plan.cancellations[1].attempt, 2);
		}
	}
	CU_ASSERT(retry && later);
	close_all(&fixture, &sweep);
}

static void test_places(void)
{
	static struct event events[] = {
		{ .kind = EVENT_ATTEMPT },
		{ .kind = EVENT_SUBMIT, .attempt = 0, .primitive = 0 },
		{ .kind = EVENT_FEED, .size = 5 },
		{ .kind = EVENT_COMPLETE, .attempt = 0, .primitive = 0, .result = 5 },
		{ .kind = EVENT_SUBMIT, .attempt = 3, .primitive = 1, .side = EVENT_SIDE_OUT },
		{ .kind = EVENT_COMPLETE, .attempt = 3, .primitive = 1, .result = -32 },
	};
	struct history history = { events, ARRAY_SIZE(events), ARRAY_SIZE(events), 0 };
	static struct event many[PLACES_MAX + 10];
	struct shape shape = { .place_count = 99 };

	sweep_find_places(&history, &shape);
	CU_ASSERT_EQUAL_FATAL(shape.place_count, 2);
	CU_ASSERT_EQUAL(shape.places[0].moved, 5);
	CU_ASSERT(!shape.places[0].writes);
	CU_ASSERT_EQUAL(shape.places[1].attempt, 3);
	CU_ASSERT_EQUAL(shape.places[1].primitive, 1);
	CU_ASSERT_EQUAL(shape.places[1].moved, 0);
	CU_ASSERT(shape.places[1].writes);
	CU_ASSERT_EQUAL(shape.places_left_out, 0);

	for (size_t i = 0; i < ARRAY_SIZE(many); i++)
		many[i] = (struct event){ .kind = EVENT_SUBMIT, .attempt = (uint32_t)i };
	history = (struct history){ many, ARRAY_SIZE(many), ARRAY_SIZE(many), 3 };
	sweep_find_places(&history, &shape);
	CU_ASSERT_EQUAL(shape.place_count, PLACES_MAX);
	CU_ASSERT_EQUAL(shape.places_left_out, 13);
}

int main(void)
{
	static const struct test_row rows[] = {
		{ "all of them, each once", test_all_of_them },
		{ "pairs", test_pairs },
		{ "places of the control run", test_places },
	};

	return suite_run("sweep", rows, ARRAY_SIZE(rows));
}
