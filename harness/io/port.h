/*
 * port.h - the harness's side of a dt_io: what the target's calls run against.
 *
 * One port serves one session. It numbers attempts and primitives, looks up which cancellation of
 * the plan is due, applies it (inject.h), keeps the record of how it landed, and gets out of a
 * target that can never return (port_escape).
 */
#ifndef IO_PORT_H
#define IO_PORT_H

#include <setjmp.h>
#include <stdbool.h>
#include <sys/uio.h>

#include <droptest/target.h>

#include "io/peer.h"
#include "io/ring.h"
#include "model/history.h"
#include "model/outcome.h"
#include "model/plan.h"

enum { PARTS_MAX = 16 };

/* A completion that was seen, or not yet. */
struct slot {
	bool done;
	int32_t result;
};

/* One cooked call as it will be submitted. Lives in the port until its completion is in the
 * history, never on a stack. */
struct primitive {
	enum dt_opcode opcode;
	enum dt_side side;
	bool vectored;
	bool waitall;
	bool peeks; /* its bytes stay on the wire */
	int flags;
	size_t size; /* bytes asked, after a cut */
	void *data;
	struct iovec parts[PARTS_MAX];
	unsigned part_count;
};

/* Why a target was left without its return. */
enum escape {
	ESCAPE_NONE,
	ESCAPE_HANG,
	ESCAPE_AFTER_CANCEL,
	ESCAPE_MIXED,  /* it calls both levels in one operation */
	ESCAPE_UNSEEN, /* it moves bytes in a way that cannot be watched */
	ESCAPE_HARNESS,
};

/* The calls that the target may make now. An entry that a raw operation has left in the queue must
 * not go out with a cooked one: nobody would know it when it completes. */
enum calls { CALLS_ANY, CALLS_COOKED, CALLS_RAW };

struct raw; /* raw.h */

struct port {
	struct dt_io io; /* first: a dt_io is a port */
	struct ring *ring;
	struct peer *peer;
	const struct plan *plan;
	struct outcome *outcome;
	struct history *history;
	struct raw *raw;

	/* The attempt under way. */
	uint32_t attempt;
	uint32_t primitive;
	uint64_t moved;	      /* bytes of its primitives so far */
	bool cancelled;	      /* a cancellation has landed: every further call says so */
	uint32_t calls_after; /* calls since then */
	bool broken;	      /* a primitive told that the stream is, or a synthetic zero */
	uint32_t zeros;	      /* synthetic zeros returned in this attempt */
	bool cut_first;	      /* the first bytes of each attempt come one at a time */
	enum calls calls;     /* of the operation; any in create() and finish() */
	bool quiet;	      /* no cancellations: finish(), another operation first */

	/* The plan's cancellations: next is the first not yet decided. */
	uint32_t next;
	uint32_t place[PLAN_CANCELLATIONS_MAX]; /* the attempt, once known; UINT32_MAX */
	bool stopped_plan; /* after damage no more cancellations are made */

	/* Completions of the primitive under way. Each primitive has a serial number, and so have
	 * its cancel, gate and timeout: a completion that comes late is nobody else's. */
	struct slot target, cancel, gate, update;
	uint64_t strays; /* that came too late for anybody: the harness has failed */
	struct primitive now;
	struct __kernel_timespec timer;	       /* the kernel copies it at submission */
	struct __kernel_timespec timer_update; /* the same */

	/* What the trial saw: for bench_shape. */
	uint32_t primitives_total, primitives_most;
	bool reads, writes, waitall;
	bool went_on; /* a primitive followed in an attempt that had moved some bytes */
	bool own_timeout; /* a raw target links timeouts of its own */
	uint64_t zero_at; /* write primitive from which dt_write returns 0; UINT64_MAX: never */
	uint64_t hang_up_at; /* write primitive at which the peer stops reading; UINT64_MAX */
	uint64_t writes_total;

	enum escape escape;
	int error; /* ESCAPE_HARNESS: -errno */
	jmp_buf out;

	uint64_t serial; /* not forgotten between trials: the ring is the same */
};

/* Sets up for a trial; ring and peer are ready. */
void port_reset(struct port *port, struct ring *ring, struct peer *peer, const struct plan *plan,
		struct outcome *outcome, struct history *history);

/* Begins the next attempt: decides which cancellations are over. */
void port_begin(struct port *port);

/* Ends the plan: whatever was not reached is recorded as never reached. */
void port_end(struct port *port);

/* The cancellation due at this primitive, or -1. */
int port_due(const struct port *port);

/* Records what became of cancellation `index` and moves on to the next. */
void port_landed(struct port *port, int index, enum landing landing, int32_t t, int32_t c);

/* Does such a result tell that the stream is broken? That an operation would wait, was interrupted
 * or is not to be had here says nothing about the stream. */
bool port_breaks(int32_t result);

/* Numbers a write primitive before it is submitted; the peer may stop reading at it. */
uint64_t port_count_write(struct port *port);

/* Leaves the target for good; never returns. */
void port_escape(struct port *port, enum escape why) __attribute__((noreturn));

/* Takes visible completions into the slots (and the raw queue). */
void port_reap(struct port *port);

/* Forgets the slots before a new primitive, which gets the next serial number. */
void port_clear(struct port *port);

/* user_data for an operation that belongs to the primitive under way. */
static inline uint64_t port_tagged(const struct port *port, enum tag tag)
{
	return tagged(tag, port->serial);
}

/* Submits and settles, or settles only, then reaps; harness errors escape. */
void port_submit(struct port *port);
void port_settle(struct port *port);

/* Submits, runs no task work and does not settle (see ring_submit_unsettled), then reaps. */
void port_submit_unsettled(struct port *port);

/* Submits; what must come is then awaited: for an SQPOLL ring that is half the work of settling. */
void port_push(struct port *port);

/*
 * How much the peer may feed for the primitive under way. Usually anything; but when the next
 * cancellation of the plan wants an operation that waits, in this attempt or the next, the wire
 * must not hold more than this operation takes, or those of a raw target that are in flight.
 */
uint64_t port_feed_most(const struct port *port);

/* The peer acts before the primitive under way is submitted, if the plan lets it: one delivery is
 * fed, or taken. */
void port_act_early(struct port *port);

/* Waits once, at most that long, and reaps. */
void port_wait(struct port *port, uint64_t timeout_ns);

/* Waits, without letting the peer act, until the slot is done. False after a while without any
 * completion. */
bool port_await(struct port *port, const struct slot *slot);

/* The same for a completion that the kernel owes us: without it the harness has failed. */
void port_need(struct port *port, const struct slot *slot);

/* The harness failed: leaves the target for good. */
void port_fail(struct port *port, int error) __attribute__((noreturn));

/* The host functions of both levels. */
extern const struct dt_host port_host;

#endif
