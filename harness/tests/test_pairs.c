/*
 * test_pairs.c - the proof that each scripted pair lands where it says, on one ring mode.
 *
 *	test_pairs RING [COUNT]
 *	DROPTEST_PAIRS=1000 test_pairs RING	the whole proof, what continuous integration runs
 *
 * Each point x mechanism that model/pairs.c calls scripted is landed COUNT times on each wire, for
 * reads and writes, cooked and raw. Every time: T and C are those of the table in
 * fixture_expected.c and those of the kernel's completions, the kernel's own count of the bytes in
 * the wire agrees, all bytes reach their end in order, and nothing of the harness was cancelled.
 * And all COUNT outcomes are one and the same. Then the same as a retry.
 *
 * Without DROPTEST_PAIRS operations that differ from another one in a line of the engine (vectored,
 * or without MSG_WAITALL) have a tenth of COUNT.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture_expected.h"
#include "fixture_subjects.h"
#include "fixture_watch.h"
#include "suite.h"

enum { COUNT = 1000, PER_TRIAL = 50, TWIN_SHARE = 10, MESSAGE = 200 };
enum { PARTIAL_BYTES = 5, WHOLE_CALL = 2000, RETRIES = 8, RETRY_STRIDE = 6 };

static enum ring_mode ring;
static unsigned count = COUNT, twin_share = TWIN_SHARE, pairs_proven;
static struct bench *bench;

/* One pair on one subject and wire. */
struct trialled {
	const struct subject *subject;
	enum wire_kind wire;
	enum point point;
	enum mechanism mechanism;
	unsigned step; /* cancellations of the plan for each landing: recovery takes two */
	struct plan plan;
	struct outcome outcome;
};

/* All that tells one landing from another. */
struct result {
	enum landing landing;
	int32_t t, c;
	uint64_t k;	     /* bytes of the attempt that had moved */
	uint64_t left;	     /* reads: bytes in the wire, by the kernel */
	uint64_t ahead;	     /* bytes that the kernel had moved beyond what completions told */
	uint32_t primitive;
	bool looked, ready;
};

static void complain(const struct trialled *trialled, const struct result *result,
		     const char *what)
{
	printf("    %s on %s/%s, %s by %s: %s (T=%d C=%d landing=%d k=%llu left=%llu ahead=%llu "
	       "primitive=%u ready=%d)\n",
	       trialled->subject->name, word_name(WORDS_WIRE, trialled->wire),
	       word_name(WORDS_RING, ring), word_name(WORDS_POINT, trialled->point),
	       word_name(WORDS_MECHANISM, trialled->mechanism), what, result->t, result->c,
	       (int)result->landing, (unsigned long long)result->k,
	       (unsigned long long)result->left, (unsigned long long)result->ahead,
	       result->primitive, result->ready);
}

/* After which the next attempt begins as this one did: the wire is as it was, nothing in flight. */
static bool leaves_nothing(const struct trialled *trialled)
{
	return BIT(trialled->point) &
		       (BIT(POINT_BEFORE) | BIT(POINT_BATCH_BLOCKED) | BIT(POINT_ARMED)) &&
	       trialled->mechanism != MECH_DROP;
}

/* Else every other attempt is cancelled, so that each starts afresh. Recovery follows a stop. */
static void make_plan(struct trialled *trialled)
{
	struct plan *plan = &trialled->plan;
	struct cancellation *cancellation = plan->cancellations;
	unsigned landings = PER_TRIAL, stride = leaves_nothing(trialled) ? 1 : 2;

	trialled->step = trialled->point == POINT_RECOVERY ? 2 : 1;
	landings /= trialled->step;
	subject_plan(trialled->subject, trialled->wire, ring, plan);
	/* Ready for all of it: as much as every wire has room for. */
	if (trialled->point == POINT_BATCH_READY && trialled->subject->writes)
		plan->call_min = plan->call_max = WHOLE_CALL;
	plan->stream_size = (2 * landings + 2) * plan->call_max;
	for (unsigned i = 0; i < landings; i++) {
		if (trialled->step == 2)
			*cancellation++ = (struct cancellation){ .attempt = stride * i + 1,
								 .point = POINT_ARMED,
								 .mechanism = MECH_STOP };
		*cancellation++ = (struct cancellation){
			.attempt = stride * i + 1,
			.point = trialled->point,
			.mechanism = trialled->mechanism,
			.k = trialled->point == POINT_PARTIAL ? PARTIAL_BYTES : 0,
		};
	}
	plan->cancellation_count = (uint32_t)(cancellation - plan->cancellations);
}

