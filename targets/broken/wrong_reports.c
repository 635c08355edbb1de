/*
 * wrong_reports.c - readers that lose nothing and say something untrue after a cancellation.
 *
 * false_eof believes that a cancelled read has closed the connection: the next call reports the end
 * of the stream. wrong_error turns -ECANCELED into -EIO. misreported is a read_exact that returns
 * what it had when it was cancelled as if that were all that was asked for.
 * Twins: reference/read, reference/read, reference/read_exact_resumable.
 */
#include "broken.h"

static ssize_t read_until_cancelled(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	struct broken_flag *closed = session;
	ssize_t n;

	if (closed->set)
		return 0; /* the bug */
	n = dt_read(io, buffer->data, buffer->size);
	closed->set = n == -ECANCELED;
	return n;
}

static ssize_t read_or_fail(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	ssize_t n;

	(void)session;
	n = dt_read(io, buffer->data, buffer->size);
	return n == -ECANCELED ? -EIO : n; /* the bug */
}

static ssize_t read_nearly_exact(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	size_t got = 0;

	(void)session;
	while (got < buffer->size) {
		ssize_t n = dt_read(io, buffer->data + got, buffer->size - got);

		if (n == -ECANCELED && got)
			break; /* the bug: exact means all */
		if (n <= 0)
			return n == 0 && got ? -ENODATA : n;
		got += (size_t)n;
	}
	return (ssize_t)got;
}

const struct dt_operation false_eof_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "read",
	  .summary = "returns what one read brings; once cancelled, the end of the stream",
	  .direction = DT_READER,
	  .unit = DT_BYTES,
	  .contract = DT_ATOMIC,
	  .progress = DT_BY_RESULT,
	  .run = read_until_cancelled },
	{ 0 },
};

const struct dt_operation wrong_error_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "read",
	  .summary = "returns what one read brings, and -EIO when it was cancelled",
	  .direction = DT_READER,
	  .unit = DT_BYTES,
	  .contract = DT_ATOMIC,
	  .progress = DT_BY_RESULT,
	  .run = read_or_fail },
	{ 0 },
};

const struct dt_operation misreported_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "read_exact",
	  .summary = "fills the buffer, or returns less when it was cancelled",
	  .direction = DT_READER,
	  .unit = DT_BYTES,
	  .contract = DT_RESUMABLE,
	  .progress = DT_BY_RESULT,
	  .flags = DT_EXACT,
	  .run = read_nearly_exact },
	{ 0 },
};
