/*
 * not_sent.c - planted bug 51: a message is called written when it has only been kept.
 *
 * Each call sends what the call before was given. A writer that may do so says so (DT_QUEUES); this
 * one does not, and its caller is told of bytes that nobody has sent. Twin: reference/queue_writer.
 */
#include "broken.h"

static ssize_t write_later(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	struct broken_queue *writer = session;
	int r = carry_flush(&writer->queue, io);

	if (r == 0)
		r = carry_grow(&writer->queue, buffer->size);
	if (r)
		return r;
	return (ssize_t)carry_put(&writer->queue, buffer->data, buffer->size); /* the bug */
}

const struct dt_operation not_sent_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "write",
	  .summary = "sends what the call before was given",
	  .direction = DT_WRITER,
	  .unit = DT_BYTES,
	  .contract = DT_RESUMABLE,
	  .progress = DT_BY_RESULT,
	  .flags = DT_EXACT,
	  .run = write_later },
	{ 0 },
};
