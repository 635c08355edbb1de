/*
 * vectored.c - readv and writev: the caller's buffer in two parts. One operation each, so that a
 * cancelled one has moved nothing.
 */
#include "reference.h"

/* Cuts the buffer in two; a buffer of one byte stays whole. Returns the number of parts. */
static unsigned split(const struct dt_buffer *buffer, struct iovec parts[2])
{
	size_t first = (buffer->size + 1) / 2;

	parts[0] = (struct iovec){ .iov_base = buffer->data, .iov_len = first };
	parts[1] = (struct iovec){ .iov_base = buffer->data + first,
				   .iov_len = buffer->size - first };
	return parts[1].iov_len ? 2 : 1;
}

static ssize_t read_parts(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	struct iovec parts[2];

	(void)session;
	return dt_readv(io, parts, split(buffer, parts));
}

static ssize_t write_parts(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	struct iovec parts[2];
	ssize_t n;

	(void)session;
	n = dt_writev(io, parts, split(buffer, parts));
	return n == 0 ? -EIO : n;
}

const struct dt_operation read_vectored_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "read_vectored",
	  .summary = "returns what one readv into two parts brings",
	  .direction = DT_READER,
	  .unit = DT_BYTES,
	  .contract = DT_ATOMIC,
	  .progress = DT_BY_RESULT,
	  .run = read_parts },
	{ 0 },
};

const struct dt_operation write_vectored_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "write_vectored",
	  .summary = "returns how much one writev of two parts accepted",
	  .direction = DT_WRITER,
	  .unit = DT_BYTES,
	  .contract = DT_ATOMIC,
	  .progress = DT_BY_RESULT,
	  .run = write_parts },
	{ 0 },
};
