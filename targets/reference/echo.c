/*
 * echo.c - raw level: sends back what comes, reading and writing on one socket at once.
 *
 * Either of the two may be cancelled while the other moves bytes. Each is looked at by its own
 * completion, and what was not sent yet stays in the session.
 */
#include "reference.h"

/* Until something was sent, or all was. */
static ssize_t run(struct pump *pump, struct dt_io *io)
{
	for (;;) {
		bool inherited = pump->cancelling, stopped = false;
		ssize_t moved;
		int r = pump_start(pump, io);

		if (r == 0)
			r = pump_land(pump, io, &stopped);
		if (r)
			return r;
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

static ssize_t echo(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	(void)buffer;
	return run(session, io);
}

/* Sends what came and was not sent; what a read brings that was dropped is sent too. */
int echo_finish(void *session, struct dt_io *io)
{
	struct pump *pump = session;

	while (pump->reading || pump->writing || pump->filled || pump->sent < pump->size) {
		ssize_t n;

		pump->ended = true; /* begins no further read */
		n = run(pump, io);
		if (n < 0 && n != -ECANCELED)
			return (int)n;
	}
	return 0;
}

const struct dt_operation echo_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "echo",
	  .summary = "reads and writes at once; what is in transit is in the session",
	  .direction = DT_DUPLEX,
	  .unit = DT_BYTES,
	  .contract = DT_RESUMABLE,
	  .progress = DT_BY_RESULT,
	  .flags = DT_RAW,
	  .run = echo },
	{ 0 },
};
