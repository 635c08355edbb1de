/*
 * test_draw.c - random plans: the same for the same seed, legal, and every legal pair among them.
 */
#include "fixture_cases.h"
#include "model/choice.h"
#include "model/pairs.h"
#include "run/draw.h"
#include "suite.h"

#include "base/macros.h"

static const struct shape reader_shape = { .attempts = 40, .primitives_most = 5, .reads = true };

static const char scenario[] = "scenario: draw\n"
			       "cancel: {depth: [1, 16]}\n"
			       "targets: {basic: pass}\n";

static void test_choice_script(void)
{
	static const uint32_t script[] = { 3, 9, 1 };
	struct choice free_one, scripted;

	choice_init(&free_one, 7);
	choice_init_script(&scripted, 7, script, 3);
	for (unsigned i = 0; i < 3; i++)
		choose(&free_one, 5);
	CU_ASSERT_EQUAL(choose(&scripted, 5), 3);
	CU_ASSERT_EQUAL(choose(&scripted, 5), 4); /* 9 is beyond: the last answer */
	CU_ASSERT_EQUAL(choose(&scripted, 5), 1);
	for (unsigned i = 0; i < 100; i++)
		CU_ASSERT_EQUAL(choose(&scripted, 1000), choose(&free_one, 1000));
	CU_ASSERT_EQUAL(scripted.count, 103);
	CU_ASSERT_EQUAL(scripted.made[1], 4);
	CU_ASSERT_EQUAL(scripted.bounds[3], 1000);
}

static void test_choice_many(void)
{
	struct choice choice;

	choice_init(&choice, 1);
	for (unsigned i = 0; i < CHOICES_MAX + 10; i++)
		CU_ASSERT_EQUAL(choose(&choice, 1), 0);
	for (unsigned i = 0; i < 1000; i++) {
		uint32_t value = choose_between(&choice, 5, 9);

		CU_ASSERT(value >= 5 && value <= 9);
	}
	CU_ASSERT_EQUAL(choice.count, CHOICES_MAX + 1010);
}

/* The recorded answers of a drawn plan, as a script, draw the same plan. */
static void test_plan_by_script(void)
{
	struct fixture fixture;
	struct plan first, again;
	struct choice choice, scripted;
	struct draw draw;
	char one[PLAN_TEXT_MAX], two[PLAN_TEXT_MAX];

	fixture_init(&fixture, scenario, NULL);
	draw_init(&draw, fixture_case(&fixture, "read_exact:unix:plain"), &reader_shape, 1);
	for (unsigned i = 0; i < 100; i++) {
		choice_init(&choice, i);
		draw_plan_by(&draw, &choice, &first);
		choice_init_script(&scripted, 12345, choice.made, choice.count);
		draw_plan_by(&draw, &scripted, &again);
		plan_format(&first, one, sizeof(one));
		plan_format(&again, two, sizeof(two));
		CU_ASSERT_STRING_EQUAL(one, two);
	}
	fixture_finish(&fixture);
}

static void test_pure(void)
{
	struct fixture fixture;
	struct plan one, two;
	char before[PLAN_TEXT_MAX] = "", text[PLAN_TEXT_MAX], again[PLAN_TEXT_MAX];

	fixture_init(&fixture, scenario, NULL);
	for (uint64_t i = 0; i < 200; i++) {
		const struct test_case *test = fixture_case(&fixture, "read_exact:tcp:defer");

		memset(&one, 0xaa, sizeof(one));
		memset(&two, 0x55, sizeof(two));
		case_draw_plan(test, &reader_shape, 99, i, &one);
		case_draw_plan(test, &reader_shape, 99, i, &two);
		plan_format(&one, text, sizeof(text));
		plan_format(&two, again, sizeof(again));
		CU_ASSERT_STRING_EQUAL(text, again);
		CU_ASSERT_STRING_NOT_EQUAL(text, before);
		memcpy(before, text, sizeof(text));
		case_draw_plan(test, &reader_shape, 100, i, &two);
		plan_format(&two, again, sizeof(again));
		CU_ASSERT_STRING_NOT_EQUAL(text, again);
	}
	fixture_finish(&fixture);
}

/* Counts over many plans of one case. */
struct count {
	unsigned callers[CALLER_COUNT], feeds[FEED_COUNT];
	unsigned pairs[POINT_COUNT][MECH_COUNT];
	unsigned retries, plans;
};

static void count_plans(const struct test_case *test, const struct shape *shape, unsigned plans,
			struct count *count)
{
	struct plan plan;

	memset(count, 0, sizeof(*count));
	for (count->plans = 0; count->plans < plans; count->plans++) {
		case_draw_plan(test, shape, 5, count->plans, &plan);
		CU_ASSERT_PTR_NULL(plan_problem(&plan));
		CU_ASSERT(plan.cancellation_count >= test->scenario->depth_min);
		CU_ASSERT(plan.cancellation_count <= test->scenario->depth_max);
		count->callers[plan.caller]++;
		count->feeds[plan.feed]++;
		for (uint32_t i = 0; i < plan.cancellation_count; i++) {
			const struct cancellation *step = &plan.cancellations[i];

			count->pairs[step->point][step->mechanism]++;
			count->retries += step->retry;
			CU_ASSERT(step->retry || step->attempt < shape->attempts + 16);
			CU_ASSERT(step->primitive < shape->primitives_most);
			CU_ASSERT(step->point != POINT_PARTIAL || (step->k >= 1 && step->k < 64));
		}
	}
}

