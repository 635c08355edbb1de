/*
 * header_body.c - planted bug 24: a complete header is forgotten.
 *
 * Half a header survives a cancellation, half a body too; but once the header is complete it is
 * taken out of the session, and a call that is cancelled in the body leaves no trace of it: the
 * next call reads a header out of the body. (As in atusy/kakehashi#985.)
 * Twin: reference/frame_reader.
 */
#include "broken.h"

/* Reads the header's missing bytes. Its length when it is complete, 0 at a clean end of stream, or
 * -errno. */
static ssize_t read_header(struct broken_frame *reader, struct dt_io *io)
{
	for (;;) {
		size_t want = header_least(reader->setup.header);
		int length = header_parse(reader->setup.header, reader->head, reader->head_filled,
					  &reader->payload);
		ssize_t n;

		if (length < 0 || (length > 0 && reader->payload > reader->setup.unit_max))
			return -EPROTO;
		if (length > 0)
			return length;
		if (want <= reader->head_filled)
			want = reader->head_filled + 1;
		n = dt_read(io, reader->head + reader->head_filled, want - reader->head_filled);
		if (n == 0)
			return reader->head_filled ? -ENODATA : 0;
		if (n < 0)
			return n;
		reader->head_filled += (size_t)n;
	}
}

static ssize_t next_frame(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	struct broken_frame *reader = session;
	ssize_t n = read_header(reader, io);

	if (n <= 0)
		return n;
	reader->head_filled = 0; /* the bug: the frame is not over */
	while (reader->body_filled < reader->payload) {
		n = dt_read(io, buffer->data + reader->body_filled,
			    reader->payload - reader->body_filled);
		if (n <= 0)
			return n < 0 ? n : -ENODATA;
		reader->body_filled += (size_t)n;
	}
	reader->body_filled = 0;
	return (ssize_t)reader->payload;
}

const struct dt_operation header_body_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "next_frame",
	  .summary = "reads one frame's payload; forgets a complete header",
	  .direction = DT_READER,
	  .unit = DT_FRAMES,
	  .contract = DT_RESUMABLE,
	  .progress = DT_BY_RESULT,
	  .run = next_frame },
	{ 0 },
};
