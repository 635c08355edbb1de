/*
 * line_wipe.c - planted bug 40: a cancelled call clears what was gathered.
 *
 * What has come of a line was moved out of the read-ahead into the caller's buffer; on a
 * cancellation the buffer is emptied, to be "clean" for the next call. (Tokio documents this of
 * read_line: data already read may be lost.) Twin: reference/line_accumulate.
 */
#include "broken.h"

static ssize_t read_line(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	struct broken_lines *reader = session;
	struct carry *ahead = &reader->ahead;

	for (;;) {
		const unsigned char *bytes = carry_bytes(ahead);
		const unsigned char *end = memchr(bytes, '\n', carry_size(ahead));
		size_t size = end ? (size_t)(end - bytes) + 1 : carry_size(ahead);
		ssize_t n;

		if (size > buffer->size - buffer->used)
			return -EPROTO;
		buffer->used += carry_take(ahead, buffer->data + buffer->used, size);
		if (end)
			return (ssize_t)buffer->used;
		n = carry_read(ahead, io);
		if (n == 0)
			return (ssize_t)buffer->used;
		if (n == -ECANCELED)
			buffer->used = 0; /* the bug */
		if (n < 0)
			return n;
	}
}

const struct dt_operation line_wipe_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "read_line",
	  .summary = "gathers one line in the caller's buffer, and empties it when cancelled",
	  .direction = DT_READER,
	  .unit = DT_LINES,
	  .contract = DT_RESUMABLE,
	  .progress = DT_BY_USED,
	  .run = read_line },
	{ 0 },
};
