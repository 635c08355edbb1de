/*
 * truncated.c - after a cancelled write the connection counts as closed, and success goes on.
 *
 * A cancelled write sets the flag that an orderly close sets; every later message is dropped by
 * the branch that is meant for "closed, nobody cares", which reports success. It may queue, it
 * says: so nobody can know before the end that nothing was sent.
 * Twin: reference/write.
 */
#include "broken.h"

static ssize_t write_once(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	struct broken_flag *closed = session;
	ssize_t n;

	if (closed->set)
		return (ssize_t)buffer->size; /* the bug */
	n = dt_write(io, buffer->data, buffer->size);
	closed->set = n == -ECANCELED;
	return n == 0 ? -EIO : n;
}

const struct dt_operation truncated_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "write",
	  .summary = "returns how much one write accepted; once cancelled, sends no more",
	  .direction = DT_WRITER,
	  .unit = DT_BYTES,
	  .contract = DT_ATOMIC,
	  .progress = DT_BY_RESULT,
	  .flags = DT_QUEUES,
	  .run = write_once },
	{ 0 },
};
