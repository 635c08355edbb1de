/*
 * flight.h - raw level: one operation in flight, cancelled and reaped as the kernel wants it.
 *
 * The rule: an operation is over when its OWN completion is here, and only that completion says
 * what it moved. A cancel may come back first, or find nothing, and the operation may still have
 * moved bytes. What is in flight outlives an attempt that was dropped, so this belongs to the
 * session, and so does every byte that the kernel may still touch.
 */
#ifndef PARTS_FLIGHT_H
#define PARTS_FLIGHT_H

#include <stdbool.h>

#include <droptest/target.h>
#include <liburing.h>

/* user_data of the entries. */
enum { UD_OPERATION = 1, UD_CANCEL, UD_TIMEOUT };

struct flight {
	bool busy;	 /* the operation was queued and its completion has not come */
	bool cancelling; /* so was a cancel for it */
	bool timing;	 /* so was a linked timeout for it */
	int result;	 /* of the operation, once it is not busy any more */
	int cancel;	 /* of the last cancel */
	int timeout;	 /* of the last linked timeout */
};

static inline bool flight_idle(const struct flight *flight)
{
	return !flight->busy && !flight->cancelling && !flight->timing;
}

/* The prepared entry is the operation from now on. */
static inline void flight_arm(struct flight *flight, struct io_uring_sqe *sqe)
{
	io_uring_sqe_set_data64(sqe, UD_OPERATION);
	flight->busy = true;
}

/* Asks the kernel to cancel the operation. 0, or -EAGAIN when the queue is full. */
static inline int flight_cancel(struct flight *flight, struct dt_io *io)
{
	struct io_uring_sqe *sqe = dt_sqe(io);

	if (!sqe)
		return -EAGAIN;
	io_uring_prep_cancel64(sqe, UD_OPERATION, 0);
	io_uring_sqe_set_data64(sqe, UD_CANCEL);
	flight->cancelling = true;
	return 0;
}

static inline void flight_note(struct flight *flight, const struct dt_completion *completion)
{
	switch (completion->user_data) {
	case UD_OPERATION:
		flight->busy = false;
		flight->result = completion->result;
		break;
	case UD_CANCEL:
		flight->cancelling = false;
		flight->cancel = completion->result;
		break;
	default:
		flight->timing = false;
		flight->timeout = completion->result;
		break;
	}
}

/*
 * Waits until everything in flight is over. 0, with flight->result written and *ret_stopped telling
 * whether the attempt was asked to stop; -ECANCELED when it was dropped: what is in flight stays in
 * flight, and the next attempt lands it; or another -errno.
 */
static inline int flight_land(struct flight *flight, struct dt_io *io, bool *ret_stopped)
{
	struct dt_completion completion;

	*ret_stopped = false;
	while (!flight_idle(flight)) {
		int r = dt_wait(io, &completion);

		if (r == 0) {
			flight_note(flight, &completion);
		} else if (r == -ECANCELED && !*ret_stopped) { /* once is a stop, twice a drop */
			*ret_stopped = true;
			r = flight->busy && !flight->cancelling ? flight_cancel(flight, io) : 0;
		}
		if (r)
			return r;
	}
	return 0;
}

#endif
