/*
 * fixture_results.c - a made-up campaign: a table of scenarios and targets, over wires and rings.
 */
#include "fixture_results.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "fixture_trial.h"
#include "run/results_log.h"

const char fixture_evil[] = "</script><script>document.title='pwned'</script><img src=x "
			    "onerror=alert(1)>\"'`&lt; \xe2\x80\xa8 line \xe2\x80\xae bidi "
			    "\x1b[31m ansi \x1b]0;t\x07 \xff\xfe bad \xc0\x80 nul ]]> <!-- ";

enum kind { GOOD, BUG, SURPRISE, FEW, LEFT_OUT, FAILED, KNOWN };

static const struct shape {
	const char *suite, *scenario, *target, *operation;
	enum dt_contract declared;
	enum kind kind;
	enum damage damage;
	unsigned met;
	bool writes;
} shapes[] = {
	{ "tokio-contracts", "read", "reference/read", "read", DT_ATOMIC, GOOD, 0,
	  BIT(DT_ATOMIC), false },
	{ "tokio-contracts", "read-buf", "reference/read_buf", "read_buf", DT_ATOMIC, GOOD, 0,
	  BIT(DT_ATOMIC), false },
	{ "tokio-contracts", "read-exact", "reference/read_exact", "read_exact", DT_TERMINAL, KNOWN,
	  DAMAGE_LOST, BIT(DT_TERMINAL), false },
	{ "tokio-contracts", "read-exact", "reference/read_exact_resumable", "read_exact",
	  DT_RESUMABLE, GOOD, 0, BIT(DT_RESUMABLE), false },
	{ "tokio-contracts", "write", "reference/write", "write", DT_ATOMIC, GOOD, 0,
	  BIT(DT_ATOMIC), true },
	{ "tokio-contracts", "write-all", "reference/write_all", "write_all", DT_TERMINAL, KNOWN,
	  DAMAGE_DUPLICATED, BIT(DT_TERMINAL), true },
	{ "session-state", "framed-read", "reference/frame_reader", "next", DT_RESUMABLE, GOOD, 0,
	  BIT(DT_RESUMABLE) | BIT(DT_PARTIAL), false },
	{ "session-state", "framed-read", "broken/frame_local", "next", DT_RESUMABLE, BUG,
	  DAMAGE_LOST, BIT(DT_NONE_MET), false },
	{ "session-state", "framed-read", "broken/header_local", "next", DT_RESUMABLE, BUG,
	  DAMAGE_CORRUPTED, BIT(DT_TERMINAL), false },
	{ "session-state", "lines", "reference/line_reader", "next_line", DT_RESUMABLE, GOOD, 0,
	  BIT(DT_RESUMABLE), false },
	{ "session-state", "lines", "broken/line_local", "next_line", DT_RESUMABLE, BUG,
	  DAMAGE_LOST, BIT(DT_TERMINAL), false },
	{ "writers", "queue", "reference/queue_writer", "send", DT_ATOMIC, SURPRISE,
	  DAMAGE_TRUNCATED, BIT(DT_NONE_MET), true },
	{ "writers", "queue", "broken/queue_tail", "send", DT_ATOMIC, BUG, DAMAGE_TRUNCATED,
	  BIT(DT_NONE_MET), true },
	{ "writers", "progress", "reference/write_with_progress", "write", DT_RESUMABLE, FEW, 0, 0,
	  true },
	{ "writers", "progress", "broken/write_cursor", "write", DT_RESUMABLE, BUG,
	  DAMAGE_DUPLICATED, BIT(DT_TERMINAL), true },
	{ "real", "openssl", "real/openssl", "ssl_read", DT_RESUMABLE, LEFT_OUT, 0, 0, false },
	{ "real", "openssl", "real/openssl", "ssl_write", DT_RESUMABLE, FAILED, 0, 0, true },
};

static char *text(const char *format, ...)
{
	va_list arguments;
	char *out;
	int r;

	va_start(arguments, format);
	r = vasprintf(&out, format, arguments);
	va_end(arguments);
	assert(r >= 0);
	return out;
}

