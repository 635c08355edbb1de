/*
 * reader.c - plays the caller of a reader: calls, takes what is handed over, compares, and after a
 * cancelled attempt does what the plan's caller does.
 *
 *	same     the same buffer, its content and `used` as they are
 *	fresh    a new buffer of another size: nothing of the cancelled attempt counts
 *	other    another operation first, then a new buffer
 *	rest     what `used` says is taken; the rest is asked for in a new buffer
 *	abandon  nothing more
 */
#include <errno.h>
#include <string.h>

#include "run/ledger.h"

enum { ENDS_ONE_IN = 4 };

/* What the caller does next. */
struct next_call {
	enum lend lend;
	size_t size; /* LEND_NEW */
	size_t left; /* rest: bytes of the call before that are still wanted; 0: a new call */
};

static bool by_units(const struct trial *trial)
{
	return trial->stream->unit != DT_BYTES;
}

/* The payload that the caller is owed next; size 0 at the end. */
static size_t owed_payload(const struct trial *trial)
{
	const struct stream *stream = trial->stream;

	if (!by_units(trial))
		return trial->end - trial->owed;
	return trial->unit < stream->unit_count && trial->owed < trial->end
		       ? stream->units[trial->unit].payload_size
		       : 0;
}

static size_t call_size(struct trial *trial)
{
	const struct plan *plan = trial->plan;
	size_t size, left = trial->end - trial->owed;

	if (by_units(trial))
		return trial->stream->unit_max;
	size = rng_between(&trial->calls, plan->call_min, plan->call_max);
	/* An exact read of more than there is would be the caller's error, not the target's. */
	if ((trial->operation->flags & DT_EXACT) && left && left < size &&
	    !trial_condition(trial, CONDITION_EOF_MID_UNIT))
		size = left;
	return size;
}

/* Compares one piece that was handed over. */
static void take(struct trial *trial, const unsigned char *bytes, size_t size)
{
	const struct stream *stream = trial->stream;
	const unsigned char *expected;
	size_t want = owed_payload(trial), same = 0;
	struct event *event = history_append(trial->port->history, EVENT_HANDED);

	event->attempt = trial->port->attempt;
	event->offset = trial->owed;
	event->size = (uint32_t)size;
	if (trial->diverged) {
		blame_diverged(trial, bytes, size);
		return;
	}
	if (by_units(trial) && want)
		trial->owed = stream->units[trial->unit].offset +
			      stream->units[trial->unit].header_size;
	expected = stream->bytes + trial->owed;
	if (size <= want && !memcmp(bytes, expected, size) && (!by_units(trial) || size == want)) {
		trial->owed += size;
		trial->unit += by_units(trial);
		trial->outcome->bytes += size;
		return;
	}
	trial->taken_owed = trial->owed;
	if (!by_units(trial))
		trial->taken_at = ledger_place(trial, bytes, size);
	if (trial->taken_at <= trial->owed)
		trial->taken_at = UINT64_MAX;
	while (same < size && same < want && bytes[same] == expected[same])
		same++;
	trial->owed += same;
	if (same == size && by_units(trial)) { /* right bytes, but the unit is torn */
		blame(trial, DAMAGE_MISREPORTED, trial->owed - same, trial->owed,
		      "%s #%u handed over %zu bytes as a unit of %zu", trial->operation->name,
		      trial->port->attempt, size, want);
		return;
	}
	blame_diverged(trial, bytes + same, size - same);
}

/*
 * May the stream end here, or break? All that could be handed over was: a unit that is cut is the
 * last one, and of an exact buffer less is left than it holds. An error further in front is no
 * answer to what the peer did: bytes were lost, and garbage was read as a header.
 */
static bool is_at_the_end(const struct trial *trial, const struct attempt *attempt)
{
	uint64_t left = trial->end - trial->owed;

	if (trial->owed >= trial->end)
		return true;
	if (trial_condition(trial, CONDITION_MALFORMED))
		return false;
	if (by_units(trial))
		return trial->unit + 1 >= trial->stream->unit_count;
	if (!(trial->operation->flags & DT_EXACT))
		return false;
	/* Before a reset nobody is asked for more than is left: it takes with it what is unread. */
	return left < attempt->size ||
	       (left == attempt->size && trial_condition(trial, CONDITION_RESET));
}

