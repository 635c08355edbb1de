/*
 * droptest/target.h - write a target: an implementation that droptest cancels and checks.
 *
 * A target is plain C (or C++) that includes this one header and links with nothing. Its
 * operations are straight-line code; every read and write goes through the functions below, and
 * that is where the harness cancels. Build it as a shared object that exports `dt_targets_v1`:
 *
 *	static ssize_t read_once(void *session, struct dt_io *io, struct dt_buffer *buffer)
 *	{
 *		return dt_read(io, buffer->data, buffer->size);
 *	}
 *
 * What authors trip over (each was measured on a real kernel):
 *  - A raced read SUCCEEDS: its completion was posted before the cancel arrived. dt_read returns
 *    n > 0 and only later calls of the same attempt return -ECANCELED. Keep those n bytes.
 *  - Raw level: the cancel's completion may be seen BEFORE the operation's own.
 *  - With IORING_ASYNC_CANCEL_ANY or _ALL the cancel's result is a COUNT, 0 means "found nothing".
 *  - A cancel result of -ENOENT does not mean "finished": the operation may still be pending. A
 *    cancel result of 0, or a linked timeout's -ETIME, may come with an operation result of +40.
 *    The operation's own completion is the only authority on the bytes moved.
 *  - Raw level: an operation that is still in flight when its attempt was dropped goes on writing
 *    into its buffer. A buffer on the stack of that attempt is then written after it is gone.
 *
 * Valid C11 and C++17. Structures are sized and only ever appended to; the number in the name of
 * the exported symbol is the ABI's major version.
 */
#ifndef DROPTEST_TARGET_H
#define DROPTEST_TARGET_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>
#include <sys/uio.h>

