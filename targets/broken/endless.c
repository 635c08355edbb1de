/*
 * endless.c - calls that never come back once they were cancelled.
 *
 * hang retries whatever error it gets, as if all were passing, -ECANCELED among them. stuck waits
 * for a wake-up that the cancelled path was to send. runaway makes room for a retry, again and
 * again, without end. Twin of all: reference/read.
 */
#include <stdlib.h>
#include <unistd.h>

#include "broken.h"

static ssize_t read_stubbornly(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	ssize_t n;

	(void)session;
	do
		n = dt_read(io, buffer->data, buffer->size);
	while (n < 0); /* the bug */
	return n;
}

static ssize_t read_and_wait(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	ssize_t n;

	(void)session;
	n = dt_read(io, buffer->data, buffer->size);
	while (n == -ECANCELED)
		pause(); /* the bug: who would wake it? */
	return n;
}

enum { PIECE = 1 << 24 };

static ssize_t read_and_grow(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	ssize_t n;

	(void)session;
	n = dt_read(io, buffer->data, buffer->size);
	while (n == -ECANCELED) {
		volatile unsigned char *piece = malloc(PIECE);

		piece[0] = 1; /* the bug: no check, no limit, no free */
	}
	return n;
}

const struct dt_operation hang_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "read",
	  .summary = "returns what one read brings; retries whatever fails",
	  .direction = DT_READER,
	  .unit = DT_BYTES,
	  .contract = DT_ATOMIC,
	  .progress = DT_BY_RESULT,
	  .run = read_stubbornly },
	{ 0 },
};

const struct dt_operation stuck_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "read",
	  .summary = "returns what one read brings; cancelled, it waits for ever",
	  .direction = DT_READER,
	  .unit = DT_BYTES,
	  .contract = DT_ATOMIC,
	  .progress = DT_BY_RESULT,
	  .run = read_and_wait },
	{ 0 },
};

const struct dt_operation runaway_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "read",
	  .summary = "returns what one read brings; cancelled, it allocates without end",
	  .direction = DT_READER,
	  .unit = DT_BYTES,
	  .contract = DT_ATOMIC,
	  .progress = DT_BY_RESULT,
	  .run = read_and_grow },
	{ 0 },
};
