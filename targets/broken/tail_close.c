/*
 * tail_close.c - planted bug 30: closing drops what is still queued.
 *
 * A flag says that a flush is under way, so that nobody else begins one; a cancelled flush leaves
 * it set. From then on messages wait in the queue for a flush that is not there, and closing
 * believes that somebody else sends the tail. (The tail lost at shutdown: libuv/libuv#522.)
 * Twin: reference/queue_writer.
 */
#include "broken.h"

static int flush(struct broken_queue *writer, struct dt_io *io)
{
	int r;

	writer->flushing = true;
	r = carry_flush(&writer->queue, io);
	if (r)
		return r; /* the bug: still `flushing` */
	writer->flushing = false;
	return 0;
}

static ssize_t send_message(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	struct broken_queue *writer = session;
	size_t accepted;
	int r = 0;

	if (!carry_room(&writer->queue)) {
		r = carry_flush(&writer->queue, io);
		if (r && !carry_room(&writer->queue))
			return r;
	}
	accepted = carry_put(&writer->queue, buffer->data, buffer->size);
	if (!writer->flushing)
		r = flush(writer, io);
	return r && r != -ECANCELED ? r : (ssize_t)accepted;
}

int tail_close_finish(void *session, struct dt_io *io)
{
	struct broken_queue *writer = session;

	return writer->flushing ? 0 : flush(writer, io);
}

const struct dt_operation tail_close_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "send",
	  .summary = "accepts what fits and flushes, unless it believes another flush is under way",
	  .direction = DT_WRITER,
	  .unit = DT_BYTES,
	  .contract = DT_ATOMIC,
	  .progress = DT_BY_RESULT,
	  .flags = DT_QUEUES,
	  .run = send_message },
	{ 0 },
};
