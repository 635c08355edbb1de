/*
 * raw_recv_timeout.c - raw level: recv with MSG_WAITALL and a linked timeout of the target's own.
 *
 * "Timed out" is not "nothing happened": the timeout's -ETIME can come with a recv that had taken
 * forty bytes. The recv's completion decides; bytes that came are handed over, late or not.
 */
#include <sys/socket.h>

#include "reference.h"

/* Nobody waits that long: the harness fires it at the point that it wants to test. */
static struct __kernel_timespec hour = { .tv_sec = 3600 };

/* 0 or -EAGAIN when the queue is full. */
static int start(struct raw_reader *reader, struct dt_io *io, size_t size)
{
	struct io_uring_sqe *operation = dt_sqe(io), *timeout = operation ? dt_sqe(io) : NULL;

	if (!timeout)
		return -EAGAIN;
	if (size > RAW_ROOM)
		size = RAW_ROOM;
	io_uring_prep_recv(operation, dt_fd(io, DT_IN), reader->data, size, MSG_WAITALL);
	flight_arm(&reader->flight, operation);
	operation->flags |= IOSQE_IO_LINK;
	io_uring_prep_link_timeout(timeout, &hour, 0);
	io_uring_sqe_set_data64(timeout, UD_TIMEOUT);
	reader->flight.timing = true;
	return 0;
}

static ssize_t receive(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	struct raw_reader *reader = session;
	struct flight *flight = &reader->flight;
	size_t size;

	while (reader->taken == reader->filled) {
		bool inherited, stopped;
		int r = flight_idle(flight) ? start(reader, io, buffer->size) : 0;

		inherited = flight->cancelling;
		if (r == 0)
			r = flight_land(flight, io, &stopped);
		if (r)
			return r;
		if (flight->result == -ECANCELED && inherited && !stopped)
			continue;
		if (flight->result <= 0)
			return flight->result;
		reader->taken = 0;
		reader->filled = (size_t)flight->result;
	}
	size = reader->filled - reader->taken;
	if (size > buffer->size)
		size = buffer->size;
	memcpy(buffer->data, reader->data + reader->taken, size);
	reader->taken += size;
	return (ssize_t)size;
}

const struct dt_operation raw_recv_timeout_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "recv",
	  .summary = "returns what recv with MSG_WAITALL brings until its linked timeout",
	  .direction = DT_READER,
	  .unit = DT_BYTES,
	  .contract = DT_ATOMIC,
	  .progress = DT_BY_RESULT,
	  .flags = DT_RAW | DT_SOCKET | DT_WAITALL,
	  .run = receive },
	{ 0 },
};
