/*
 * abandon_read.c - planted bug 12: timed out, and the read is left where it is.
 *
 * Nobody cancels it. It waits on, takes the next bytes that come into a buffer that nobody reads,
 * and its completion is thrown away as one that belongs to an earlier call. (A time-out made by
 * racing two futures.) Twin: reference/raw_read.
 */
#include "broken.h"

static ssize_t read_once(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	struct abandoned *reader = session;
	unsigned char *bytes = reader->data[++reader->call % ABANDONED_SLOTS];
	struct io_uring_sqe *sqe = dt_sqe(io);
	struct dt_completion completion;
	size_t size = buffer->size;

	if (!sqe)
		return -EAGAIN;
	if (size > ABANDONED_ROOM)
		size = ABANDONED_ROOM;
	io_uring_prep_read(sqe, dt_fd(io, DT_IN), bytes, (unsigned)size, 0);
	io_uring_sqe_set_data64(sqe, reader->call);
	do {
		int r = dt_wait(io, &completion);

		if (r)
			return r; /* the bug: the read is still in flight */
	} while (completion.user_data != reader->call);
	if (completion.result > 0)
		memcpy(buffer->data, bytes, (size_t)completion.result);
	return completion.result;
}

const struct dt_operation abandon_read_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "read",
	  .summary = "returns what one read brings; told to stop, it leaves the read in flight",
	  .direction = DT_READER,
	  .unit = DT_BYTES,
	  .contract = DT_ATOMIC,
	  .progress = DT_BY_RESULT,
	  .flags = DT_RAW,
	  .run = read_once },
	{ 0 },
};
