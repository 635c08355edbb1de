/*
 * impatient.c - raw level: a read that is taken back now and then, unasked, and begun again.
 *
 * Its own cancel is no cancellation of the call. But somebody else's may have been first: it was
 * its own when that cancel says that it found the read.
 */
#include "reference.h"

enum { TAKEN_BACK_ONE_IN = 5 };

/* Begins a read, and one time in five takes it back. 0 or -EAGAIN when the queue is full. */
static int start(struct impatient *impatient, struct dt_io *io, size_t size)
{
	struct io_uring_sqe *sqe = dt_sqe(io);

	if (!sqe)
		return -EAGAIN;
	if (size > RAW_ROOM)
		size = RAW_ROOM;
	io_uring_prep_read(sqe, dt_fd(io, DT_IN), impatient->data, (unsigned)size, 0);
	flight_arm(&impatient->flight, sqe);
	impatient->unasked = ++impatient->reads % TAKEN_BACK_ONE_IN == 0;
	return impatient->unasked ? flight_cancel(&impatient->flight, io) : 0;
}

/* Was it taken back by this target's own cancel, one that nobody has asked for in this call? */
static bool is_own_doing(const struct impatient *impatient, bool inherited, bool stopped)
{
	const struct flight *flight = &impatient->flight;

	return flight->result == -ECANCELED && !stopped &&
	       (inherited || (impatient->unasked && flight->cancel == 0));
}

static ssize_t read_once(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	struct impatient *impatient = session;
	struct flight *flight = &impatient->flight;
	size_t size;

	while (impatient->taken == impatient->filled) {
		bool stopped, inherited = flight->cancelling;
		int r = flight_idle(flight) ? start(impatient, io, buffer->size) : 0;

		if (r == 0)
			r = flight_land(flight, io, &stopped);
		if (r)
			return r;
		if (is_own_doing(impatient, inherited, stopped))
			continue;
		if (flight->result <= 0)
			return flight->result;
		impatient->taken = 0;
		impatient->filled = (size_t)flight->result;
	}
	size = impatient->filled - impatient->taken;
	if (size > buffer->size)
		size = buffer->size;
	memcpy(buffer->data, impatient->data + impatient->taken, size);
	impatient->taken += size;
	return (ssize_t)size;
}

const struct dt_operation impatient_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "read",
	  .summary = "returns what one read brings; takes one read in five back, and reads again",
	  .direction = DT_READER,
	  .unit = DT_BYTES,
	  .contract = DT_ATOMIC,
	  .progress = DT_BY_RESULT,
	  .flags = DT_RAW,
	  .run = read_once },
	{ 0 },
};
