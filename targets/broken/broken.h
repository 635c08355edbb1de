/*
 * broken.h - the sessions of the broken targets, and what their files give to the table in
 * broken.c. A target that is not here has no session.
 */
#ifndef BROKEN_BROKEN_H
#define BROKEN_BROKEN_H

#include <stdbool.h>

#include <droptest/target.h>

#include "../parts/carry.h"
#include "../parts/flight.h"
#include "../parts/header.h"
#include "../parts/pump.h"

enum { RAW_ROOM = 1 << 16, ABANDONED_ROOM = 1 << 12, ABANDONED_SLOTS = 16 };

struct frame_setup {
	enum dt_header header;
	size_t unit_max;
};

struct broken_frame {
	struct frame_setup setup;
	unsigned char head[HEADER_MOST];
	size_t head_filled, payload, body_filled;
};

struct broken_buf {
	struct frame_setup setup;
	unsigned char *buf; /* owned */
	size_t filled;
};

struct broken_lines {
	struct carry ahead;
};

struct broken_commit {
	enum dt_header header;
	struct carry frame;
};

struct broken_queue {
	struct carry queue;
	bool flushing;
};

struct broken_cursor {
	size_t sent;
};

struct broken_credit {
	unsigned long left;
};

struct broken_flag {
	bool set;
};

struct broken_pointer {
	volatile unsigned char *byte;
};

struct broken_raw {
	struct flight flight;
	size_t taken, filled, sent;
	unsigned char data[RAW_ROOM];
};

struct broken_impatient {
	unsigned reads;
	struct broken_raw raw;
};

struct late_reader {
	struct broken_raw raw;
	unsigned char *into; /* borrowed from a caller, and kept too long */
};

struct abandoned {
	uint64_t call;
	unsigned char data[ABANDONED_SLOTS][ABANDONED_ROOM];
};

extern const struct dt_operation local_progress_operations[], restart_write_operations[],
	eof_on_cancel_operations[], header_local_operations[], frame_local_operations[],
	header_body_operations[], two_cut_operations[], flush_dup_operations[],
	tail_close_operations[], copy_relay_operations[], echo_twice_operations[],
	line_wipe_operations[],
	torn_frame_operations[], credit_kept_operations[], sticky_deadline_operations[],
	assume_cancelled_operations[], waitall_zero_operations[], waitall_zero_send_operations[],
	etime_nothing_operations[], reuse_early_operations[], abandon_read_operations[],
	eof_as_end_operations[], malformed_accepted_operations[], epipe_ignored_operations[],
	write_zero_spin_operations[], write_zero_success_operations[], reordered_operations[],
	corrupted_operations[], stale_operations[], truncated_operations[], false_eof_operations[],
	wrong_error_operations[], misreported_operations[], leak_operations[], hang_operations[],
	stuck_operations[], runaway_operations[], crash_operations[], exit_call_operations[],
	close_fd_operations[], scribble_operations[], late_write_operations[],
	stack_buffer_operations[], impatient_operations[], not_sent_operations[];

extern const struct dt_option credit_kept_options[];

/* sessions.c, and the files of their names */
int frame_setup_create(void *session, const struct dt_setup *setup, struct dt_io *io);
int broken_buf_create(void *session, const struct dt_setup *setup, struct dt_io *io);
int broken_queue_create(void *session, const struct dt_setup *setup, struct dt_io *io);
int broken_lines_create(void *session, const struct dt_setup *setup, struct dt_io *io);
int broken_commit_create(void *session, const struct dt_setup *setup, struct dt_io *io);
int credit_kept_create(void *session, const struct dt_setup *setup, struct dt_io *io);

int broken_queue_finish(void *session, struct dt_io *io);
int tail_close_finish(void *session, struct dt_io *io);

void broken_buf_destroy(void *session);
void broken_queue_destroy(void *session);
void broken_lines_destroy(void *session);
void broken_commit_destroy(void *session);

/* raw_reader.c */

/* Begins a read, or a recv with MSG_WAITALL, into `bytes`. 0 or -EAGAIN. */
int raw_start(struct broken_raw *raw, struct dt_io *io, unsigned char *bytes, size_t size,
	      bool waitall);

/* Hands over what is in the session; returns how much. */
ssize_t raw_hand_over(struct broken_raw *raw, struct dt_buffer *buffer);

/* Was it cancelled by a cancel of an earlier attempt, so that it is to be begun again? */
bool raw_again(const struct broken_raw *raw, bool inherited, bool stopped);

#endif