static void fill_tally(const struct shape *shape, unsigned salt, struct tally *tally)
{
	static const unsigned points[] = { POINT_BEFORE, POINT_ARMED, POINT_PARTIAL, POINT_RACED,
					   POINT_LATE, POINT_PARTIAL_KERNEL };

	tally->trials = shape->kind == FEW ? 40 : 2000 + salt;
	for (unsigned i = 0; i < ARRAY_SIZE(points); i++)
		for (unsigned m = 0; m < MECH_COUNT; m++) {
			struct landing_counts *counts = &tally->points[points[i]][m];

			if ((points[i] == POINT_BEFORE && m > MECH_UD) ||
			    (points[i] == POINT_RACED && m >= MECH_LINK_TIMEOUT))
				continue;
			counts->landed = shape->kind == FEW ? 2 : 100 + (salt * 31 + m * 7) % 90;
			counts->too_late = (salt + m) % 9;
			counts->never = points[i] == POINT_PARTIAL_KERNEL ? 11 : 0;
			if (points[i] == POINT_PARTIAL_KERNEL && m > MECH_FD)
				counts->landed = 0;
			counts->asked = counts->landed + counts->too_late + counts->never;
		}
	for (unsigned c = 0; c < CALLER_COUNT; c++) {
		struct caller_counts *counts = &tally->callers[c];

		counts->trials = tally->trials / CALLER_COUNT;
		counts->landed_trials = counts->trials * 9 / 10;
		counts->mid_trials = counts->trials / 3;
		if (shape->damage && c <= CALLER_OTHER)
			counts->damage[shape->damage] = 214 - 40 * c;
		counts->damage[DAMAGE_NONE] = counts->trials - counts->damage[shape->damage];
		if (!shape->damage)
			counts->damage[DAMAGE_NONE] = counts->trials;
		tally->verdicts[VERDICT_VIOLATION] +=
			shape->damage ? counts->damage[shape->damage] : 0;
	}
	tally->verdicts[VERDICT_PASS] = tally->trials - tally->verdicts[VERDICT_VIOLATION];
	tally->attempts = tally->trials * 66;
	tally->primitives = tally->trials * 130;
	tally->bytes = tally->trials * 4096;
	tally->cells[CELL_ECANCELED][CELL_ZERO] = tally->trials * 3;
	tally->cells[CELL_POSITIVE][CELL_ENOENT] = tally->trials;
	tally->cells[CELL_POSITIVE][CELL_ZERO] = 37 + salt;
	tally->cells[CELL_ECANCELED][CELL_ETIME] = tally->trials / 4;
	tally->cells[CELL_POSITIVE][CELL_ETIME] = 5;
}

static void fill_failures(const struct shape *shape, unsigned salt, struct case_result *test)
{
	static const struct {
		enum point point;
		enum mechanism mechanism;
	} kinds[] = { { POINT_PARTIAL, MECH_UD },
		      { POINT_PARTIAL, MECH_LINK_TIMEOUT },
		      { POINT_ARMED, MECH_DROP } };

	test->failures = calloc(ARRAY_SIZE(kinds), sizeof(*test->failures));
	assert(test->failures);
	for (unsigned i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct fixture_failure wanted = {
			.target = shape->target,
			.operation = shape->operation,
			.wire = test->wire,
			.ring = test->ring,
			.damage = shape->damage,
			.point = kinds[i].point,
			.mechanism = kinds[i].mechanism,
			.caller = i == 2 ? CALLER_FRESH : CALLER_SAME,
			.attempts = i == 1 ? 200 : 24,
			.guilty = i == 1 ? 100 : 3 + i,
			.k = 5 + 11 * i + salt % 7,
			.writes = shape->writes,
			.trial = salt * 10 + i,
		};

		fixture_failure(&wanted, &test->failures[test->failure_count++]);
	}
}

static void fill_expectation(const struct shape *shape, struct case_result *test)
{
	static const enum verdict verdicts[] = {
		[GOOD] = VERDICT_PASS,	       [BUG] = VERDICT_PASS, [KNOWN] = VERDICT_PASS,
		[SURPRISE] = VERDICT_VIOLATION, [FEW] = VERDICT_INCONCLUSIVE,
		[LEFT_OUT] = VERDICT_SKIP,     [FAILED] = VERDICT_ERROR,
	};
	static const char *const reasons[] = {
		[GOOD] = "",
		[BUG] = "",
		[KNOWN] = "",
		[SURPRISE] = "declared atomic, met none: the tail of a message never arrived",
		[FEW] = "12 landed at partial:kernel, 16 are needed: nothing can be said",
		[LEFT_OUT] = "OpenSSL is not installed; install libssl-dev and build again",
		[FAILED] = "the worker could not be started: Cannot allocate memory",
	};

	test->verdict = verdicts[shape->kind];
	test->reason = text("%s", reasons[shape->kind]);
	test->met = shape->met;
	if (shape->kind == BUG) {
		test->expect.kind = EXPECT_VIOLATION;
		test->expect.violation = shape->damage;
		test->expect_text = text("violation: %s", word_name(WORDS_DAMAGE, shape->damage));
	} else if (shape->kind == KNOWN) {
		test->expect.kind = EXPECT_MET;
		test->expect.met = shape->met;
		test->expect.retry = shape->damage;
		test->expect_text = text("met: terminal, retry: %s",
					 word_name(WORDS_DAMAGE, shape->damage));
	} else {
		test->expect_text = text("pass");
	}
}

static void add_case(struct results *results, const struct shape *shape, enum wire_kind wire,
		     enum ring_mode ring)
{
	struct case_result *test = &results->cases[results->case_count];
	unsigned salt = results->case_count;

