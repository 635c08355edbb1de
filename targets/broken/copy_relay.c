/*
 * copy_relay.c - planted bug 32: what is in transit is on the stack.
 *
 * Cancelled while the destination is blocked, the relay has read bytes that it has not written, and
 * forgets them. Every copy loop made of a read and a write_all has this. Twin: reference/relay.
 */
#include "broken.h"

enum { TRANSIT = 4096 };

static ssize_t forward(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	unsigned char transit[TRANSIT]; /* the bug */
	ssize_t size = dt_read(io, transit, sizeof(transit));

	(void)session;
	(void)buffer;
	for (ssize_t done = 0, n; done < size; done += n) {
		n = dt_write(io, transit + done, (size_t)(size - done));
		if (n <= 0)
			return n < 0 ? n : -EIO;
	}
	return size;
}

const struct dt_operation copy_relay_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "forward",
	  .summary = "reads once and writes all of it; what is in transit is on its stack",
	  .direction = DT_RELAY,
	  .unit = DT_BYTES,
	  .contract = DT_RESUMABLE,
	  .progress = DT_BY_RESULT,
	  .run = forward },
	{ 0 },
};
