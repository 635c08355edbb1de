/*
 * sticky_deadline.c - planted bug 43: the deadline of a cancelled call stays on the stream.
 *
 * Once a call has run out of time every later one is told so too, without being tried. (As in
 * DataDog/glommio#67.) Twin: reference/deadline.
 */
#include "broken.h"

static ssize_t read_before(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	struct broken_flag *deadline = session;
	ssize_t n;

	if (deadline->set) /* the bug: it is a fact about the call before */
		return -ECANCELED;
	n = dt_read(io, buffer->data, buffer->size);
	deadline->set = n == -ECANCELED;
	return n;
}

const struct dt_operation sticky_deadline_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "read",
	  .summary = "returns what one read brings; once out of time, out of time for ever",
	  .direction = DT_READER,
	  .unit = DT_BYTES,
	  .contract = DT_ATOMIC,
	  .progress = DT_BY_RESULT,
	  .run = read_before },
	{ 0 },
};
