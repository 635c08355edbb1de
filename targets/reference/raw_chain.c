/*
 * raw_chain.c - raw level: a message in two linked writes.
 *
 * The second goes only when the first has written all that it was asked to: a short one breaks the
 * chain, and then the second one's -ECANCELED is no cancellation. What was written is what both
 * completions say.
 */
#include "reference.h"

enum { UD_SECOND = UD_TIMEOUT + 1 };

/* Begins to write a prefix of the bytes, in two halves. 0 or -EAGAIN when the queue is full. */
static int start(struct raw_chain *chain, struct dt_io *io, const unsigned char *bytes, size_t size)
{
	struct io_uring_sqe *first = dt_sqe(io), *second = NULL;
	int fd = dt_fd(io, DT_OUT);
	size_t half;

	if (!first)
		return -EAGAIN;
	if (size > RAW_ROOM)
		size = RAW_ROOM;
	half = size > 1 ? size / 2 : size;
	memcpy(chain->data, bytes, size);
	io_uring_prep_write(first, fd, chain->data, (unsigned)half, 0);
	flight_arm(&chain->flight, first);
	chain->second = 0;
	if (size == half)
		return 0;
	second = dt_sqe(io);
	if (!second)
		return 0; /* the first half will do */
	first->flags |= IOSQE_IO_LINK;
	io_uring_prep_write(second, fd, chain->data + half, (unsigned)(size - half), 0);
	io_uring_sqe_set_data64(second, UD_SECOND);
	chain->following = true;
	return 0;
}

/* Lands both, and the cancel of either. As flight_land(). */
static int land(struct raw_chain *chain, struct dt_io *io, bool *ret_stopped)
{
	struct flight *flight = &chain->flight;
	struct dt_completion completion;

	*ret_stopped = false;
	while (!flight_idle(flight) || chain->following) {
		int r = dt_wait(io, &completion);
		struct io_uring_sqe *sqe;

		if (r == 0 && completion.user_data == UD_SECOND) {
			chain->following = false;
			chain->second = completion.result;
		} else if (r == 0) {
			flight_note(flight, &completion);
		}
		if (r == 0)
			continue;
		if (r != -ECANCELED || *ret_stopped)
			return r;
		*ret_stopped = true;
		if (flight->cancelling)
			continue;
		if (flight->busy) {
			r = flight_cancel(flight, io);
			if (r)
				return r;
			continue;
		}
		sqe = dt_sqe(io);
		if (!sqe)
			return -EAGAIN;
		io_uring_prep_cancel64(sqe, UD_SECOND, 0);
		io_uring_sqe_set_data64(sqe, UD_CANCEL);
		flight->cancelling = true;
	}
	return 0;
}

static ssize_t write_chained(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	struct raw_chain *chain = session;
	struct flight *flight = &chain->flight;
	bool stopped = false;

	while (chain->sent < buffer->size) {
		bool idle = flight_idle(flight) && !chain->following;
		bool inherited = flight->cancelling;
		int r = 0;

		if (stopped)
			return -ECANCELED;
		if (idle)
			r = start(chain, io, buffer->data + chain->sent,
				  buffer->size - chain->sent);
		if (r == 0)
			r = land(chain, io, &stopped);
		if (r)
			return r;
		if (flight->result > 0)
			chain->sent += (size_t)flight->result;
		if (chain->second > 0)
			chain->sent += (size_t)chain->second;
		if (inherited || stopped)
			continue;
		if (flight->result <= 0)
			return flight->result ? flight->result : -EIO;
	}
	chain->sent = 0;
	return (ssize_t)buffer->size;
}

const struct dt_operation raw_chain_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "write",
	  .summary = "writes the whole message in linked halves, progress in the session",
	  .direction = DT_WRITER,
	  .unit = DT_BYTES,
	  .contract = DT_RESUMABLE,
	  .progress = DT_BY_RESULT,
	  .flags = DT_RAW | DT_EXACT,
	  .run = write_chained },
	{ 0 },
};
