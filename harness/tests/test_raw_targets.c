/*
 * test_raw_targets.c - raw targets of other kinds than the bundled ones: they ask for readiness
 * first, read into provided buffers, mix the levels, take the harness's bits; beside a cooked one.
 *
 * The correct ones must pass wherever a cancellation is planned; the others must be blamed, in
 * words that say what they did, and must do no harm to the trials after them.
 */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <liburing.h>

#include "base/macros.h"
#include "run/trial.h"
#include "suite.h"

enum { ROOM = 4096, MESSAGE = 200, BUFFERS = 4, BUFFER_SIZE = 64, GROUP = 3 };
enum { UD_POLL = 1, UD_READ, UD_CANCEL, UD_BUFFERS };

static struct bench *bench;
static struct outcome outcome;

/* What is in flight, and what it brought. The kernel may touch it after an attempt. */
struct session {
	bool polling, reading, cancelling;
	bool given; /* buffers, to the kernel */
	int result;
	size_t taken, filled;
	unsigned char data[ROOM];
	unsigned char buffers[BUFFERS][BUFFER_SIZE];
};

static void cancel(struct session *session, struct dt_io *io, uint64_t what)
{
	struct io_uring_sqe *sqe = dt_sqe(io);

	io_uring_prep_cancel64(sqe, what, 0);
	io_uring_sqe_set_data64(sqe, UD_CANCEL);
	session->cancelling = true;
}

static void note(struct session *session, const struct dt_completion *completion)
{
	switch (completion->user_data) {
	case UD_POLL:
		session->polling = false;
		break;
	case UD_CANCEL:
		session->cancelling = false;
		break;
	case UD_READ:
		session->reading = false;
		session->result = completion->result;
		if (completion->result > 0) {
			session->taken = 0;
			session->filled = (size_t)completion->result;
		}
		if (completion->flags & IORING_CQE_F_BUFFER) {
			unsigned id = completion->flags >> IORING_CQE_BUFFER_SHIFT;

			memcpy(session->data, session->buffers[id], session->filled);
			session->given = false;
		}
		break;
	}
}

/* Waits until nothing is in flight. 0, or -ECANCELED: stopped (after reaping) or dropped. */
static int land(struct session *session, struct dt_io *io)
{
	struct dt_completion completion;
	int stopped = 0;

	while (session->polling || session->reading || session->cancelling) {
		int r = dt_wait(io, &completion);

		if (r == 0) {
			note(session, &completion);
		} else if (r != -ECANCELED || stopped) {
			return r;
		} else {
			stopped = r;
			if (!session->cancelling)
				cancel(session, io, session->reading ? UD_READ : UD_POLL);
		}
	}
	return stopped;
}

static ssize_t hand_over(struct session *session, struct dt_buffer *buffer)
{
	size_t size = MIN(session->filled - session->taken, buffer->size);

	memcpy(buffer->data, session->data + session->taken, size);
	session->taken += size;
	return (ssize_t)size;
}

/* Like many an event loop: first ask whether it is readable, then read. */
static ssize_t poll_then_read(void *context, struct dt_io *io, struct dt_buffer *buffer)
{
	struct session *session = context;
	struct io_uring_sqe *sqe;
	int r = land(session, io);

	if (session->taken < session->filled)
		return hand_over(session, buffer);
	if (r)
		return r;
	sqe = dt_sqe(io);
	io_uring_prep_poll_add(sqe, dt_fd(io, DT_IN), POLLIN);
	io_uring_sqe_set_data64(sqe, UD_POLL);
	session->polling = true;
	r = land(session, io);
	if (r)
		return r;
	sqe = dt_sqe(io);
	io_uring_prep_read(sqe, dt_fd(io, DT_IN), session->data, ROOM, 0);
	io_uring_sqe_set_data64(sqe, UD_READ);
	session->reading = true;
	r = land(session, io);
	if (session->taken < session->filled)
		return hand_over(session, buffer);
	return r ? r : session->result;
}

