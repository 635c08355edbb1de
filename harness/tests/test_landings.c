/*
 * test_landings.c - every legal pair is drawn at random, and lands, on one ring mode.
 *
 *	test_landings RING [SHARE]	SHARE: one case in so many, for slow rings
 *
 * Plans are drawn as a run draws them, from a seed, for each subject and wire, with deliveries that
 * take an attempt several primitives and with such that take one. They are run until each pair that
 * model/pairs.c does not call impossible has been drawn and has landed. Pairs that have not after
 * many times the trials that it takes are named. No trial may find damage that the declared
 * contract forbids, and none may fail: a harness that loses bytes would show here. Nor may anything
 * of the harness's be hit, whatever follows on what.
 *
 * Of the plans that hold scripted pairs only, one in four is run again: its cancellations must
 * become what they became the first time, to the byte.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture_subjects.h"
#include "fixture_watch.h"
#include "run/draw.h"
#include "suite.h"

/* What it takes is 30 to 400 trials. */
enum { TRIALS_MAX = 20000, SEED = 7, TEXT = 400, MESSAGE = 200, AGAIN_ONE_IN = 4 };

static enum ring_mode ring;
static unsigned share = 1, cases_seen, cases_run, pairs_landed, trials_most;
static uint64_t trials_run, trials_repeated;
static struct bench *bench;

/* One case: a subject on a wire, its attempts one primitive or several. */
struct place {
	const struct subject *subject;
	struct test_case test;
	struct target_choice choice;
	struct scenario *scenario;
	struct shape shape;
	unsigned legal[POINT_COUNT], drawn[POINT_COUNT], landed[POINT_COUNT]; /* mechanisms */
};

/* Deliveries as large as a call make it one primitive. Writes that wait for all must not fit into
 * the wire. */
static void write_scenario(const struct subject *subject, enum wire_kind wire, bool several,
			   char text[TEXT])
{
	const char *calls = several ? "[1, 64]" : "16", *deliveries = several ? "[1, 17]" : "16";
	const char *stream = several ? "1 KiB" : "512";

	if (subject->writes) {
		calls = several ? "[1, 6000]" : "[1, 500]";
		deliveries = "[1, 16 KiB]";
		stream = several ? "32 KiB" : "8 KiB";
	}
	if (subject->writes && subject->waitall) {
		calls = wire == WIRE_TCP ? "[1, 80000]" : "[1, 12000]";
		stream = wire == WIRE_TCP ? "400000" : "64 KiB";
	}
	snprintf(text, TEXT,
		 "scenario: landings\nunit: bytes\nstream: %s\ncalls: %s\ndeliveries: %s\n"
		 "cancel: {points: [all, timer, async]}\ntargets: {tests/subject: pass}\n",
		 stream, calls, deliveries);
}

static void run(const struct plan *plan, struct outcome *outcome)
{
	char message[MESSAGE] = "";

	memset(&watch, 0, sizeof(watch));
	watch_timeouts = true; /* -ECANCELED there is nothing bad */
	if (trial_run(bench, &subjects_entry, plan, outcome, message, sizeof(message)) == 0)
		return;
	printf("    cannot run: %s\n", message);
	exit(99);
}

/* The control run tells what can be drawn, as in a campaign. */
static void place_init(struct place *place, const struct subject *subject, enum wire_kind wire,
		       bool several)
{
	static struct outcome outcome;
	struct plan plan;
	char text[TEXT];

	memset(place, 0, sizeof(*place));
	write_scenario(subject, wire, several, text);
	CU_ASSERT_FATAL(!scenario_parse("landings", text, strlen(text), stderr, &place->scenario));
	place->subject = subject;
	place->test = (struct test_case){
		.scenario = place->scenario,
		.choice = &place->choice,
		.entry = &subjects_entry,
		.operation = target_operation(subjects_entry.target, subject->name),
		.wire = wire,
		.ring = ring,
	};
	snprintf(place->test.id, sizeof(place->test.id), "%s:%s:%s", subject->name,
		 word_name(WORDS_WIRE, wire), several ? "several" : "one");
	case_control_plan(&place->test, SEED, &plan);
	run(&plan, &outcome);
	CU_ASSERT_EQUAL(outcome.verdict, VERDICT_PASS);
	bench_shape(bench, &place->shape);
	if (place->shape.primitives_most == 1 && several)
		place->shape.primitives_most +=
			trial_goes_on(bench, &subjects_entry, &plan) > 0;
	case_pairs(&place->test, &place->shape, place->legal);
}

