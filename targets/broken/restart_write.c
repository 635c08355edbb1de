/*
 * restart_write.c - planted bug 2: write_all starts at the first byte each time.
 *
 * A cancelled call has sent a prefix; the repeated call sends it again. (Tokio documents this of
 * write_all; here it claims to be resumable.) Twin: reference/write_with_progress.
 */
#include "broken.h"

static ssize_t write_all(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	size_t done = 0; /* the bug */

	(void)session;
	while (done < buffer->size) {
		ssize_t n = dt_write(io, buffer->data + done, buffer->size - done);

		if (n <= 0)
			return n < 0 ? n : -EIO;
		done += (size_t)n;
	}
	return (ssize_t)done;
}

const struct dt_operation restart_write_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "write_all",
	  .summary = "writes the whole message, from the first byte each time",
	  .direction = DT_WRITER,
	  .unit = DT_BYTES,
	  .contract = DT_RESUMABLE,
	  .progress = DT_BY_RESULT,
	  .flags = DT_EXACT,
	  .run = write_all },
	{ 0 },
};
