/*
 * reordered.c - a fast path that overtakes the queue.
 *
 * A message is written at once, and only what could not be written goes to the queue. Once a
 * cancelled write has left something there, the next message takes the fast path past it.
 * Twin: reference/queue_writer.
 */
#include "broken.h"

static ssize_t send_message(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	struct broken_queue *writer = session;
	ssize_t n;
	int r;

	if (!carry_room(&writer->queue)) {
		r = carry_flush(&writer->queue, io);
		if (r && !carry_room(&writer->queue))
			return r;
	}
	n = dt_write(io, buffer->data, buffer->size); /* the bug: the queue comes first */
	if (n == 0)
		return -EIO;
	if (n != -ECANCELED)
		return n;
	n = (ssize_t)carry_put(&writer->queue, buffer->data, buffer->size);
	r = carry_flush(&writer->queue, io);
	return r && r != -ECANCELED ? r : n;
}

const struct dt_operation reordered_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "send",
	  .summary = "writes at once, and queues what was cancelled",
	  .direction = DT_WRITER,
	  .unit = DT_BYTES,
	  .contract = DT_ATOMIC,
	  .progress = DT_BY_RESULT,
	  .flags = DT_QUEUES,
	  .run = send_message },
	{ 0 },
};