/* The kernel chooses the buffer; the entry says no size at all. */
static ssize_t read_provided(void *context, struct dt_io *io, struct dt_buffer *buffer)
{
	struct session *session = context;
	struct io_uring_sqe *sqe;
	int r = land(session, io);

	if (session->taken < session->filled)
		return hand_over(session, buffer);
	if (r)
		return r;
	if (!session->given) {
		sqe = dt_sqe(io);
		io_uring_prep_provide_buffers(sqe, session->buffers, BUFFER_SIZE, 1, GROUP, 0);
		io_uring_sqe_set_data64(sqe, UD_BUFFERS);
		session->given = true;
	}
	sqe = dt_sqe(io);
	io_uring_prep_recv(sqe, dt_fd(io, DT_IN), NULL, 0, 0);
	sqe->flags |= IOSQE_BUFFER_SELECT;
	sqe->buf_group = GROUP;
	io_uring_sqe_set_data64(sqe, UD_READ);
	session->reading = true;
	r = land(session, io);
	if (session->taken < session->filled)
		return hand_over(session, buffer);
	return r ? r : session->result;
}

static ssize_t raw_calls_read(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	struct io_uring_sqe *sqe = dt_sqe(io);

	(void)session;
	io_uring_prep_nop(sqe);
	return dt_read(io, buffer->data, buffer->size);
}

static ssize_t cooked_takes_entry(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	(void)session;
	dt_sqe(io);
	return dt_read(io, buffer->data, buffer->size);
}

static ssize_t cooked_waits(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	struct dt_completion completion;

	(void)session;
	dt_wait(io, &completion);
	return dt_read(io, buffer->data, buffer->size);
}

static ssize_t takes_bits(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	struct dt_completion completion;
	struct io_uring_sqe *sqe = dt_sqe(io);

	(void)session;
	io_uring_prep_read(sqe, dt_fd(io, DT_IN), buffer->data, (unsigned)buffer->size, 0);
	io_uring_sqe_set_data64(sqe, 1ULL << 48 | UD_READ);
	return dt_wait(io, &completion) ? -EIO : completion.result;
}

static ssize_t cooked_read(void *context, struct dt_io *io, struct dt_buffer *buffer)
{
	struct session *session = context;

	if (session->taken < session->filled)
		return hand_over(session, buffer);
	return dt_read(io, buffer->data, buffer->size);
}

static ssize_t echo(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	ssize_t size = dt_read(io, buffer->data, buffer->size);

	(void)session;
	CU_ASSERT_EQUAL(dt_fd(io, DT_IN), dt_fd(io, DT_OUT));
	for (ssize_t done = 0, n; done < size; done += n) {
		n = dt_write(io, buffer->data + done, (size_t)(size - done));
		if (n <= 0)
			return n;
	}
	return size;
}

/* Without a copy: a second completion says that the peer has it. */
static ssize_t send_message(void *context, struct dt_io *io, struct dt_buffer *buffer)
{
	static struct iovec part;
	static struct msghdr message;
	struct dt_completion completion = { .flags = IORING_CQE_F_MORE };
	struct session *session = context;
	struct io_uring_sqe *sqe = dt_sqe(io);
	ssize_t size = 0;

	memcpy(session->data, buffer->data, buffer->size);
	part = (struct iovec){ session->data, buffer->size };
	message = (struct msghdr){ .msg_iov = &part, .msg_iovlen = 1 };
	io_uring_prep_sendmsg_zc(sqe, dt_fd(io, DT_OUT), &message, 0);
	while (completion.flags & IORING_CQE_F_MORE) {
		if (dt_wait(io, &completion))
			return -EIO;
		if (!(completion.flags & IORING_CQE_F_NOTIF))
			size = completion.result;
	}
	return size;
}

#define OPERATION(name_, flags_, run_)                                                             \
	{                                                                                          \
		.size = sizeof(struct dt_operation), .name = name_, .summary = "a test's",         \
		.direction = DT_READER, .unit = DT_BYTES, .contract = DT_ATOMIC,                   \
		.progress = DT_BY_RESULT, .flags = flags_, .run = run_                             \
	}

