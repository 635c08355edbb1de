/*
 * reads.c - read, read_buf and read_exact, with the contracts of Tokio's AsyncReadExt.
 *
 * read and read_buf are one operation each: cancelled, they have moved nothing. read_exact is a
 * loop whose count is a local variable: cancelled, it has put some bytes into the buffer and
 * nobody knows how many. That is no bug as long as it is declared: terminal.
 */
#include "reference.h"

static ssize_t read_once(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	(void)session;
	return dt_read(io, buffer->data, buffer->size);
}

/* Appends, and moves the caller's cursor: after a cancellation it has not moved. */
static ssize_t read_more(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	ssize_t n;

	(void)session;
	n = dt_read(io, buffer->data + buffer->used, buffer->size - buffer->used);
	if (n > 0)
		buffer->used += (size_t)n;
	return n;
}

static ssize_t read_all(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	size_t got = 0;

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

const struct dt_operation read_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "read",
	  .summary = "returns what one read brings",
	  .direction = DT_READER,
	  .unit = DT_BYTES,
	  .contract = DT_ATOMIC,
	  .progress = DT_BY_RESULT,
	  .run = read_once },
	{ 0 },
};

const struct dt_operation read_buf_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "read_buf",
	  .summary = "appends what one read brings and moves the buffer's cursor",
	  .direction = DT_READER,
	  .unit = DT_BYTES,
	  .contract = DT_ATOMIC,
	  .progress = DT_BY_USED,
	  .run = read_more },
	{ 0 },
};

const struct dt_operation read_exact_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "read_exact",
	  .summary = "fills the whole buffer; cancelled, the count of what came is lost",
	  .direction = DT_READER,
	  .unit = DT_BYTES,
	  .contract = DT_TERMINAL,
	  .progress = DT_BY_RESULT,
	  .flags = DT_EXACT,
	  .run = read_all },
	{ 0 },
};
