/*
 * lines.c - two line readers that read ahead.
 *
 * line_reader looks for a whole line in what the session carries and takes nothing out before it
 * is there: a cancelled call has handed over nothing. line_accumulate moves what has come into the
 * caller's buffer at once and counts it in buffer->used, as Tokio's read_until does: the caller
 * repeats the call with the same buffer and loses nothing.
 */
#include "reference.h"

enum { READ_AHEAD = 4096 };

int line_reader_create(void *session, const struct dt_setup *setup, struct dt_io *io)
{
	struct line_reader *reader = session;

	(void)io;
	reader->unit_max = setup->unit_max;
	return carry_init(&reader->ahead, setup->unit_max + READ_AHEAD);
}

void line_reader_destroy(void *session)
{
	struct line_reader *reader = session;

	carry_finish(&reader->ahead);
}

/* Bytes up to and with the first '\n', or 0. */
static size_t line_size(const struct carry *carry)
{
	const unsigned char *bytes = carry_bytes(carry);
	const unsigned char *end = memchr(bytes, '\n', carry_size(carry));

	return end ? (size_t)(end - bytes) + 1 : 0;
}

static ssize_t next_line(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	struct line_reader *reader = session;
	struct carry *ahead = &reader->ahead;

	for (;;) {
		size_t size = line_size(ahead);
		ssize_t n;

		if (size > buffer->size || (!size && carry_size(ahead) > reader->unit_max))
			return -EPROTO; /* longer than any line may be */
		if (size)
			return (ssize_t)carry_take(ahead, buffer->data, size);
		n = carry_read(ahead, io);
		if (n == 0)
			return carry_size(ahead) ? -ENODATA : 0;
		if (n < 0)
			return n;
	}
}

static ssize_t read_line(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	struct line_reader *reader = session;
	struct carry *ahead = &reader->ahead;

	for (;;) {
		size_t line = line_size(ahead), size = line ? line : carry_size(ahead);
		ssize_t n;

		if (size > buffer->size - buffer->used)
			return -EPROTO;
		buffer->used += carry_take(ahead, buffer->data + buffer->used, size);
		if (line)
			return (ssize_t)buffer->used;
		n = carry_read(ahead, io);
		if (n == 0)
			return (ssize_t)buffer->used; /* the last line may have no end */
		if (n < 0)
			return n;
	}
}

const struct dt_operation line_reader_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "next_line",
	  .summary = "returns one line; what is incomplete stays in the session",
	  .direction = DT_READER,
	  .unit = DT_LINES,
	  .contract = DT_ATOMIC,
	  .progress = DT_BY_RESULT,
	  .run = next_line },
	{ 0 },
};

const struct dt_operation line_accumulate_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "read_line",
	  .summary = "gathers one line in the caller's buffer, counted in its cursor",
	  .direction = DT_READER,
	  .unit = DT_LINES,
	  .contract = DT_RESUMABLE,
	  .progress = DT_BY_USED,
	  .run = read_line },
	{ 0 },
};
