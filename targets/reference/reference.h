/*
 * reference.h - what outlives an attempt: the sessions of all targets of this folder, and what
 * their files give to the table in reference.c. A target that is not here has no session.
 */
#ifndef REFERENCE_REFERENCE_H
#define REFERENCE_REFERENCE_H

#include <stdbool.h>

#include <droptest/target.h>

#include "../parts/carry.h"
#include "../parts/flight.h"
#include "../parts/header.h"
#include "../parts/pump.h"

enum { RAW_ROOM = 1 << 16 };

struct header_reader {
	enum dt_header header;
	size_t unit_max;
	unsigned char *buf; /* owned; header and body of the frame under way */
	size_t filled;
};

struct frame_reader {
	enum dt_header header;
	size_t unit_max;
	unsigned char head[HEADER_MOST];
	size_t head_filled, payload, body_filled; /* the body itself is in the caller's buffer */
};

struct frame_writer {
	enum dt_header header;
	size_t sent; /* of header and payload together */
};

struct frame_commit {
	enum dt_header header;
	struct carry frame; /* accepted, not yet written */
};

struct line_reader {
	size_t unit_max;
	struct carry ahead;
};

struct parser {
	enum dt_header header;
	size_t unit_max;
	struct carry ahead;
};

struct buffered {
	struct carry ahead;
};

struct queue_writer {
	struct carry queue;
};

struct relay {
	struct carry transit;
};

struct shutdown_race {
	size_t got; /* of the caller's buffer */
};

struct credit {
	unsigned long left;
};

struct deadline {
	bool expired;
};

/* The kernel may write to `data` until the operation in flight has landed. */
struct raw_reader {
	struct flight flight;
	size_t taken, filled; /* of data */
	unsigned char data[RAW_ROOM];
};

/* A raw reader whose flight is a poll or a read. */
struct poll_first {
	bool is_ready; /* a poll said so; a read is next */
	bool reading;  /* what is, or was last, in flight is a read */
	struct raw_reader raw;
};

struct impatient {
	struct flight flight;
	unsigned reads;
	bool unasked; /* the read in flight was taken back at once */
	size_t taken, filled; /* of data */
	unsigned char data[RAW_ROOM];
};

/* Two linked writes: the first is the flight. */
struct raw_chain {
	struct flight flight;
	bool following; /* the second was queued and its completion has not come */
	int second;	/* its result */
	size_t sent;	/* of the message */
	unsigned char data[RAW_ROOM];
};

/* The kernel may read `data` until the operation in flight has landed. */
struct raw_writer {
	struct flight flight;
	size_t sent; /* of the message */
	unsigned char data[RAW_ROOM];
};

extern const struct dt_operation read_operations[], read_buf_operations[],
	read_exact_operations[], write_operations[], write_buf_operations[],
	write_all_operations[], read_vectored_operations[], write_vectored_operations[],
	recv_operations[], recv_waitall_operations[], send_operations[],
	send_waitall_operations[], header_reader_operations[], frame_reader_operations[],
	frame_writer_operations[], frame_commit_operations[], line_reader_operations[],
	line_accumulate_operations[], parser_operations[], buffered_operations[],
	read_exact_resumable_operations[], write_with_progress_local_operations[],
	write_with_progress_operations[], queue_writer_operations[], relay_operations[],
	shutdown_race_operations[], credit_operations[], deadline_operations[],
	raw_read_operations[], raw_recv_waitall_operations[], raw_recv_timeout_operations[],
	raw_write_operations[], raw_send_waitall_operations[], echo_operations[],
	impatient_operations[], hang_operations[], runaway_operations[], peek_operations[],
	try_first_operations[], poll_first_operations[],
	raw_silent_operations[], raw_chain_operations[];

extern const struct dt_option queue_writer_options[], credit_options[];

int header_reader_create(void *session, const struct dt_setup *setup, struct dt_io *io);
int frame_reader_create(void *session, const struct dt_setup *setup, struct dt_io *io);
int frame_writer_create(void *session, const struct dt_setup *setup, struct dt_io *io);
int frame_commit_create(void *session, const struct dt_setup *setup, struct dt_io *io);
int line_reader_create(void *session, const struct dt_setup *setup, struct dt_io *io);
int parser_create(void *session, const struct dt_setup *setup, struct dt_io *io);
int buffered_create(void *session, const struct dt_setup *setup, struct dt_io *io);
int queue_writer_create(void *session, const struct dt_setup *setup, struct dt_io *io);
int relay_create(void *session, const struct dt_setup *setup, struct dt_io *io);
int credit_create(void *session, const struct dt_setup *setup, struct dt_io *io);

int frame_commit_finish(void *session, struct dt_io *io);
int queue_writer_finish(void *session, struct dt_io *io);
int relay_finish(void *session, struct dt_io *io);
int echo_finish(void *session, struct dt_io *io);

void header_reader_destroy(void *session);
void frame_commit_destroy(void *session);
void line_reader_destroy(void *session);
void parser_destroy(void *session);
void buffered_destroy(void *session);
void queue_writer_destroy(void *session);
void relay_destroy(void *session);

#endif
