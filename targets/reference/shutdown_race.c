/*
 * shutdown_race.c - read_exact raced against a shutdown signal, and called again when the signal
 * turns out to be for somebody else.
 *
 * The loop that does this in an application drops the read each time the signal fires. The count
 * is therefore the session's; the bytes are in the caller's buffer, which the loop keeps.
 */
#include "reference.h"

static ssize_t read_or_shut_down(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	struct shutdown_race *race = session;

	while (race->got < buffer->size) {
		ssize_t n = dt_read(io, buffer->data + race->got, buffer->size - race->got);

		if (n == 0)
			return race->got ? -ENODATA : 0;
		if (n < 0)
			return n; /* the signal: race->got stays */
		race->got += (size_t)n;
	}
	race->got = 0;
	return (ssize_t)buffer->size;
}

const struct dt_operation shutdown_race_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "read_exact",
	  .summary = "fills the whole buffer over as many calls as the signal makes of it",
	  .direction = DT_READER,
	  .unit = DT_BYTES,
	  .contract = DT_RESUMABLE,
	  .progress = DT_BY_RESULT,
	  .flags = DT_EXACT,
	  .run = read_or_shut_down },
	{ 0 },
};