/* Every legal pair is drawn, and nothing else. */
static void test_every_pair(void)
{
	struct fixture fixture;
	unsigned legal[POINT_COUNT];
	struct count count;

	fixture_init(&fixture, scenario, NULL);
	for (unsigned i = 0; i < fixture.list.count; i++) {
		const struct test_case *test = &fixture.list.cases[i];
		struct shape shape = reader_shape;

		shape.writes = test->operation->direction == DT_WRITER;
		shape.reads = !shape.writes;
		count_plans(test, &shape, 500, &count);
		case_pairs(test, &shape, legal);
		for (unsigned point = 0; point < POINT_COUNT; point++)
			for (unsigned mechanism = 0; mechanism < MECH_COUNT; mechanism++)
				CU_ASSERT_EQUAL(count.pairs[point][mechanism] > 0,
						!!(legal[point] & BIT(mechanism)));
		CU_ASSERT(count.retries > 100);
	}
	fixture_finish(&fixture);
}

/* 60 % from the declared contract's callers, every caller among the rest. */
static void test_callers(void)
{
	struct fixture fixture;
	struct count count;

	fixture_init(&fixture, scenario, NULL);
	count_plans(fixture_case(&fixture, "read_exact:unix:plain"), &reader_shape, 5000, &count);
	CU_ASSERT(count.callers[CALLER_ABANDON] > 3200 && count.callers[CALLER_ABANDON] < 3600);
	for (unsigned caller = 0; caller < CALLER_COUNT; caller++)
		CU_ASSERT(count.callers[caller] > 300);
	for (unsigned feed = 0; feed < FEED_COUNT; feed++)
		CU_ASSERT(count.feeds[feed] > 1000);
	fixture_finish(&fixture);
}

static void test_declared_only(void)
{
	struct fixture fixture;
	struct draw draw;
	struct plan plan;

	fixture_init(&fixture, scenario, NULL);
	draw_init(&draw, fixture_case(&fixture, "liar:unix:plain"), &reader_shape, 1);
	draw.declared_only = true;
	for (unsigned i = 0; i < 500; i++) {
		draw_plan(&draw, i, &plan);
		CU_ASSERT(plan.caller == CALLER_SAME || plan.caller == CALLER_ABANDON);
	}
	fixture_finish(&fixture);
}

static void test_named(void)
{
	struct fixture fixture;
	unsigned legal[POINT_COUNT];

	fixture_init(&fixture,
		     "scenario: named\n"
		     "cancel: {points: [armed, raced], mechanisms: [link_timeout, drop]}\n"
		     "targets: {basic: pass}\n",
		     NULL);
	case_pairs(fixture_case(&fixture, "read:unix:plain"), &reader_shape, legal);
	CU_ASSERT_EQUAL(legal[POINT_ARMED], BIT(MECH_LINK_TIMEOUT) | BIT(MECH_DROP));
	CU_ASSERT_EQUAL(legal[POINT_RACED], BIT(MECH_LINK_TIMEOUT));
	for (unsigned point = 0; point < POINT_COUNT; point++)
		CU_ASSERT(point == POINT_ARMED || point == POINT_RACED || !legal[point]);
	fixture_finish(&fixture);
}

static void test_control(void)
{
	struct fixture fixture;
	struct plan plan;

	fixture_init(&fixture,
		     "scenario: control\nstream: 9 KiB\ncalls: [3, 5]\ndeliveries: [2, 4]\n"
		     "targets:\n  basic: {expect: pass, options: {speed: 9}}\n",
		     NULL);
	case_control_plan(fixture_case(&fixture, "read_exact:tcp:coop"), 3, &plan);
	CU_ASSERT_STRING_EQUAL(plan.target, "tame/basic");
	CU_ASSERT_STRING_EQUAL(plan.operation, "read_exact");
	CU_ASSERT_STRING_EQUAL(plan.options, "speed=9");
	CU_ASSERT_EQUAL(plan.cancellation_count, 0);
	CU_ASSERT_EQUAL(plan.stream_size, 9216);
	CU_ASSERT(plan.wire == WIRE_TCP && plan.ring == RING_COOP);
	CU_ASSERT(plan.call_min == 3 && plan.call_max == 5);
	CU_ASSERT(plan.deliver_min == 2 && plan.deliver_max == 4);
	CU_ASSERT_PTR_NULL(plan_problem(&plan));
	fixture_finish(&fixture);
}

int main(void)
{
	static const struct test_row rows[] = {
		{ "a script answers first", test_choice_script },
		{ "more choices than are recorded", test_choice_many },
		{ "recorded choices draw the same plan", test_plan_by_script },
		{ "plans are a pure function", test_pure },
		{ "every legal pair and no other is drawn", test_every_pair },
		{ "callers have their shares", test_callers },
		{ "declared callers only", test_declared_only },
		{ "named points and mechanisms", test_named },
		{ "the control plan", test_control },
	};

	return suite_run("draw", rows, ARRAY_SIZE(rows));
}
