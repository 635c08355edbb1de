/*
 * test_racing.c - the points where nobody decides: a timer that runs freely, and io-wq.
 *
 *	test_racing RING [COUNT]
 *
 * Whoever wins: the record says what the completions said, and the two fit together; nothing of the
 * harness was hit, no byte is lost, and it ends. How often each side won is printed. A timer must
 * have won at least once, and lost: the peer acts at a moment between none and twice its length, so
 * that with one of a millisecond either happens half of the time, on any machine. So must a cancel
 * of what io-wq runs: half of them are in the same submission, the others come a moment later.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture_subjects.h"
#include "fixture_watch.h"
#include "io/inject.h"
#include "suite.h"

enum { COUNT = 200, PER_TRIAL = 20, MESSAGE = 200 };

static const uint64_t delays_ns[] = { 0, 1000, 30000, 200000, 1000000 };

static enum ring_mode ring;
static unsigned count = COUNT;
static struct bench *bench;

/* Who won. `both`: the cancel found the operation, or was told -EALREADY, or the timer expired, and
 * yet the operation moved all that it could. */
struct wins {
	unsigned asked, cancel, operation, both;
	unsigned unfound; /* io-wq: C found nothing, and the operation was cancelled all the same */
};

struct race {
	const struct subject *subject;
	struct cancellation cancellation;
	struct plan plan;
	struct outcome outcome;
	struct wins wins;
};

static void make_plan(struct race *race, enum wire_kind wire, uint64_t seed)
{
	struct plan *plan = &race->plan;

	subject_plan(race->subject, wire, ring, plan);
	plan->seed = seed;
	plan->stream_size = (2 * PER_TRIAL + 2) * plan->call_max;
	plan->cancellation_count = PER_TRIAL;
	for (unsigned i = 0; i < PER_TRIAL; i++) {
		plan->cancellations[i] = race->cancellation;
		plan->cancellations[i].attempt = 2 * i + 1;
	}
}

/* Did the operation move all that it could, or some of it before it was cancelled? */
static bool moved(const struct race *race, int32_t t)
{
	return t > 0 && (uint64_t)t <= race->plan.call_max;
}

static bool moved_some(const struct race *race, int32_t t)
{
	return race->subject->waitall && t > 0 && (uint64_t)t < race->plan.call_max;
}

/* NULL, or what is wrong with the record. */
static const char *check_record(struct race *race, const struct landing_record *record)
{
	int32_t t = record->t_result, c = record->c_result;
	bool found = mechanism_found(record->mechanism, c), timer = record->point == POINT_TIMER;
	bool landed = record->landing == LANDING_LANDED;

	if (!record->submitted)
		return record->landing == LANDING_NEVER ? NULL : "landed without a cancel";
	race->wins.asked++;
	race->wins.cancel += landed && (t == -ECANCELED || moved_some(race, t));
	race->wins.both += landed && t > 0 && !moved_some(race, t);
	race->wins.operation += !landed;
	if (landed != (found || c == -EALREADY))
		return "the landing is not what C says";
	/* It was told to stop when it had begun to go on: what it does then is its own choice. */
	if (timer || c == -EALREADY || c > 0)
		if (landed)
			return t == -ECANCELED || moved(race, t) ? NULL : "T is no result";
	if (landed)
		return t == -ECANCELED || moved_some(race, t) ? NULL : "it was cancelled, says C";
	if (c != -ENOENT && !(timer && c == -ECANCELED) && c != 0)
		return "C is no result";
	/* Seen about once in 10,000: the cancel looks for it while it goes from io-wq to a poll. */
	if (record->point == POINT_ASYNC && !found && c != -EALREADY && t == -ECANCELED) {
		race->wins.unfound++;
		return NULL;
	}
	return moved(race, t) ? NULL : "C found nothing, and nothing has moved";
}

static const char *check_trial(const struct race *race)
{
	const struct outcome *outcome = &race->outcome;
	unsigned asked = 0;

	if (outcome->verdict != VERDICT_PASS)
		return outcome->finding.sentence;
	if (outcome->bytes != race->plan.stream_size)
		return "bytes were lost";
	if (watch.harness_hit || watch.unknown || watch.gates)
		return "an operation of the harness was cancelled";
	for (unsigned i = 0; i < PER_TRIAL; i++) {
		if (!outcome->records[i].submitted)
			continue;
		if (asked < WATCH_MAX && watch.c[asked] != outcome->records[i].c_result)
			return "C is not what the kernel said";
		asked++;
	}
	return watch.cancels == asked ? NULL : "there were more cancels, or fewer";
}

/* COUNT races. False when something is wrong, which is printed. */
static bool run_races(struct race *race, enum wire_kind wire)
{
	char message[MESSAGE] = "", text[PLAN_TEXT_MAX];
	const char *wrong = NULL;

	for (unsigned trial = 0; trial < count / PER_TRIAL && !wrong; trial++) {
		make_plan(race, wire, trial + 1);
		memset(&watch, 0, sizeof(watch));
		watch_timeouts = race->cancellation.mechanism == MECH_LINK_TIMEOUT;
		if (trial_run(bench, &subjects_entry, &race->plan, &race->outcome, message,
			      sizeof(message)) < 0) {
			printf("    cannot run: %s\n", message);
			exit(99);
		}
		wrong = check_trial(race);
		for (unsigned i = 0; i < PER_TRIAL && !wrong; i++) {
			const struct landing_record *record = &race->outcome.records[i];

			wrong = check_record(race, record);
			if (wrong)
				printf("    cancellation %u: landing=%d T=%d C=%d: ", i,
				       (int)record->landing, record->t_result, record->c_result);
		}
	}
	if (!wrong)
		return true;
	plan_format(&race->plan, text, sizeof(text));
	printf("%s\n    %s\n", wrong, text);
	return false;
}