#ifdef __cplusplus
extern "C" {
#endif

#define DT_ABI 1

struct io_uring_sqe; /* from liburing.h or linux/io_uring.h; needed at the raw level only */

/*
 * Which way an operation moves bytes. A relay reads from one wire and writes to another; what comes
 * out must be what went in. A duplex operation is a relay on one socket, which sends back what
 * comes: DT_IN and DT_OUT are one descriptor, and a cancel by descriptor may find its reads and its
 * writes. (Two streams that have nothing to do with each other are a reader and a writer.)
 */
enum dt_direction { DT_READER = 1, DT_WRITER, DT_RELAY, DT_DUPLEX };

/* How the stream is cut. The harness makes the stream in this unit and checks whole units. */
enum dt_unit { DT_BYTES = 1, DT_FRAMES, DT_LINES };

/* The length header in front of each frame's payload; it counts the payload only. */
enum dt_header { DT_U8 = 1, DT_U16BE, DT_U16LE, DT_U32BE, DT_U32LE, DT_VARINT };

/*
 * What a cancelled attempt promises:
 *  atomic     nothing happened; the caller may do anything
 *  resumable  repeat the same call with the same buffer and nothing is lost or repeated
 *  partial    the attempt said how much it did; the caller goes on with the rest
 *  terminal   the session is spoilt; what was delivered so far is an intact prefix
 */
enum dt_contract { DT_ATOMIC = 1, DT_RESUMABLE, DT_PARTIAL, DT_TERMINAL };

/*
 * Where an operation says how much it did:
 *  DT_BY_RESULT  in its return value only
 *  DT_BY_USED    in buffer->used, which the caller owns and hands back on a retry
 */
enum dt_progress { DT_BY_RESULT = 1, DT_BY_USED };

/* Flags of an operation. */
enum {
	DT_EXACT = 1 << 0,   /* fills, or writes, the whole buffer or fails */
	DT_RAW = 1 << 1,     /* uses dt_sqe and dt_wait; never mixed with the cooked calls */
	DT_SOCKET = 1 << 2,  /* needs a socket (recv, send): not run on pipes */
	DT_WAITALL = 1 << 3, /* uses MSG_WAITALL, so that one operation can be cancelled half-way */
	DT_QUEUES = 1 << 4,  /* a writer that may accept bytes first and write them in finish() */
	DT_UNSTARTED = 1 << 5, /* called only as "another operation first" */
};

/*
 * The caller's buffer. `data` has exactly `size` bytes between guard pages and belongs to the
 * target only until the operation returns.
 *  reader: put bytes at data (DT_BY_RESULT) or at data + used, then used += n (DT_BY_USED)
 *  writer: data[0 .. size) is the message; with DT_BY_USED data[used .. size) is left to write
 */
struct dt_buffer {
	unsigned char *data;
	size_t size; /* bytes */
	size_t used; /* bytes; 0 in a new buffer, kept when the caller repeats a call */
};

/* One completion of an operation of this session (raw level). */
struct dt_completion {
	uint64_t user_data; /* as the target set it; below 2^48 */
	int32_t result;	    /* as the kernel gave it: bytes, 0 or -errno */
	uint32_t flags;	    /* IORING_CQE_F_* */
};

/* The calls of the cooked level, for dt_host.transfer. */
enum dt_opcode { DT_OP_READ = 1, DT_OP_WRITE, DT_OP_RECV, DT_OP_SEND };

/* Which end: where the session reads from, or where it writes to. The same on a socket. */
enum dt_side { DT_IN = 0, DT_OUT = 1 };

struct dt_io;

/* Host functions; use the inline wrappers below. */
struct dt_host {
	size_t size;
	ssize_t (*transfer)(struct dt_io *io, enum dt_opcode opcode, void *data, size_t size,
			    int flags);
	ssize_t (*transferv)(struct dt_io *io, enum dt_opcode opcode, const struct iovec *parts,
			     unsigned count);
	struct io_uring_sqe *(*sqe)(struct dt_io *io);
	int (*wait)(struct dt_io *io, struct dt_completion *ret_completion);
	int (*fd)(struct dt_io *io, enum dt_side side);
	int (*ring_fd)(struct dt_io *io);
};

/* The session's way to its wires and ring. Made by the harness; what follows `host` is its own. */
struct dt_io {
	const struct dt_host *host;
};

/* A key=value that a scenario may pass. Undeclared keys are refused, so typing errors show. */
struct dt_option {
	const char *name;
	const char *initial; /* the value when the scenario gives none; never NULL */
	const char *summary;
};

/* How a session is set up; valid during create() only. */
struct dt_setup {
	size_t size;
	enum dt_unit unit;
	enum dt_header header; /* frames only */
	size_t unit_max;       /* largest payload of a frame, largest line with its end, in bytes */
	const struct dt_option *options; /* as the target declared them; may be NULL */
	const char *const *values;	 /* one value for each declared option */
};

/*
 * One operation. run() returns
 *   > 0          bytes handed over (reader), accepted (writer) or moved (relay, duplex)
 *   0            clean end of stream (readers, relays and duplex)
 *   -ECANCELED   cancelled: the contract says what the caller may do now. By the harness, or by a
 *                linked timeout of the target's own that has run out; an operation that the target
 *                cancelled unasked is its own affair
 *   other -errno the stream is broken: EOF inside a unit, a malformed frame, EPIPE ...
 */
struct dt_operation {
	size_t size;
	const char *name;
	const char *summary;
	enum dt_direction direction;
	enum dt_unit unit;
	enum dt_contract contract;
	enum dt_progress progress;
	unsigned flags;
	ssize_t (*run)(void *session, struct dt_io *io, struct dt_buffer *buffer);
};

/*
 * One target. A session is made for each trial: `session_size` zeroed bytes, then create() if
 * there is one (0 or -errno). finish() is the orderly end of all but cooked readers: it flushes
 * what was accepted, and that of a raw reader cancels and reaps what a call has left in flight for
 * the next; it is never cancelled. destroy() frees; it must not touch the wire.
 */
struct dt_target {
	size_t size;
	const char *name;
	const char *summary;
	const struct dt_operation *operations; /* ends with an entry whose name is NULL */
	const struct dt_option *options;       /* ends with an entry whose name is NULL; or NULL */
	size_t session_size;
	int (*create)(void *session, const struct dt_setup *setup, struct dt_io *io);
	int (*finish)(void *session, struct dt_io *io);
	void (*destroy)(void *session);
};

/* What a plug-in exports: an array that ends with an entry whose name is NULL. */
#define DT_TARGETS_SYMBOL "dt_targets_v1"
/*
 * Put it in front of the array, which a plug-in that is built with -fvisibility=hidden would hide.
 * In C++ it also says that the array is seen from outside, which a const one is not by itself.
 */
#ifdef __cplusplus
#define DT_EXPORT extern "C" __attribute__((visibility("default")))
DT_EXPORT const struct dt_target dt_targets_v1[];
#else
#define DT_EXPORT __attribute__((visibility("default")))
extern DT_EXPORT const struct dt_target dt_targets_v1[];
#endif

/*
 * Cooked level: one io_uring operation each. The harness submits it, applies the plan and reaps
 * every completion. Returns bytes moved (often fewer than asked), 0 at end of stream, or -errno.
 * Once a cancellation has landed every further call of the attempt returns -ECANCELED at once,
 * as a dropped future runs no further. A write may return 0 when the scenario asks for that.
 */
static inline ssize_t dt_read(struct dt_io *io, void *data, size_t size)
{
	return io->host->transfer(io, DT_OP_READ, data, size, 0);
}

static inline ssize_t dt_write(struct dt_io *io, const void *data, size_t size)
{
	return io->host->transfer(io, DT_OP_WRITE, (void *)(uintptr_t)data, size, 0);
}

/* flags: MSG_* as in recv(2) and send(2). Sockets only: -ENOTSOCK on a pipe. */
static inline ssize_t dt_recv(struct dt_io *io, void *data, size_t size, int flags)
{
	return io->host->transfer(io, DT_OP_RECV, data, size, flags);
}

static inline ssize_t dt_send(struct dt_io *io, const void *data, size_t size, int flags)
{
	return io->host->transfer(io, DT_OP_SEND, (void *)(uintptr_t)data, size, flags);
}

/* At most 16 parts, -EINVAL beyond. The parts may be changed once the call has returned. */
static inline ssize_t dt_readv(struct dt_io *io, const struct iovec *parts, unsigned count)
{
	return io->host->transferv(io, DT_OP_READ, parts, count);
}

static inline ssize_t dt_writev(struct dt_io *io, const struct iovec *parts, unsigned count)
{
	return io->host->transferv(io, DT_OP_WRITE, parts, count);
}

/*
 * Raw level. dt_sqe hands out a zeroed submission entry for any io_uring_prep_*(), or NULL when
 * the queue is full; user_data must stay below 2^48. Nothing is submitted before dt_wait. An entry
 * that was not submitted survives the attempt, as in real code.
 *
 * dt_wait submits what is queued and gives the next completion of this session: 0 or -errno.
 *   -ECANCELED  stop: returned once; the target cancels what it has in flight and reaps it.
 *               drop: returned for good; return at once, what is in flight stays in flight and
 *               the next attempt's dt_wait sees its completions.
 *   -EDEADLK    nothing is in flight and nothing is queued
 */
static inline struct io_uring_sqe *dt_sqe(struct dt_io *io)
{
	return io->host->sqe(io);
}

static inline int dt_wait(struct dt_io *io, struct dt_completion *ret_completion)
{
	return io->host->wait(io, ret_completion);
}

/* The descriptors for raw operations. Borrowed: never close them. */
static inline int dt_fd(struct dt_io *io, enum dt_side side)
{
	return io->host->fd(io, side);
}

/* The session's ring, for io_uring_register(2) (provided buffers). Borrowed. */
static inline int dt_ring_fd(struct dt_io *io)
{
	return io->host->ring_fd(io);
}

/* The value of a declared option: the scenario's, or the initial one. NULL when not declared. */
static inline const char *dt_setup_option(const struct dt_setup *setup, const char *name)
{
	for (size_t i = 0; setup->options && setup->options[i].name; i++)
		if (!strcmp(setup->options[i].name, name))
			return setup->values[i];
	return NULL;
}

#ifdef __cplusplus
}
#endif

#endif
