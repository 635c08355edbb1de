/*
 * bench.h - the inside of a trial: what trial.c, attempt.c, reader.c, writer.c, relay.c and
 * blame.c share. Everybody else uses trial.h.
 */
#ifndef RUN_BENCH_H
#define RUN_BENCH_H

#include "io/guard.h"
#include "io/port.h"
#include "io/raw.h"
#include "run/trial.h"

enum { HISTORY_MAX = 1 << 17, TAIL_MAX = 1 << 16, GUARDS = 2, IDLE_ATTEMPTS_MAX = 200 };

struct bench {
	struct ring rings[RING_COUNT];
	bool ring_made[RING_COUNT];
	struct peer peer;
	struct port port;
	struct stream stream;
	bool stream_made;
	struct guard guards[GUARDS];
	int lowest_fd;	 /* the lowest free descriptor after the last trial; -1: not known */
	unsigned opened; /* peer.opened when that was so */
	struct history history;
	void *session; /* owned; room for the largest session so far */
	size_t session_room;
	bool cut_first;	     /* see port.h: for trial_goes_on */
	unsigned char *tail; /* owned; what came from the first difference on */
};

/* A message that a writer's caller gave up: its bytes are not owed. */
struct given_up {
	uint64_t from, to;
};

struct trial {
	struct bench *bench;
	struct port *port;
	struct peer *peer;
	const struct stream *stream;
	const struct plan *plan;
	const struct dt_target *target;
	const struct dt_operation *operation;
	const struct dt_operation *other; /* "another operation first"; NULL: none */
	struct outcome *outcome;
	void *session;
	struct rng calls; /* sizes of calls */

	bool over;	    /* nothing more is called */
	bool abandoned;	    /* the caller closed the session early */
	bool diverged;	    /* the stream is damaged: only its tail is still collected */
	uint64_t owed;	    /* the next stream byte that the receiver is owed */
	uint32_t unit;	    /* frames and lines: the unit it belongs to */
	uint64_t end;	    /* the stream's end as the peer feeds it; writers: as offered so far */
	uint64_t accepted;  /* writers: end of what the target accepted */
	uint64_t diverged_at;
	uint64_t diverged_drained; /* writers: what the peer had drained before the tail */
	uint64_t taken_owed, taken_at; /* readers: from the ledger, lost [owed, at); UINT64_MAX */
	uint64_t offered; /* writers: where the message on offer begins on the wire */
	int lowest_fd;	  /* the lowest free descriptor when the session began */
	size_t tail_size;
	uint32_t idle; /* attempts in a row that handed over nothing */
	struct given_up given_up[PLAN_CANCELLATIONS_MAX];
	unsigned given_up_count, given_up_next;
};

/* One attempt as it went. */
struct attempt {
	ssize_t result;
	size_t used;	/* buffer->used after it */
	size_t size;	/* of the buffer */
	bool escaped;	/* the target was left: the trial is over and the process spent */
	bool told;	/* a cancellation was really told to the target in it */
	bool broken;	/* a primitive of it failed, or returned a synthetic zero */
	struct guard *guard;
};

/* What the buffer of an attempt is. */
enum lend {
	LEND_NEW,  /* a new buffer of `size` bytes */
	LEND_SAME, /* the last attempt's, as it is */
	LEND_NONE, /* relays: scratch of `size` bytes, content of no interest */
};

/* Calls the operation once. For writers `message` (size bytes) is put into a new buffer. */
void attempt_run(struct trial *trial, const struct dt_operation *operation, enum lend lend,
		 size_t size, const unsigned char *message, struct attempt *ret_attempt);

/* The target's finish(), if it has one; it is not cancelled. False when it did not come back. */
bool attempt_finish(struct trial *trial);

/* The buffer is done with: keep its content for LEND_SAME, or scribble over it. */
void attempt_return_buffer(struct trial *trial, struct attempt *attempt, bool keep);

/* Were the buffers touched after they were given back? Notes late writes. */
void attempt_check_buffers(struct trial *trial);

/* Is a descriptor missing, or left open? True when so: that is blamed, and the process is spent. */
bool attempt_check_descriptors(struct trial *trial);

/* The lowest descriptor number that is free. */
int attempt_lowest_fd(const struct bench *bench);

/* True when the result is one that no target may return here; the damage is noted. */
bool attempt_misreports(struct trial *trial, const struct attempt *attempt);

/* The three ways of playing a trial. */
void reader_play(struct trial *trial);
void writer_play(struct trial *trial);
void relay_play(struct trial *trial);

/* Where drained bytes are compared: the sink of writers and relays. */
void writer_sink(void *context, const unsigned char *bytes, size_t size);

/* finish(), and the last bytes drained: the end of writers and relays. */
void writer_finish(struct trial *trial);

/* A condition's place in the stream. */
uint64_t trial_cut(const struct trial *trial);

/* Is the plan's caller one that carries on after a cancelled attempt? */
static inline bool trial_condition(const struct trial *trial, enum condition condition)
{
	return trial->plan->condition == condition;
}

/*
 * blame.c: notes the first damage, with the bytes, the guilty cancellation and one sentence. Later
 * damage of the same trial is only its consequence and is left out.
 */
void blame(struct trial *trial, enum damage damage, uint64_t from, uint64_t to, const char *format,
	   ...) __attribute__((format(printf, 5, 6)));

/* The stream is different from `owed` on; observed bytes are collected, judged at the end. */
void blame_diverged(struct trial *trial, const unsigned char *observed, size_t size);

/* Judges the collected tail, if any. `ended`: nothing came after it. */
void blame_tail(struct trial *trial, bool ended);

/* A reader's or relay's stream came to its end, or to an error, with bytes missing. */
void blame_missing(struct trial *trial, ssize_t result);

/* The target was left without its return. */
void blame_escape(struct trial *trial);

#endif
