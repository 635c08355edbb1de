/*
 * test_shrink.c - shrinking, with made-up targets: what is left is what matters, nothing else.
 */
#include <errno.h>
#include <string.h>

#include "base/macros.h"
#include "model/shrink.h"
#include "suite.h"

/* A target of which we know what breaks it. */
struct fake {
	bool (*breaks)(struct fake *fake, const struct plan *plan);
	unsigned runs;
	unsigned enough; /* the time is over after so many runs; 0: never */
	int error;
};

static int run(void *context, const struct plan *plan, struct outcome *outcome)
{
	struct fake *fake = context;

	fake->runs++;
	CU_ASSERT_PTR_NULL(plan_problem(plan)); /* only plans that can be run */
	memset(outcome, 0, sizeof(*outcome));
	outcome->landed = plan->cancellation_count;
	for (uint32_t i = 0; i < plan->cancellation_count; i++) {
		struct landing_record *record = &outcome->records[i];

		record->submitted = true;
		record->landing = LANDING_LANDED;
		record->attempt = plan->cancellations[i].attempt;
		record->primitive = plan->cancellations[i].primitive;
		if (plan->cancellations[i].retry)
			record->attempt = i ? outcome->records[i - 1].attempt + 1 : 0;
	}
	if (fake->breaks(fake, plan)) {
		outcome->verdict = VERDICT_VIOLATION;
		outcome->finding.damage = DAMAGE_LOST;
	}
	return fake->error;
}

static bool enough(void *context)
{
	const struct fake *fake = context;

	return fake->enough && fake->runs >= fake->enough;
}

static void large_plan(struct plan *plan)
{
	plan_init(plan);
	snprintf(plan->target, sizeof(plan->target), "tests/fake");
	snprintf(plan->operation, sizeof(plan->operation), "read");
	plan->wire = WIRE_TCP;
	plan->ring = RING_SQPOLL;
	plan->feed = FEED_MIXED;
	plan->stream_size = 4096;
	plan->call_min = 7;
	plan->call_max = 90;
	plan->deliver_min = 1;
	plan->deliver_max = 17;
	plan->cancellation_count = 5;
	for (uint32_t i = 0; i < 5; i++)
		plan->cancellations[i] = (struct cancellation){ .attempt = 10 + 7 * i,
								.primitive = i,
								.point = POINT_ARMED,
								.mechanism = MECH_LINK_TIMEOUT };
	plan->cancellations[3].point = POINT_PARTIAL;
	plan->cancellations[3].primitive = 0;
	plan->cancellations[3].k = 40;
	plan->cancellations[4].retry = true;
	plan->cancellations[4].attempt = 0;
}

static struct shrink shrink_of(struct fake *fake, bool racing)
{
	struct shrink shrink = { .run = run, .enough = enough, .context = fake,
				 .racing = racing, .runs_max = SHRINK_RUNS_MAX };

	large_plan(&shrink.plan);
	return shrink;
}

static const struct cancellation *partial_of(const struct plan *plan)
{
	for (uint32_t i = 0; i < plan->cancellation_count; i++)
		if (plan->cancellations[i].point == POINT_PARTIAL)
			return &plan->cancellations[i];
	return NULL;
}

/* A cut after three bytes or more, from attempt 2 on, in ten bytes or more. */
static bool breaks_at_cut(struct fake *fake, const struct plan *plan)
{
	const struct cancellation *cut = partial_of(plan);

	(void)fake;
	return cut && cut->k >= 3 && cut->attempt >= 2 && plan->stream_size >= 10;
}

static void test_one_is_left(void)
{
	struct fake fake = { .breaks = breaks_at_cut };
	struct shrink shrink = shrink_of(&fake, false);
	const struct plan *plan = &shrink.plan;

	CU_ASSERT_EQUAL_FATAL(shrink_plan(&shrink), 0);
	CU_ASSERT_EQUAL(shrink.wanted, DAMAGE_LOST);
	CU_ASSERT(shrink.minimal);
	CU_ASSERT_EQUAL_FATAL(plan->cancellation_count, 1);
	CU_ASSERT_EQUAL(plan->cancellations[0].attempt, 2);
	CU_ASSERT_EQUAL(plan->cancellations[0].k, 3);
	CU_ASSERT_EQUAL(plan->cancellations[0].mechanism, MECH_UD);
	CU_ASSERT_EQUAL(plan->stream_size, 10);
	CU_ASSERT_EQUAL(plan->deliver_min, 10);
	CU_ASSERT_EQUAL(plan->deliver_max, 10);
	CU_ASSERT_EQUAL(plan->call_min, 1);
	CU_ASSERT_EQUAL(plan->call_max, 1);
	CU_ASSERT_EQUAL(plan->wire, WIRE_UNIX);
	CU_ASSERT_EQUAL(plan->ring, RING_PLAIN);
	CU_ASSERT_EQUAL(shrink.runs, fake.runs);
	CU_ASSERT(shrink.runs < 300);
	CU_ASSERT_FATAL(shrink.has_nearest);
	CU_ASSERT_EQUAL(shrink.nearest.cancellations[0].k, 2); /* one byte away */
	CU_ASSERT(!breaks_at_cut(&fake, &shrink.nearest));
}

