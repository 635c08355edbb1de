/*
 * raw.h - the raw level: real SQEs of the target, tagged, watched and cancelled in three ways.
 *
 * The harness looks at the target's entries when they are submitted: it tags user_data, translates
 * it inside cancels and removals, and keeps a record of each operation until its last completion,
 * so that it knows what moved, what is still in flight, and into whose memory it writes.
 */
#ifndef IO_RAW_H
#define IO_RAW_H

#include <stdbool.h>

#include "io/guard.h"
#include "io/port.h"
#include "io/stack.h"

enum { RAW_OPS_MAX = 256, RAW_QUEUE_MAX = 1024 };

/* One operation of the target, from its submission to its last completion. */
struct raw_op {
	bool in_flight;
	bool dropped;	  /* its attempt was dropped while it was in flight */
	bool primitive;	  /* it moves bytes of a wire */
	bool polls;	  /* it waits until a wire could move bytes */
	bool waitall;
	bool told;	  /* a completion has come: `result` is that of the last */
	bool peeks;	  /* its bytes stay on the wire (MSG_PEEK) */
	bool skips;	  /* the target wants no completion of it unless it fails */
	bool hushed;	  /* that one failed with this linked behind it: it has none either */
	unsigned hit;	  /* which cancel of the harness may have hit it; 0: none */
	uint8_t opcode;
	int fd;
	enum dt_side side;  /* of primitives and polls */
	uint64_t user_data; /* tagged */
	uint64_t serial;    /* in the order of submission */
	const unsigned char *memory; /* where it reads or writes first */
	size_t size;		     /* bytes, over all parts */
	uint32_t attempt, index; /* index: the primitive within the attempt */
	int behind; /* the operation that must succeed first (a link), or -1; see raw_ahead */
	uint64_t behind_serial; /* of that one: its place may be another's by now */
	int record; /* the cancellation that hit it, or -1 */
	int32_t result;
};

/* Bytes that arrived in memory which was no longer the operation's to write. */
struct late_write {
	bool seen;
	bool on_stack; /* else in the caller's buffer */
	uint32_t attempt;
	uint64_t offset;
	uint32_t size;
};

struct raw {
	struct raw_op ops[RAW_OPS_MAX];
	unsigned op_count; /* one past the last used */
	unsigned in_flight;
	unsigned primitives_in_flight[2], polls_in_flight[2]; /* by side */
	uint64_t submitted;	/* operations ever */
	unsigned hits;		/* cancels of the harness that were marked ever */
	bool recorded;		/* what is queued was recorded already: the harness added to it */
	bool intricate;		/* the last submission had links, cancels or the like: see raw.c */
	struct dt_completion queue[RAW_QUEUE_MAX];
	bool tells[RAW_QUEUE_MAX]; /* of each in the queue: it tells of a cancellation, see told */
	unsigned queue_first, queue_count;
	bool stopped; /* dt_wait said stop in this attempt */
	bool dropped; /* this attempt was dropped */
	bool told; /* a completion that tells of a cancel of the harness's, or of a deadline of the
		      target's own that has passed, was handed out in this attempt */
	bool bad_user_data; /* the target used the harness's bits */
	int aim;	    /* the cancellation being applied, or -1 */
	uint32_t aim_index; /* the primitive it is aimed at */
	struct late_write late;
	struct stacks stacks;
	const struct guard *buffers; /* borrowed: callers' buffers */
	unsigned buffer_count;
};

int raw_create(struct port *port);
void raw_destroy(struct port *port);

/* Before a trial. */
void raw_reset(struct raw *raw);

/* Before an attempt, and before finish(). */
void raw_begin(struct raw *raw);

/* Where callers' buffers lie: they are given back when their attempt is over. */
void raw_buffers(struct raw *raw, const struct guard *buffers, unsigned count);

/* Runs an operation as an attempt on a stack of its own. */
ssize_t raw_call(struct port *port, const struct dt_operation *operation, void *session,
		 struct dt_buffer *buffer);

/* Is one of the target's operations still in flight that was not dropped? */
unsigned raw_left_in_flight(const struct raw *raw);

/* After a trial: forgets entries not submitted, cancels what is in flight and reaps it. 0, or
 * -ETIME when something does not end (the ring is then unfit). */
int raw_clean(struct port *port);

/* The host functions. */
struct io_uring_sqe *raw_sqe(struct dt_io *io);
int raw_wait(struct dt_io *io, struct dt_completion *ret_completion);

/* Takes one completion of the target's. */
void raw_take(struct port *port, const struct io_uring_cqe *cqe);

/* raw_inject.c: what to do about the cancellation that is due. */
enum raw_step {
	RAW_GO_ON,	/* nothing: hand out completions */
	RAW_SAY_CANCEL, /* dt_wait returns -ECANCELED now */
};

/* Before the queued entries are submitted: may bring the wire into a state, cut the entry, add a
 * cancel to the batch, or drop the attempt with the entries unsubmitted. */
enum raw_step raw_inject_before(struct port *port);

/* After they were submitted and the ring is settled (see ready), before anything is handed out. */
enum raw_step raw_inject_after(struct port *port);

/* The completion of an operation that a cancellation hit: completes the record. */
void raw_note_result(struct port *port, const struct raw_op *op, int32_t result);

/* The operation that this one is linked behind; NULL when there is none, or its record is gone. */
static inline struct raw_op *raw_ahead(struct raw *raw, const struct raw_op *op)
{
	struct raw_op *ahead = op->behind < 0 ? NULL : &raw->ops[op->behind];

	return ahead && ahead->serial == op->behind_serial ? ahead : NULL;
}

/* raw_hits.c. The harness cancels by that mechanism and aims at an operation: marks what it may
 * find, with all that is linked behind it. */
void raw_mark_hits(struct raw *raw, enum mechanism mechanism, const struct raw_op *aimed);

/* It found nothing: what is still in flight was not hit. */
void raw_unmark_hits(struct raw *raw);

/* raw_ops.c. The entries queued and not submitted: how many, and the i-th. */
unsigned raw_queued(const struct port *port);
struct io_uring_sqe *raw_queued_at(const struct port *port, unsigned i);

/* Does the entry move bytes of a wire, and on which side? */
bool raw_moves_bytes(const struct port *port, const struct io_uring_sqe *sqe, enum dt_side *ret);

/* Does it move bytes of a wire in a way that cannot be watched? */
bool raw_moves_unseen(const struct io_uring_sqe *sqe);

/* Is it a send that tells in a second completion when its buffer is free? */
bool raw_is_zero_copy(unsigned opcode);

/* Does it fail with -EAGAIN where others wait? */
bool raw_never_waits(const struct io_uring_sqe *sqe);

/* Is it a MSG_WAITALL operation? */
bool raw_waits_for_all(const struct io_uring_sqe *sqe);

/* Records and tags what is queued. */
void raw_record(struct port *port);

/* How many bytes to read are enough for all that is in flight; port->now when nothing is. */
uint64_t raw_takes(const struct port *port);

/* The operation of this attempt's primitive `index`, finished ones included, or NULL. */
struct raw_op *raw_primitive(struct port *port, uint32_t index);

#endif
