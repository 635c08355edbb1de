/*
 * raw_habits.c - raw level: other ways to arrange the same reads and writes, and as correct.
 *
 * poll_first waits until there is something, and only then reads. raw_silent wants no completion of
 * a cancel that worked.
 */
#include <poll.h>

#include "reference.h"

static int queue_read(struct raw_reader *reader, struct dt_io *io, size_t size)
{
	struct io_uring_sqe *sqe = dt_sqe(io);

	if (!sqe)
		return -EAGAIN;
	if (size > RAW_ROOM)
		size = RAW_ROOM;
	io_uring_prep_read(sqe, dt_fd(io, DT_IN), reader->data, (unsigned)size, 0);
	flight_arm(&reader->flight, sqe);
	return 0;
}

static int queue_poll(struct raw_reader *reader, struct dt_io *io)
{
	struct io_uring_sqe *sqe = dt_sqe(io);

	if (!sqe)
		return -EAGAIN;
	io_uring_prep_poll_add(sqe, dt_fd(io, DT_IN), POLLIN);
	flight_arm(&reader->flight, sqe);
	return 0;
}

static ssize_t take(struct raw_reader *reader, struct dt_buffer *buffer)
{
	size_t size = reader->filled - reader->taken;

	if (size > buffer->size)
		size = buffer->size;
	memcpy(buffer->data, reader->data + reader->taken, size);
	reader->taken += size;
	return (ssize_t)size;
}

/* Lands what is in flight. 0 with bytes there or without, or what the call returns. */
static ssize_t land(struct raw_reader *reader, struct dt_io *io, bool *ret_stopped)
{
	struct flight *flight = &reader->flight;
	bool inherited = flight->cancelling;
	int r = flight_land(flight, io, ret_stopped);

	if (r)
		return r;
	return flight->result == -ECANCELED && inherited && !*ret_stopped ? -EAGAIN
									  : flight->result;
}

static ssize_t read_polled(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	struct poll_first *polled = session;
	struct raw_reader *reader = &polled->raw;

	while (reader->taken == reader->filled) {
		bool stopped = false;
		ssize_t n = 0;

		if (flight_idle(&reader->flight)) {
			n = polled->is_ready ? queue_read(reader, io, buffer->size)
					     : queue_poll(reader, io);
			polled->reading = polled->is_ready;
			polled->is_ready = false;
		}
		if (n == 0)
			n = land(reader, io, &stopped);
		if (n == -EAGAIN)
			continue;
		if (n < 0 || (n == 0 && polled->reading))
			return n;
		if (polled->reading) {
			reader->taken = 0;
			reader->filled = (size_t)n;
		} else {
			polled->is_ready = true;
			if (stopped)
				return -ECANCELED;
		}
	}
	return take(reader, buffer);
}

/* Like flight_land(); but of its cancel it hears only when that found nothing. */
static int land_silently(struct flight *flight, struct dt_io *io, bool *ret_stopped)
{
	struct dt_completion completion;

	while (flight->busy) {
		int r = dt_wait(io, &completion);
		struct io_uring_sqe *sqe;

		if (r == 0 && completion.user_data == UD_OPERATION)
			flight_note(flight, &completion);
		if (r == 0 || (r == -ECANCELED && flight->cancelling && !*ret_stopped)) {
			*ret_stopped |= r != 0;
			continue;
		}
		if (r != -ECANCELED || *ret_stopped)
			return r;
		*ret_stopped = true;
		sqe = dt_sqe(io);
		if (!sqe)
			return -EAGAIN;
		io_uring_prep_cancel64(sqe, UD_OPERATION, 0);
		io_uring_sqe_set_data64(sqe, UD_CANCEL);
		sqe->flags |= IOSQE_CQE_SKIP_SUCCESS;
		flight->cancelling = true;
	}
	flight->cancelling = false;
	return 0;
}

static ssize_t read_silently(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	struct raw_reader *reader = session;
	struct flight *flight = &reader->flight;

	while (reader->taken == reader->filled) {
		bool stopped = false, inherited = flight->cancelling;
		int r = flight->busy ? 0 : queue_read(reader, io, buffer->size);

		if (r == 0)
			r = land_silently(flight, io, &stopped);
		if (r)
			return r;
		if (flight->result == -ECANCELED && inherited && !stopped)
			continue;
		if (flight->result <= 0)
			return flight->result;
		reader->taken = 0;
		reader->filled = (size_t)flight->result;
	}
	return take(reader, buffer);
}

#define READER(raw_name, text, function)                                                          \
	{ .size = sizeof(struct dt_operation), .name = raw_name, .summary = text,                 \
	  .direction = DT_READER, .unit = DT_BYTES, .contract = DT_ATOMIC,                        \
	  .progress = DT_BY_RESULT, .flags = DT_RAW, .run = function }

const struct dt_operation poll_first_operations[] = {
	READER("read", "returns what one read brings, once there is something", read_polled),
	{ 0 },
};

const struct dt_operation raw_silent_operations[] = {
	READER("read", "returns what one read brings; its cancel tells failures only",
	       read_silently),
	{ 0 },
};