	*test = (struct case_result){
		.id = text("%s/%s:%s.%s:%s:%s", shape->suite, shape->scenario, shape->target,
			   shape->operation, word_name(WORDS_WIRE, wire),
			   word_name(WORDS_RING, ring)),
		.scenario = text("%s", shape->scenario),
		.suite = text("%s", shape->suite),
		.target = text("%s", shape->target),
		.operation = text("%s", shape->operation),
		.wire = wire,
		.ring = ring,
		.declared = shape->declared,
		.seconds = 1.25,
		.index = salt,
		.complete = true,
	};
	fill_expectation(shape, test);
	if (shape->kind != LEFT_OUT && shape->kind != FAILED)
		fill_tally(shape, salt, &test->tally);
	if (shape->damage)
		fill_failures(shape, salt, test);
	results->case_count++;
}

static void make(struct results *results, bool surprises)
{
	static const char run[] =
		"{\"version\": 1, \"seed\": \"0x2a\", \"droptest\": \"0.1.0\","
		" \"plan_hash\": \"6a09e667f3bcc908\","
		" \"command\": [\"droptest\", \"run\", \"scenarios\", \"--seed\", \"42\"],"
		" \"options\": {\"trials\": 2000, \"target\": \"./my own.so\"},"
		" \"scenarios\": [{\"name\": \"framed-read\", \"path\": "
		"\"scenarios/session-state/framed-read.yaml\", \"hash\": \"bb67ae8584caa73b\"}],"
		" \"environment\": {\"kernel\": \"Linux 6.18.0 x86_64\", \"cpus\": 2,"
		" \"liburing\": \"2.3\", \"features\": [\"waitall\", \"sync_cancel\"],"
		" \"waitall_self_test\": true}}";
	static const enum ring_mode rings[] = { RING_PLAIN, RING_DEFER };

	*results = (struct results){
		.run = json_loads(run, 0, NULL),
		.cases = calloc(ARRAY_SIZE(shapes) * WIRE_COUNT * ARRAY_SIZE(rings),
				sizeof(struct case_result)),
		.complete = true,
		.verdict = surprises ? VERDICT_ERROR : VERDICT_PASS,
		.seconds = 84.5,
	};
	assert(results->run && results->cases);
	for (unsigned i = 0; i < ARRAY_SIZE(shapes); i++)
		for (unsigned wire = 0; wire < WIRE_COUNT; wire++)
			for (unsigned r = 0; r < ARRAY_SIZE(rings); r++) {
				struct shape shape = shapes[i];
				bool planned = shape.kind == GOOD || shape.kind == BUG ||
					       shape.kind == KNOWN;

				if (!surprises && !planned)
					continue;
				if (shape.kind == SURPRISE && wire != WIRE_TCP) {
					shape.kind = GOOD;
					shape.damage = DAMAGE_NONE;
					shape.met = BIT(DT_ATOMIC);
				}
				add_case(results, &shape, wire, rings[r]);
			}
}

void fixture_results(struct results *ret_results)
{
	make(ret_results, true);
}

void fixture_results_passed(struct results *ret_results)
{
	make(ret_results, false);
}

static void poison(char **field)
{
	char *poisoned = text("%s %s", fixture_evil, *field);

	free(*field);
	*field = poisoned;
}

void fixture_results_evil(struct results *ret_results)
{
	make(ret_results, true);
	for (unsigned i = 0; i < ret_results->case_count; i++) {
		struct case_result *test = &ret_results->cases[i];

		poison(&test->id);
		poison(&test->scenario);
		poison(&test->suite);
		poison(&test->target);
		poison(&test->operation);
		poison(&test->expect_text);
		poison(&test->reason);
		for (unsigned j = 0; j < test->failure_count; j++) {
			struct failure *failure = &test->failures[j];

			snprintf(failure->outcome.finding.sentence, SENTENCE_MAX, "%s",
				 fixture_evil);
			snprintf(failure->plan.target, PLAN_NAME_MAX, "<b>'x'</b>");
			plan_format(&failure->plan, failure->plan_text, PLAN_TEXT_MAX);
		}
	}
	json_object_set_new(ret_results->run, "</style><script>1</script>",
			    json_string("\x1b[0m \xe2\x80\xae <b>\"'& \xe2\x80\xa9"));
}

static int write_case(struct results_log *log, const struct case_result *test)
{
	int r = 0;

	for (unsigned i = 0; i < test->failure_count && !r; i++) {
		const struct failure *failure = &test->failures[i];
		struct row row;

		row_fill(&row, test->index, failure->trial, &failure->plan, &failure->outcome);
		r = results_log_row(log, &row);
		if (!r)
			r = results_log_failure(log, test, failure);
	}
	return r ? r : results_log_case(log, test);
}

int fixture_results_write(const struct results *results, const char *directory)
{
	struct results_log_options options = {
		.directory = directory,
		.seed = 0x2a,
		.rows_max = ROWS_MAX_DEFAULT,
	};
	struct results_log *log;
	char message[512];
	int r = results_log_open(&options, results->run, &log, message, sizeof(message));

	if (r)
		return r;
	for (unsigned i = 0; i < results->case_count && !r; i++)
		r = write_case(log, &results->cases[i]);
	if (!r)
		r = results_log_end(log, results->verdict, results->interrupted, results->seconds);
	results_log_close(log);
	return r;
}
