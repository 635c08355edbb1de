/*
 * raw_writer.c - raw level: write(2) and send(2) with MSG_WAITALL that cancel and reap themselves.
 *
 * The same rule as for reading; and because a dropped operation goes on sending after its call is
 * over, it sends from a copy in the session. Which bytes it will have sent is known only when the
 * next call lands it: so the promise is `resumable`, the next call must bring the same message.
 */
#include <sys/socket.h>

#include "reference.h"

/* Begins an operation for a prefix of the bytes. 0 or -EAGAIN when the queue is full. */
static int start(struct raw_writer *writer, struct dt_io *io, const unsigned char *bytes,
		 size_t size, bool waitall)
{
	struct io_uring_sqe *sqe = dt_sqe(io);
	int fd = dt_fd(io, DT_OUT);

	if (!sqe)
		return -EAGAIN;
	if (size > RAW_ROOM)
		size = RAW_ROOM;
	memcpy(writer->data, bytes, size);
	if (waitall)
		io_uring_prep_send(sqe, fd, writer->data, size, MSG_WAITALL | MSG_NOSIGNAL);
	else
		io_uring_prep_write(sqe, fd, writer->data, (unsigned)size, 0);
	flight_arm(&writer->flight, sqe);
	return 0;
}

/* Lands the operation in flight, or one begun here. Bytes sent, -ECANCELED or another -errno.
 * *ret_stopped may be set beside bytes that were sent. */
static ssize_t transmit(struct raw_writer *writer, struct dt_io *io, const unsigned char *bytes,
			size_t size, bool waitall, bool *ret_stopped)
{
	struct flight *flight = &writer->flight;

	for (;;) {
		bool inherited; /* a cancel that an attempt before this one asked for */
		int r = flight_idle(flight) ? start(writer, io, bytes, size, waitall) : 0;

		inherited = flight->cancelling;
		if (r == 0)
			r = flight_land(flight, io, ret_stopped);
		if (r)
			return r;
		if (flight->result != -ECANCELED || !inherited || *ret_stopped)
			return flight->result ? flight->result : -EIO;
	}
}

static ssize_t write_once(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	bool stopped;

	return transmit(session, io, buffer->data, buffer->size, false, &stopped);
}

static ssize_t send_exact(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	struct raw_writer *writer = session;
	bool stopped = false;

	while (writer->sent < buffer->size) {
		ssize_t n;

		if (stopped)
			return -ECANCELED;
		n = transmit(writer, io, buffer->data + writer->sent, buffer->size - writer->sent,
			     true, &stopped);
		if (n < 0)
			return n;
		writer->sent += (size_t)n;
	}
	writer->sent = 0;
	return (ssize_t)buffer->size;
}

const struct dt_operation raw_write_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "write",
	  .summary = "returns how much one write accepted; cancels and reaps by itself",
	  .direction = DT_WRITER,
	  .unit = DT_BYTES,
	  .contract = DT_RESUMABLE,
	  .progress = DT_BY_RESULT,
	  .flags = DT_RAW,
	  .run = write_once },
	{ 0 },
};

const struct dt_operation raw_send_waitall_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "send_exact",
	  .summary = "sends the whole message with MSG_WAITALL, progress in the session",
	  .direction = DT_WRITER,
	  .unit = DT_BYTES,
	  .contract = DT_RESUMABLE,
	  .progress = DT_BY_RESULT,
	  .flags = DT_RAW | DT_EXACT | DT_SOCKET | DT_WAITALL,
	  .run = send_exact },
	{ 0 },
};
