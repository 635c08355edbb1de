/*
 * hostile.c - targets that would take their process with them, once they were cancelled.
 *
 * crash uses what the cancelled path freed; exit_call ends the process as if all were well;
 * close_fd closes a descriptor that is not its own; scribble writes one byte behind the caller's
 * buffer. Twin of all: reference/read.
 */
#include <stdlib.h>
#include <unistd.h>

#include "broken.h"

static ssize_t read_and_crash(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	struct broken_pointer *last = session;
	ssize_t n = dt_read(io, buffer->data, buffer->size);

	last->byte = n == -ECANCELED ? NULL : buffer->data;
	*last->byte = buffer->data[0]; /* the bug */
	return n;
}

static ssize_t read_and_exit(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	ssize_t n;

	(void)session;
	n = dt_read(io, buffer->data, buffer->size);
	if (n == -ECANCELED)
		exit(0); /* the bug */
	return n;
}

static ssize_t read_and_close(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	ssize_t n;

	(void)session;
	n = dt_read(io, buffer->data, buffer->size);
	if (n == -ECANCELED)
		close(dt_fd(io, DT_IN)); /* the bug: it was borrowed */
	return n;
}

static ssize_t read_and_scribble(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	ssize_t n;

	(void)session;
	n = dt_read(io, buffer->data, buffer->size);
	if (n == -ECANCELED)
		buffer->data[buffer->size] = '\0'; /* the bug */
	return n;
}

const struct dt_operation crash_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "read",
	  .summary = "returns what one read brings; crashes when it was cancelled",
	  .direction = DT_READER,
	  .unit = DT_BYTES,
	  .contract = DT_ATOMIC,
	  .progress = DT_BY_RESULT,
	  .run = read_and_crash },
	{ 0 },
};

const struct dt_operation exit_call_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "read",
	  .summary = "returns what one read brings; calls exit(0) when it was cancelled",
	  .direction = DT_READER,
	  .unit = DT_BYTES,
	  .contract = DT_ATOMIC,
	  .progress = DT_BY_RESULT,
	  .run = read_and_exit },
	{ 0 },
};

const struct dt_operation close_fd_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "read",
	  .summary = "returns what one read brings; cancelled, it closes the harness's descriptor",
	  .direction = DT_READER,
	  .unit = DT_BYTES,
	  .contract = DT_ATOMIC,
	  .progress = DT_BY_RESULT,
	  .run = read_and_close },
	{ 0 },
};

const struct dt_operation scribble_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "read",
	  .summary = "returns what one read brings; cancelled, it writes behind the buffer",
	  .direction = DT_READER,
	  .unit = DT_BYTES,
	  .contract = DT_ATOMIC,
	  .progress = DT_BY_RESULT,
	  .run = read_and_scribble },
	{ 0 },
};
