/*
 * relay.c - copies one wire to another, with what is in transit in the session.
 *
 * Bytes that were read and not yet written belong to nobody but the relay. Kept in the session
 * they survive a call that is cancelled while the destination is blocked; finish() forwards them
 * when no further call comes.
 */
#include "reference.h"

enum { TRANSIT = 4096 };

int relay_create(void *session, const struct dt_setup *setup, struct dt_io *io)
{
	struct relay *relay = session;

	(void)setup;
	(void)io;
	return carry_init(&relay->transit, TRANSIT);
}

void relay_destroy(void *session)
{
	struct relay *relay = session;

	carry_finish(&relay->transit);
}

int relay_finish(void *session, struct dt_io *io)
{
	struct relay *relay = session;

	return carry_flush(&relay->transit, io);
}

static ssize_t forward(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	struct relay *relay = session;
	size_t size;
	int r;

	(void)buffer;
	if (!carry_size(&relay->transit)) {
		ssize_t n = carry_read(&relay->transit, io);

		if (n <= 0)
			return n;
	}
	size = carry_size(&relay->transit);
	r = carry_flush(&relay->transit, io);
	return r ? r : (ssize_t)size;
}

const struct dt_operation relay_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "forward",
	  .summary = "reads once and writes all of it; what is in transit stays in the session",
	  .direction = DT_RELAY,
	  .unit = DT_BYTES,
	  .contract = DT_RESUMABLE,
	  .progress = DT_BY_RESULT,
	  .run = forward },
	{ 0 },
};
