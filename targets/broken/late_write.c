/*
 * late_write.c - operations in flight that outlive the memory they write to.
 *
 * late_write reads straight into the caller's buffer, stack_buffer into an array of the call. Told
 * to stop, or dropped, both return at once: what comes later is written where somebody else lives.
 * (As in DataDog/glommio#52 and foyer-rs/foyer#1286.) Twin of both: reference/raw_read.
 */
#include "broken.h"

/* Lands the read in flight, or one begun here. 0 or -errno. */
static int land(struct broken_raw *raw, struct dt_io *io, unsigned char *bytes, size_t size)
{
	struct dt_completion completion;
	int r = raw->flight.busy ? 0 : raw_start(raw, io, bytes, size, false);

	while (r == 0 && raw->flight.busy) {
		r = dt_wait(io, &completion);
		if (r == 0)
			flight_note(&raw->flight, &completion);
	}
	return r; /* the bug: -ECANCELED leaves the read in flight */
}

static size_t fitting(const struct broken_raw *raw, const struct dt_buffer *buffer)
{
	size_t size = (size_t)raw->flight.result;

	return size < buffer->size ? size : buffer->size;
}

static ssize_t read_into_buffer(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	struct late_reader *reader = session;
	struct broken_raw *raw = &reader->raw;
	int r;

	if (!raw->flight.busy)
		reader->into = buffer->data; /* the bug: the caller takes it back when we return */
	r = land(raw, io, reader->into, buffer->size);
	if (r)
		return r;
	/* More than fits came for a call before this one: hand over what the caller asked for. */
	if (raw->flight.result > 0 && reader->into != buffer->data)
		memmove(buffer->data, reader->into, fitting(raw, buffer));
	return raw->flight.result > 0 ? (ssize_t)fitting(raw, buffer) : raw->flight.result;
}

enum { ON_STACK = 512 };

static ssize_t read_onto_stack(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	struct broken_raw *raw = session;
	unsigned char bytes[ON_STACK];
	int r = land(raw, io, bytes, buffer->size < ON_STACK ? buffer->size : ON_STACK);

	if (r)
		return r;
	if (raw->flight.result > 0)
		memcpy(buffer->data, bytes, fitting(raw, buffer));
	return raw->flight.result > 0 ? (ssize_t)fitting(raw, buffer) : raw->flight.result;
}

const struct dt_operation late_write_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "read",
	  .summary = "reads into the caller's buffer, and leaves the read in flight",
	  .direction = DT_READER,
	  .unit = DT_BYTES,
	  .contract = DT_ATOMIC,
	  .progress = DT_BY_RESULT,
	  .flags = DT_RAW,
	  .run = read_into_buffer },
	{ 0 },
};

const struct dt_operation stack_buffer_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "read",
	  .summary = "reads onto its stack, and leaves the read in flight",
	  .direction = DT_READER,
	  .unit = DT_BYTES,
	  .contract = DT_ATOMIC,
	  .progress = DT_BY_RESULT,
	  .flags = DT_RAW,
	  .run = read_onto_stack },
	{ 0 },
};
