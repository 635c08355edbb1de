/*
 * test_pairs.c - the proof that each scripted pair lands where it says, on one ring mode.
 *
 *	test_pairs RING [COUNT]
 *
 * Each point x mechanism that model/pairs.c calls scripted is played COUNT times (1,000) on each
 * wire, for reads and writes, cooked and raw. Every time: T and C are those of the table in
 * fixture_expected.c, the kernel's own count of the bytes in the wire agrees, all bytes reach their
 * end in order, nothing of the harness was cancelled. And all COUNT outcomes are one and the same.
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

enum { COUNT = 1000, PARTIAL_BYTES = 5, MESSAGE = 200 };

static enum ring_mode ring;
static unsigned count = COUNT;
static struct bench *bench;

/* All that tells one outcome from another. */
struct result {
	enum landing landing;
	int32_t t, c;
	uint64_t k, offset;
	uint32_t primitive, attempts, primitives;
	struct sight sight;
	struct watch watch;
};

/* One pair on one subject and wire. */
struct trialled {
	const struct subject *subject;
	enum wire_kind wire;
	enum point point;
	enum mechanism mechanism;
	unsigned at; /* its place in the plan */
	struct plan plan;
	struct outcome outcome;
};

static void complain(const struct trialled *trialled, const struct result *result, const char *what)
{
	printf("    %s on %s/%s, %s by %s: %s (T=%d C=%d landing=%d k=%llu left=%llu fed=%llu "
	       "consumed=%llu way=%llu sent=%llu ready=%d)\n",
	       trialled->subject->name, word_name(WORDS_WIRE, trialled->wire),
	       word_name(WORDS_RING, ring), word_name(WORDS_POINT, trialled->point),
	       word_name(WORDS_MECHANISM, trialled->mechanism), what, result->t, result->c,
	       (int)result->landing, (unsigned long long)result->k,
	       (unsigned long long)result->sight.left, (unsigned long long)result->sight.fed,
	       (unsigned long long)result->sight.consumed,
	       (unsigned long long)result->sight.on_way,
	       (unsigned long long)result->sight.sent, result->sight.ready);
}

/* Before the second attempt's first operation, or inside it. Recovery follows a stop. */
static void make_plan(struct trialled *trialled)
{
	struct plan *plan = &trialled->plan;
	struct cancellation *cancellation = plan->cancellations;

	subject_plan(trialled->subject, trialled->wire, ring, plan);
	if (trialled->point == POINT_RECOVERY)
		*cancellation++ = (struct cancellation){ .attempt = 1, .point = POINT_ARMED,
							 .mechanism = MECH_STOP };
	*cancellation++ = (struct cancellation){
		.attempt = 1,
		.point = trialled->point,
		.mechanism = trialled->mechanism,
		.k = trialled->point == POINT_PARTIAL ? PARTIAL_BYTES : 0,
	};
	plan->cancellation_count = (uint32_t)(cancellation - plan->cancellations);
	trialled->at = plan->cancellation_count - 1;
}

static void run(struct trialled *trialled, struct result *ret)
{
	const struct landing_record *record = &trialled->outcome.records[trialled->at];
	char message[MESSAGE] = "";

	memset(&watch, 0, sizeof(watch));
	watch_timeouts = trialled->mechanism == MECH_LINK_TIMEOUT;
	if (trial_run(bench, &subjects_entry, &trialled->plan, &trialled->outcome, message,
		      sizeof(message)) < 0) {
		printf("    cannot run: %s\n", message);
		exit(99);
	}
	memset(ret, 0, sizeof(*ret)); /* compared as bytes: padding too */
	ret->landing = record->landing;
	ret->t = record->t_result;
	ret->c = record->c_result;
	ret->k = record->k;
	ret->offset = record->offset;
	ret->primitive = record->primitive;
	ret->attempts = trialled->outcome.attempts;
	ret->primitives = trialled->outcome.primitives;
	memcpy(&ret->sight, &sights[trialled->at], sizeof(ret->sight));
	ret->watch = watch;
}

/* Bytes that the operation had taken, or put, before its completion said so. */
static uint64_t ahead_of_completion(const struct trialled *trialled, const struct result *result)
{
	bool interrupted = trialled->mechanism == MECH_STOP || trialled->mechanism == MECH_DROP;

	return interrupted && trialled->point == POINT_PARTIAL_KERNEL && result->t > 0
		       ? (uint64_t)result->t : 0;
}

/* The wire's bytes: what the kernel counted is what the completions say. */
static const char *check_wire(const struct trialled *trialled, const struct result *result)
{
	const struct sight *sight = &result->sight;
	uint64_t ahead = ahead_of_completion(trialled, result);

	if (!sight->taken)
		return "nobody looked at the wire";
	if (trialled->subject->writes)
		return sight->on_way == sight->sent + ahead ? NULL : "bytes on the way disagree";
	return sight->left == sight->fed - sight->consumed - ahead ? NULL
								    : "bytes left disagree";
}

static const char *check_watch(const struct trialled *trialled, const struct result *result)
{
	const struct watch *seen = &result->watch;
	bool gated = trialled->point == POINT_BEFORE && trialled->mechanism != MECH_DROP;

	if (seen->unknown)
		return "a completion of nobody's";
	if (seen->harness_hit)
		return "an operation of the harness was cancelled";
	if (seen->gates != gated || seen->gates_cancelled != gated)
		return "a gate was used, or cancelled, out of place";
	return NULL;
}

/* The stream: all of it reached its end, in order; the harness agrees. */
static const char *check_stream(const struct trialled *trialled)
{
	const struct outcome *outcome = &trialled->outcome;

	if (outcome->verdict != VERDICT_PASS)
		return outcome->finding.sentence;
	if (outcome->bytes != trialled->plan.stream_size)
		return "not all bytes were handed over";
	if (trialled->subject->writes &&
	    (subjects_received != trialled->plan.stream_size || !subjects_received_right))
		return "the peer did not receive the stream";
	return NULL;
}

static const char *check(const struct trialled *trialled, const struct result *result)
{
	struct expected expected;
	const char *wrong;

	if (result->landing != LANDING_LANDED)
		return "it did not land";
	wrong = expected_find(trialled->point, trialled->mechanism, ring, trialled->subject,
			      &expected);
	if (!wrong)
		wrong = expected_compare(&expected, result->t, result->c,
					 trialled->plan.call_max, result->sight.ready);
	if (!wrong && trialled->point == POINT_PARTIAL && result->k != PARTIAL_BYTES)
		wrong = "not after k bytes";
	if (!wrong)
		wrong = check_wire(trialled, result);
	if (!wrong)
		wrong = check_watch(trialled, result);
	if (!wrong)
		wrong = check_stream(trialled);
	return wrong;
}

/* COUNT times, one and the same outcome. True when so. */
static bool prove(struct trialled *trialled)
{
	struct result first, now;

	make_plan(trialled);
	for (unsigned i = 0; i < count; i++) {
		const char *wrong;

		run(trialled, &now);
		wrong = check(trialled, &now);
		if (i == 0)
			first = now;
		else if (!wrong && !results_same(trialled, &first, &now))
			wrong = "another outcome than the first time";
		if (!wrong)
			continue;
		complain(trialled, &now, wrong);
		return false;
	}
	return true;
}
