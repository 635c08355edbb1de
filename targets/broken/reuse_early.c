/*
 * reuse_early.c - planted bug 9: the buffer goes back to the pool at the cancel's completion.
 *
 * The cancel's completion comes first and says that it succeeded; the pool writes over what it was
 * given. Then the recv's own completion says that forty bytes are in that buffer. (As in
 * DataDog/glommio#52.) Twin: reference/raw_recv_waitall.
 */
#include "broken.h"

enum { POOL_MARK = 0xdd };

/* Cancels and waits for the cancel alone. 0 or -errno. */
static int give_up(struct broken_raw *raw, struct dt_io *io)
{
	struct flight *flight = &raw->flight;
	struct dt_completion completion;
	int r = flight_cancel(flight, io);

	while (r == 0 && flight->cancelling) {
		r = dt_wait(io, &completion);
		if (r == 0)
			flight_note(flight, &completion);
	}
	if (r == 0 && flight->busy)
		memset(raw->data, POOL_MARK, sizeof(raw->data)); /* the bug: it is in flight */
	return r;
}

static ssize_t receive(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	struct broken_raw *raw = session;
	struct flight *flight = &raw->flight;

	while (raw->taken == raw->filled) {
		bool inherited = flight->busy, stopped = false;
		int r = inherited ? 0 : raw_start(raw, io, raw->data, buffer->size, true);
		struct dt_completion completion;

		while (r == 0 && flight->busy) {
			r = dt_wait(io, &completion);
			if (r == 0)
				flight_note(flight, &completion);
			if (r != -ECANCELED || stopped)
				continue;
			stopped = true;
			r = flight->cancelling ? r : give_up(raw, io);
			if (r == 0 && flight->busy)
				return -ECANCELED;
		}
		if (r)
			return r;
		if (raw_again(raw, inherited, stopped))
			continue;
		if (flight->result <= 0)
			return flight->result;
		raw->taken = 0;
		raw->filled = (size_t)flight->result;
	}
	return raw_hand_over(raw, buffer);
}

const struct dt_operation reuse_early_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "recv",
	  .summary = "returns what recv with MSG_WAITALL brings; reuses its buffer too early",
	  .direction = DT_READER,
	  .unit = DT_BYTES,
	  .contract = DT_ATOMIC,
	  .progress = DT_BY_RESULT,
	  .flags = DT_RAW | DT_SOCKET | DT_WAITALL,
	  .run = receive },
	{ 0 },
};
