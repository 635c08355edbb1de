/*
 * frame_local.c - a frame reader made of two read_exact: the header, then the body.
 *
 * Both count on the stack. Cancelled in either, the next call begins with a header again, wherever
 * in the frame the stream is by then. Twin: reference/frame_reader.
 */
#include "broken.h"

/* Fills `size` bytes. `size`, 0 at a clean end of stream, or -errno. */
static ssize_t read_exact(struct dt_io *io, unsigned char *bytes, size_t size)
{
	size_t got = 0; /* the bug */

	while (got < size) {
		ssize_t n = dt_read(io, bytes + got, size - got);

		if (n == 0)
			return got ? -ENODATA : 0;
		if (n < 0)
			return n;
		got += (size_t)n;
	}
	return (ssize_t)size;
}

static ssize_t next_frame(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	const struct frame_setup *setup = session;
	unsigned char head[HEADER_MOST];
	size_t filled = 0, payload = 0;
	int header = 0;
	ssize_t n;

	while (header == 0) {
		size_t least = header_least(setup->header);
		size_t want = filled < least ? least - filled : 1;

		n = read_exact(io, head + filled, want);
		if (n <= 0)
			return n == 0 && filled ? -ENODATA : n;
		filled += want;
		header = header_parse(setup->header, head, filled, &payload);
	}
	if (header < 0 || payload > setup->unit_max)
		return -EPROTO;
	n = read_exact(io, buffer->data, payload);
	return n == 0 ? -ENODATA : n;
}

const struct dt_operation frame_local_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "next_frame",
	  .summary = "reads one frame's header, then its payload, counting on its stack",
	  .direction = DT_READER,
	  .unit = DT_FRAMES,
	  .contract = DT_RESUMABLE,
	  .progress = DT_BY_RESULT,
	  .run = next_frame },
	{ 0 },
};
