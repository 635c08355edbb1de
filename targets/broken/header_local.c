/*
 * header_local.c - `buf` and `filled` in the call.
 *
 * The whole frame gathers on the heap of one call. Cancelled anywhere inside the frame, the call
 * frees what it had and the next one takes the middle of that frame for a header. (The smallest
 * case, cancelled right behind the header, is atusy/kakehashi#985.) Twin: reference/header_reader.
 */
#include <stdlib.h>

#include "broken.h"

/* One whole frame into buf, or nothing. */
static ssize_t gather(const struct frame_setup *setup, struct dt_io *io, unsigned char *buf,
		      struct dt_buffer *buffer)
{
	size_t filled = 0; /* the bug: with buf, it belongs to the session */

	for (;;) {
		size_t payload = 0, want = header_least(setup->header);
		int header = header_parse(setup->header, buf, filled, &payload);
		ssize_t n;

		if (header < 0 || payload > setup->unit_max)
			return -EPROTO;
		if (header > 0)
			want = (size_t)header + payload;
		else if (want <= filled)
			want = filled + 1;
		if (header > 0 && filled == want) {
			memcpy(buffer->data, buf + header, payload);
			return (ssize_t)payload;
		}
		n = dt_read(io, buf + filled, want - filled);
		if (n == 0)
			return filled ? -ENODATA : 0;
		if (n < 0)
			return n;
		filled += (size_t)n;
	}
}

static ssize_t next_frame(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	const struct frame_setup *setup = session;
	unsigned char *buf = malloc(HEADER_MOST + setup->unit_max);
	ssize_t n;

	if (!buf)
		return -ENOMEM;
	n = gather(setup, io, buf, buffer);
	free(buf);
	return n;
}

const struct dt_operation header_local_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "next_frame",
	  .summary = "returns one frame's payload; header and body gather in the call",
	  .direction = DT_READER,
	  .unit = DT_FRAMES,
	  .contract = DT_ATOMIC,
	  .progress = DT_BY_RESULT,
	  .run = next_frame },
	{ 0 },
};
