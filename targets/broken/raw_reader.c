/*
 * raw_reader.c - what the raw readers of this folder do right, so that each file shows its bug.
 */
#include <sys/socket.h>

#include "broken.h"

int raw_start(struct broken_raw *raw, struct dt_io *io, unsigned char *bytes, size_t size,
	      bool waitall)
{
	struct io_uring_sqe *sqe = dt_sqe(io);
	int fd = dt_fd(io, DT_IN);

	if (!sqe)
		return -EAGAIN;
	if (size > RAW_ROOM)
		size = RAW_ROOM;
	if (waitall)
		io_uring_prep_recv(sqe, fd, bytes, size, MSG_WAITALL);
	else
		io_uring_prep_read(sqe, fd, bytes, (unsigned)size, 0);
	flight_arm(&raw->flight, sqe);
	raw->flight.cancel = -ENOENT;
	return 0;
}

ssize_t raw_hand_over(struct broken_raw *raw, struct dt_buffer *buffer)
{
	size_t size = raw->filled - raw->taken;

	if (size > buffer->size)
		size = buffer->size;
	memcpy(buffer->data, raw->data + raw->taken, size);
	raw->taken += size;
	return (ssize_t)size;
}

bool raw_again(const struct broken_raw *raw, bool inherited, bool stopped)
{
	return raw->flight.result == -ECANCELED && inherited && !stopped;
}
