/*
 * assume_cancelled.c - planted bug 3: after a cancel the answer is "cancelled", whatever happened.
 *
 * The target cancels and waits for both completions as it should, and then does not look at its
 * own: bytes that had come are dropped. (bpo-33694: data of a cancelled recv lost.)
 * Twin: reference/raw_read.
 */
#include "broken.h"

static ssize_t read_once(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	struct broken_raw *raw = session;
	struct flight *flight = &raw->flight;

	while (raw->taken == raw->filled) {
		bool idle = flight_idle(flight), stopped, inherited;
		int r = idle ? raw_start(raw, io, raw->data, buffer->size, false) : 0;

		inherited = flight->cancelling;
		if (r == 0)
			r = flight_land(flight, io, &stopped);
		if (r)
			return r;
		if (stopped)
			return -ECANCELED; /* the bug: flight->result may be n > 0 */
		if (raw_again(raw, inherited, stopped))
			continue;
		if (flight->result <= 0)
			return flight->result;
		raw->taken = 0;
		raw->filled = (size_t)flight->result;
	}
	return raw_hand_over(raw, buffer);
}

const struct dt_operation assume_cancelled_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "read",
	  .summary = "returns what one read brings; told to stop, it looks no further",
	  .direction = DT_READER,
	  .unit = DT_BYTES,
	  .contract = DT_ATOMIC,
	  .progress = DT_BY_RESULT,
	  .flags = DT_RAW,
	  .run = read_once },
	{ 0 },
};
