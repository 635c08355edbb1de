/*
 * credit.c - flow control: a message costs a credit while it is being written.
 *
 * A call takes one of a few credits and gives it back on every path, the cancelled one included.
 * Without a credit it waits for the peer to grant one, as a multiplexed connection waits for a
 * window update; a correct writer never gets there.
 */
#include "reference.h"

int credit_create(void *session, const struct dt_setup *setup, struct dt_io *io)
{
	struct credit *credit = session;

	(void)io;
	credit->left = strtoul(dt_setup_option(setup, "credits"), NULL, 10);
	return credit->left ? 0 : -EINVAL;
}

static ssize_t send_message(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	struct credit *credit = session;
	ssize_t n;

	if (!credit->left) {
		unsigned char grant;

		n = dt_read(io, &grant, sizeof(grant));
		if (n <= 0)
			return n < 0 ? n : -EPIPE;
		credit->left++;
	}
	credit->left--;
	n = dt_write(io, buffer->data, buffer->size);
	credit->left++;
	return n == 0 ? -EIO : n;
}

const struct dt_option credit_options[] = {
	{ .name = "credits", .initial = "3", .summary = "how many credits there are" },
	{ 0 },
};

const struct dt_operation credit_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "send",
	  .summary = "returns how much one write accepted, holding a credit meanwhile",
	  .direction = DT_WRITER,
	  .unit = DT_BYTES,
	  .contract = DT_ATOMIC,
	  .progress = DT_BY_RESULT,
	  .run = send_message },
	{ 0 },
};
