/*
 * test_ledger.c - who moved a byte, and from where: asked of hand-made records of trials.
 *
 * The stream here is "abcdefgh...": a byte is where its letter stands.
 */
#include <string.h>

#include "base/macros.h"
#include "run/ledger.h"
#include "tests/suite.h"

enum { EVENTS = 64 };

static unsigned char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

/* A trial with its record only. */
static struct record {
	struct event events[EVENTS];
	struct history history;
	struct port port;
	struct bench bench;
	struct stream stream;
	struct plan plan;
	struct outcome outcome;
	unsigned char tail[64];
	struct trial trial;
} record;

static void begin(void)
{
	memset(&record, 0, sizeof(record));
	record.history = (struct history){ .events = record.events, .capacity = EVENTS };
	record.port.history = &record.history;
	record.bench.tail = record.tail;
	record.stream.bytes = letters;
	record.stream.size = sizeof(letters) - 1;
	record.trial = (struct trial){ .bench = &record.bench, .port = &record.port,
				       .stream = &record.stream, .plan = &record.plan,
				       .outcome = &record.outcome, .taken_at = UINT64_MAX };
}

static void attempt(uint32_t number, uint64_t offset, uint32_t size)
{
	struct event *event = history_append(&record.history, EVENT_ATTEMPT);

	event->attempt = number;
	event->offset = offset;
	event->size = size;
}

static struct event *complete(uint32_t number, uint8_t side, uint64_t offset, int32_t result)
{
	struct event *event = history_append(&record.history, EVENT_COMPLETE);

	event->attempt = number;
	event->side = side;
	event->offset = offset;
	event->result = result;
	return event;
}

static void returned(uint32_t number)
{
	history_append(&record.history, EVENT_RETURN)->attempt = number;
}

static void landed(uint32_t number, enum landing landing)
{
	uint32_t at = record.plan.cancellation_count++;

	record.outcome.records[at] = (struct landing_record){ .attempt = number,
							      .landing = landing };
}

/* What the peer received from the first difference on: at `drained`, where `owed` was expected. */
static void received(uint64_t owed, uint64_t drained, const char *bytes)
{
	record.trial.diverged = true;
	record.trial.diverged_at = owed;
	record.trial.diverged_drained = drained;
	record.trial.tail_size = strlen(bytes);
	memcpy(record.tail, bytes, record.trial.tail_size);
}

static void test_mover(void)
{
	const struct trial *trial = &record.trial;

	begin();
	attempt(0, 0, 8);
	complete(0, EVENT_SIDE_IN, 0, 4);
	complete(0, EVENT_SIDE_OUT, 0, 2);
	complete(0, EVENT_SIDE_IN, 4, -ECANCELED);
	attempt(1, 0, 8);
	complete(1, EVENT_SIDE_IN, 4, 3);
	CU_ASSERT_EQUAL(ledger_mover(trial, EVENT_SIDE_IN, 0), 0);
	CU_ASSERT_EQUAL(ledger_mover(trial, EVENT_SIDE_IN, 3), 0);
	CU_ASSERT_EQUAL(ledger_mover(trial, EVENT_SIDE_IN, 4), 1);
	CU_ASSERT_EQUAL(ledger_mover(trial, EVENT_SIDE_IN, 6), 1);
	CU_ASSERT_EQUAL(ledger_mover(trial, EVENT_SIDE_IN, 7), UINT32_MAX);
	CU_ASSERT_EQUAL(ledger_mover(trial, EVENT_SIDE_OUT, 1), 0);
	CU_ASSERT_EQUAL(ledger_mover(trial, EVENT_SIDE_OUT, 2), UINT32_MAX);
}

/* Bytes that were only looked at are still on the wire: whoever takes them is their mover. */
static void test_peek(void)
{
	begin();
	attempt(0, 0, 8);
	complete(0, EVENT_SIDE_IN, 0, 4)->flags = EVENT_PEEKED;
	CU_ASSERT_EQUAL(ledger_mover(&record.trial, EVENT_SIDE_IN, 0), UINT32_MAX);
	attempt(1, 0, 8);
	complete(1, EVENT_SIDE_IN, 0, 4);
	CU_ASSERT_EQUAL(ledger_mover(&record.trial, EVENT_SIDE_IN, 0), 1);
	attempt(2, 4, 8);
	complete(2, EVENT_SIDE_IN, 4, 4)->flags = EVENT_PEEKED;
	CU_ASSERT_EQUAL(ledger_place(&record.trial, letters + 4, 4), UINT64_MAX);
}

static void test_afterwards(void)
{
	begin();
	attempt(0, 0, 8);
	complete(0, EVENT_SIDE_IN, 0, 2);
	returned(0);
	attempt(1, 2, 8);
	complete(0, EVENT_SIDE_IN, 2, 2); /* left in flight by #0 */
	complete(1, EVENT_SIDE_IN, 4, 2);
	returned(1);
	CU_ASSERT_FALSE(ledger_moved_afterwards(&record.trial, EVENT_SIDE_IN, 0));
	CU_ASSERT_TRUE(ledger_moved_afterwards(&record.trial, EVENT_SIDE_IN, 2));
	CU_ASSERT_FALSE(ledger_moved_afterwards(&record.trial, EVENT_SIDE_IN, 4));
	CU_ASSERT_FALSE(ledger_moved_afterwards(&record.trial, EVENT_SIDE_IN, 9));
}

