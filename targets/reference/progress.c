/*
 * progress.c - whose is the cursor? Three loops that differ in nothing else.
 *
 * With the cursor in the call (write_with_progress_local) a cancelled call has sent a prefix of
 * unknown length: terminal. With the caller's cursor (read_exact_resumable, write_with_progress)
 * the caller may repeat the call, or look at buffer->used and go on with the rest.
 */
#include "reference.h"

static ssize_t read_exact(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	(void)session;
	while (buffer->used < buffer->size) {
		ssize_t n = dt_read(io, buffer->data + buffer->used, buffer->size - buffer->used);

		if (n == 0)
			return buffer->used ? -ENODATA : 0;
		if (n < 0)
			return n;
		buffer->used += (size_t)n;
	}
	return (ssize_t)buffer->used;
}

/* Writes data[*cursor .. size) and moves the cursor. */
static ssize_t write_from(struct dt_io *io, const struct dt_buffer *buffer, size_t *cursor)
{
	while (*cursor < buffer->size) {
		ssize_t n = dt_write(io, buffer->data + *cursor, buffer->size - *cursor);

		if (n <= 0)
			return n < 0 ? n : -EIO;
		*cursor += (size_t)n;
	}
	return (ssize_t)buffer->size;
}

static ssize_t write_local(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	size_t cursor = 0;

	(void)session;
	return write_from(io, buffer, &cursor);
}

static ssize_t write_owned(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	(void)session;
	return write_from(io, buffer, &buffer->used);
}

const struct dt_operation read_exact_resumable_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "read_exact",
	  .summary = "fills the whole buffer, counting in the caller's cursor",
	  .direction = DT_READER,
	  .unit = DT_BYTES,
	  .contract = DT_RESUMABLE,
	  .progress = DT_BY_USED,
	  .flags = DT_EXACT,
	  .run = read_exact },
	{ 0 },
};

const struct dt_operation write_with_progress_local_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "write",
	  .summary = "writes the whole message with a cursor of its own",
	  .direction = DT_WRITER,
	  .unit = DT_BYTES,
	  .contract = DT_TERMINAL,
	  .progress = DT_BY_RESULT,
	  .flags = DT_EXACT,
	  .run = write_local },
	{ 0 },
};

/* Declared resumable; `partial` is met as well. */
const struct dt_operation write_with_progress_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "write",
	  .summary = "writes the whole message with the caller's cursor",
	  .direction = DT_WRITER,
	  .unit = DT_BYTES,
	  .contract = DT_RESUMABLE,
	  .progress = DT_BY_USED,
	  .flags = DT_EXACT,
	  .run = write_owned },
	{ 0 },
};