static const struct dt_operation operations[] = {
	OPERATION("cooked", 0, cooked_read),
	OPERATION("polls", DT_RAW, poll_then_read),
	OPERATION("provided", DT_RAW | DT_SOCKET, read_provided),
	{ .size = sizeof(struct dt_operation), .name = "sends", .summary = "a test's",
	  .direction = DT_WRITER, .unit = DT_BYTES, .contract = DT_TERMINAL,
	  .progress = DT_BY_RESULT, .flags = DT_RAW | DT_SOCKET, .run = send_message },
	{ 0 },
};
static const struct dt_operation mistaken[] = {
	OPERATION("raw_calls_read", DT_RAW, raw_calls_read),
	OPERATION("cooked_takes_entry", 0, cooked_takes_entry),
	OPERATION("cooked_waits", 0, cooked_waits),
	OPERATION("takes_bits", DT_RAW, takes_bits),
	{ 0 },
};
static const struct dt_target right = { .size = sizeof(right), .name = "right", .summary = "",
					.operations = operations,
					.session_size = sizeof(struct session) };
static const struct dt_target wrong = { .size = sizeof(wrong), .name = "wrong", .summary = "",
					.operations = mistaken };
/* A relay needs two wires; on one socket, which pipes are not. */
static const struct dt_operation duplex[] = {
	{ .size = sizeof(struct dt_operation), .name = "echo", .summary = "a test's",
	  .direction = DT_DUPLEX, .unit = DT_BYTES, .contract = DT_TERMINAL,
	  .progress = DT_BY_RESULT, .run = echo },
	{ 0 },
};
static const struct dt_target both = { .size = sizeof(both), .name = "both", .summary = "",
				       .operations = duplex };
static char both_name[] = "tests/both";
static const struct entry both_entry = { .name = both_name, .target = &both };
static char right_name[] = "tests/right", wrong_name[] = "tests/wrong";
static const struct entry right_entry = { .name = right_name, .target = &right };
static const struct entry wrong_entry = { .name = wrong_name, .target = &wrong };

static void make_plan(const struct entry *entry, const char *operation, enum ring_mode ring,
		      struct plan *plan)
{
	plan_init(plan);
	snprintf(plan->target, sizeof(plan->target), "%s", entry->name);
	snprintf(plan->operation, sizeof(plan->operation), "%s", operation);
	plan->ring = ring;
	plan->stream_size = 200;
	plan->deliver_max = 17;
}

static void run(const struct entry *entry, const struct plan *plan)
{
	char message[MESSAGE] = "";

	if (trial_run(bench, entry, plan, &outcome, message, sizeof(message)) == 0)
		return;
	printf("    cannot run: %s\n", message);
	exit(99);
}

/* Each point by each mechanism in the first attempts, then in later ones; whether it lands or not,
 * the stream must be preserved. */
static void try_all(const char *operation, enum wire_kind wire, enum ring_mode ring)
{
	char text[PLAN_TEXT_MAX];
	unsigned landed = 0;
	struct plan plan;

	for (unsigned i = 0; i < POINT_COUNT * MECH_COUNT * FEED_COUNT * 4;
	     i += ring == RING_SQPOLL ? 7 : 1) {
		make_plan(&right_entry, operation, ring, &plan);
		plan.wire = wire;
		plan.seed = i;
		plan.feed = i / POINT_COUNT / MECH_COUNT % FEED_COUNT;
		plan.caller = i % 3 ? CALLER_FRESH : CALLER_OTHER;
		plan.cancellation_count = 2;
		for (unsigned at = 0; at < 2; at++)
			plan.cancellations[at] = (struct cancellation){
				.attempt = i / POINT_COUNT / MECH_COUNT / FEED_COUNT + 3 * at,
				.point = i % POINT_COUNT,
				.mechanism = i / POINT_COUNT % MECH_COUNT,
				.k = i % POINT_COUNT == POINT_PARTIAL ||
				     i % POINT_COUNT == POINT_TIMER,
			};
		run(&right_entry, &plan);
		landed += outcome.landed;
		if (outcome.verdict == VERDICT_PASS)
			continue;
		plan_format(&plan, text, sizeof(text));
		printf("    %s\n    %s\n", outcome.finding.sentence, text);
		CU_FAIL("a correct target was blamed");
		return;
	}
	printf("%u ", landed);
	CU_ASSERT(landed > 40);
}