static void add(struct wins *to, const struct wins *wins)
{
	to->asked += wins->asked;
	to->cancel += wins->cancel;
	to->operation += wins->operation;
	to->both += wins->both;
	to->unfound += wins->unfound;
}

static void tell(const char *what, const struct wins *wins)
{
	unsigned asked = wins->asked ? wins->asked : 1;

	printf("    %-20s %6u races: the cancel %5.1f %%, the operation %5.1f %%, both %5.1f %%\n",
	       what, wins->asked, 100.0 * wins->cancel / asked, 100.0 * wins->operation / asked,
	       100.0 * wins->both / asked);
}

/* Over all cooked subjects and wires. */
static void race_all(const struct cancellation *cancellation, struct wins *wins)
{
	for (unsigned wire = 0; wire < WIRE_COUNT; wire++)
		for (unsigned i = 0; i < SUBJECTS; i++) {
			struct race race = { .subject = &subjects[i],
					     .cancellation = *cancellation };
			struct pair_place place = subject_place(&subjects[i], wire, ring);
			const char *reason;

			if (wire == WIRE_PIPE && (subjects[i].waitall || subjects[i].socket))
				continue;
			if (pair_kind(cancellation->point, cancellation->mechanism, &place,
				      &reason) != PAIR_RACING)
				continue;
			CU_ASSERT(run_races(&race, wire));
			add(wins, &race.wins);
		}
}

static void test_timer(void)
{
	struct wins all = { 0 };
	char what[40];

	printf("\n");
	for (unsigned i = 0; i < ARRAY_SIZE(delays_ns); i++) {
		struct cancellation cancellation = { .point = POINT_TIMER,
						     .mechanism = MECH_LINK_TIMEOUT,
						     .k = delays_ns[i] };
		struct wins wins = { 0 };

		race_all(&cancellation, &wins);
		snprintf(what, sizeof(what), "timer:%llu", (unsigned long long)delays_ns[i]);
		tell(what, &wins);
		add(&all, &wins);
	}
	CU_ASSERT(all.asked > 0);
	CU_ASSERT(all.cancel > 0);
	CU_ASSERT(all.operation > 0);
}

static void test_async(void)
{
	struct wins all = { 0 };

	printf("\n");
	for (unsigned mechanism = MECH_UD; mechanism <= MECH_ANY; mechanism++) {
		struct cancellation cancellation = { .point = POINT_ASYNC,
						     .mechanism = mechanism };
		struct wins wins = { 0 };

		race_all(&cancellation, &wins);
		if (!wins.asked)
			continue;
		tell(word_name(WORDS_MECHANISM, mechanism), &wins);
		add(&all, &wins);
	}
	CU_ASSERT(all.unfound * 200 <= all.asked); /* rare, or C is read wrongly */
	CU_ASSERT(all.asked > 0);
	CU_ASSERT_EQUAL(all.asked, all.cancel + all.operation + all.both);
	CU_ASSERT(all.cancel > 0);
	/* The kernel's thread hands it to io-wq when it pleases. */
	CU_ASSERT(ring == RING_SQPOLL || all.operation + all.both > 0);
	tell("io-wq", &all);
}

/* A long one is not waited for: the peer goes on until the operation has won. */
static void test_long_timer(void)
{
	struct cancellation cancellation = { .point = POINT_TIMER,
					     .mechanism = MECH_LINK_TIMEOUT,
					     .k = PLAN_DELAY_MAX_NS };

	count = PER_TRIAL;
	for (unsigned i = 0; i < SUBJECTS; i++) {
		struct race race = { .subject = &subjects[i], .cancellation = cancellation };

		if (subjects[i].raw || !subjects[i].waitall)
			continue;
		CU_ASSERT(run_races(&race, WIRE_UNIX));
		CU_ASSERT(race.wins.operation > 0);
		CU_ASSERT_EQUAL(race.wins.cancel, 0);
	}
}

int main(int argc, char **argv)
{
	static const struct test_row rows[] = {
		{ "a timer that runs freely", test_timer },
		{ "io-wq", test_async },
		{ "a timer that is too long", test_long_timer },
	};
	int wanted = argc > 1 ? word_find(WORDS_RING, argv[1]) : -1;
	int r;

	if (wanted < 0) {
		fprintf(stderr, "usage: test_racing plain|coop|defer|sqpoll [COUNT]\n");
		return 99;
	}
	ring = (enum ring_mode)wanted;
	if (argc > 2)
		count = (unsigned)strtoul(argv[2], NULL, 10);
	signal(SIGPIPE, SIG_IGN);
	subjects_look = false;
	if (bench_create(&bench) < 0)
		return 77;
	r = suite_run("racing", rows, ARRAY_SIZE(rows));
	bench_destroy(bench);
	return r;
}
