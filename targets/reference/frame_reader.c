/*
 * frame_reader.c - frames straight into the caller's buffer, with the progress in the session.
 *
 * Nothing is copied: the payload is read to where it will be used. So a cancelled call leaves a
 * part of the frame in the caller's buffer, and the promise is `resumable`: the same call with the
 * same buffer goes on where it was.
 */
#include "../parts/header.h"
#include "reference.h"

int frame_reader_create(void *session, const struct dt_setup *setup, struct dt_io *io)
{
	struct frame_reader *reader = session;

	(void)io;
	reader->header = setup->header;
	reader->unit_max = setup->unit_max;
	return 0;
}

/* Reads the header's missing bytes. Its length when it is complete, 0 at a clean end of stream, or
 * -errno. */
static ssize_t read_header(struct frame_reader *reader, struct dt_io *io)
{
	for (;;) {
		size_t want = header_least(reader->header);
		int length = header_parse(reader->header, reader->head, reader->head_filled,
					  &reader->payload);
		ssize_t n;

		if (length < 0 || (length > 0 && reader->payload > reader->unit_max))
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
	struct frame_reader *reader = session;
	ssize_t n = read_header(reader, io);

	if (n <= 0)
		return n;
	while (reader->body_filled < reader->payload) {
		n = dt_read(io, buffer->data + reader->body_filled,
			    reader->payload - reader->body_filled);
		if (n <= 0)
			return n < 0 ? n : -ENODATA;
		reader->body_filled += (size_t)n;
	}
	reader->head_filled = reader->body_filled = 0;
	return (ssize_t)reader->payload;
}

const struct dt_operation frame_reader_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "next_frame",
	  .summary = "reads one frame's payload into the caller's buffer, progress in the session",
	  .direction = DT_READER,
	  .unit = DT_FRAMES,
	  .contract = DT_RESUMABLE,
	  .progress = DT_BY_RESULT,
	  .run = next_frame },
	{ 0 },
};
