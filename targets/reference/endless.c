/*
 * endless.c - loops that end: retrying, waiting and making room, with a cancelled call as the end.
 *
 * Each is its twin of the same name in broken/endless.c without the bug.
 */
#include <stdlib.h>

#include "reference.h"

enum { PIECE = 1 << 16, PIECES = 4 };

/* Retries what passes by itself. A cancellation does not. */
static ssize_t read_stubbornly(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	ssize_t n;

	(void)session;
	do
		n = dt_read(io, buffer->data, buffer->size);
	while (n == -EINTR || n == -EAGAIN);
	return n;
}

/* Makes room for a retry: so much and no more, and gives it back. */
static ssize_t read_and_grow(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	ssize_t n;

	(void)session;
	n = dt_read(io, buffer->data, buffer->size);
	for (int pieces = 0; n == -ECANCELED && pieces < PIECES; pieces++) {
		unsigned char *piece = malloc(PIECE);

		if (!piece)
			return -ENOMEM;
		*(volatile unsigned char *)piece = 1;
		free(piece);
	}
	return n;
}

const struct dt_operation hang_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "read",
	  .summary = "returns what one read brings; retries what passes by itself",
	  .direction = DT_READER,
	  .unit = DT_BYTES,
	  .contract = DT_ATOMIC,
	  .progress = DT_BY_RESULT,
	  .run = read_stubbornly },
	{ 0 },
};

const struct dt_operation runaway_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "read",
	  .summary = "returns what one read brings; cancelled, it allocates a little",
	  .direction = DT_READER,
	  .unit = DT_BYTES,
	  .contract = DT_ATOMIC,
	  .progress = DT_BY_RESULT,
	  .run = read_and_grow },
	{ 0 },
};
