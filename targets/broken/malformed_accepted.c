/*
 * malformed_accepted.c - a header beyond the limit is cut down instead of refused.
 *
 * The length is clamped to the largest payload allowed, so that nothing overflows; but the frame
 * that is handed over was never sent, and what follows is read out of step. Cancellation is not
 * needed. Twin: reference/header_reader.
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

		if (header < 0)
			header = HEADER_MOST;
		if (payload > reader->setup.unit_max)
			payload = reader->setup.unit_max; /* the bug */
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
		if (n == 0)
			return reader->filled ? -ENODATA : 0;
		if (n < 0)
			return n;
		reader->filled += (size_t)n;
	}
}

const struct dt_operation malformed_accepted_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "next_frame",
	  .summary = "returns one frame's payload, whatever its header says",
	  .direction = DT_READER,
	  .unit = DT_FRAMES,
	  .contract = DT_ATOMIC,
	  .progress = DT_BY_RESULT,
	  .run = next_frame },
	{ 0 },
};
