/*
 * leak.c - a descriptor for each call, closed on every path but one.
 *
 * The call makes an eventfd for its deadline; the path of a cancelled call returns without closing
 * it. Twin: reference/deadline.
 */
#include <sys/eventfd.h>
#include <unistd.h>

#include "broken.h"

static ssize_t read_before(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	int deadline = eventfd(0, EFD_CLOEXEC);
	ssize_t n;

	(void)session;
	if (deadline < 0)
		return -errno;
	n = dt_read(io, buffer->data, buffer->size);
	if (n == -ECANCELED)
		return n; /* the bug */
	close(deadline);
	return n;
}

const struct dt_operation leak_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "read",
	  .summary = "returns what one read brings; cancelled, it leaves a descriptor open",
	  .direction = DT_READER,
	  .unit = DT_BYTES,
	  .contract = DT_ATOMIC,
	  .progress = DT_BY_RESULT,
	  .run = read_before },
	{ 0 },
};
