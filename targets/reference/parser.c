/*
 * parser.c - frames by a parser that reads ahead into its connection object.
 *
 * Each read asks for all there is room for, so one read may bring the end of a frame, three whole
 * ones and the beginning of a fifth. Whatever it brought is in the connection before the next
 * point at which the call can be cancelled; the parser itself never waits.
 */
#include "../parts/header.h"
#include "reference.h"

enum { READ_AHEAD = 4096 };

int parser_create(void *session, const struct dt_setup *setup, struct dt_io *io)
{
	struct parser *parser = session;

	(void)io;
	parser->header = setup->header;
	parser->unit_max = setup->unit_max;
	return carry_init(&parser->ahead, HEADER_MOST + setup->unit_max + READ_AHEAD);
}

void parser_destroy(void *session)
{
	struct parser *parser = session;

	carry_finish(&parser->ahead);
}

/* Takes one frame out of what has come. Its payload's size; 0 when it is not whole; -EPROTO. */
static ssize_t parse(struct parser *parser, struct dt_buffer *buffer)
{
	struct carry *ahead = &parser->ahead;
	size_t payload = 0;
	int header = header_parse(parser->header, carry_bytes(ahead), carry_size(ahead), &payload);

	if (header < 0 || payload > parser->unit_max)
		return -EPROTO;
	if (header == 0 || carry_size(ahead) < (size_t)header + payload)
		return 0;
	carry_drop(ahead, (size_t)header);
	return (ssize_t)carry_take(ahead, buffer->data, payload);
}

static ssize_t next_frame(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	struct parser *parser = session;

	for (;;) {
		ssize_t n = parse(parser, buffer);

		if (n)
			return n;
		n = carry_read(&parser->ahead, io);
		if (n == 0)
			return carry_size(&parser->ahead) ? -ENODATA : 0;
		if (n < 0)
			return n;
	}
}

const struct dt_operation parser_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "next_frame",
	  .summary = "returns the payload of one frame out of what was read ahead",
	  .direction = DT_READER,
	  .unit = DT_FRAMES,
	  .contract = DT_ATOMIC,
	  .progress = DT_BY_RESULT,
	  .run = next_frame },
	{ 0 },
};
