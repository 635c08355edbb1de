/*
 * queue_writer.c - a dedicated writer with a queue.
 *
 * A message is accepted when it is in the queue, in one step that cannot be cancelled. Only then
 * is the queue flushed; a flush that is cancelled goes on in the next call, and what is left at
 * the end is flushed by finish(). A call that is cancelled while it waits for room has accepted
 * nothing. A message larger than the room is accepted in part, as write does.
 */
#include "reference.h"

enum { QUEUE_LEAST = 16, QUEUE_MOST = 1 << 20 };

int queue_writer_create(void *session, const struct dt_setup *setup, struct dt_io *io)
{
	struct queue_writer *writer = session;
	unsigned long size = strtoul(dt_setup_option(setup, "queue"), NULL, 10);

	(void)io;
	if (size < QUEUE_LEAST || size > QUEUE_MOST)
		return -EINVAL;
	return carry_init(&writer->queue, size);
}

void queue_writer_destroy(void *session)
{
	struct queue_writer *writer = session;

	carry_finish(&writer->queue);
}

int queue_writer_finish(void *session, struct dt_io *io)
{
	struct queue_writer *writer = session;

	return carry_flush(&writer->queue, io);
}

static ssize_t send_message(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	struct queue_writer *writer = session;
	size_t accepted;
	int r;

	if (!carry_room(&writer->queue)) {
		r = carry_flush(&writer->queue, io);
		if (r && !carry_room(&writer->queue))
			return r;
	}
	accepted = carry_put(&writer->queue, buffer->data, buffer->size);
	r = carry_flush(&writer->queue, io);
	return r && r != -ECANCELED ? r : (ssize_t)accepted;
}

const struct dt_option queue_writer_options[] = {
	{ .name = "queue",
	  .initial = "4096",
	  .summary = "bytes that the queue holds, 16 to 1048576" },
	{ 0 },
};

const struct dt_operation queue_writer_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "send",
	  .summary = "accepts what fits into the queue and flushes what it can",
	  .direction = DT_WRITER,
	  .unit = DT_BYTES,
	  .contract = DT_ATOMIC,
	  .progress = DT_BY_RESULT,
	  .flags = DT_QUEUES,
	  .run = send_message },
	{ 0 },
};
