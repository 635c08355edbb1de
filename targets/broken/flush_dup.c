/*
 * flush_dup.c - planted bug 26: queued, but reported as not sent.
 *
 * The message is in the queue when the flush is cancelled, and the call says -ECANCELED: a caller
 * that repeats it sends the message twice, one that sends another message instead finds the old one
 * on the wire. (As in curl/curl#17280 and libp2p/rust-yamux#143.) Twin: reference/queue_writer.
 */
#include "broken.h"

static ssize_t send_message(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	struct broken_queue *writer = session;
	size_t accepted;
	int r;

	if (!carry_room(&writer->queue)) {
		r = carry_flush(&writer->queue, io);
		if (r && !carry_room(&writer->queue))
			return r;
	}
	accepted = carry_put(&writer->queue, buffer->data, buffer->size);
	r = carry_flush(&writer->queue, io);
	return r ? r : (ssize_t)accepted; /* the bug: -ECANCELED too */
}

const struct dt_operation flush_dup_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "send",
	  .summary = "accepts what fits, but reports a cancelled flush",
	  .direction = DT_WRITER,
	  .unit = DT_BYTES,
	  .contract = DT_RESUMABLE,
	  .progress = DT_BY_RESULT,
	  .flags = DT_QUEUES,
	  .run = send_message },
	{ 0 },
};
