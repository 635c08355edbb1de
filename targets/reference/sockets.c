/*
 * sockets.c - recv and send, with and without MSG_WAITALL.
 *
 * With MSG_WAITALL one operation can be cancelled half-way: it then SUCCEEDS with the bytes that it
 * had moved, although its cancel reports success too. Returning that count is all it takes.
 */
#include <sys/socket.h>

#include "reference.h"

static ssize_t receive(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	(void)session;
	return dt_recv(io, buffer->data, buffer->size, 0);
}

static ssize_t receive_waitall(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	(void)session;
	return dt_recv(io, buffer->data, buffer->size, MSG_WAITALL);
}

static ssize_t send_flags(struct dt_io *io, const struct dt_buffer *buffer, int flags)
{
	ssize_t n = dt_send(io, buffer->data, buffer->size, flags | MSG_NOSIGNAL);

	return n == 0 ? -EIO : n;
}

static ssize_t send_once(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	(void)session;
	return send_flags(io, buffer, 0);
}

static ssize_t send_waitall(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	(void)session;
	return send_flags(io, buffer, MSG_WAITALL);
}

const struct dt_operation recv_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "recv",
	  .summary = "returns what one recv brings",
	  .direction = DT_READER,
	  .unit = DT_BYTES,
	  .contract = DT_ATOMIC,
	  .progress = DT_BY_RESULT,
	  .flags = DT_SOCKET,
	  .run = receive },
	{ 0 },
};

const struct dt_operation recv_waitall_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "recv_waitall",
	  .summary = "returns what one recv with MSG_WAITALL brings, short when it was cancelled",
	  .direction = DT_READER,
	  .unit = DT_BYTES,
	  .contract = DT_ATOMIC,
	  .progress = DT_BY_RESULT,
	  .flags = DT_SOCKET | DT_WAITALL,
	  .run = receive_waitall },
	{ 0 },
};

const struct dt_operation send_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "send",
	  .summary = "returns how much one send accepted",
	  .direction = DT_WRITER,
	  .unit = DT_BYTES,
	  .contract = DT_ATOMIC,
	  .progress = DT_BY_RESULT,
	  .flags = DT_SOCKET,
	  .run = send_once },
	{ 0 },
};

const struct dt_operation send_waitall_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "send_waitall",
	  .summary = "returns how much one send with MSG_WAITALL accepted",
	  .direction = DT_WRITER,
	  .unit = DT_BYTES,
	  .contract = DT_ATOMIC,
	  .progress = DT_BY_RESULT,
	  .flags = DT_SOCKET | DT_WAITALL,
	  .run = send_waitall },
	{ 0 },
};
