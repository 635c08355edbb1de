/*
 * test_worker.c - hostile targets: whatever they do is a verdict on the plan that ran; the order
 * goes on.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/macros.h"
#include "fixture_cases.h"
#include "run/worker_crew.h"
#include "suite.h"

enum { TRIALS = 24, MEMORY_MAX = 64 << 20, OUTPUT_MAX = 1 << 20 };

/* Only what hangs is ended by time; for all else, no time that a machine takes is too long. */
static const uint64_t hang_ns = 300000000, never_ns = 3600000000000;

/* A sanitizer's malloc() reports that memory ran out, and ends the process. */
#if defined(__has_feature) && !defined(__SANITIZE_ADDRESS__)
#if __has_feature(address_sanitizer) /* clang's way of saying it */
#define __SANITIZE_ADDRESS__ 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#define NO_MEMORY "a sanitizer ended"
#else
#define NO_MEMORY "signal 6"
#endif

static const char scenario[] = "scenario: hostile\n"
			       "wires: [unix]\nrings: [plain]\n"
			       "stream: 512\n"
			       "cancel: {points: [armed], depth: [4, 8]}\n"
			       "targets: {worst: pass, tame/basic: pass}\n";

static struct crew *make_crew(const struct fixture *fixture, unsigned jobs)
{
	struct crew_options options = {
		.jobs = jobs,
		.output_max = OUTPUT_MAX,
		.worker = { .cases = fixture->list.cases,
			    .case_count = fixture->list.count,
			    .seed = 11,
			    .memory_max = MEMORY_MAX },
	};
	struct crew *crew = NULL;

	CU_ASSERT_EQUAL_FATAL(crew_create(&options, &crew), 0);
	return crew;
}

static int wait_for(struct crew *crew)
{
	int worker;

	do
		worker = crew_wait(crew);
	while (worker == -EAGAIN);
	return worker;
}

static struct order order_for(const struct fixture *fixture, const struct test_case *test,
			      enum order_kind kind, uint32_t count)
{
	return (struct order){ .kind = kind,
			       .case_index = (uint32_t)(test - fixture->list.cases),
			       .count = count,
			       .trial_max_ns = strstr(test->id, "spin") ? hang_ns : never_ns };
}

/* Control run, then trials. The slate stays valid until the crew is gone. */
static struct slate *run_trials(struct crew *crew, const struct fixture *fixture,
				const struct test_case *test, uint32_t count)
{
	struct order order = order_for(fixture, test, ORDER_CONTROL, 1);
	struct shape shape;
	struct plan plan;
	int worker;

	case_control_plan(test, 11, &plan);
	CU_ASSERT_EQUAL_FATAL(crew_order(crew, 0, &order, NULL, &plan), 0);
	worker = wait_for(crew);
	CU_ASSERT_EQUAL_FATAL(worker, 0);
	CU_ASSERT_EQUAL(crew_slate(crew, worker)->error, 0);
	CU_ASSERT_EQUAL(crew_slate(crew, worker)->control.finding.damage, DAMAGE_NONE);
	shape = crew_slate(crew, worker)->shape;
	CU_ASSERT(shape.attempts > 0 && shape.reads);
	crew_release(crew, worker);
	order = order_for(fixture, test, ORDER_TRIALS, count);
	CU_ASSERT_EQUAL_FATAL(crew_order(crew, 0, &order, &shape, NULL), 0);
	worker = wait_for(crew);
	CU_ASSERT_EQUAL_FATAL(worker, 0);
	return crew_slate(crew, worker);
}

static const struct {
	const char *operation;
	enum damage damage;
	const char *told;
	bool mute; /* what it would tell last is in the way of its scribbles */
} deaths[] = {
	{ "crash", DAMAGE_CRASH, "signal 11", false },
	{ "leave", DAMAGE_CRASH, "called exit: status 7", false },
	{ "spin", DAMAGE_HANG, "did not come back within 0.3 s", false },
	{ "hoard", DAMAGE_CRASH, NO_MEMORY, false },
	{ "close", DAMAGE_CRASH, "closed descriptors", false },
	{ "scribble", DAMAGE_CRASH, "signal 11", true },
	{ "flood", DAMAGE_CRASH, "printed without end", false },
	{ "overflow", DAMAGE_CRASH, "signal 11", false },
};

