/*
 * words.h - the glossary: every word that code, command line, reports and files share.
 *
 * Each set of words is an enum here and one table in words.c (name, one-line meaning), so that a
 * word has one spelling everywhere: `word_name(WORDS_POINT, POINT_ARMED)` is "armed".
 */
#ifndef MODEL_WORDS_H
#define MODEL_WORDS_H

#include <droptest/target.h>

enum wire_kind { WIRE_PIPE, WIRE_UNIX, WIRE_TCP, WIRE_COUNT };

enum ring_mode { RING_PLAIN, RING_COOP, RING_DEFER, RING_SQPOLL, RING_COUNT };

/* Where a cancellation acts; see docs/design.md for what lands. */
enum point {
	POINT_BEFORE,
	POINT_BATCH_BLOCKED,
	POINT_BATCH_READY,
	POINT_ARMED,
	POINT_READY,
	POINT_PARTIAL,
	POINT_PARTIAL_KERNEL,
	POINT_RACED,
	POINT_LATE,
	POINT_RECOVERY,
	POINT_TIMER, /* racing */
	POINT_ASYNC, /* racing */
	POINT_COUNT,
	/* A cancellation on the attempt after a landed one. It acts at one of the points above, and
	 * is counted there and, apart from the sums, under this word too. */
	POINT_RETRY = POINT_COUNT,
	POINT_ROWS
};

enum mechanism {
	MECH_UD,
	MECH_FD,
	MECH_FD_ALL,
	MECH_OP,
	MECH_OP_ALL,
	MECH_ANY,
	MECH_SYNC,
	MECH_LINK_TIMEOUT,
	MECH_STOP,
	MECH_DROP,
	MECH_COUNT
};

/* The caller that the harness plays after a cancelled attempt. */
enum caller {
	CALLER_SAME,	/* repeats the same call with the same buffer */
	CALLER_FRESH,	/* goes on with a new buffer: another size, or a different message */
	CALLER_OTHER,	/* calls another operation first, then repeats the call */
	CALLER_REST,	/* takes what the attempt reported and goes on with the rest */
	CALLER_ABANDON, /* closes the session */
	CALLER_COUNT
};

/* What the world does to the stream besides cancelling. */
enum condition {
	CONDITION_NONE,
	CONDITION_EOF_MID_UNIT, /* the peer closes inside a unit */
	CONDITION_EPIPE,	/* the peer stops reading: EPIPE */
	CONDITION_RESET,	/* the peer resets the connection: ECONNRESET (sockets) */
	CONDITION_MALFORMED,	/* a frame whose header is beyond the limit */
	CONDITION_WRITE_ZERO,	/* dt_write returns 0: the harness's only simulated result */
	CONDITION_COUNT
};

/* Classes of damage. */
enum damage {
	DAMAGE_NONE,
	DAMAGE_LOST,
	DAMAGE_DUPLICATED,
	DAMAGE_REORDERED,
	DAMAGE_CORRUPTED,
	DAMAGE_STALE,
	DAMAGE_TRUNCATED,
	DAMAGE_FALSE_EOF,
	DAMAGE_MISREPORTED,
	DAMAGE_LATE_WRITE,
	DAMAGE_LEAK,
	DAMAGE_HANG,
	DAMAGE_CRASH,
	DAMAGE_WRONG_ERROR,
	DAMAGE_COUNT
};

/* What a scenario expects of a target. */
enum expect_kind {
	EXPECT_PASS,	  /* the declared contract holds */
	EXPECT_MET,	  /* exactly these contracts are met: weaker and stronger both fail */
	EXPECT_VIOLATION, /* this class of damage, under the callers of the declared contract */
	EXPECT_CONTROL,	  /* this class of damage without any cancellation */
};

/* Ordered: merging takes the maximum. VERDICT_SKIP stands apart. */
enum verdict {
	VERDICT_PASS,
	VERDICT_INCONCLUSIVE,
	VERDICT_VIOLATION,
	VERDICT_ERROR,
	VERDICT_SKIP,
	VERDICT_COUNT
};

/* What became of one cancellation of a plan. */
enum landing {
	LANDING_NEVER,	  /* never reached: its place in the trial did not come */
	LANDING_TOO_LATE, /* submitted, but the operation was not at the point */
	LANDING_LANDED,	  /* the history proves that it acted at its point */
	LANDING_COUNT
};

/* When the peer feeds, or takes. */
enum feed {
	FEED_LATE,  /* when the operation waits */
	FEED_EARLY, /* before the operation is submitted */
	FEED_MIXED, /* drawn from the plan's seed, delivery by delivery */
	FEED_COUNT
};

/* DT_NONE_MET lies below terminal: not even an intact prefix. */
enum { DT_NONE_MET = 0, CONTRACT_COUNT = DT_TERMINAL + 1 };
enum { EXPECT_COUNT = EXPECT_CONTROL + 1 };
enum { UNIT_COUNT = DT_LINES + 1, HEADER_COUNT = DT_VARINT + 1 };
enum { DIRECTION_COUNT = DT_DUPLEX + 1, PROGRESS_COUNT = DT_BY_USED + 1 };

enum words {
	WORDS_WIRE,
	WORDS_RING,
	WORDS_POINT, /* POINT_ROWS words: with "retry" */
	WORDS_MECHANISM,
	WORDS_CALLER,
	WORDS_CONDITION,
	WORDS_DAMAGE,
	WORDS_EXPECT,
	WORDS_VERDICT,
	WORDS_LANDING,
	WORDS_FEED,
	WORDS_CONTRACT,
	WORDS_UNIT,
	WORDS_HEADER,
	WORDS_DIRECTION,
	WORDS_PROGRESS,
	WORDS_SETS
};

/* The name of a value; "?" outside the set. Static storage. */
const char *word_name(enum words set, unsigned value);

/* Its meaning in one line; "" outside the set. Static storage. */
const char *word_meaning(enum words set, unsigned value);

/* The value of a name, or -1. */
int word_find(enum words set, const char *name);

/* How many values the set has; the words of target.h begin at 1 and have 0 as "none". */
unsigned word_count(enum words set);

/* The callers that a contract allows, as bits 1U << CALLER_x. */
unsigned callers_of_contract(enum dt_contract contract);

#endif
