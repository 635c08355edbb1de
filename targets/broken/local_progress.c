/*
 * local_progress.c - planted bug 1: read_exact counts on its stack.
 *
 * A caller repeats the cancelled call with the same buffer, and the loop begins at its first byte
 * again: what had come is written over. (Tokio documents this of read_exact; here it claims to be
 * resumable.) Twin: reference/read_exact_resumable.
 */
#include "broken.h"

static ssize_t read_exact(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	size_t got = 0; /* the bug: it belongs to the caller or the session */

	(void)session;
	while (got < buffer->size) {
		ssize_t n = dt_read(io, buffer->data + got, buffer->size - got);

		if (n == 0)
			return got ? -ENODATA : 0;
		if (n < 0)
			return n;
		got += (size_t)n;
	}
	return (ssize_t)got;
}

const struct dt_operation local_progress_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "read_exact",
	  .summary = "fills the whole buffer, counting on its stack",
	  .direction = DT_READER,
	  .unit = DT_BYTES,
	  .contract = DT_RESUMABLE,
	  .progress = DT_BY_RESULT,
	  .flags = DT_EXACT,
	  .run = read_exact },
	{ 0 },
};