/* The one whose attempt moved the byte, and only if it landed; else the last that landed. */
static void test_guilty(void)
{
	begin();
	complete(1, EVENT_SIDE_IN, 0, 2);
	complete(3, EVENT_SIDE_IN, 2, 2);
	CU_ASSERT_EQUAL(ledger_guilty(&record.trial, EVENT_SIDE_IN, 0), -1);
	landed(1, LANDING_LANDED);
	landed(3, LANDING_TOO_LATE);
	landed(5, LANDING_LANDED);
	CU_ASSERT_EQUAL(ledger_guilty(&record.trial, EVENT_SIDE_IN, 1), 0);
	CU_ASSERT_EQUAL(ledger_guilty(&record.trial, EVENT_SIDE_IN, 2), 2);
	CU_ASSERT_EQUAL(ledger_guilty(&record.trial, EVENT_SIDE_IN, 40), 2);
}

/* Call #1 sends "efg" of the message "efghij" at 4 and is cancelled; #2 sends all of it again. */
static void test_repeated(void)
{
	struct divergence d = { 0 };

	begin();
	attempt(1, 4, 6);
	complete(1, EVENT_SIDE_OUT, 4, 3);
	attempt(2, 4, 6);
	complete(2, EVENT_SIDE_OUT, 7, 6);
	received(7, 7, "efghij");
	CU_ASSERT_TRUE(ledger_repeated(&record.trial, &d));
	CU_ASSERT_EQUAL(d.damage, DAMAGE_DUPLICATED);
	CU_ASSERT_EQUAL(d.from, 4);
	CU_ASSERT_EQUAL(d.to, 7);
	/* Bytes of no message are not a repetition. */
	received(7, 7, "efxhij");
	CU_ASSERT_FALSE(ledger_repeated(&record.trial, &d));
	/* What finish() sends has no message to compare with. */
	record.events[2].size = 0;
	received(7, 7, "efghij");
	CU_ASSERT_FALSE(ledger_repeated(&record.trial, &d));
}

/* A byte can look right by chance: the piece is compared from where the difference was seen. */
static void test_repeated_skips(void)
{
	struct divergence d = { 0 };

	begin();
	letters[3] = 'b'; /* "abcbefgh": the second "b..." begins as what is owed does */
	attempt(0, 1, 6);
	complete(0, EVENT_SIDE_OUT, 1, 2);
	attempt(1, 1, 6);
	complete(1, EVENT_SIDE_OUT, 3, 6);
	received(4, 4, "cbefg");
	CU_ASSERT_TRUE(ledger_repeated(&record.trial, &d));
	CU_ASSERT_EQUAL(d.damage, DAMAGE_DUPLICATED);
	CU_ASSERT_EQUAL(d.from, 2);
	CU_ASSERT_EQUAL(d.to, 4);
	letters[3] = 'd';
}

/* A writer kept "e" from a call before: one operation sends "e", "efgh" as one. */
static void test_begun_again(void)
{
	struct divergence d = { 0 };

	begin();
	attempt(0, 0, 4);
	complete(0, EVENT_SIDE_OUT, 0, 4);
	attempt(1, 4, 16);
	complete(1, EVENT_SIDE_OUT, 4, 17);
	received(5, 5, "efghijklmnopq");
	CU_ASSERT_TRUE(ledger_begun_again(&record.trial, &d));
	CU_ASSERT_EQUAL(d.damage, DAMAGE_DUPLICATED);
	CU_ASSERT_EQUAL(d.from, 4);
	CU_ASSERT_EQUAL(d.to, 5);
	received(5, 5, "zzzz");
	CU_ASSERT_FALSE(ledger_begun_again(&record.trial, &d));
	received(5, 40, "efgh"); /* nobody moved it */
	CU_ASSERT_FALSE(ledger_begun_again(&record.trial, &d));
}

/* The completions of the attempt under way only; the one whose very result it is comes first. */
static void test_place(void)
{
	const struct trial *trial = &record.trial;

	begin();
	attempt(0, 0, 8);
	complete(0, EVENT_SIDE_IN, 0, 4);
	CU_ASSERT_EQUAL(ledger_place(trial, letters, 2), 0);
	attempt(1, 0, 8);
	CU_ASSERT_EQUAL(ledger_place(trial, letters, 2), UINT64_MAX);
	complete(1, EVENT_SIDE_IN, 4, 2);
	complete(1, EVENT_SIDE_OUT, 4, 2);
	complete(1, EVENT_SIDE_IN, 6, -ECANCELED);
	CU_ASSERT_EQUAL(ledger_place(trial, letters + 4, 2), 4);
	CU_ASSERT_EQUAL(ledger_place(trial, letters + 5, 2), UINT64_MAX);
	letters[8] = 'e'; /* "e" at 4 and at 8 */
	complete(1, EVENT_SIDE_IN, 8, 1);
	complete(1, EVENT_SIDE_IN, 4, 4);
	CU_ASSERT_EQUAL(ledger_place(trial, letters + 4, 1), 8);
	letters[8] = 'i';
}

static const struct test_row rows[] = {
	{ "who moved a byte", test_mover },
	{ "what was looked at was not moved", test_peek },
	{ "moved when its attempt was over", test_afterwards },
	{ "the guilty cancellation", test_guilty },
	{ "a message sent again", test_repeated },
	{ "a message sent again, its first byte right by chance", test_repeated_skips },
	{ "the beginning of a message again and again", test_begun_again },
	{ "the place of what was handed over", test_place },
};

int main(void)
{
	return suite_run("ledger", rows, ARRAY_SIZE(rows));
}
