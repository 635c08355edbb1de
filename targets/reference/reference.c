/*
 * reference.c - the table of the correct targets. Each name is a file of this folder, or a part of
 * one; each has a broken twin, or several, in ../broken.
 */
#include "reference.h"

#define TARGET(name_, ...) \
	{ .size = sizeof(struct dt_target), .name = #name_, .operations = name_##_operations, \
	  __VA_ARGS__ }

#define SESSION(type) .session_size = sizeof(struct type)

const struct dt_target dt_targets_v1[] = {
	/* One operation each, and two loops. */
	TARGET(read, .summary = "Tokio's read: cancelled, nothing was read"),
	TARGET(read_buf, .summary = "Tokio's read_buf: cancelled, the cursor has not moved"),
	TARGET(read_exact, .summary = "Tokio's read_exact: cancelled, the count is lost"),
	TARGET(write, .summary = "Tokio's write: cancelled, nothing was written"),
	TARGET(write_buf, .summary = "Tokio's write_buf: cancelled, the cursor has not moved"),
	TARGET(write_all, .summary = "Tokio's write_all: cancelled, a prefix was written"),
	TARGET(read_vectored, .summary = "one readv into two parts"),
	TARGET(write_vectored, .summary = "one writev of two parts"),
	TARGET(recv, .summary = "one recv"),
	TARGET(recv_waitall, .summary = "one recv with MSG_WAITALL; a short count is a success"),
	TARGET(send, .summary = "one send"),
	TARGET(send_waitall, .summary = "one send with MSG_WAITALL; a short count is a success"),

	/* Progress that survives, in the session or in the caller's hands. */
	TARGET(header_reader, .summary = "frames; header and body gather in the session",
	       SESSION(header_reader), .create = header_reader_create,
	       .destroy = header_reader_destroy),
	TARGET(frame_reader, .summary = "frames into the caller's buffer; counts in the session",
	       SESSION(frame_reader), .create = frame_reader_create),
	TARGET(frame_writer, .summary = "frames out; a cursor in the session",
	       SESSION(frame_writer), .create = frame_writer_create),
	TARGET(frame_commit, .summary = "frames out; accepted with the first byte",
	       SESSION(frame_commit), .create = frame_commit_create,
	       .finish = frame_commit_finish, .destroy = frame_commit_destroy),
	TARGET(line_reader, .summary = "lines; what is incomplete stays in the session",
	       SESSION(line_reader), .create = line_reader_create,
	       .destroy = line_reader_destroy),
	TARGET(line_accumulate, .summary = "lines gathered in the caller's buffer",
	       SESSION(line_reader), .create = line_reader_create,
	       .destroy = line_reader_destroy),
	TARGET(parser, .summary = "frames by a parser that reads ahead", SESSION(parser),
	       .create = parser_create, .destroy = parser_destroy),
	TARGET(buffered, .summary = "read and read_exact over one buffer in the session",
	       SESSION(buffered), .create = buffered_create, .destroy = buffered_destroy),
	TARGET(read_exact_resumable, .summary = "read_exact with the caller's cursor"),
	TARGET(write_with_progress_local, .summary = "write_all with a cursor in the call"),
	TARGET(write_with_progress, .summary = "write_all with the caller's cursor"),
	TARGET(queue_writer, .summary = "a dedicated writer with a queue",
	       .options = queue_writer_options, SESSION(queue_writer),
	       .create = queue_writer_create, .finish = queue_writer_finish,
	       .destroy = queue_writer_destroy),
	TARGET(relay, .summary = "copies one wire to the other; transit in the session",
	       SESSION(relay), .create = relay_create, .finish = relay_finish,
	       .destroy = relay_destroy),
	TARGET(shutdown_race, .summary = "read_exact raced against a signal and repeated",
	       SESSION(shutdown_race)),
	TARGET(credit, .summary = "a credit for each message, given back on every path",
	       .options = credit_options, SESSION(credit), .create = credit_create),
	TARGET(deadline, .summary = "a read with a deadline that ends with its call",
	       SESSION(deadline)),

	/* The raw level: real entries, real completions. */
	TARGET(raw_read, .summary = "read that cancels and reaps itself", SESSION(raw_reader)),
	TARGET(raw_recv_waitall, .summary = "recv with MSG_WAITALL that cancels and reaps itself",
	       SESSION(raw_reader)),
	TARGET(raw_recv_timeout, .summary = "recv with MSG_WAITALL and a linked timeout",
	       SESSION(raw_reader)),
	TARGET(raw_write, .summary = "write that cancels and reaps itself", SESSION(raw_writer)),
	TARGET(raw_send_waitall, .summary = "send with MSG_WAITALL that cancels and reaps itself",
	       SESSION(raw_writer)),
	TARGET(echo, .summary = "sends back what comes, reading and writing at once",
	       SESSION(pump), .finish = echo_finish),
	TARGET(impatient, .summary = "takes reads back, and reads again", SESSION(impatient)),

	/* Done another way, and as correct. */
	TARGET(peek, .summary = "looks before it takes"),
	TARGET(try_first, .summary = "waits at the second try only"),
	TARGET(poll_first, .summary = "reads once there is something", SESSION(poll_first)),
	TARGET(raw_silent, .summary = "wants no completion of a cancel that worked",
	       SESSION(raw_reader)),
	TARGET(raw_chain, .summary = "writes in linked halves", SESSION(raw_chain)),
	TARGET(hang, .summary = "retries what passes by itself"),
	TARGET(runaway, .summary = "allocates a little"),
	{ 0 },
};
