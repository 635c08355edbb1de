/*
 * two_cut.c - planted bug 25: the progress of a call is set, not added.
 *
 * A call that is cancelled inside a frame stores how much IT read. After one cancellation that is
 * right; after a second one in the same frame the first part is forgotten. It takes two.
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
	size_t got = 0; /* in this call */

	if (n <= 0)
		return n;
	while (reader->body_filled + got < reader->payload) {
		size_t at = reader->body_filled + got;

		n = dt_read(io, buffer->data + at, reader->payload - at);
		if (n <= 0) {
			reader->body_filled = got; /* the bug: += */
			return n < 0 ? n : -ENODATA;
		}
		got += (size_t)n;
	}
	reader->head_filled = reader->body_filled = 0;
	return (ssize_t)reader->payload;
}

const struct dt_operation two_cut_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "next_frame",
	  .summary = "reads one frame's payload; a second cancellation undoes the first",
	  .direction = DT_READER,
	  .unit = DT_FRAMES,
	  .contract = DT_RESUMABLE,
	  .progress = DT_BY_RESULT,
	  .run = next_frame },
	{ 0 },
};