/* Each attempt that is cancelled is followed by one whose cancellation is a retry. */
static void make_retry_plan(struct trialled *trialled)
{
	struct plan *plan = &trialled->plan;

	make_plan(trialled);
	/* So long that the rest of it does not fit into the wire. */
	if (trialled->point == POINT_PARTIAL_KERNEL && trialled->subject->writes)
		plan->call_min = plan->call_max = 2 * plan->call_max;
	plan->stream_size = RETRY_STRIDE * RETRIES * plan->call_max;
	plan->cancellation_count = 2 * RETRIES;
	for (unsigned i = 0; i < RETRIES; i++) {
		struct cancellation *first = &plan->cancellations[2 * i];

		*first = plan->cancellations[0];
		first->attempt = RETRY_STRIDE * i + 1;
		first[1] = *first;
		first[1].retry = true;
		first[1].attempt = 0;
	}
}

static void take_result(const struct trialled *trialled, unsigned at, struct result *ret)
{
	const struct landing_record *record = &trialled->outcome.records[at];
	const struct sight *sight = &sights[at];

	*ret = (struct result){ .landing = record->landing,
				.t = record->t_result,
				.c = record->c_result,
				.k = record->k,
				.left = sight->left,
				.primitive = record->primitive,
				.looked = sight->taken,
				.ready = sight->ready };
	ret->ahead = trialled->subject->writes ? sight->on_way - sight->sent
					       : sight->fed - sight->consumed - sight->left;
}

/* Is that how far the kernel was ahead of the completions? Only an operation that was interrupted
 * inside can be: a stopped one has moved then what T says, a dropped one goes on. */
static bool ahead_good(const struct trialled *trialled, const struct result *result)
{
	bool inside = trialled->point == POINT_PARTIAL_KERNEL && result->t > 0;

	if (inside && trialled->mechanism == MECH_DROP)
		return result->ahead > 0 && result->ahead < trialled->plan.call_max &&
		       result->ahead <= (uint64_t)result->t;
	if (inside && trialled->mechanism == MECH_STOP)
		return result->ahead == (uint64_t)result->t;
	return result->ahead == 0;
}

static const char *check(const struct trialled *trialled, const struct result *result)
{
	uint64_t t = result->t > 0 ? (uint64_t)result->t : 0;
	struct expected expected;
	const char *wrong;

	if (result->landing != LANDING_LANDED)
		return "it did not land";
	if (!result->looked)
		return "nobody looked at the wire";
	wrong = expected_find(trialled->point, trialled->mechanism, ring, trialled->subject->raw,
			      &expected);
	if (!wrong)
		wrong = expected_compare(&expected, result->t, result->c,
					 trialled->plan.call_max, result->ready);
	if (!wrong && trialled->point == POINT_PARTIAL && result->k - t != PARTIAL_BYTES)
		wrong = "not after k bytes";
	if (!wrong && trialled->point != POINT_PARTIAL && result->k != t)
		wrong = "bytes had moved before";
	if (!wrong && !ahead_good(trialled, result))
		wrong = "the kernel has moved other bytes than the completions say";
	return wrong;
}

/* How much a MSG_WAITALL write moves before it waits is TCP's choice from time to time. Whether
 * the wire is ready is the table's business. */
static bool same(const struct trialled *trialled, const struct result *a, const struct result *b)
{
	bool by_tcp = trialled->subject->writes && trialled->subject->waitall &&
		      trialled->wire == WIRE_TCP;

	return a->landing == b->landing && a->c == b->c && a->primitive == b->primitive &&
	       a->left == b->left &&
	       (by_tcp || (a->t == b->t && a->k == b->k && a->ahead == b->ahead));
}

