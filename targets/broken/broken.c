/*
 * broken.c - the table of the broken targets: one planted bug each, and nothing else wrong. Each
 * file names the correct twin in ../reference and has "the bug" written beside the line.
 */
#include "broken.h"

#define TARGET(name_, ...) \
	{ .size = sizeof(struct dt_target), .name = #name_, .operations = name_##_operations, \
	  __VA_ARGS__ }

#define SESSION(type) .session_size = sizeof(struct type)
#define QUEUE SESSION(broken_queue), .create = broken_queue_create, .destroy = broken_queue_destroy
#define FRAMES(type) SESSION(type), .create = frame_setup_create
#define BUF SESSION(broken_buf), .create = broken_buf_create, .destroy = broken_buf_destroy

const struct dt_target dt_targets_v1[] = {
	/* Progress where it does not survive. */
	TARGET(local_progress, .summary = "read_exact that counts on its stack"),
	TARGET(restart_write, .summary = "write_all that starts at the first byte again"),
	TARGET(header_local, .summary = "a frame's buf and filled in the call",
	       FRAMES(frame_setup)),
	TARGET(frame_local, .summary = "a frame by two read_exact", FRAMES(frame_setup)),
	TARGET(header_body, .summary = "forgets a complete header", FRAMES(broken_frame)),
	TARGET(two_cut, .summary = "sets the progress instead of adding to it",
	       FRAMES(broken_frame)),
	TARGET(line_wipe, .summary = "empties the line it gathered", SESSION(broken_lines),
	       .create = broken_lines_create, .destroy = broken_lines_destroy),
	TARGET(copy_relay, .summary = "drops what is in transit"),
	TARGET(echo_twice, .summary = "takes a write for cancelled with the read",
	       SESSION(pump)),

	/* Writers that do not know what they have sent. */
	TARGET(torn_frame, .summary = "starts the next frame inside the last",
	       SESSION(broken_commit), .create = broken_commit_create,
	       .destroy = broken_commit_destroy),
	TARGET(flush_dup, .summary = "queued, but reported as not sent", QUEUE,
	       .finish = broken_queue_finish),
	TARGET(tail_close, .summary = "drops the queued tail at the end", QUEUE,
	       .finish = tail_close_finish),
	TARGET(reordered, .summary = "a fast path that overtakes the queue", QUEUE,
	       .finish = broken_queue_finish),
	TARGET(corrupted, .summary = "applies the cursor of one message to another",
	       SESSION(broken_cursor)),
	TARGET(stale, .summary = "sends a message that was given up", QUEUE),
	TARGET(truncated, .summary = "accepts and drops everything once it was cancelled",
	       SESSION(broken_flag)),

	/* State that sticks, and reports that are not true. */
	TARGET(credit_kept, .summary = "keeps a credit when cancelled",
	       .options = credit_kept_options, SESSION(broken_credit),
	       .create = credit_kept_create),
	TARGET(sticky_deadline, .summary = "once out of time, out of time for ever",
	       SESSION(broken_flag)),
	TARGET(eof_on_cancel, .summary = "reports a cancelled read as end of stream"),
	TARGET(false_eof, .summary = "reports end of stream after a cancelled read",
	       SESSION(broken_flag)),
	TARGET(wrong_error, .summary = "reports -EIO for a cancelled read"),
	TARGET(misreported, .summary = "an exact read that is short when cancelled"),

	/* The raw level: completions misread, memory given back too early. */
	TARGET(assume_cancelled, .summary = "says cancelled, whatever its completion says",
	       SESSION(broken_raw)),
	TARGET(waitall_zero, .summary = "reads a successful cancel as no progress of a recv",
	       SESSION(broken_raw)),
	TARGET(waitall_zero_send, .summary = "reads a successful cancel as no progress of a send",
	       SESSION(broken_raw)),
	TARGET(etime_nothing, .summary = "timed out, so nothing came", SESSION(broken_raw)),
	TARGET(reuse_early, .summary = "reuses its buffer at the cancel's completion",
	       SESSION(broken_raw)),
	TARGET(abandon_read, .summary = "leaves a read in flight that takes later bytes",
	       SESSION(abandoned)),
	TARGET(late_write, .summary = "leaves a read in flight into the caller's buffer",
	       SESSION(late_reader)),
	TARGET(stack_buffer, .summary = "leaves a read in flight onto its stack",
	       SESSION(broken_raw)),
	TARGET(impatient, .summary = "calls its own cancel a cancellation",
	       SESSION(broken_impatient)),
	TARGET(not_sent, .summary = "calls written what it has only kept", QUEUE,
	       .finish = broken_queue_finish),

	/* Ordinary conditions mishandled; no cancellation needed. */
	TARGET(eof_as_end, .summary = "reports end of stream inside a frame as a clean one", BUF),
	TARGET(malformed_accepted, .summary = "cuts down a length beyond the limit", BUF),
	TARGET(epipe_ignored, .summary = "reports success on EPIPE"),
	TARGET(write_zero_spin, .summary = "repeats a write of zero bytes without end"),
	TARGET(write_zero_success, .summary = "takes a write of zero bytes for success"),

	/* What takes the process with it. */
	TARGET(leak, .summary = "leaves a descriptor open"),
	TARGET(hang, .summary = "retries without end"),
	TARGET(stuck, .summary = "waits without end"),
	TARGET(runaway, .summary = "allocates without end"),
	TARGET(crash, .summary = "writes through a null pointer", SESSION(broken_pointer)),
	TARGET(exit_call, .summary = "calls exit(0)"),
	TARGET(close_fd, .summary = "closes the harness's descriptor"),
	TARGET(scribble, .summary = "writes behind the caller's buffer"),
	{ 0 },
};
