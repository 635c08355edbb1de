/*
 * history.c - events as one readable line each: which primitive, which bytes, what came of it.
 */
#include "model/history.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/macros.h"

static const char *const names[EVENT_KINDS] = {
	[EVENT_ATTEMPT] = "attempt",	 [EVENT_SUBMIT] = "submit",
	[EVENT_COMPLETE] = "complete",	 [EVENT_CANCEL] = "cancel",
	[EVENT_CANCELLED] = "cancelled", [EVENT_LANDING] = "landing",
	[EVENT_FEED] = "feed",		 [EVENT_DRAIN] = "drain",
	[EVENT_PEER_CLOSE] = "peer-close", [EVENT_RETURN] = "return",
	[EVENT_HANDED] = "handed",	 [EVENT_ACCEPTED] = "accepted",
	[EVENT_CALLER] = "caller",	 [EVENT_SYNTHETIC] = "synthetic",
	[EVENT_FINISH] = "finish",	 [EVENT_DAMAGE] = "damage",
};

static const char *const opcodes[] = {
	[0] = "operation", [DT_OP_READ] = "read", [DT_OP_WRITE] = "write",
	[DT_OP_RECV] = "recv", [DT_OP_SEND] = "send",
};

const char *event_name(enum event_kind kind)
{
	return (unsigned)kind < EVENT_KINDS ? names[kind] : "?";
}

/* "40", "-ECANCELED", or "-4095" where the number has no name. */
static const char *result_text(int32_t result, char text[16])
{
	const char *name = result < 0 && result > -4096 ? strerrorname_np(-result) : NULL;

	if (name)
		snprintf(text, 16, "-%s", name);
	else
		snprintf(text, 16, "%" PRId32, result);
	return text;
}

/* "bytes 64..127 (64)", the way ranges are written everywhere: the first, the last, how many. */
static const char *range_text(const struct event *event, char text[64])
{
	if (!event->size)
		snprintf(text, 64, "no bytes at %" PRIu64, event->offset);
	else
		snprintf(text, 64, "bytes %" PRIu64 "..%" PRIu64 " (%" PRIu32 ")", event->offset,
			 event->offset + event->size - 1, event->size);
	return text;
}

/* The events of a primitive: "attempt 3.1: ..." */
static int primitive_format(const struct event *event, char *text, size_t text_max)
{
	unsigned opcode = event->detail < ARRAY_SIZE(opcodes) ? event->detail : 0;
	char result[16];

	switch (event->kind) {
	case EVENT_SUBMIT:
		return snprintf(text, text_max,
				"attempt %" PRIu32 ".%" PRIu32 ": %s asked %" PRIu32 " at %" PRIu64,
				event->attempt, event->primitive, opcodes[opcode], event->size,
				event->offset);
	case EVENT_COMPLETE:
		return snprintf(text, text_max, "attempt %" PRIu32 ".%" PRIu32 " -> %s%s",
				event->attempt, event->primitive,
				result_text(event->result, result),
				event->flags & EVENT_PEEKED ? ", left on the wire" : "");
	case EVENT_CANCEL:
		return snprintf(text, text_max,
				"attempt %" PRIu32 ".%" PRIu32 ": cancellation %u asked",
				event->attempt, event->primitive, event->detail);
	case EVENT_CANCELLED:
		return snprintf(text, text_max, "cancellation %u -> %s", event->detail,
				result_text(event->result, result));
	case EVENT_LANDING:
		return snprintf(text, text_max,
				"attempt %" PRIu32 ".%" PRIu32 ": cancellation %u %s at %" PRIu64,
				event->attempt, event->primitive, event->detail,
				word_name(WORDS_LANDING, (unsigned)event->result), event->offset);
	default:
		return snprintf(text, text_max,
				"attempt %" PRIu32 ".%" PRIu32 ": a write of 0 was simulated",
				event->attempt, event->primitive);
	}
}

/* The events of an attempt as a whole: "attempt 3: ..." */
static int attempt_format(const struct event *event, char *text, size_t text_max)
{
	char result[16], range[64];

	switch (event->kind) {
	case EVENT_ATTEMPT:
		return snprintf(text, text_max,
				"attempt %" PRIu32 ": begins with %" PRIu32 " at %" PRIu64,
				event->attempt, event->size, event->offset);
	case EVENT_RETURN:
		return snprintf(text, text_max,
				"attempt %" PRIu32 ": returned %s, used %" PRIu32, event->attempt,
				result_text(event->result, result), event->size);
	case EVENT_HANDED:
		return snprintf(text, text_max, "attempt %" PRIu32 ": handed over %s",
				event->attempt, range_text(event, range));
	case EVENT_ACCEPTED:
		return snprintf(text, text_max, "attempt %" PRIu32 ": accepted %s", event->attempt,
				range_text(event, range));
	case EVENT_CALLER:
		return snprintf(text, text_max, "attempt %" PRIu32 ": the caller goes on with: %s",
				event->attempt, word_name(WORDS_CALLER, event->detail));
	default:
		return snprintf(text, text_max, "attempt %" PRIu32 ": %s %s", event->attempt,
				word_name(WORDS_DAMAGE, event->detail), range_text(event, range));
	}
}

static int peer_format(const struct event *event, char *text, size_t text_max)
{
	char result[16], range[64];

	switch (event->kind) {
	case EVENT_FEED:
		return snprintf(text, text_max, "peer: fed %s", range_text(event, range));
	case EVENT_DRAIN:
		return snprintf(text, text_max, "peer: drained %s", range_text(event, range));
	case EVENT_PEER_CLOSE:
		return snprintf(text, text_max, "peer: %s",
				event->detail ? "reset the connection" : "closed its end");
	default:
		return snprintf(text, text_max, "finish -> %s",
				result_text(event->result, result));
	}
}

static int any_format(const struct event *event, char *text, size_t text_max)
{
	switch (event->kind) {
	case EVENT_SUBMIT:
	case EVENT_COMPLETE:
	case EVENT_CANCEL:
	case EVENT_CANCELLED:
	case EVENT_LANDING:
	case EVENT_SYNTHETIC:
		return primitive_format(event, text, text_max);
	case EVENT_ATTEMPT:
	case EVENT_RETURN:
	case EVENT_HANDED:
	case EVENT_ACCEPTED:
	case EVENT_CALLER:
	case EVENT_DAMAGE:
		return attempt_format(event, text, text_max);
	case EVENT_FEED:
	case EVENT_DRAIN:
	case EVENT_PEER_CLOSE:
	case EVENT_FINISH:
		return peer_format(event, text, text_max);
	default: /* from a results file that somebody sent */
		return snprintf(text, text_max, "unknown event %u", event->kind);
	}
}

int event_format(const struct event *event, char *text, size_t text_max)
{
	int length = any_format(event, text, text_max);

	assert(text_max > 0);
	return length < (int)text_max ? length : (int)text_max - 1; /* what is really there */
}