/* The completions themselves, as they came from the kernel, against the records. */
static const char *check_completions(const struct trialled *trialled)
{
	unsigned landings = trialled->plan.cancellation_count / trialled->step;
	enum mechanism mechanism = trialled->mechanism;
	bool raw = trialled->subject->raw, timed = mechanism == MECH_LINK_TIMEOUT;
	bool unsubmitted = mechanism == MECH_DROP && (trialled->point == POINT_BEFORE ||
						      (trialled->point == POINT_PARTIAL && !raw));
	bool has_c = mechanism <= MECH_ANY || (!raw && timed) ||
		     (!raw && mechanism == MECH_DROP && !unsubmitted);
	bool updated = timed && trialled->point != POINT_BATCH_BLOCKED &&
		       trialled->point != POINT_BATCH_READY;
	struct expected expected;

	expected_find(trialled->point, mechanism, ring, raw, &expected);
	if (watch.operations_cancelled !=
	    (expected.t == T_CANCELED && !unsubmitted ? landings : 0))
		return "other operations were cancelled than those of the landings";
	if (watch.cancels != (has_c ? landings : 0) || watch.updates != (updated ? landings : 0))
		return "there were more cancels than landings, or fewer";
	for (unsigned i = 0; has_c && i < landings; i++)
		if (watch.c[i] != trialled->outcome.records[i * trialled->step].c_result)
			return "C is not what the kernel said";
	return NULL;
}

/* Of a whole trial: nothing of the harness's was hit, and the stream reached its end. */
static const char *check_trial(const struct trialled *trialled)
{
	const struct outcome *outcome = &trialled->outcome;
	bool gated = trialled->point == POINT_BEFORE && trialled->mechanism != MECH_DROP;
	unsigned gates = gated ? trialled->plan.cancellation_count : 0;

	if (outcome->verdict != VERDICT_PASS)
		return outcome->finding.sentence;
	if (outcome->bytes != trialled->plan.stream_size)
		return "not all bytes were handed over";
	if (trialled->subject->writes &&
	    (subjects_received != trialled->plan.stream_size || !subjects_received_right))
		return "the peer did not receive the stream";
	if (watch.unknown)
		return "a completion of nobody's";
	if (watch.harness_hit)
		return "an operation of the harness was cancelled";
	if (watch.gates != gates || watch.gates_cancelled != gates)
		return "a gate was used, or cancelled, out of place";
	return check_completions(trialled);
}

static void run(struct trialled *trialled)
{
	char message[MESSAGE] = "";

	memset(&watch, 0, sizeof(watch));
	watch_timeouts = trialled->mechanism == MECH_LINK_TIMEOUT;
	if (trial_run(bench, &subjects_entry, &trialled->plan, &trialled->outcome, message,
		      sizeof(message)) == 0)
		return;
	printf("    cannot run: %s\n", message);
	exit(99);
}

/* COUNT times, one and the same outcome. True when so. */
static bool prove(struct trialled *trialled)
{
	struct result first = { 0 }, now;
	unsigned landed = 0;

	make_plan(trialled);
	while (landed < count / (trialled->subject->twin ? twin_share : 1)) {
		const char *wrong;

		run(trialled);
		for (unsigned at = trialled->step - 1; at < trialled->plan.cancellation_count;
		     at += trialled->step) {
			take_result(trialled, at, &now);
			wrong = check(trialled, &now);
			if (landed++ == 0)
				first = now;
			else if (!wrong && !same(trialled, &first, &now))
				wrong = "another outcome than the first time";
			if (!wrong)
				continue;
			complain(trialled, &now, wrong);
			return false;
		}
		wrong = check_trial(trialled);
		if (!wrong)
			continue;
		complain(trialled, &now, wrong);
		return false;
	}
	return true;
}

/* Can the next attempt be brought to the same point? Not while a dropped operation is in flight (it
 * is landed first), nor when a MSG_WAITALL read finds the bytes that came late; and recovery is
 * itself a second one. */
static bool bears_retry(const struct trialled *trialled)
{
	const struct subject *subject = trialled->subject;
	bool data_left = trialled->point == POINT_LATE || trialled->point == POINT_READY;

	return trialled->point != POINT_RECOVERY &&
	       !(subject->raw && trialled->mechanism == MECH_DROP) &&
	       !(data_left && subject->waitall && !subject->writes);
}

