/*
 * torn_frame.c - planted bug 41: after a cancellation inside a frame the next frame begins.
 *
 * The rest of the frame that was under way is dropped, as if it had never begun; but its header
 * and a part of its payload are on the wire, and the peer takes the next frame for the missing
 * rest. Twin: reference/frame_commit.
 */
#include "broken.h"

static ssize_t write_frame(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	struct broken_commit *writer = session;
	unsigned char head[HEADER_MOST];
	size_t header = header_put(writer->header, buffer->size, head);
	int r;

	carry_drop(&writer->frame, carry_size(&writer->frame)); /* the bug */
	carry_put(&writer->frame, head, header);
	carry_put(&writer->frame, buffer->data, buffer->size);
	r = carry_flush(&writer->frame, io);
	return r ? r : (ssize_t)buffer->size;
}

const struct dt_operation torn_frame_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "write_frame",
	  .summary = "writes header and payload; cancelled, it forgets the rest",
	  .direction = DT_WRITER,
	  .unit = DT_FRAMES,
	  .contract = DT_ATOMIC,
	  .progress = DT_BY_RESULT,
	  .flags = DT_EXACT,
	  .run = write_frame },
	{ 0 },
};
