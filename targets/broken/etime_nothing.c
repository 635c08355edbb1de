/*
 * etime_nothing.c - planted bug 7: timed out, so nothing came.
 *
 * The linked timeout says -ETIME and the target returns; the recv that it cancelled had taken forty
 * bytes, and says so in a completion that nobody looks at. (As in axboe/liburing#1422.)
 * Twin: reference/raw_recv_timeout.
 */
#include <sys/socket.h>

#include "broken.h"

static struct __kernel_timespec hour = { .tv_sec = 3600 };

static int start(struct broken_raw *raw, struct dt_io *io, size_t size)
{
	struct io_uring_sqe *operation = dt_sqe(io), *timeout = operation ? dt_sqe(io) : NULL;

	if (!timeout)
		return -EAGAIN;
	if (size > RAW_ROOM)
		size = RAW_ROOM;
	io_uring_prep_recv(operation, dt_fd(io, DT_IN), raw->data, size, MSG_WAITALL);
	flight_arm(&raw->flight, operation);
	operation->flags |= IOSQE_IO_LINK;
	io_uring_prep_link_timeout(timeout, &hour, 0);
	io_uring_sqe_set_data64(timeout, UD_TIMEOUT);
	raw->flight.timing = true;
	raw->flight.timeout = 0;
	return 0;
}

static ssize_t receive(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	struct broken_raw *raw = session;
	struct flight *flight = &raw->flight;

	while (raw->taken == raw->filled) {
		bool inherited, stopped;
		int r = flight_idle(flight) ? start(raw, io, buffer->size) : 0;

		inherited = flight->cancelling;
		if (r == 0)
			r = flight_land(flight, io, &stopped);
		if (r)
			return r;
		if (flight->timeout == -ETIME)
			return -ECANCELED; /* the bug */
		if (raw_again(raw, inherited, stopped))
			continue;
		if (flight->result <= 0)
			return flight->result;
		raw->taken = 0;
		raw->filled = (size_t)flight->result;
	}
	return raw_hand_over(raw, buffer);
}

const struct dt_operation etime_nothing_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "recv",
	  .summary = "returns what recv brings, and nothing when its timeout has fired",
	  .direction = DT_READER,
	  .unit = DT_BYTES,
	  .contract = DT_ATOMIC,
	  .progress = DT_BY_RESULT,
	  .flags = DT_RAW | DT_SOCKET | DT_WAITALL,
	  .run = receive },
	{ 0 },
};
