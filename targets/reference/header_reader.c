/*
 * header_reader.c - frames by one buffer and one count, both in the session.
 *
 * The rule for code that may be cancelled: `buf` and `filled` belong to the connection. A call
 * that is cancelled between the header and the body, or inside either, leaves them where they are.
 * The frame is copied out only when it is whole, so a cancelled call has handed over nothing.
 */
#include <stdlib.h>

#include "../parts/header.h"
#include "reference.h"

int header_reader_create(void *session, const struct dt_setup *setup, struct dt_io *io)
{
	struct header_reader *reader = session;

	(void)io;
	reader->header = setup->header;
	reader->unit_max = setup->unit_max;
	reader->buf = malloc(HEADER_MOST + setup->unit_max);
	return reader->buf ? 0 : -ENOMEM;
}

void header_reader_destroy(void *session)
{
	struct header_reader *reader = session;

	free(reader->buf);
}

static ssize_t next_frame(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	struct header_reader *reader = session;

	for (;;) {
		size_t payload = 0, want = header_least(reader->header);
		int header = header_parse(reader->header, reader->buf, reader->filled, &payload);
		ssize_t n;

		if (header < 0 || payload > reader->unit_max)
			return -EPROTO;
		if (header > 0)
			want = (size_t)header + payload;
		else if (want <= reader->filled)
			want = reader->filled + 1; /* a varint tells its length byte by byte */
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

const struct dt_operation header_reader_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "next_frame",
	  .summary = "returns the payload of one frame; header and body gather in the session",
	  .direction = DT_READER,
	  .unit = DT_FRAMES,
	  .contract = DT_ATOMIC,
	  .progress = DT_BY_RESULT,
	  .run = next_frame },
	{ 0 },
};
