/*
 * words.c - the glossary's tables: one row for each word, its name and its meaning in one line.
 *
 * A row's place is its enum value, written out, so that a missing row shows up as an unnamed one
 * (test_words.c looks at every value of every set).
 */
#include "model/words.h"

#include <assert.h>
#include <string.h>

#include "base/macros.h"

struct word {
	const char *name;
	const char *meaning;
};

static const struct word wires[] = {
	[WIRE_PIPE] = { "pipe", "a pipe: one direction, no socket flags" },
	[WIRE_UNIX] = { "unix", "a pair of AF_UNIX stream sockets" },
	[WIRE_TCP] = { "tcp", "a TCP connection over the loopback interface" },
};

static const struct word rings[] = {
	[RING_PLAIN] = { "plain", "no setup flags: task work runs by itself" },
	[RING_COOP] = { "coop", "COOP_TASKRUN: task work runs when the task enters the kernel" },
	[RING_DEFER] = { "defer", "DEFER_TASKRUN: task work runs only when it is asked for" },
	[RING_SQPOLL] = { "sqpoll", "SQPOLL: a kernel thread takes the submissions" },
};

static const struct word points[] = {
	[POINT_BEFORE] = { "before", "the operation is queued and not yet issued" },
	[POINT_BATCH_BLOCKED] = { "batch-blocked",
				  "in the same submission, and the operation would wait" },
	[POINT_BATCH_READY] = { "batch-ready",
				"in the same submission, with data or room there already" },
	[POINT_ARMED] = { "armed", "the operation waits and has moved nothing" },
	[POINT_READY] = { "ready", "data has arrived, its completion has not run (defer)" },
	[POINT_PARTIAL] = { "partial", "after exactly k bytes of the attempt, as partial:k" },
	[POINT_PARTIAL_KERNEL] = { "partial:kernel",
				   "inside one MSG_WAITALL operation that has moved some bytes" },
	[POINT_RACED] = { "raced", "the operation has succeeded, the target has not seen it" },
	[POINT_LATE] = { "late", "the cancel goes in, then the peer acts, then both are reaped" },
	[POINT_RECOVERY] = { "recovery", "while the target handles an earlier cancellation" },
	[POINT_TIMER] = { "timer", "when a clock runs out, as timer:ns; racing: at a rate" },
	[POINT_ASYNC] = { "async", "while a kernel worker runs the operation; racing: at a rate" },
	[POINT_RETRY] = { "retry", "on the attempt after one whose cancellation landed" },
};

static const struct word mechanisms[] = {
	[MECH_UD] = { "async_cancel/ud", "ASYNC_CANCEL of one operation by its user_data" },
	[MECH_FD] = { "async_cancel/fd", "ASYNC_CANCEL of one operation on the descriptor" },
	[MECH_FD_ALL] = { "async_cancel/fd+all",
			  "ASYNC_CANCEL of every operation on the descriptor" },
	[MECH_OP] = { "async_cancel/op", "ASYNC_CANCEL of one operation with that opcode" },
	[MECH_OP_ALL] = { "async_cancel/op+all",
			  "ASYNC_CANCEL of every operation with that opcode" },
	[MECH_ANY] = { "async_cancel/any", "ASYNC_CANCEL of every operation on the ring" },
	[MECH_SYNC] = { "sync_cancel", "the synchronous cancel of io_uring_register" },
	[MECH_LINK_TIMEOUT] = { "link_timeout", "a linked timeout that expires at the point" },
	[MECH_STOP] = { "stop", "the target is told once to stop; it cancels its own operations" },
	[MECH_DROP] = { "drop", "the attempt is dropped; its operations stay in flight" },
};

static const struct word callers[] = {
	[CALLER_SAME] = { "same", "repeats the same call with the same buffer" },
	[CALLER_FRESH] = { "fresh", "calls with a new buffer: another size or another message" },
	[CALLER_OTHER] = { "other", "calls another operation first, then repeats the call" },
	[CALLER_REST] = { "rest", "takes what the attempt reported and goes on with the rest" },
	[CALLER_ABANDON] = { "abandon", "closes the session" },
};

