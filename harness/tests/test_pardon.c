/*
 * test_pardon.c - which kills count against a target: those that come again at the same trial.
 */
#include "suite.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "run/worker_death.h"

static struct slate *slate;

/* One death by SIGKILL while trial `trial` of an order ran, `next` being the first uncounted. */
static enum pardon killed(struct doubt *doubt, uint64_t trial, uint64_t next, bool begun)
{
	struct death death = { .cause = DEATH_UNASKED, .status = SIGKILL };

	slate->index = trial;
	slate->next = next;
	return death_pardon(doubt, slate, &death, begun);
}

static void test_outside(void)
{
	struct doubt doubt = { 0 };

	/* Never the same trial: somebody else's doing. */
	for (uint64_t trial = 0; trial < 20; trial++)
		CU_ASSERT_EQUAL(killed(&doubt, trial, trial, true), PARDON_TRIAL);
	/* Nothing had begun, or the trial was over. */
	for (unsigned i = 0; i < 5; i++) {
		CU_ASSERT_EQUAL(killed(&doubt, 3, 3, false), PARDON_TRIAL);
		CU_ASSERT_EQUAL(killed(&doubt, 3, 4, true), PARDON_TRIAL);
	}
}

static void test_itself(void)
{
	struct doubt doubt = { 0 };

	for (uint64_t trial = 0; trial < 2; trial++) {
		for (unsigned kill = 1; kill < KILLS_BELIEVED; kill++)
			CU_ASSERT_EQUAL(killed(&doubt, trial, trial, true), PARDON_TRIAL);
		CU_ASSERT_EQUAL(killed(&doubt, trial, trial, true), PARDON_NONE);
	}
}

static void test_while_counting(void)
{
	struct doubt doubt = { 0 };

	atomic_store(&slate->taking, true);
	CU_ASSERT_EQUAL(killed(&doubt, 1, 1, true), PARDON_ORDER);
	atomic_store(&slate->taking, false);
	CU_ASSERT_EQUAL(killed(&doubt, 1, 1, true), PARDON_TRIAL);
}

/* Whatever a target writes to the slate, an order comes to its end. */
static void test_bounded(void)
{
	struct doubt doubt = { 0 };
	unsigned pardons = 0;

	atomic_store(&slate->taking, true);
	while (pardons < 10000 && killed(&doubt, 1, 1, true) != PARDON_NONE)
		pardons++;
	atomic_store(&slate->taking, false);
	CU_ASSERT(pardons > 10 && pardons < 10000);
}

/* Other deaths are what they were. */
static void test_others(void)
{
	static const struct death deaths[] = {
		{ .cause = DEATH_TIMEOUT, .status = SIGKILL },
		{ .cause = DEATH_FLOOD, .status = SIGKILL },
		{ .cause = DEATH_UNASKED, .status = SIGSEGV },
		{ .cause = DEATH_UNASKED, .status = SIGABRT },
		{ .cause = DEATH_UNASKED, .status = 3 << 8 }, /* exit(3) */
	};
	struct doubt doubt = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(deaths); i++)
		CU_ASSERT_EQUAL(death_pardon(&doubt, slate, &deaths[i], true), PARDON_NONE);
	slate->farewell = FAREWELL_CLOSED;
	CU_ASSERT_EQUAL(killed(&doubt, 1, 1, true), PARDON_NONE);
	slate->farewell = FAREWELL_NONE;
}

int main(void)
{
	static const struct test_row rows[] = {
		{ "kills from outside", test_outside },
		{ "a target that kills itself", test_itself },
		{ "while an outcome is counted", test_while_counting },
		{ "pardons are bounded", test_bounded },
		{ "other deaths", test_others },
	};
	int r;

	slate = calloc(1, sizeof(*slate));
	if (!slate)
		return 99;
	r = suite_run("pardon", rows, ARRAY_SIZE(rows));
	free(slate);
	return r;
}
