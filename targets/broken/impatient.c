/*
 * impatient.c - planted bug 50: a call that cancelled its own operation says that it was cancelled.
 *
 * Now and then the target takes a read back at once, to look at something else first. Nobody has
 * asked it to stop: its caller is told of a cancellation that never was. Twin: reference/impatient,
 * which reads again.
 */
#include "broken.h"

enum { TAKEN_BACK_ONE_IN = 5 };

static int start(struct broken_impatient *impatient, struct dt_io *io, size_t size)
{
	int r = raw_start(&impatient->raw, io, impatient->raw.data, size, false);

	if (r < 0 || ++impatient->reads % TAKEN_BACK_ONE_IN)
		return r;
	return flight_cancel(&impatient->raw.flight, io);
}

static ssize_t read_once(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	struct broken_impatient *impatient = session;
	struct broken_raw *raw = &impatient->raw;
	struct flight *flight = &raw->flight;

	while (raw->taken == raw->filled) {
		bool stopped, inherited = flight->cancelling;
		int r = flight_idle(flight) ? start(impatient, io, buffer->size) : 0;

		if (r == 0)
			r = flight_land(flight, io, &stopped);
		if (r)
			return r;
		if (raw_again(raw, inherited, stopped))
			continue;
		if (flight->result <= 0)
			return flight->result; /* the bug: -ECANCELED may be its own doing */
		raw->taken = 0;
		raw->filled = (size_t)flight->result;
	}
	return raw_hand_over(raw, buffer);
}

const struct dt_operation impatient_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "read",
	  .summary = "returns what one read brings; takes one read in five back",
	  .direction = DT_READER,
	  .unit = DT_BYTES,
	  .contract = DT_ATOMIC,
	  .progress = DT_BY_RESULT,
	  .flags = DT_RAW,
	  .run = read_once },
	{ 0 },
};
