/*
 * habits.c - sockets as some people use them: look first, or try first.
 *
 * peek looks at what is there and then takes just that. try_first does not wait where it need not:
 * -EAGAIN says nothing about the stream, and the second try waits.
 */
#include <sys/socket.h>

#include "reference.h"

static ssize_t look_and_take(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	ssize_t n;

	(void)session;
	n = dt_recv(io, buffer->data, buffer->size, MSG_PEEK);
	return n > 0 ? dt_recv(io, buffer->data, (size_t)n, 0) : n;
}

static ssize_t try_to_read(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	ssize_t n;

	(void)session;
	n = dt_recv(io, buffer->data, buffer->size, MSG_DONTWAIT);
	return n == -EAGAIN ? dt_recv(io, buffer->data, buffer->size, 0) : n;
}

static ssize_t try_to_write(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	(void)session;
	while (buffer->used < buffer->size) {
		const unsigned char *bytes = buffer->data + buffer->used;
		size_t left = buffer->size - buffer->used;
		ssize_t n = dt_send(io, bytes, left, MSG_DONTWAIT);

		if (n == -EAGAIN)
			n = dt_send(io, bytes, left, 0);
		if (n <= 0)
			return n ? n : -EIO;
		buffer->used += (size_t)n;
	}
	return (ssize_t)buffer->used;
}

const struct dt_operation peek_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "recv",
	  .summary = "looks at what is there, then takes it",
	  .direction = DT_READER,
	  .unit = DT_BYTES,
	  .contract = DT_ATOMIC,
	  .progress = DT_BY_RESULT,
	  .flags = DT_SOCKET,
	  .run = look_and_take },
	{ 0 },
};

const struct dt_operation try_first_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "recv",
	  .summary = "returns what one recv brings; waits at the second try only",
	  .direction = DT_READER,
	  .unit = DT_BYTES,
	  .contract = DT_ATOMIC,
	  .progress = DT_BY_RESULT,
	  .flags = DT_SOCKET,
	  .run = try_to_read },
	{ .size = sizeof(struct dt_operation),
	  .name = "send",
	  .summary = "sends the whole message; waits at the second try only",
	  .direction = DT_WRITER,
	  .unit = DT_BYTES,
	  .contract = DT_RESUMABLE,
	  .progress = DT_BY_USED,
	  .flags = DT_SOCKET | DT_EXACT,
	  .run = try_to_write },
	{ 0 },
};