static void check_death(const struct fixture *fixture, size_t row)
{
	const struct test_case *test = fixture_case(fixture, deaths[row].operation);
	struct crew *crew = make_crew(fixture, 1);
	struct slate *slate = run_trials(crew, fixture, test, TRIALS);
	struct kept *kept = &slate->kept[2 * deaths[row].damage];
	unsigned seen = 0;

	CU_ASSERT_EQUAL(slate->error, 0);
	CU_ASSERT_FATAL(kept->used);
	CU_ASSERT(slate_kept_sane(kept));
	if (!strstr(kept->outcome.finding.sentence, deaths[row].told))
		printf("\n    %s: %s\n", deaths[row].operation, kept->outcome.finding.sentence);
	CU_ASSERT_PTR_NOT_NULL(strstr(kept->outcome.finding.sentence, deaths[row].told));
	for (unsigned caller = 0; caller < CALLER_COUNT; caller++)
		seen += (unsigned)slate->tally.callers[caller].damage[deaths[row].damage];
	CU_ASSERT(deaths[row].mute || kept->event_count > 0);
	CU_ASSERT(deaths[row].mute || kept->outcome.landed > 0);
	CU_ASSERT(seen >= 2); /* it went on after the first */
	CU_ASSERT(slate->deaths[0] >= DEATHS_MAX || slate->next == TRIALS);
	CU_ASSERT_EQUAL(slate->tally.trials, slate->next);
	crew_destroy(crew);
}

static void test_deaths(void)
{
	struct fixture fixture;

	fixture_init(&fixture, scenario, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(deaths); i++)
		check_death(&fixture, i);
	fixture_finish(&fixture);
}

/* The plan of a death is the one that kills: it does so again, alone. And it tells what landed. */
static void test_right_plan(void)
{
	struct fixture fixture;
	const struct test_case *test;
	struct order order;
	struct slate *slate;
	struct crew *crew;
	struct plan plan, drawn;
	char text[PLAN_TEXT_MAX], again[PLAN_TEXT_MAX];
	struct kept *kept;
	uint64_t trial;

	fixture_init(&fixture, scenario, NULL);
	test = fixture_case(&fixture, "crash");
	crew = make_crew(&fixture, 1);
	slate = run_trials(crew, &fixture, test, TRIALS);
	kept = &slate->kept[2 * DAMAGE_CRASH];
	CU_ASSERT_FATAL(kept->used);
	plan = kept->plan;
	trial = kept->trial;
	case_draw_plan(test, &slate->shape, 11, trial, &drawn);
	plan_format(&plan, text, sizeof(text));
	plan_format(&drawn, again, sizeof(again));
	CU_ASSERT_STRING_EQUAL(text, again);
	CU_ASSERT(kept->event_count > 0);
	CU_ASSERT(kept->outcome.landed > 0);
	CU_ASSERT(kept->outcome.finding.guilty >= 0);
	crew_release(crew, 0);
	order = order_for(&fixture, test, ORDER_REPLAY, 6);
	order.wanted = DAMAGE_CRASH;
	CU_ASSERT_EQUAL_FATAL(crew_order(crew, 0, &order, NULL, &plan), 0);
	CU_ASSERT_EQUAL(wait_for(crew), 0);
	/* Its counter lives in the process: it strikes once in a fresh one at every third. */
	CU_ASSERT_EQUAL(slate->replayed, 6);
	CU_ASSERT(slate->reproduced >= 1);
	crew_destroy(crew);
	fixture_finish(&fixture);
}

/* One that answers all the time does not keep us from seeing that another hangs. */
static void test_busy_beside_hang(void)
{
	const struct test_case *spin, *tame;
	struct fixture fixture;
	struct crew *crew;
	struct shape shape;
	struct order order;
	int worker;

	fixture_init(&fixture, scenario, NULL);
	spin = fixture_case(&fixture, "spin");
	tame = fixture_case(&fixture, "basic.read:");
	crew = make_crew(&fixture, 2);
	shape = run_trials(crew, &fixture, spin, 0)->shape;
	crew_release(crew, 0);
	order = order_for(&fixture, spin, ORDER_TRIALS, TRIALS);
	CU_ASSERT_EQUAL_FATAL(crew_order(crew, 0, &order, &shape, NULL), 0);
	order = order_for(&fixture, tame, ORDER_TRIALS, TRIALS);
	do {
		if (crew_idle(crew) == 1)
			CU_ASSERT_EQUAL_FATAL(crew_order(crew, 1, &order, &shape, NULL), 0);
		worker = wait_for(crew);
		CU_ASSERT_FATAL(worker >= 0);
		if (worker == 1)
			crew_release(crew, 1);
	} while (worker);
	CU_ASSERT(crew_slate(crew, 0)->kept[2 * DAMAGE_HANG].used);
	crew_destroy(crew);
	fixture_finish(&fixture);
}

