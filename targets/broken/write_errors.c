/*
 * write_errors.c - a write that fails, or writes nothing, in three wrong ways.
 *
 * epipe_ignored reports success when nobody reads any more; write_zero_spin repeats a write of zero
 * bytes without end; write_zero_success takes it for the end of the message. Cancellation is not
 * needed. Twin of all: reference/write_all.
 */
#include "broken.h"

static ssize_t ignore_epipe(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	size_t done = 0;

	(void)session;
	while (done < buffer->size) {
		ssize_t n = dt_write(io, buffer->data + done, buffer->size - done);

		if (n == -EPIPE || n == -ECONNRESET)
			break; /* the bug: "the peer is gone, so there is nothing left to do" */
		if (n <= 0)
			return n < 0 ? n : -EIO;
		done += (size_t)n;
	}
	return (ssize_t)buffer->size;
}

static ssize_t spin_on_zero(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	size_t done = 0;

	(void)session;
	while (done < buffer->size) {
		ssize_t n = dt_write(io, buffer->data + done, buffer->size - done);

		if (n < 0) /* the bug: 0 makes no progress */
			return n;
		done += (size_t)n;
	}
	return (ssize_t)done;
}

static ssize_t stop_at_zero(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	size_t done = 0;
	ssize_t n;

	(void)session;
	while (done < buffer->size) {
		n = dt_write(io, buffer->data + done, buffer->size - done);
		if (n < 0)
			return n;
		if (n == 0)
			break; /* the bug */
		done += (size_t)n;
	}
	return (ssize_t)buffer->size;
}

const struct dt_operation epipe_ignored_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "write_all",
	  .summary = "writes the whole message, and reports success on EPIPE",
	  .direction = DT_WRITER,
	  .unit = DT_BYTES,
	  .contract = DT_TERMINAL,
	  .progress = DT_BY_RESULT,
	  .flags = DT_EXACT,
	  .run = ignore_epipe },
	{ 0 },
};

const struct dt_operation write_zero_spin_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "write_all",
	  .summary = "writes the whole message, repeating writes of zero bytes",
	  .direction = DT_WRITER,
	  .unit = DT_BYTES,
	  .contract = DT_TERMINAL,
	  .progress = DT_BY_RESULT,
	  .flags = DT_EXACT,
	  .run = spin_on_zero },
	{ 0 },
};

const struct dt_operation write_zero_success_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "write_all",
	  .summary = "writes the message until a write writes nothing",
	  .direction = DT_WRITER,
	  .unit = DT_BYTES,
	  .contract = DT_TERMINAL,
	  .progress = DT_BY_RESULT,
	  .flags = DT_EXACT,
	  .run = stop_at_zero },
	{ 0 },
};