/* Two cancellations that need each other, two attempts apart. */
static bool breaks_at_pair(struct fake *fake, const struct plan *plan)
{
	(void)fake;
	for (uint32_t i = 0; i + 1 < plan->cancellation_count; i++)
		if (!plan->cancellations[i].retry && !plan->cancellations[i + 1].retry &&
		    plan->cancellations[i + 1].attempt >= plan->cancellations[i].attempt + 2 &&
		    plan->cancellations[i].point == POINT_ARMED && plan->wire == WIRE_TCP)
			return true;
	return false;
}

static void test_two_are_left(void)
{
	struct fake fake = { .breaks = breaks_at_pair };
	struct shrink shrink = shrink_of(&fake, false);
	const struct plan *plan = &shrink.plan;

	CU_ASSERT_EQUAL_FATAL(shrink_plan(&shrink), 0);
	CU_ASSERT(shrink.minimal);
	CU_ASSERT_EQUAL_FATAL(plan->cancellation_count, 2);
	CU_ASSERT_EQUAL(plan->cancellations[0].attempt, 0);
	CU_ASSERT_EQUAL(plan->cancellations[1].attempt, 2);
	CU_ASSERT_EQUAL(plan->stream_size, 1);
	CU_ASSERT_EQUAL(plan->wire, WIRE_TCP); /* it matters */
	CU_ASSERT_EQUAL(plan->ring, RING_PLAIN);
	CU_ASSERT(shrink.has_nearest);
}

static bool breaks_often(struct fake *fake, const struct plan *plan)
{
	return fake->runs % 2 && breaks_at_cut(fake, plan);
}

static bool breaks_seldom(struct fake *fake, const struct plan *plan)
{
	return fake->runs % 9 == 1 && breaks_at_cut(fake, plan);
}

static void test_racing(void)
{
	struct fake fake = { .breaks = breaks_often };
	struct shrink shrink = shrink_of(&fake, true);

	CU_ASSERT_EQUAL_FATAL(shrink_plan(&shrink), 0);
	CU_ASSERT_EQUAL(shrink.plan.cancellation_count, 1);
	CU_ASSERT_EQUAL(shrink.plan.cancellations[0].k, 3);
	CU_ASSERT_EQUAL(shrink.tried, SHRINK_RATE_RUNS);
	CU_ASSERT_EQUAL(shrink.shown, SHRINK_RATE_RUNS / 2);

	fake = (struct fake){ .breaks = breaks_seldom };
	shrink = shrink_of(&fake, true);
	CU_ASSERT_EQUAL(shrink_plan(&shrink), -ENOENT);

	/* What a scripted plan shows every other time is not taken. */
	fake = (struct fake){ .breaks = breaks_often };
	shrink = shrink_of(&fake, false);
	CU_ASSERT_EQUAL(shrink_plan(&shrink), 0);
	CU_ASSERT_EQUAL(shrink.plan.cancellation_count, 5);
}

static bool breaks_never(struct fake *fake, const struct plan *plan)
{
	(void)fake;
	(void)plan;
	return false;
}

static void test_ends(void)
{
	struct fake fake = { .breaks = breaks_never };
	struct shrink shrink = shrink_of(&fake, false);

	CU_ASSERT_EQUAL(shrink_plan(&shrink), -ENOENT);
	CU_ASSERT_EQUAL(fake.runs, 1);

	fake = (struct fake){ .breaks = breaks_at_cut, .error = -EIO };
	shrink = shrink_of(&fake, false);
	CU_ASSERT_EQUAL(shrink_plan(&shrink), -EIO);

	/* Ended before anything is known, which is not the same as no damage. */
	fake = (struct fake){ .breaks = breaks_often, .enough = 2 };
	shrink = shrink_of(&fake, true);
	CU_ASSERT_EQUAL(shrink_plan(&shrink), -ECANCELED);

	for (unsigned most = 1; most < 60; most++) {
		fake = (struct fake){ .breaks = breaks_at_cut, .enough = most };
		shrink = shrink_of(&fake, false);
		CU_ASSERT_EQUAL(shrink_plan(&shrink), 0);
		CU_ASSERT(fake.runs <= most);
		CU_ASSERT(!shrink.minimal);
		CU_ASSERT(breaks_at_cut(&fake, &shrink.plan)); /* whatever was left undone */
	}
	fake = (struct fake){ .breaks = breaks_at_cut };
	shrink = shrink_of(&fake, false);
	shrink.runs_max = 10;
	CU_ASSERT_EQUAL(shrink_plan(&shrink), 0);
	CU_ASSERT(!shrink.minimal);
	CU_ASSERT(breaks_at_cut(&fake, &shrink.plan));
}

int main(void)
{
	static const struct test_row rows[] = {
		{ "one cancellation is left", test_one_is_left },
		{ "two cancellations are left", test_two_are_left },
		{ "racing plans", test_racing },
		{ "no damage, errors, ends", test_ends },
	};

	return suite_run("shrink", rows, ARRAY_SIZE(rows));
}