/* The retry lands too, in the attempt after the one before, with what the table says. */
static bool prove_retry(struct trialled *trialled)
{
	const struct landing_record *records = trialled->outcome.records;
	const char *wrong = NULL;
	struct result now;

	if (!bears_retry(trialled))
		return true;
	make_retry_plan(trialled);
	run(trialled);
	for (unsigned at = 0; at < trialled->plan.cancellation_count && !wrong; at++) {
		struct expected expected;

		take_result(trialled, at, &now);
		expected_find(trialled->point, trialled->mechanism, ring, trialled->subject->raw,
			      &expected);
		wrong = now.landing != LANDING_LANDED
				? "it did not land"
				: expected_compare(&expected, now.t, now.c, trialled->plan.call_max,
						   now.ready);
		if (!wrong && at % 2 && records[at].attempt != records[at - 1].attempt + 1)
			wrong = "not in the next attempt";
	}
	if (!wrong && trialled->outcome.verdict != VERDICT_PASS)
		wrong = trialled->outcome.finding.sentence;
	if (wrong)
		complain(trialled, &now, wrong);
	return !wrong;
}

static void prove_all(enum wire_kind wire, const struct subject *subject)
{
	struct trialled trialled = { .subject = subject, .wire = wire };
	struct pair_place place = subject_place(subject, wire, ring);
	unsigned proven = 0, failed = 0;

	for (unsigned point = 0; point < POINT_COUNT; point++)
		for (unsigned mechanism = 0; mechanism < MECH_COUNT; mechanism++) {
			const char *reason;

			if (pair_kind(point, mechanism, &place, &reason) != PAIR_SCRIPTED)
				continue;
			trialled.point = point;
			trialled.mechanism = mechanism;
			if (prove(&trialled) && prove_retry(&trialled))
				proven++;
			else
				failed++;
		}
	CU_ASSERT_EQUAL(failed, 0);
	CU_ASSERT(proven > 0);
	pairs_proven += proven;
}

static void run_wire(enum wire_kind wire, bool raw)
{
	unsigned before = pairs_proven;

	for (unsigned i = 0; i < SUBJECTS; i++)
		if (subjects[i].raw == raw &&
		    (wire != WIRE_PIPE || !(subjects[i].waitall || subjects[i].socket)))
			prove_all(wire, &subjects[i]);
	printf("%u pairs x %u ", pairs_proven - before, count);
}

static void test_pipe_cooked(void)
{
	run_wire(WIRE_PIPE, false);
}

static void test_pipe_raw(void)
{
	run_wire(WIRE_PIPE, true);
}

static void test_unix_cooked(void)
{
	run_wire(WIRE_UNIX, false);
}

static void test_unix_raw(void)
{
	run_wire(WIRE_UNIX, true);
}

static void test_tcp_cooked(void)
{
	run_wire(WIRE_TCP, false);
}

static void test_tcp_raw(void)
{
	run_wire(WIRE_TCP, true);
}

/* Were the table of pairs emptied by mistake, all of the above would pass. */
static void test_enough(void)
{
	static const unsigned all[RING_COUNT] = { 1736, 1736, 1984, 1736 };

	printf("%u pairs ", pairs_proven);
	CU_ASSERT_EQUAL(pairs_proven, all[ring]);
}

int main(int argc, char **argv)
{
	static const struct test_row rows[] = {
		{ "pipe, cooked", test_pipe_cooked },
		{ "pipe, raw", test_pipe_raw },
		{ "unix, cooked", test_unix_cooked },
		{ "unix, raw", test_unix_raw },
		{ "tcp, cooked", test_tcp_cooked },
		{ "tcp, raw", test_tcp_raw },
		{ "as many pairs as ever", test_enough },
	};
	int wanted = argc > 1 ? word_find(WORDS_RING, argv[1]) : -1;
	int r;

	if (wanted < 0) {
		fprintf(stderr, "usage: test_pairs plain|coop|defer|sqpoll [COUNT]\n");
		return 99;
	}
	ring = (enum ring_mode)wanted;
	if (argc > 2)
		count = (unsigned)strtoul(argv[2], NULL, 10);
	if (getenv("DROPTEST_PAIRS")) {
		count = (unsigned)strtoul(getenv("DROPTEST_PAIRS"), NULL, 10);
		twin_share = 1;
	}
	signal(SIGPIPE, SIG_IGN);
	if (bench_create(&bench) < 0)
		return 77;
	r = suite_run("pairs", rows, ARRAY_SIZE(rows));
	bench_destroy(bench);
	return r;
}
