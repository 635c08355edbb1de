/*
 * eof_on_cancel.c - planted bug 4: a cancelled read looks like the end of the stream.
 *
 * The error path returns "no bytes" for everything it does not know, -ECANCELED among them, and
 * the caller closes a stream that goes on. (As in apple/swift-nio#2398.) Twin: reference/read.
 */
#include "broken.h"

static ssize_t read_once(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	ssize_t n;

	(void)session;
	n = dt_read(io, buffer->data, buffer->size);
	return n == -ECANCELED ? 0 : n; /* the bug */
}

const struct dt_operation eof_on_cancel_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "read",
	  .summary = "returns what one read brings, and 0 when it was cancelled",
	  .direction = DT_READER,
	  .unit = DT_BYTES,
	  .contract = DT_ATOMIC,
	  .progress = DT_BY_RESULT,
	  .run = read_once },
	{ 0 },
};
