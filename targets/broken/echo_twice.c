/*
 * echo_twice.c - planted bug: the read was cancelled, so it takes the write for cancelled too.
 *
 * Both were in flight on one socket. The write's completion said that bytes had gone; they are sent
 * again. Twin: reference/echo.
 */
#include "broken.h"

static ssize_t echo(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	struct pump *pump = session;

	(void)buffer;
	for (;;) {
		bool inherited = pump->cancelling, stopped = false;
		ssize_t moved = 0;
		int r = pump_start(pump, io);

		if (r == 0)
			r = pump_land(pump, io, &stopped);
		if (r)
			return r;
		if (pump->read_result != -ECANCELED) /* the bug */
			moved = pump_count(pump);
		r = pump_error(pump);
		if (moved)
			return moved;
		if (r == -ECANCELED && inherited && !stopped)
			continue; /* by an attempt before this one */
		if (r || stopped)
			return r ? r : -ECANCELED;
		if (pump->ended && !pump->filled && pump->sent == pump->size)
			return 0;
	}
}

const struct dt_operation echo_twice_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "echo",
	  .summary = "reads and writes at once; a cancelled read makes it forget the write",
	  .direction = DT_DUPLEX,
	  .unit = DT_BYTES,
	  .contract = DT_RESUMABLE,
	  .progress = DT_BY_RESULT,
	  .flags = DT_RAW,
	  .run = echo },
	{ 0 },
};