/* End of stream, or an error: is it the right one here? */
static void ended(struct trial *trial, const struct attempt *attempt)
{
	bool there = is_at_the_end(trial, attempt);
	bool mid = trial_condition(trial, CONDITION_EOF_MID_UNIT);
	bool reset = trial_condition(trial, CONDITION_RESET);
	bool malformed = trial_condition(trial, CONDITION_MALFORMED);
	bool all = !owed_payload(trial) || trial->owed >= trial->end;
	const char *name = trial->operation->name;
	const char *what = mid	  ? "the stream ended inside a unit"
			   : reset ? "the connection was reset"
				   : "a frame was malformed";

	trial->over = true;
	if (trial->diverged)
		return;
	if (attempt->result < 0) {
		bool good = reset      ? attempt->broken || (there && trial->peer->ended)
			    : mid      ? there && trial->peer->ended
			    : malformed ? there
				       : all && (trial->operation->flags & DT_EXACT);

		if (!good)
			blame_missing(trial, attempt->result);
		return;
	}
	/* A WAITALL recv that has moved some bytes takes the error with it: it was not told. */
	if (reset && !attempt->broken && trial->port->waitall)
		return;
	if (there && (reset || malformed || (mid && trial->end > trial->owed)) &&
	    trial->peer->ended)
		blame(trial, DAMAGE_WRONG_ERROR, trial->owed, trial->end,
		      "%s, and %s #%u reported a clean end", what, name, trial->port->attempt);
	else if (!all || !trial->peer->ended)
		blame_missing(trial, 0);
}

/* The last unit is cut: what of it may a target hand over? Only a line's beginning. */
static bool tail_of_cut(struct trial *trial, const struct attempt *attempt, size_t size)
{
	const struct stream *stream = trial->stream;
	uint64_t at = trial->owed;

	if (trial_condition(trial, CONDITION_MALFORMED) && trial->owed >= trial->end) {
		blame(trial, DAMAGE_WRONG_ERROR, trial->owed, trial->owed,
		      "%s #%u handed over %zu bytes of a malformed frame", trial->operation->name,
		      trial->port->attempt, size);
		return true;
	}
	if (!trial_condition(trial, CONDITION_EOF_MID_UNIT) || !trial->peer->ended)
		return false;
	if (stream->unit == DT_LINES && size == trial->end - at &&
	    !memcmp(attempt->guard->data, stream->bytes + at, size)) {
		trial->owed = trial->end;
		return true;
	}
	if (stream->unit == DT_LINES || size < trial->end - at || trial->owed + size <= trial->end)
		return false;
	blame(trial, DAMAGE_WRONG_ERROR, trial->owed, trial->end,
	      "the stream ended inside a unit, and %s #%u handed over %zu bytes as a whole one",
	      trial->operation->name, trial->port->attempt, size);
	return true;
}

static void handed_over(struct trial *trial, const struct dt_operation *operation,
			const struct attempt *attempt)
{
	bool used = operation->progress == DT_BY_USED;
	size_t size = used ? attempt->used : (size_t)attempt->result;

	trial->idle = 0;
	if (used && attempt->used < (size_t)attempt->result) {
		blame(trial, DAMAGE_MISREPORTED, trial->owed, trial->owed,
		      "%s #%u returned %zd but says that %zu bytes are used", operation->name,
		      trial->port->attempt, attempt->result, attempt->used);
		return;
	}
	if (!trial->diverged && tail_of_cut(trial, attempt, size))
		return;
	take(trial, attempt->guard->data, size);
	if ((operation->flags & DT_EXACT) && size < attempt->size && !trial->diverged &&
	    !by_units(trial))
		blame(trial, DAMAGE_MISREPORTED, trial->owed, trial->owed,
		      "%s #%u reported success with %zu of %zu bytes", operation->name,
		      trial->port->attempt, size, attempt->size);
}

