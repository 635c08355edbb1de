/*
 * waitall_zero_send.c - planted bug 6: the same mistake on the way out.
 *
 * The cancel succeeded, so nothing was sent, so the message is sent again: the part that the send
 * had moved arrives twice. (As in axboe/liburing#1422.) Twin: reference/raw_send_waitall.
 */
#include <sys/socket.h>

#include "broken.h"

static int start(struct broken_raw *raw, struct dt_io *io, const unsigned char *bytes, size_t size)
{
	struct io_uring_sqe *sqe = dt_sqe(io);

	if (!sqe)
		return -EAGAIN;
	if (size > RAW_ROOM)
		size = RAW_ROOM;
	memcpy(raw->data, bytes, size);
	io_uring_prep_send(sqe, dt_fd(io, DT_OUT), raw->data, size, MSG_WAITALL | MSG_NOSIGNAL);
	flight_arm(&raw->flight, sqe);
	raw->flight.cancel = -ENOENT;
	return 0;
}

/* Bytes sent, or -errno. */
static ssize_t transmit(struct broken_raw *raw, struct dt_io *io, const unsigned char *bytes,
			size_t size, bool *ret_stopped)
{
	struct flight *flight = &raw->flight;

	for (;;) {
		bool inherited;
		int r = flight_idle(flight) ? start(raw, io, bytes, size) : 0;

		inherited = flight->cancelling;
		if (r == 0)
			r = flight_land(flight, io, ret_stopped);
		if (r)
			return r;
		if (flight->cancel == 0)
			flight->result = -ECANCELED; /* the bug */
		if (!raw_again(raw, inherited, *ret_stopped))
			return flight->result ? flight->result : -EIO;
	}
}

static ssize_t send_exact(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	struct broken_raw *raw = session;
	bool stopped = false;

	while (raw->sent < buffer->size) {
		ssize_t n;

		if (stopped)
			return -ECANCELED;
		n = transmit(raw, io, buffer->data + raw->sent, buffer->size - raw->sent, &stopped);
		if (n < 0)
			return n;
		raw->sent += (size_t)n;
	}
	raw->sent = 0;
	return (ssize_t)buffer->size;
}

const struct dt_operation waitall_zero_send_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "send_exact",
	  .summary = "sends the whole message; reads a successful cancel as no progress",
	  .direction = DT_WRITER,
	  .unit = DT_BYTES,
	  .contract = DT_RESUMABLE,
	  .progress = DT_BY_RESULT,
	  .flags = DT_RAW | DT_EXACT | DT_SOCKET | DT_WAITALL,
	  .run = send_exact },
	{ 0 },
};