static void count_landings(struct place *place, const struct plan *plan,
			   const struct outcome *outcome)
{
	for (uint32_t i = 0; i < plan->cancellation_count; i++) {
		const struct cancellation *step = &plan->cancellations[i];

		place->drawn[step->point] |= BIT(step->mechanism);
		if (outcome->records[i].landing == LANDING_LANDED)
			place->landed[step->point] |= BIT(step->mechanism);
	}
}

static bool all_landed(const struct place *place)
{
	return !memcmp(place->legal, place->landed, sizeof(place->legal));
}

/* How much a MSG_WAITALL write moves at once is TCP's choice, and so is all that follows. */
static bool repeats(const struct place *place, const struct plan *plan)
{
	if (place->subject->writes && place->subject->waitall && plan->wire == WIRE_TCP)
		return false;
	for (uint32_t i = 0; i < plan->cancellation_count; i++)
		if (BIT(plan->cancellations[i].point) & (BIT(POINT_TIMER) | BIT(POINT_ASYNC)))
			return false;
	return true;
}

static bool same_record(const struct landing_record *a, const struct landing_record *b)
{
	if (a->landing != b->landing || a->submitted != b->submitted)
		return false;
	return !a->submitted ||
	       (a->t_result == b->t_result && a->c_result == b->c_result && a->k == b->k &&
		a->attempt == b->attempt && a->primitive == b->primitive &&
		a->offset == b->offset && a->mid == b->mid);
}

/* Runs it once more. True when all became of it that became of it before. */
static bool runs_again(const struct place *place, const struct plan *plan,
		       const struct outcome *before)
{
	static struct outcome now;
	const struct landing_record *a = before->records, *b = now.records;
	char text[PLAN_TEXT_MAX];
	uint32_t at = 0;

	run(plan, &now);
	trials_repeated++;
	while (at < plan->cancellation_count && same_record(&a[at], &b[at]))
		at++;
	if (at == plan->cancellation_count && now.verdict == before->verdict &&
	    now.attempts == before->attempts && now.bytes == before->bytes)
		return true;
	plan_format(plan, text, sizeof(text));
	printf("    %s: %u attempts, then %u; %llu bytes, then %llu\n", place->test.id,
	       before->attempts, now.attempts, (unsigned long long)before->bytes,
	       (unsigned long long)now.bytes);
	if (at < plan->cancellation_count)
		printf("    cancellation %u: landing %d T=%d C=%d k=%llu, then %d %d %d %llu\n",
		       at, (int)a[at].landing, a[at].t_result, a[at].c_result,
		       (unsigned long long)a[at].k, (int)b[at].landing, b[at].t_result,
		       b[at].c_result, (unsigned long long)b[at].k);
	printf("    %s\n", text);
	return false;
}

/* Subjects have one operation in flight: a cancel of all that there is counts no other. */
static bool hits_more(const struct plan *plan, const struct outcome *outcome)
{
	for (uint32_t i = 0; i < plan->cancellation_count; i++)
		if (outcome->records[i].submitted && outcome->records[i].c_result > 1)
			return true;
	return false;
}

/* Damage is allowed under the callers of stronger contracts only. */
static bool sound(const struct place *place, const struct plan *plan,
		  const struct outcome *outcome)
{
	unsigned callers = callers_of_contract(place->test.operation->contract);
	char text[PLAN_TEXT_MAX];

	if (hits_more(plan, outcome) || watch.harness_hit || watch.unknown ||
	    watch.gates != watch.gates_cancelled)
		printf("    %s: something of the harness's was hit\n", place->test.id);
	else if (outcome->verdict == VERDICT_PASS ||
		 (outcome->verdict == VERDICT_VIOLATION && !(callers & BIT(plan->caller))))
		return true;
	plan_format(plan, text, sizeof(text));
	printf("    %s: %s\n    %s\n", place->test.id, outcome->finding.sentence, text);
	return false;
}

