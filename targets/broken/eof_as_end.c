/*
 * eof_as_end.c - the stream ends inside a frame, and that is reported as its clean end.
 *
 * A read of zero bytes is taken for "no more frames" wherever it happens, and a message that was
 * cut off is never noticed. Cancellation is not needed. Twin: reference/header_reader.
 */
#include "broken.h"

static ssize_t next_frame(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	struct broken_buf *reader = session;

	for (;;) {
		size_t payload = 0, want = header_least(reader->setup.header);
		int header = header_parse(reader->setup.header, reader->buf, reader->filled,
					  &payload);
		ssize_t n;

		if (header < 0 || payload > reader->setup.unit_max)
			return -EPROTO;
		if (header > 0)
			want = (size_t)header + payload;
		else if (want <= reader->filled)
			want = reader->filled + 1;
		if (header > 0 && reader->filled == want) {
			memcpy(buffer->data, reader->buf + header, payload);
			reader->filled = 0;
			return (ssize_t)payload;
		}
		n = dt_read(io, reader->buf + reader->filled, want - reader->filled);
		if (n <= 0)
			return n; /* the bug: 0 is an error when reader->filled is not 0 */
		reader->filled += (size_t)n;
	}
}

const struct dt_operation eof_as_end_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "next_frame",
	  .summary = "returns one frame's payload, and 0 when the stream ends inside one",
	  .direction = DT_READER,
	  .unit = DT_FRAMES,
	  .contract = DT_ATOMIC,
	  .progress = DT_BY_RESULT,
	  .run = next_frame },
	{ 0 },
};
