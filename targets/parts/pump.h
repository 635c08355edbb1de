/*
 * pump.h - raw level: a read and a write on one socket in flight at once, each way with a buffer.
 *
 *	peer --> in | filled |		a read fills it when it is empty
 *	peer <-- out | sent | size |	a write empties it; then `in` becomes `out`
 *
 * Both outlive an attempt that was dropped, so all of this belongs to the session.
 */
#ifndef PARTS_PUMP_H
#define PARTS_PUMP_H

#include <stdbool.h>
#include <sys/socket.h>

#include <droptest/target.h>
#include <liburing.h>

enum { PUMP_ROOM = 4096 };
enum { PUMP_READ = 1, PUMP_WRITE, PUMP_CANCEL }; /* user_data */

struct pump {
	bool reading, writing, cancelling; /* in flight */
	bool ended;
	int read_result, write_result; /* of what has landed and was not looked at; 0: nothing */
	size_t filled, sent, size;
	unsigned char in[PUMP_ROOM], out[PUMP_ROOM];
};

/* Begins what can be begun. 0, or -EAGAIN when the queue is full. */
static inline int pump_start(struct pump *pump, struct dt_io *io)
{
	struct io_uring_sqe *sqe;

	if (!pump->writing && pump->sent == pump->size && pump->filled) {
		memcpy(pump->out, pump->in, pump->filled);
		pump->size = pump->filled;
		pump->sent = pump->filled = 0;
	}
	if (!pump->writing && pump->sent < pump->size) {
		sqe = dt_sqe(io);
		if (!sqe)
			return -EAGAIN;
		io_uring_prep_send(sqe, dt_fd(io, DT_OUT), pump->out + pump->sent,
				   pump->size - pump->sent, 0);
		io_uring_sqe_set_data64(sqe, PUMP_WRITE);
		pump->writing = true;
	}
	if (!pump->reading && !pump->filled && !pump->ended) {
		sqe = dt_sqe(io);
		if (!sqe)
			return -EAGAIN;
		io_uring_prep_recv(sqe, dt_fd(io, DT_IN), pump->in, PUMP_ROOM, 0);
		io_uring_sqe_set_data64(sqe, PUMP_READ);
		pump->reading = true;
	}
	return 0;
}

/* Both use one descriptor: one cancel with ALL finds both. 0, or -EAGAIN when the queue is full. */
static inline int pump_cancel(struct pump *pump, struct dt_io *io)
{
	struct io_uring_sqe *sqe = dt_sqe(io);

	if (!sqe)
		return -EAGAIN;
	io_uring_prep_cancel_fd(sqe, dt_fd(io, DT_IN), IORING_ASYNC_CANCEL_ALL);
	io_uring_sqe_set_data64(sqe, PUMP_CANCEL);
	pump->cancelling = true;
	return 0;
}

/* What the kernel has handed to a thread of its own may end with -EINTR, cancelled or not: nothing
 * has moved, and it is begun again. */
static inline int pump_moved(int result)
{
	return result == -EINTR ? 0 : result;
}

static inline void pump_note(struct pump *pump, const struct dt_completion *completion)
{
	switch (completion->user_data) {
	case PUMP_READ:
		pump->reading = false;
		pump->read_result = pump_moved(completion->result);
		pump->ended |= completion->result == 0;
		if (completion->result > 0)
			pump->filled = (size_t)completion->result;
		break;
	case PUMP_WRITE:
		pump->writing = false;
		pump->write_result = pump_moved(completion->result);
		break;
	default:
		pump->cancelling = false;
		break;
	}
}

/* Waits until nothing is in flight. 0, *ret_stopped telling whether it was asked to stop; or
 * -ECANCELED when it was dropped, or another -errno. */
static inline int pump_land(struct pump *pump, struct dt_io *io, bool *ret_stopped)
{
	struct dt_completion completion;

	*ret_stopped = false;
	while (pump->reading || pump->writing || pump->cancelling) {
		int r = dt_wait(io, &completion);

		if (r == 0) {
			pump_note(pump, &completion);
		} else if (r == -ECANCELED && !*ret_stopped) { /* once is a stop, twice a drop */
			*ret_stopped = true;
			r = pump->cancelling ? 0 : pump_cancel(pump, io);
		}
		if (r)
			return r;
	}
	return 0;
}

/* What the write that has landed moved is no longer to be sent. Bytes, or 0. */
static inline ssize_t pump_count(struct pump *pump)
{
	ssize_t moved = pump->write_result > 0 ? pump->write_result : 0;

	pump->sent += (size_t)moved;
	return moved;
}

/* The error of either, -ECANCELED last; 0: none. What has landed is forgotten. */
static inline int pump_error(struct pump *pump)
{
	int read = pump->read_result, write = pump->write_result;

	pump->read_result = pump->write_result = 0;
	if (write < 0 && write != -ECANCELED)
		return write;
	if (read < 0 && read != -ECANCELED)
		return read;
	return read < 0 || write < 0 ? -ECANCELED : 0;
}

#endif