static void test_capture(void)
{
	struct fixture fixture;
	const struct test_case *test;
	struct crew *crew;

	fixture_init(&fixture, scenario, NULL);
	test = fixture_case(&fixture, "talk");
	crew = make_crew(&fixture, 1);
	crew_capture_clear(crew, (uint32_t)(test - fixture.list.cases));
	run_trials(crew, &fixture, test, TRIALS);
	CU_ASSERT(crew_capture(crew)->total >= 6 * TRIALS);
	CU_ASSERT_EQUAL(crew_capture(crew)->size, CAPTURE_MAX);
	CU_ASSERT_EQUAL(memcmp(crew_capture(crew)->text, "hello\nhello\n", 12), 0);
	crew_destroy(crew);
	fixture_finish(&fixture);
}

static void test_stop(void)
{
	struct fixture fixture;
	const struct test_case *test;
	struct slate *slate;
	struct crew *crew;
	struct order order;

	fixture_init(&fixture, scenario, NULL);
	test = fixture_case(&fixture, "basic.read:");
	crew = make_crew(&fixture, 1);
	slate = run_trials(crew, &fixture, test, TRIALS);
	CU_ASSERT_EQUAL(slate->tally.trials, TRIALS);
	crew_release(crew, 0);
	crew_stop(crew, true);
	order = order_for(&fixture, test, ORDER_TRIALS, TRIALS);
	CU_ASSERT_EQUAL(crew_order(crew, 0, &order, &slate->shape, NULL), 0);
	CU_ASSERT_EQUAL(crew_order(crew, 0, &order, &slate->shape, NULL), -EBUSY);
	CU_ASSERT_EQUAL(wait_for(crew), 0);
	CU_ASSERT_EQUAL(slate->tally.trials, 1);
	crew_release(crew, 0);
	crew_stop(crew, false);
	CU_ASSERT_EQUAL(crew_idle(crew), 0);
	crew_destroy(crew);
	fixture_finish(&fixture);
}

/* What is in shared memory is not believed. */
static void test_scribbled(void)
{
	struct slate *slate = calloc(1, sizeof(*slate));
	struct kept *kept;

	CU_ASSERT_PTR_NOT_NULL_FATAL(slate);
	kept = &slate->kept[0];
	plan_init(&kept->plan);
	strcpy(kept->plan.target, "a/b");
	strcpy(kept->plan.operation, "c");
	kept->outcome.finding.guilty = -1;
	kept->event_count = 3;
	CU_ASSERT(slate_kept_sane(kept));
	CU_ASSERT_EQUAL(kept->event_count, 3);
	kept->event_count = UINT32_MAX;
	kept->events[7].kind = 0xff;
	CU_ASSERT(slate_kept_sane(kept));
	CU_ASSERT_EQUAL(kept->event_count, 7);
	kept->outcome.finding.guilty = 0; /* the plan has no cancellation */
	CU_ASSERT(!slate_kept_sane(kept));
	kept->outcome.finding.guilty = -1;
	kept->outcome.finding.expected_size = 1000;
	CU_ASSERT(!slate_kept_sane(kept));
	memset(kept, 0xee, sizeof(*kept));
	CU_ASSERT(!slate_kept_sane(kept));
	free(slate);
}

static int open_descriptors(void)
{
	int count = 0;

	for (int fd = 0; fd < 256; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

static void test_no_leaks(void)
{
	struct fixture fixture;
	int before = open_descriptors();

	fixture_init(&fixture, scenario, NULL);
	for (unsigned i = 0; i < 3; i++) {
		struct crew *crew = make_crew(&fixture, 3);

		CU_ASSERT_EQUAL(crew_idle(crew), 0);
		crew_destroy(crew);
	}
	CU_ASSERT_EQUAL(open_descriptors(), before);
	crew_destroy(NULL);
	fixture_finish(&fixture);
}

int main(void)
{
	static const struct test_row rows[] = {
		{ "hostile targets", test_deaths },
		{ "the right plan is blamed", test_right_plan },
		{ "a hang beside a busy worker", test_busy_beside_hang },
		{ "output is captured", test_capture },
		{ "stopping after the trial", test_stop },
		{ "scribbles are not believed", test_scribbled },
		{ "no descriptors are left", test_no_leaks },
	};

	return suite_run("worker", rows, ARRAY_SIZE(rows));
}
