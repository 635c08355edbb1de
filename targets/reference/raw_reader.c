/*
 * raw_reader.c - raw level: read(2) and recv(2) with MSG_WAITALL that cancel and reap themselves.
 *
 * Asked to stop, the target submits a cancel and waits for both completions; its own operation's
 * decides. Dropped, it returns at once: the operation stays in flight and may still take bytes, so
 * it reads into the session, and the next call lands it and keeps what it brought.
 */
#include <sys/socket.h>

#include "reference.h"

/* Begins an operation for at most `size` bytes. 0 or -EAGAIN when the queue is full. */
static int start(struct raw_reader *reader, struct dt_io *io, size_t size, bool waitall)
{
	struct io_uring_sqe *sqe = dt_sqe(io);
	int fd = dt_fd(io, DT_IN);

	if (!sqe)
		return -EAGAIN;
	if (size > RAW_ROOM)
		size = RAW_ROOM;
	if (waitall)
		io_uring_prep_recv(sqe, fd, reader->data, size, MSG_WAITALL);
	else
		io_uring_prep_read(sqe, fd, reader->data, (unsigned)size, 0);
	flight_arm(&reader->flight, sqe);
	return 0;
}

/*
 * Lands the operation in flight, or one begun here. Bytes that came, now in the session; 0 at end
 * of stream; -ECANCELED; or another -errno. *ret_stopped may be set beside bytes that came.
 */
static ssize_t fill(struct raw_reader *reader, struct dt_io *io, size_t size, bool waitall,
		    bool *ret_stopped)
{
	struct flight *flight = &reader->flight;

	for (;;) {
		bool inherited; /* a cancel that an attempt before this one asked for */
		int r = flight_idle(flight) ? start(reader, io, size, waitall) : 0;

		inherited = flight->cancelling;
		if (r == 0)
			r = flight_land(flight, io, ret_stopped);
		if (r)
			return r;
		if (flight->result == -ECANCELED && inherited && !*ret_stopped)
			continue;
		if (flight->result > 0) {
			reader->taken = 0;
			reader->filled = (size_t)flight->result;
		}
		return flight->result;
	}
}

/* Hands over what is in the session; returns how much. */
static size_t take(struct raw_reader *reader, unsigned char *bytes, size_t size)
{
	size_t left = reader->filled - reader->taken;

	if (size > left)
		size = left;
	memcpy(bytes, reader->data + reader->taken, size);
	reader->taken += size;
	return size;
}

static ssize_t read_once(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	struct raw_reader *reader = session;
	bool stopped;

	if (reader->taken == reader->filled) {
		ssize_t n = fill(reader, io, buffer->size, false, &stopped);

		if (n <= 0)
			return n;
	}
	return (ssize_t)take(reader, buffer->data, buffer->size);
}

static ssize_t receive_exact(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	struct raw_reader *reader = session;
	bool stopped = false;

	for (;;) {
		ssize_t n;

		buffer->used += take(reader, buffer->data + buffer->used,
				     buffer->size - buffer->used);
		if (buffer->used == buffer->size)
			return (ssize_t)buffer->used;
		if (stopped)
			return -ECANCELED;
		n = fill(reader, io, buffer->size - buffer->used, true, &stopped);
		if (n == 0)
			return buffer->used ? -ENODATA : 0;
		if (n < 0)
			return n;
	}
}

const struct dt_operation raw_read_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "read",
	  .summary = "returns what one read brings; cancels and reaps by itself",
	  .direction = DT_READER,
	  .unit = DT_BYTES,
	  .contract = DT_ATOMIC,
	  .progress = DT_BY_RESULT,
	  .flags = DT_RAW,
	  .run = read_once },
	{ 0 },
};

const struct dt_operation raw_recv_waitall_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "recv_exact",
	  .summary = "fills the whole buffer by recv with MSG_WAITALL, counting in its cursor",
	  .direction = DT_READER,
	  .unit = DT_BYTES,
	  .contract = DT_RESUMABLE,
	  .progress = DT_BY_USED,
	  .flags = DT_RAW | DT_EXACT | DT_SOCKET | DT_WAITALL,
	  .run = receive_exact },
	{ 0 },
};
