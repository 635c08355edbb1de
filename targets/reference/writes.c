/*
 * writes.c - write, write_buf and write_all, with the contracts of Tokio's AsyncWriteExt.
 *
 * write and write_buf are one operation each: cancelled, they have moved nothing. write_all is a
 * loop that begins at the first byte each time it is called: cancelled, a prefix has gone, and
 * calling it again would send that prefix twice. It is declared terminal.
 */
#include "reference.h"

static ssize_t write_once(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	ssize_t n;

	(void)session;
	n = dt_write(io, buffer->data, buffer->size);
	return n == 0 ? -EIO : n;
}

/* Writes what is left, and moves the caller's cursor: after a cancellation it has not moved. */
static ssize_t write_more(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	ssize_t n;

	(void)session;
	n = dt_write(io, buffer->data + buffer->used, buffer->size - buffer->used);
	if (n > 0)
		buffer->used += (size_t)n;
	return n == 0 ? -EIO : n;
}

static ssize_t write_whole(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	size_t done = 0;

	(void)session;
	while (done < buffer->size) {
		ssize_t n = dt_write(io, buffer->data + done, buffer->size - done);

		if (n <= 0)
			return n < 0 ? n : -EIO;
		done += (size_t)n;
	}
	return (ssize_t)done;
}

const struct dt_operation write_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "write",
	  .summary = "returns how much one write accepted",
	  .direction = DT_WRITER,
	  .unit = DT_BYTES,
	  .contract = DT_ATOMIC,
	  .progress = DT_BY_RESULT,
	  .run = write_once },
	{ 0 },
};

const struct dt_operation write_buf_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "write_buf",
	  .summary = "writes from the buffer's cursor on and moves it",
	  .direction = DT_WRITER,
	  .unit = DT_BYTES,
	  .contract = DT_ATOMIC,
	  .progress = DT_BY_USED,
	  .run = write_more },
	{ 0 },
};

const struct dt_operation write_all_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "write_all",
	  .summary = "writes the whole message; called again it begins at the first byte",
	  .direction = DT_WRITER,
	  .unit = DT_BYTES,
	  .contract = DT_TERMINAL,
	  .progress = DT_BY_RESULT,
	  .flags = DT_EXACT,
	  .run = write_whole },
	{ 0 },
};
