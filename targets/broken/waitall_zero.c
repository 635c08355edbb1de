/*
 * waitall_zero.c - planted bug 5: a cancel that succeeded means that nothing was moved.
 *
 * With MSG_WAITALL that is wrong: the cancel's result is 0 and the recv's is +40, both at once. The
 * forty bytes are out of the socket and in nobody's hands. (As in axboe/liburing#1422.)
 * Twin: reference/raw_recv_waitall.
 */
#include "broken.h"

/* Bytes that came, now in the session; 0 at end of stream; or -errno. */
static ssize_t fill(struct broken_raw *raw, struct dt_io *io, size_t size, bool *ret_stopped)
{
	struct flight *flight = &raw->flight;

	for (;;) {
		bool inherited;
		int r = flight_idle(flight) ? raw_start(raw, io, raw->data, size, true) : 0;

		inherited = flight->cancelling;
		if (r == 0)
			r = flight_land(flight, io, ret_stopped);
		if (r)
			return r;
		if (flight->cancel == 0)
			flight->result = -ECANCELED; /* the bug */
		if (raw_again(raw, inherited, *ret_stopped))
			continue;
		if (flight->result > 0) {
			raw->taken = 0;
			raw->filled = (size_t)flight->result;
		}
		return flight->result;
	}
}

static ssize_t receive_exact(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	struct broken_raw *raw = session;
	bool stopped = false;

	for (;;) {
		struct dt_buffer rest = { .data = buffer->data + buffer->used,
					  .size = buffer->size - buffer->used };
		ssize_t n;

		buffer->used += (size_t)raw_hand_over(raw, &rest);
		if (buffer->used == buffer->size)
			return (ssize_t)buffer->used;
		if (stopped)
			return -ECANCELED;
		n = fill(raw, io, buffer->size - buffer->used, &stopped);
		if (n == 0)
			return buffer->used ? -ENODATA : 0;
		if (n < 0)
			return n;
	}
}

const struct dt_operation waitall_zero_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "recv_exact",
	  .summary = "fills the whole buffer; reads a successful cancel as no progress",
	  .direction = DT_READER,
	  .unit = DT_BYTES,
	  .contract = DT_RESUMABLE,
	  .progress = DT_BY_USED,
	  .flags = DT_RAW | DT_EXACT | DT_SOCKET | DT_WAITALL,
	  .run = receive_exact },
	{ 0 },
};