static void test_polls(void)
{
	for (unsigned ring = 0; ring < RING_COUNT; ring++)
		for (unsigned wire = 0; wire < WIRE_COUNT; wire++)
			try_all("polls", wire, ring);
}

static void test_provided(void)
{
	for (unsigned ring = 0; ring < RING_COUNT; ring++)
		try_all("provided", WIRE_UNIX, ring);
}

static void test_messages(void)
{
	struct plan plan;

	for (unsigned ring = 0; ring < RING_COUNT; ring++) {
		make_plan(&right_entry, "sends", ring, &plan);
		plan.wire = WIRE_TCP; /* AF_UNIX has no sends without a copy */
		run(&right_entry, &plan);
		CU_ASSERT_EQUAL(outcome.verdict, VERDICT_PASS);
		CU_ASSERT_EQUAL(outcome.bytes, plan.stream_size);
		CU_ASSERT(outcome.primitives >= outcome.attempts);
		if (outcome.verdict != VERDICT_PASS)
			printf("    %s\n", outcome.finding.sentence);
	}
}

/* Blamed, with these words; the ring serves the next trial as if nothing had been. */
static void expect_blame(const char *operation, const char *words)
{
	struct plan plan;

	for (unsigned ring = 0; ring < RING_COUNT; ring++) {
		make_plan(&wrong_entry, operation, ring, &plan);
		run(&wrong_entry, &plan);
		CU_ASSERT_EQUAL(outcome.verdict, VERDICT_VIOLATION);
		CU_ASSERT_EQUAL(outcome.finding.damage, DAMAGE_MISREPORTED);
		CU_ASSERT_PTR_NOT_NULL(strstr(outcome.finding.sentence, words));
	}
}

static void test_mixed(void)
{
	expect_blame("raw_calls_read", "mixes the levels");
	expect_blame("cooked_takes_entry", "mixes the levels");
	expect_blame("cooked_waits", "mixes the levels");
}

static void test_bits(void)
{
	expect_blame("takes_bits", "user_data of 2^48 or more");
}

static void test_duplex(void)
{
	char message[MESSAGE] = "";
	struct plan plan;

	for (unsigned wire = 0; wire < WIRE_COUNT; wire++) {
		make_plan(&both_entry, "echo", RING_PLAIN, &plan);
		plan.wire = wire;
		if (wire == WIRE_PIPE) {
			CU_ASSERT_EQUAL(trial_run(bench, &both_entry, &plan, &outcome, message,
						  sizeof(message)), -EINVAL);
			CU_ASSERT_PTR_NOT_NULL(strstr(message, "one socket"));
			continue;
		}
		run(&both_entry, &plan);
		CU_ASSERT_EQUAL(outcome.verdict, VERDICT_PASS);
		CU_ASSERT_EQUAL(outcome.bytes, plan.stream_size);
	}
}

int main(void)
{
	static const struct test_row rows[] = {
		{ "a target that polls first", test_polls },
		{ "a target with provided buffers", test_provided },
		{ "messages without a copy", test_messages },
		{ "targets that mix the levels", test_mixed },
		{ "a target that takes the harness's bits", test_bits },
		{ "a duplex target has one socket", test_duplex },
	};
	int r;

	signal(SIGPIPE, SIG_IGN);
	if (bench_create(&bench) < 0)
		return 77;
	r = suite_run("raw targets", rows, ARRAY_SIZE(rows));
	bench_destroy(bench);
	return r;
}
