/*
 * test_history.c - events as lines: what `--trace` and reports show of a trial.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/macros.h"
#include "model/history.h"
#include "tests/suite.h"

static const struct {
	struct event event;
	const char *line;
} golden[] = {
	{ { .kind = EVENT_ATTEMPT, .attempt = 3, .size = 64, .offset = 192 },
	  "attempt 3: begins with 64 at 192" },
	{ { .kind = EVENT_SUBMIT, .attempt = 3, .primitive = 1, .detail = DT_OP_READ, .size = 64,
	    .offset = 192 },
	  "attempt 3.1: read asked 64 at 192" },
	{ { .kind = EVENT_SUBMIT, .detail = DT_OP_SEND, .size = 1 },
	  "attempt 0.0: send asked 1 at 0" },
	{ { .kind = EVENT_SUBMIT, .detail = 77 }, "attempt 0.0: operation asked 0 at 0" },
	{ { .kind = EVENT_COMPLETE, .attempt = 3, .primitive = 1, .result = -ECANCELED },
	  "attempt 3.1 -> -ECANCELED" },
	{ { .kind = EVENT_COMPLETE, .attempt = 3, .result = 40 }, "attempt 3.0 -> 40" },
	{ { .kind = EVENT_COMPLETE, .attempt = 3, .result = -3999 }, "attempt 3.0 -> -3999" },
	{ { .kind = EVENT_COMPLETE, .attempt = 3, .result = INT32_MIN },
	  "attempt 3.0 -> -2147483648" },
	{ { .kind = EVENT_CANCEL, .attempt = 2, .primitive = 1, .detail = 5 },
	  "attempt 2.1: cancellation 5 asked" },
	{ { .kind = EVENT_CANCELLED, .detail = 5, .result = -ENOENT },
	  "cancellation 5 -> -ENOENT" },
	{ { .kind = EVENT_CANCELLED, .detail = 5, .result = -ETIME }, "cancellation 5 -> -ETIME" },
	{ { .kind = EVENT_LANDING, .attempt = 2, .primitive = 1, .detail = 5,
	    .result = LANDING_TOO_LATE, .offset = 100 },
	  "attempt 2.1: cancellation 5 too-late at 100" },
	{ { .kind = EVENT_LANDING, .result = -7 }, "attempt 0.0: cancellation 0 ? at 0" },
	{ { .kind = EVENT_FEED, .size = 17, .offset = 4096 }, "peer: fed bytes 4096..4112 (17)" },
	{ { .kind = EVENT_DRAIN, .size = 17, .offset = 0 }, "peer: drained bytes 0..16 (17)" },
	{ { .kind = EVENT_PEER_CLOSE }, "peer: closed its end" },
	{ { .kind = EVENT_PEER_CLOSE, .detail = 1 }, "peer: reset the connection" },
	{ { .kind = EVENT_RETURN, .attempt = 1, .result = -EPIPE, .size = 9 },
	  "attempt 1: returned -EPIPE, used 9" },
	{ { .kind = EVENT_HANDED, .attempt = 1, .size = 4, .offset = 8 },
	  "attempt 1: handed over bytes 8..11 (4)" },
	{ { .kind = EVENT_ACCEPTED, .attempt = 1, .size = 4, .offset = 8 },
	  "attempt 1: accepted bytes 8..11 (4)" },
	{ { .kind = EVENT_CALLER, .attempt = 1, .detail = CALLER_REST },
	  "attempt 1: the caller goes on with: rest" },
	{ { .kind = EVENT_SYNTHETIC, .attempt = 1, .primitive = 2 },
	  "attempt 1.2: a write of 0 was simulated" },
	{ { .kind = EVENT_FINISH, .result = 0 }, "finish -> 0" },
	{ { .kind = EVENT_DAMAGE, .attempt = 1, .detail = DAMAGE_LOST, .size = 12,
	    .offset = 4096 },
	  "attempt 1: lost bytes 4096..4107 (12)" },
	{ { .kind = 99 }, "unknown event 99" },
};

static void test_lines(void)
{
	char line[200];

	for (unsigned i = 0; i < ARRAY_SIZE(golden); i++) {
		int length = event_format(&golden[i].event, line, sizeof(line));

		CU_ASSERT_STRING_EQUAL(line, golden[i].line);
		CU_ASSERT_EQUAL(length, (int)strlen(golden[i].line));
	}
}

static void test_cut(void)
{
	char line[200];

	for (unsigned i = 0; i < ARRAY_SIZE(golden); i++) {
		memset(line, '#', sizeof(line));
		CU_ASSERT_EQUAL(event_format(&golden[i].event, line, 8), 7);
		CU_ASSERT_EQUAL(strncmp(line, golden[i].line, 7), 0);
		CU_ASSERT_EQUAL(line[7], 0);
		CU_ASSERT_EQUAL(line[8], '#');
	}
}

static void test_names(void)
{
	for (unsigned i = 0; i < EVENT_KINDS; i++) {
		CU_ASSERT_PTR_NOT_NULL_FATAL(event_name((enum event_kind)i));
		for (unsigned j = 0; j < i; j++)
			CU_ASSERT_STRING_NOT_EQUAL(event_name((enum event_kind)i),
						   event_name((enum event_kind)j));
	}
	CU_ASSERT_STRING_EQUAL(event_name(EVENT_PEER_CLOSE), "peer-close");
	CU_ASSERT_STRING_EQUAL(event_name(EVENT_KINDS), "?");
}

/* A full history counts what it drops and keeps what it has. */
static void test_append(void)
{
	struct event events[3] = { 0 };
	struct history history = { .events = events, .capacity = 3 };

	for (uint32_t i = 0; i < 5; i++)
		history_append(&history, EVENT_FEED)->size = i;
	CU_ASSERT_EQUAL(history.count, 3);
	CU_ASSERT_EQUAL(history.dropped, 2);
	CU_ASSERT_EQUAL(events[0].size, 0);
	CU_ASSERT_EQUAL(events[1].size, 1);
	history_clear(&history);
	CU_ASSERT_EQUAL(history.count, 0);
	CU_ASSERT_EQUAL(history.dropped, 0);
	CU_ASSERT_EQUAL(history_append(&history, EVENT_DRAIN)->size, 0);
	CU_ASSERT_EQUAL(events[0].kind, EVENT_DRAIN);
}

static const struct test_row rows[] = {
	{ "a line for each kind", test_lines },
	{ "lines cut to the room there is", test_cut },
	{ "a name for each kind", test_names },
	{ "a full history", test_append },
};

int main(void)
{
	return suite_run("history", rows, ARRAY_SIZE(rows));
}
