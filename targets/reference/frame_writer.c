/*
 * frame_writer.c - frames out, two ways to survive a cancellation inside one.
 *
 * frame_writer keeps a cursor over header and payload in the session: the caller repeats the call
 * with the same payload. frame_commit copies the frame first, and from its first byte on the wire
 * the frame is accepted, whatever happens: a cancelled call has either sent nothing, or succeeds
 * and leaves the rest of the frame to the next call. Then the caller may do anything.
 */
#include "../parts/header.h"
#include "reference.h"

int frame_writer_create(void *session, const struct dt_setup *setup, struct dt_io *io)
{
	struct frame_writer *writer = session;

	(void)io;
	writer->header = setup->header;
	return 0;
}

static ssize_t write_frame(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	struct frame_writer *writer = session;
	unsigned char head[HEADER_MOST];
	size_t header = header_put(writer->header, buffer->size, head);
	size_t whole = header + buffer->size;

	while (writer->sent < whole) {
		ssize_t n;

		if (writer->sent < header)
			n = dt_write(io, head + writer->sent, header - writer->sent);
		else
			n = dt_write(io, buffer->data + (writer->sent - header),
				     whole - writer->sent);
		if (n <= 0)
			return n < 0 ? n : -EIO;
		writer->sent += (size_t)n;
	}
	writer->sent = 0;
	return (ssize_t)buffer->size;
}

int frame_commit_create(void *session, const struct dt_setup *setup, struct dt_io *io)
{
	struct frame_commit *writer = session;

	(void)io;
	writer->header = setup->header;
	return carry_init(&writer->frame, HEADER_MOST + setup->unit_max);
}

void frame_commit_destroy(void *session)
{
	struct frame_commit *writer = session;

	carry_finish(&writer->frame);
}

int frame_commit_finish(void *session, struct dt_io *io)
{
	struct frame_commit *writer = session;

	return carry_flush(&writer->frame, io);
}

static ssize_t commit_frame(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	struct frame_commit *writer = session;
	unsigned char head[HEADER_MOST];
	size_t whole;
	int r = carry_flush(&writer->frame, io); /* the rest of the frame before */

	if (r)
		return r;
	carry_put(&writer->frame, head, header_put(writer->header, buffer->size, head));
	carry_put(&writer->frame, buffer->data, buffer->size);
	whole = carry_size(&writer->frame);
	r = carry_flush(&writer->frame, io);
	if (r && carry_size(&writer->frame) == whole) {
		carry_drop(&writer->frame, whole); /* nothing of it has gone: it never was */
		return r;
	}
	return r && r != -ECANCELED ? r : (ssize_t)buffer->size;
}

const struct dt_operation frame_writer_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "write_frame",
	  .summary = "writes header and payload; a cursor in the session tells how far it got",
	  .direction = DT_WRITER,
	  .unit = DT_FRAMES,
	  .contract = DT_RESUMABLE,
	  .progress = DT_BY_RESULT,
	  .flags = DT_EXACT,
	  .run = write_frame },
	{ 0 },
};

const struct dt_operation frame_commit_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "write_frame",
	  .summary = "accepts the frame with its first byte and finishes it in the next call",
	  .direction = DT_WRITER,
	  .unit = DT_FRAMES,
	  .contract = DT_ATOMIC,
	  .progress = DT_BY_RESULT,
	  .flags = DT_EXACT | DT_QUEUES,
	  .run = commit_frame },
	{ 0 },
};
