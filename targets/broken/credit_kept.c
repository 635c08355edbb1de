/*
 * credit_kept.c - planted bug 42: a credit is not given back when the call is cancelled.
 *
 * Nothing is wrong with the stream until the last credit is gone: then every call waits for the
 * peer to grant one, and the peer believes that there are plenty. Twin: reference/credit.
 */
#include "broken.h"

int credit_kept_create(void *session, const struct dt_setup *setup, struct dt_io *io)
{
	struct broken_credit *credit = session;

	(void)io;
	credit->left = strtoul(dt_setup_option(setup, "credits"), NULL, 10);
	return credit->left ? 0 : -EINVAL;
}

static ssize_t send_message(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	struct broken_credit *credit = session;
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
	if (n < 0)
		return n; /* the bug: on this path too the credit must come back */
	credit->left++;
	return n == 0 ? -EIO : n;
}

const struct dt_option credit_kept_options[] = {
	{ .name = "credits", .initial = "3", .summary = "how many credits there are" },
	{ 0 },
};

const struct dt_operation credit_kept_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "send",
	  .summary = "returns how much one write accepted; keeps the credit when cancelled",
	  .direction = DT_WRITER,
	  .unit = DT_BYTES,
	  .contract = DT_ATOMIC,
	  .progress = DT_BY_RESULT,
	  .run = send_message },
	{ 0 },
};