static void other_first(struct trial *trial)
{
	struct attempt attempt;
	size_t size = by_units(trial) ? trial->stream->unit_max : 1 + rng_below(&trial->calls, 8);

	if (!trial->other || trial->diverged)
		return;
	if (!by_units(trial) && size > trial->end - trial->owed)
		return;
	trial->port->quiet = true;
	attempt_run(trial, trial->other, LEND_NEW, size, NULL, &attempt);
	trial->port->quiet = false;
	if (attempt.escaped || attempt_misreports(trial, &attempt))
		return;
	if (attempt.result > 0)
		handed_over(trial, trial->other, &attempt);
	else
		ended(trial, &attempt);
	attempt_return_buffer(trial, &attempt, false);
}

/* After a cancelled attempt: the plan's caller decides. */
static void cancelled(struct trial *trial, struct attempt *attempt, struct next_call *next)
{
	struct event *event = history_append(trial->port->history, EVENT_CALLER);
	enum caller caller = trial->plan->caller;

	event->detail = (uint8_t)caller;
	event->attempt = trial->port->attempt;
	*next = (struct next_call){ .lend = LEND_NEW };
	attempt_return_buffer(trial, attempt, caller == CALLER_SAME || caller == CALLER_REST);
	switch (caller) {
	case CALLER_SAME:
		next->lend = LEND_SAME;
		break;
	case CALLER_REST:
		if (attempt->used) {
			next->left = attempt->size - attempt->used;
			take(trial, attempt->guard->shadow, attempt->used);
		} else {
			next->left = attempt->size;
		}
		break;
	case CALLER_OTHER:
		other_first(trial);
		break;
	case CALLER_ABANDON:
		trial->over = trial->abandoned = true;
		break;
	default:
		break;
	}
}

static void play_one(struct trial *trial, struct next_call *next)
{
	struct attempt attempt;
	size_t size = next->size;

	if (next->lend == LEND_NEW)
		size = next->left && !by_units(trial) ? next->left : call_size(trial);
	attempt_run(trial, trial->operation, next->lend, size, NULL, &attempt);
	if (attempt.escaped)
		return;
	if (++trial->idle > IDLE_ATTEMPTS_MAX) {
		blame_tail(trial, true);
		blame(trial, DAMAGE_HANG, trial->owed, trial->owed,
		      "%s made no progress in %d attempts at byte %llu", trial->operation->name,
		      IDLE_ATTEMPTS_MAX, (unsigned long long)trial->owed);
		return;
	}
	if (!trial->diverged && attempt_misreports(trial, &attempt)) {
		attempt_return_buffer(trial, &attempt, false);
		return;
	}
	if (attempt.result == -ECANCELED) {
		cancelled(trial, &attempt, next);
		return;
	}
	*next = (struct next_call){ .lend = LEND_NEW };
	if (attempt.result > 0)
		handed_over(trial, trial->operation, &attempt);
	else
		ended(trial, &attempt);
	attempt_return_buffer(trial, &attempt, false);
}

/*
 * All is here: is the end of the stream still asked for? One trial in four does, and each control
 * run; the others leave the wire as it was, so that it need not be made anew.
 */
static bool asks_for_end(const struct trial *trial)
{
	return !trial_condition(trial, CONDITION_NONE) || !trial->plan->cancellation_count ||
	       rng_derive(trial->plan->seed, 'e') % ENDS_ONE_IN == 0;
}

void reader_play(struct trial *trial)
{
	bool to_the_end = asks_for_end(trial);
	struct next_call next = { .lend = LEND_NEW };

	while (!trial->over && trial->tail_size < TAIL_MAX / 8) {
		play_one(trial, &next);
		trial->over |= !to_the_end && !trial->diverged && !owed_payload(trial);
	}
	/* What a raw reader keeps in flight from call to call it can end here only. */
	if (trial->operation->flags & DT_RAW)
		attempt_finish(trial);
	attempt_check_buffers(trial);
}
