/*
 * buffered.c - a buffered reader with two operations over one session: read and read_exact.
 *
 * Both take bytes out of what the session carries, and only once they can return them. So even
 * read_exact is atomic here, and after a cancelled one the caller may go on with read.
 */
#include "reference.h"

enum { READ_AHEAD = 4096 };

int buffered_create(void *session, const struct dt_setup *setup, struct dt_io *io)
{
	struct buffered *buffered = session;

	(void)setup;
	(void)io;
	return carry_init(&buffered->ahead, READ_AHEAD);
}

void buffered_destroy(void *session)
{
	struct buffered *buffered = session;

	carry_finish(&buffered->ahead);
}

static ssize_t read_some(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	struct buffered *buffered = session;

	if (!carry_size(&buffered->ahead)) {
		ssize_t n = carry_read(&buffered->ahead, io);

		if (n <= 0)
			return n;
	}
	return (ssize_t)carry_take(&buffered->ahead, buffer->data, buffer->size);
}

static ssize_t read_exact(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	struct buffered *buffered = session;
	int r = carry_grow(&buffered->ahead, buffer->size);

	if (r)
		return r;
	while (carry_size(&buffered->ahead) < buffer->size) {
		ssize_t n = carry_read(&buffered->ahead, io);

		if (n == 0)
			return carry_size(&buffered->ahead) ? -ENODATA : 0;
		if (n < 0)
			return n;
	}
	return (ssize_t)carry_take(&buffered->ahead, buffer->data, buffer->size);
}

const struct dt_operation buffered_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "read",
	  .summary = "returns bytes read ahead, or what one read brings",
	  .direction = DT_READER,
	  .unit = DT_BYTES,
	  .contract = DT_ATOMIC,
	  .progress = DT_BY_RESULT,
	  .run = read_some },
	{ .size = sizeof(struct dt_operation),
	  .name = "read_exact",
	  .summary = "fills the whole buffer, once the session carries enough",
	  .direction = DT_READER,
	  .unit = DT_BYTES,
	  .contract = DT_ATOMIC,
	  .progress = DT_BY_RESULT,
	  .flags = DT_EXACT,
	  .run = read_exact },
	{ 0 },
};
