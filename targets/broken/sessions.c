/*
 * sessions.c - how the sessions of this folder begin and end. No bug is in here.
 */
#include <stdlib.h>

#include "broken.h"

enum { READ_AHEAD = 4096, QUEUE = 4096 };

int frame_setup_create(void *session, const struct dt_setup *setup, struct dt_io *io)
{
	struct frame_setup *frames = session; /* the first member of every reader of frames */

	(void)io;
	frames->header = setup->header;
	frames->unit_max = setup->unit_max;
	return 0;
}

int broken_buf_create(void *session, const struct dt_setup *setup, struct dt_io *io)
{
	struct broken_buf *reader = session;

	reader->buf = malloc(HEADER_MOST + setup->unit_max);
	return reader->buf ? frame_setup_create(session, setup, io) : -ENOMEM;
}

void broken_buf_destroy(void *session)
{
	struct broken_buf *reader = session;

	free(reader->buf);
}

int broken_queue_create(void *session, const struct dt_setup *setup, struct dt_io *io)
{
	struct broken_queue *writer = session;

	(void)setup;
	(void)io;
	return carry_init(&writer->queue, QUEUE);
}

int broken_queue_finish(void *session, struct dt_io *io)
{
	struct broken_queue *writer = session;

	return carry_flush(&writer->queue, io);
}

void broken_queue_destroy(void *session)
{
	struct broken_queue *writer = session;

	carry_finish(&writer->queue);
}

int broken_lines_create(void *session, const struct dt_setup *setup, struct dt_io *io)
{
	struct broken_lines *reader = session;

	(void)io;
	return carry_init(&reader->ahead, setup->unit_max + READ_AHEAD);
}

void broken_lines_destroy(void *session)
{
	struct broken_lines *reader = session;

	carry_finish(&reader->ahead);
}

int broken_commit_create(void *session, const struct dt_setup *setup, struct dt_io *io)
{
	struct broken_commit *writer = session;

	(void)io;
	writer->header = setup->header;
	return carry_init(&writer->frame, HEADER_MOST + setup->unit_max);
}

void broken_commit_destroy(void *session)
{
	struct broken_commit *writer = session;

	carry_finish(&writer->frame);
}
