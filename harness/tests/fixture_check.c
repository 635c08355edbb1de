/*
 * fixture_check.c - see fixture_check.h.
 */
#include "tests/fixture_check.h"

#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

struct mine {
	size_t got, step;
};

_Atomic(pid_t) *fixture_child;
FILE *fixture_log;

void fixture_prepare(void)
{
	fixture_child = mmap(NULL, sizeof(*fixture_child), PROT_READ | PROT_WRITE,
			     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (fixture_child == MAP_FAILED)
		abort();
}

static int create(void *session, const struct dt_setup *setup, struct dt_io *io)
{
	struct mine *mine = session;

	(void)io;
	mine->step = strtoul(dt_setup_option(setup, "step"), NULL, 10);
	return mine->step ? 0 : -EINVAL;
}

static ssize_t fill(struct mine *mine, struct dt_io *io, struct dt_buffer *buffer)
{
	while (mine->got < buffer->size) {
		size_t left = buffer->size - mine->got;
		ssize_t n = dt_read(io, buffer->data + mine->got,
				    left < mine->step ? left : mine->step);

		if (n == 0)
			return mine->got ? -ENODATA : 0;
		if (n < 0)
			return n;
		mine->got += (size_t)n;
	}
	mine->got = 0;
	return (ssize_t)buffer->size;
}

static ssize_t read_all(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	return fill(session, io, buffer);
}

static ssize_t loses(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	struct mine local = { .step = ((struct mine *)session)->step };

	return fill(&local, io, buffer);
}

static ssize_t receive(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	(void)session;
	return dt_recv(io, buffer->data, buffer->size, 0);
}

/* A line byte by byte; what it has of one stays in the caller's buffer. */
static ssize_t next_line(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	(void)session;
	while (buffer->used < buffer->size) {
		ssize_t n = dt_read(io, buffer->data + buffer->used, 1);

		if (n == 0)
			return (ssize_t)buffer->used;
		if (n < 0)
			return n;
		if (buffer->data[buffer->used++] == '\n')
			return (ssize_t)buffer->used;
	}
	return -EPROTO;
}

static ssize_t logs(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	(void)session;
	if (fixture_log) {
		fputs("a call\n", fixture_log);
		fflush(fixture_log);
	}
	return dt_read(io, buffer->data, buffer->size);
}

/* One read; `*ret_struck` when it was cancelled. */
static ssize_t once(struct dt_io *io, struct dt_buffer *buffer, bool *ret_struck)
{
	ssize_t n = dt_read(io, buffer->data, buffer->size);

	*ret_struck = n == -ECANCELED;
	return n;
}

static ssize_t dies(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	bool struck;
	ssize_t n = once(io, buffer, &struck);

	(void)session;
	if (struck)
		abort();
	return n;
}

static ssize_t leaves(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	bool struck;
	ssize_t n = once(io, buffer, &struck);

	(void)session;
	if (struck)
		exit(7);
	return n;
}

static ssize_t spins(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	static volatile bool forever = true;
	bool struck;
	ssize_t n = once(io, buffer, &struck);

	(void)session;
	if (struck)
		*fixture_child = getpid();
	while (struck && forever)
		;
	return n;
}

/* What many loops do: whatever fails is tried again. */
static ssize_t retries(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	bool struck;
	ssize_t n;

	(void)session;
	do
		n = once(io, buffer, &struck);
	while (struck);
	return n;
}

static ssize_t forks(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	bool struck;
	ssize_t n = once(io, buffer, &struck);

	(void)session;
	if (struck && !*fixture_child) {
		pid_t child = fork();

		while (!child)
			pause();
		*fixture_child = child;
	}
	return n;
}

static ssize_t talks(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	bool struck;
	ssize_t n = once(io, buffer, &struck);

	(void)session;
	if (struck) {
		fputs("cancelled\n", stderr);
		return 0; /* and takes it for the end */
	}
	return n;
}

#define OPERATION(text, cut, promise, where, bits, what)                                   \
	{                                                                                  \
		.size = sizeof(struct dt_operation), .name = text, .summary = "a test's",  \
		.direction = DT_READER, .unit = cut, .contract = promise, .progress = where, \
		.flags = bits, .run = what                                                 \
	}

static const struct dt_operation operations[] = {
	OPERATION("read_all", DT_BYTES, DT_RESUMABLE, DT_BY_RESULT, DT_EXACT, read_all),
	OPERATION("loses", DT_BYTES, DT_RESUMABLE, DT_BY_RESULT, DT_EXACT, loses),
	OPERATION("receive", DT_BYTES, DT_ATOMIC, DT_BY_RESULT, DT_SOCKET, receive),
	OPERATION("next_line", DT_LINES, DT_RESUMABLE, DT_BY_USED, 0, next_line),
	OPERATION("logs", DT_BYTES, DT_ATOMIC, DT_BY_RESULT, 0, logs),
	OPERATION("dies", DT_BYTES, DT_ATOMIC, DT_BY_RESULT, 0, dies),
	OPERATION("leaves", DT_BYTES, DT_ATOMIC, DT_BY_RESULT, 0, leaves),
	OPERATION("spins", DT_BYTES, DT_ATOMIC, DT_BY_RESULT, 0, spins),
	OPERATION("retries", DT_BYTES, DT_ATOMIC, DT_BY_RESULT, 0, retries),
	OPERATION("forks", DT_BYTES, DT_ATOMIC, DT_BY_RESULT, 0, forks),
	OPERATION("talks", DT_BYTES, DT_ATOMIC, DT_BY_RESULT, 0, talks),
	OPERATION("helper", DT_BYTES, DT_ATOMIC, DT_BY_RESULT, DT_UNSTARTED, read_all),
	{ 0 },
};

static const struct dt_operation repaired_operations[] = {
	OPERATION("read_all", DT_BYTES, DT_RESUMABLE, DT_BY_RESULT, DT_EXACT, read_all),
	OPERATION("loses", DT_BYTES, DT_RESUMABLE, DT_BY_RESULT, DT_EXACT, read_all),
	OPERATION("next_line", DT_LINES, DT_RESUMABLE, DT_BY_USED, 0, next_line),
	{ 0 },
};

static const struct dt_option options[] = {
	{ .name = "step", .initial = "65536", .summary = "the most bytes of one dt_read" },
	{ 0 },
};

const struct dt_target fixture_mine = {
	.size = sizeof(struct dt_target),
	.name = "mine",
	.summary = "a test's",
	.operations = operations,
	.options = options,
	.session_size = sizeof(struct mine),
	.create = create,
};

const struct dt_target fixture_repaired = {
	.size = sizeof(struct dt_target),
	.name = "mine",
	.summary = "a test's",
	.operations = repaired_operations,
	.options = options,
	.session_size = sizeof(struct mine),
	.create = create,
};
