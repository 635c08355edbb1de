/*
 * stale.c - a message that was given up is sent after all.
 *
 * A cancelled message is kept, in case the caller repeats it; when the caller sends another one,
 * the old one goes first. The peer gets an order that nobody stands behind any more. (Answers to
 * abandoned requests: redis/redis-py#2624.) Twin: reference/queue_writer.
 */
#include "broken.h"

static bool same_as_kept(const struct carry *kept, const struct dt_buffer *buffer)
{
	return carry_size(kept) == buffer->size &&
	       !memcmp(carry_bytes(kept), buffer->data, buffer->size);
}

static ssize_t send_message(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	struct broken_queue *writer = session;
	struct carry *kept = &writer->queue;
	ssize_t n;

	if (carry_size(kept) && !same_as_kept(kept, buffer)) {
		int r = carry_flush(kept, io); /* the bug: it was reported as not sent */

		if (r)
			return r;
	}
	carry_drop(kept, carry_size(kept));
	n = dt_write(io, buffer->data, buffer->size);
	if (n == -ECANCELED && !carry_grow(kept, buffer->size))
		carry_put(kept, buffer->data, buffer->size);
	return n == 0 ? -EIO : n;
}

const struct dt_operation stale_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "send",
	  .summary = "returns how much one write accepted; keeps what was cancelled",
	  .direction = DT_WRITER,
	  .unit = DT_BYTES,
	  .contract = DT_ATOMIC,
	  .progress = DT_BY_RESULT,
	  .run = send_message },
	{ 0 },
};
