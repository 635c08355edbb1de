/*
 * corrupted.c - the cursor of a cancelled message is applied to another one.
 *
 * How far a message was written is kept in the session, but not which message it was: when the
 * caller gives up and sends another one, that one goes without its beginning. (As in
 * paritytech/litep2p#518.) Right for a caller that repeats the call; it claims to be atomic.
 * Twin: reference/queue_writer.
 */
#include "broken.h"

static ssize_t write_all(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	struct broken_cursor *cursor = session;

	while (cursor->sent < buffer->size) {
		ssize_t n = dt_write(io, buffer->data + cursor->sent, buffer->size - cursor->sent);

		if (n <= 0)
			return n < 0 ? n : -EIO; /* the bug: whose cursor is it? */
		cursor->sent += (size_t)n;
	}
	cursor->sent = 0;
	return (ssize_t)buffer->size;
}

const struct dt_operation corrupted_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "write_all",
	  .summary = "writes the whole message from where the last one was cancelled",
	  .direction = DT_WRITER,
	  .unit = DT_BYTES,
	  .contract = DT_ATOMIC,
	  .progress = DT_BY_RESULT,
	  .flags = DT_EXACT,
	  .run = write_all },
	{ 0 },
};
