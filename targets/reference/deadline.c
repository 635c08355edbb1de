/*
 * deadline.c - a read with a deadline of its own.
 *
 * Whether the deadline has passed is a fact about one call. Each call begins by forgetting what
 * the one before it left there.
 */
#include "reference.h"

static ssize_t read_before(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	struct deadline *deadline = session;
	ssize_t n;

	deadline->expired = false;
	n = dt_read(io, buffer->data, buffer->size);
	deadline->expired = n == -ECANCELED;
	return n;
}

const struct dt_operation deadline_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "read",
	  .summary = "returns what one read brings before the deadline",
	  .direction = DT_READER,
	  .unit = DT_BYTES,
	  .contract = DT_ATOMIC,
	  .progress = DT_BY_RESULT,
	  .run = read_before },
	{ 0 },
};