static const struct word conditions[] = {
	[CONDITION_NONE] = { "none", "nothing but the cancellations" },
	[CONDITION_EOF_MID_UNIT] = { "eof-mid-unit", "the peer closes inside a unit" },
	[CONDITION_EPIPE] = { "epipe", "the peer stops reading: EPIPE" },
	[CONDITION_RESET] = { "reset", "the peer resets the connection: ECONNRESET" },
	[CONDITION_MALFORMED] = { "malformed", "a frame whose header is beyond the limit" },
	[CONDITION_WRITE_ZERO] = { "write-zero", "a write that returns 0; simulated" },
};

static const struct word damages[] = {
	[DAMAGE_NONE] = { "none", "the stream was preserved" },
	[DAMAGE_LOST] = { "lost", "bytes that were taken never reached the receiver" },
	[DAMAGE_DUPLICATED] = { "duplicated", "bytes reached the receiver twice" },
	[DAMAGE_REORDERED] = { "reordered", "bytes reached the receiver after later ones" },
	[DAMAGE_CORRUPTED] = { "corrupted", "bytes that are nowhere in the stream" },
	[DAMAGE_STALE] = { "stale", "bytes that belong to another stream" },
	[DAMAGE_TRUNCATED] = { "truncated", "the stream ended before its last byte" },
	[DAMAGE_FALSE_EOF] = { "false-eof", "an end of stream was reported and was none" },
	[DAMAGE_MISREPORTED] = { "misreported", "the reported count and the bytes disagree" },
	[DAMAGE_LATE_WRITE] = { "late-write", "a buffer was touched after it was given back" },
	[DAMAGE_LEAK] = { "leak", "a descriptor, a buffer or an operation was left behind" },
	[DAMAGE_HANG] = { "hang", "there was something to do and the target did not do it" },
	[DAMAGE_CRASH] = { "crash", "the target's process died or scribbled over memory" },
	[DAMAGE_WRONG_ERROR] = { "wrong-error", "an error of the wire was reported as another" },
};

static const struct word expectations[] = {
	[EXPECT_PASS] = { "pass", "the declared contract holds" },
	[EXPECT_MET] = { "met", "exactly the named contracts are met" },
	[EXPECT_VIOLATION] = { "violation", "cancellations do the named damage" },
	[EXPECT_CONTROL] = { "control", "the named damage is there without any cancellation" },
};

static const struct word verdicts[] = {
	[VERDICT_PASS] = { "pass", "enough landed and nothing was damaged" },
	[VERDICT_INCONCLUSIVE] = { "inconclusive", "too little landed to say, or not repeated" },
	[VERDICT_VIOLATION] = { "violation", "a promise was broken" },
	[VERDICT_ERROR] = { "error", "the harness itself failed; says nothing of the target" },
	[VERDICT_SKIP] = { "skip", "could not run here; always with a reason" },
};

static const struct word landings[] = {
	[LANDING_NEVER] = { "never", "its place in the trial was never reached" },
	[LANDING_TOO_LATE] = { "too-late", "sent, but the operation was not at the point" },
	[LANDING_LANDED] = { "landed", "the history proves that it acted at its point" },
};

static const struct word feeds[] = {
	[FEED_LATE] = { "late", "the peer feeds, or takes, when the operation waits" },
	[FEED_EARLY] = { "early", "the peer feeds, or takes, before the operation is submitted" },
	[FEED_MIXED] = { "mixed", "late or early, drawn for each delivery" },
};

static const struct word contracts[] = {
	[DT_NONE_MET] = { "none", "not even an intact prefix" },
	[DT_ATOMIC] = { "atomic", "nothing happened; the caller may do anything" },
	[DT_RESUMABLE] = { "resumable", "repeat the same call; progress was kept" },
	[DT_PARTIAL] = { "partial", "the attempt said how much it did; go on with the rest" },
	[DT_TERMINAL] = { "terminal", "close the session; what was delivered is a prefix" },
};

static const struct word units[] = {
	[0] = { "none", "not said" },
	[DT_BYTES] = { "bytes", "a plain stream of bytes" },
	[DT_FRAMES] = { "frames", "a length header in front of each payload" },
	[DT_LINES] = { "lines", "lines that end with a newline" },
};

static const struct word headers[] = {
	[0] = { "none", "no header" },
	[DT_U8] = { "u8", "one byte" },
	[DT_U16BE] = { "u16be", "two bytes, big-endian" },
	[DT_U16LE] = { "u16le", "two bytes, little-endian" },
	[DT_U32BE] = { "u32be", "four bytes, big-endian" },
	[DT_U32LE] = { "u32le", "four bytes, little-endian" },
	[DT_VARINT] = { "varint", "seven bits a byte, the lowest first, one to five bytes" },
};