/* Names what is missing. True when nothing is. */
static bool complain(const struct place *place)
{
	bool good = true;

	for (unsigned point = 0; point < POINT_COUNT; point++)
		for (unsigned mechanism = 0; mechanism < MECH_COUNT; mechanism++) {
			unsigned bit = BIT(mechanism);
			const char *what = NULL;

			pairs_landed += !!(place->landed[point] & bit);
			if (place->drawn[point] & ~place->legal[point] & bit)
				what = "was drawn, and is impossible";
			else if (place->legal[point] & ~place->drawn[point] & bit)
				what = "was never drawn";
			else if (place->legal[point] & ~place->landed[point] & bit)
				what = "never landed";
			if (!what)
				continue;
			printf("    %s: %s by %s %s\n", place->test.id,
			       word_name(WORDS_POINT, point),
			       word_name(WORDS_MECHANISM, mechanism), what);
			good = false;
		}
	return good;
}

/* Draws and runs until all have landed. */
static void land_all(const struct subject *subject, enum wire_kind wire, bool several)
{
	static struct outcome outcome;
	static struct plan plan;
	struct place place;
	struct draw draw;
	unsigned trials = 0;

	if (cases_seen++ % share)
		return;
	place_init(&place, subject, wire, several);
	draw_init(&draw, &place.test, &place.shape, SEED);
	for (; trials < TRIALS_MAX && !all_landed(&place); trials++) {
		draw_plan(&draw, trials, &plan);
		run(&plan, &outcome);
		count_landings(&place, &plan, &outcome);
		if (!sound(&place, &plan, &outcome)) {
			CU_FAIL("a trial found damage");
			break;
		}
		if (trials % AGAIN_ONE_IN == 0 && repeats(&place, &plan) &&
		    !runs_again(&place, &plan, &outcome)) {
			CU_FAIL("a scripted plan had another outcome");
			break;
		}
	}
	CU_ASSERT(complain(&place));
	if (getenv("DROPTEST_SHOW"))
		printf("    %s: %u trials, at most %u primitives\n", place.test.id, trials,
		       place.shape.primitives_most);
	scenario_destroy(place.scenario);
	trials_most = trials > trials_most ? trials : trials_most;
	trials_run += trials;
	cases_run++;
}

static void land_wire(enum wire_kind wire)
{
	unsigned before = pairs_landed;

	trials_most = 0;
	for (unsigned i = 0; i < SUBJECTS; i++) {
		if (wire == WIRE_PIPE && (subjects[i].waitall || subjects[i].socket))
			continue;
		land_all(&subjects[i], wire, true);
		land_all(&subjects[i], wire, false);
	}
	printf("%u pairs, after %u trials at most ", pairs_landed - before, trials_most);
}

static void test_pipe(void)
{
	land_wire(WIRE_PIPE);
}

static void test_unix(void)
{
	land_wire(WIRE_UNIX);
}

static void test_tcp(void)
{
	land_wire(WIRE_TCP);
}

/* Were nothing legal, all of the above would pass. */
static void test_enough(void)
{
	printf("%u cases, %u pairs, %llu trials, %llu of them twice ", cases_run, pairs_landed,
	       (unsigned long long)trials_run, (unsigned long long)trials_repeated);
	CU_ASSERT(trials_repeated > cases_run);
	CU_ASSERT(cases_run >= cases_seen / share);
	CU_ASSERT(pairs_landed > 20 * cases_run);
}

int main(int argc, char **argv)
{
	static const struct test_row rows[] = {
		{ "pipe", test_pipe },
		{ "unix", test_unix },
		{ "tcp", test_tcp },
		{ "as many as there must be", test_enough },
	};
	int wanted = argc > 1 ? word_find(WORDS_RING, argv[1]) : -1;
	int r;

	if (wanted < 0) {
		fprintf(stderr, "usage: test_landings plain|coop|defer|sqpoll [SHARE]\n");
		return 99;
	}
	ring = (enum ring_mode)wanted;
	if (argc > 2)
		share = (unsigned)strtoul(argv[2], NULL, 10);
	signal(SIGPIPE, SIG_IGN);
	subjects_look = false;
	if (bench_create(&bench) < 0)
		return 77;
	r = suite_run("landings", rows, ARRAY_SIZE(rows));
	bench_destroy(bench);
	return r;
}