static const struct word directions[] = {
	[0] = { "none", "not said" },
	[DT_READER] = { "reader", "takes bytes from the wire" },
	[DT_WRITER] = { "writer", "puts bytes on the wire" },
	[DT_RELAY] = { "relay", "takes bytes from one wire and puts them on another" },
	[DT_DUPLEX] = { "duplex", "sends back on one socket what it takes from it" },
};

static const struct word progresses[] = {
	[0] = { "none", "not said" },
	[DT_BY_RESULT] = { "result", "progress is in the return value only" },
	[DT_BY_USED] = { "used", "progress is in buffer->used, kept by the caller" },
};

#define SET(table, size) { table, size }

static const struct {
	const struct word *words;
	unsigned count;
} sets[] = {
	[WORDS_WIRE] = SET(wires, WIRE_COUNT),
	[WORDS_RING] = SET(rings, RING_COUNT),
	[WORDS_POINT] = SET(points, POINT_ROWS),
	[WORDS_MECHANISM] = SET(mechanisms, MECH_COUNT),
	[WORDS_CALLER] = SET(callers, CALLER_COUNT),
	[WORDS_CONDITION] = SET(conditions, CONDITION_COUNT),
	[WORDS_DAMAGE] = SET(damages, DAMAGE_COUNT),
	[WORDS_EXPECT] = SET(expectations, EXPECT_COUNT),
	[WORDS_VERDICT] = SET(verdicts, VERDICT_COUNT),
	[WORDS_LANDING] = SET(landings, LANDING_COUNT),
	[WORDS_FEED] = SET(feeds, FEED_COUNT),
	[WORDS_CONTRACT] = SET(contracts, CONTRACT_COUNT),
	[WORDS_UNIT] = SET(units, UNIT_COUNT),
	[WORDS_HEADER] = SET(headers, HEADER_COUNT),
	[WORDS_DIRECTION] = SET(directions, DIRECTION_COUNT),
	[WORDS_PROGRESS] = SET(progresses, PROGRESS_COUNT),
};

/* A table that is shorter than its enum would be read beyond its end: refuse to compile. */
#define WHOLE(table, size) \
	static_assert(ARRAY_SIZE(table) == (size), "one row for each value: " #table)

WHOLE(wires, WIRE_COUNT);
WHOLE(rings, RING_COUNT);
WHOLE(points, POINT_ROWS);
WHOLE(mechanisms, MECH_COUNT);
WHOLE(callers, CALLER_COUNT);
WHOLE(conditions, CONDITION_COUNT);
WHOLE(damages, DAMAGE_COUNT);
WHOLE(expectations, EXPECT_COUNT);
WHOLE(verdicts, VERDICT_COUNT);
WHOLE(landings, LANDING_COUNT);
WHOLE(feeds, FEED_COUNT);
WHOLE(contracts, CONTRACT_COUNT);
WHOLE(units, UNIT_COUNT);
WHOLE(headers, HEADER_COUNT);
WHOLE(directions, DIRECTION_COUNT);
WHOLE(progresses, PROGRESS_COUNT);
WHOLE(sets, WORDS_SETS);

const char *word_name(enum words set, unsigned value)
{
	return value < word_count(set) ? sets[set].words[value].name : "?";
}

const char *word_meaning(enum words set, unsigned value)
{
	return value < word_count(set) ? sets[set].words[value].meaning : "";
}

int word_find(enum words set, const char *name)
{
	for (unsigned i = 0; i < word_count(set); i++)
		if (!strcmp(sets[set].words[i].name, name))
			return (int)i;
	return -1;
}

unsigned word_count(enum words set)
{
	assert((unsigned)set < WORDS_SETS);
	return sets[set].count;
}

/*
 * atomic lets the caller do anything; the two in the middle each allow one way to go on; every
 * contract allows to walk away.
 */
unsigned callers_of_contract(enum dt_contract contract)
{
	switch (contract) {
	case DT_ATOMIC:
		return BIT(CALLER_COUNT) - 1;
	case DT_RESUMABLE:
		return BIT(CALLER_SAME) | BIT(CALLER_ABANDON);
	case DT_PARTIAL:
		return BIT(CALLER_REST) | BIT(CALLER_ABANDON);
	case DT_TERMINAL:
		return BIT(CALLER_ABANDON);
	default:
		return 0;
	}
}
