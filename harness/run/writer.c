/*
 * writer.c - plays the caller of a writer, and compares what the peer receives.
 *
 * The peer is owed the stream, message after message. A message that is offered may arrive; one
 * that was accepted must; one that an atomic caller gave up must not, not even in part.
 *
 *	owed (next byte expected at the peer) <= accepted <= end (of what was offered)
 */
#include <errno.h>
#include <poll.h>
#include <string.h>

#include "run/bench.h"

enum { LAST_BYTES_MS = 1000 };

struct message {
	uint64_t from, to;    /* on the wire, with its header */
	uint64_t payload;     /* where the caller's bytes begin */
	size_t payload_size;
};

/* The message that begins at `at`. False at the end of the stream. */
static bool message_at(struct trial *trial, uint64_t at, struct message *ret)
{
	const struct stream *stream = trial->stream;
	const struct plan *plan = trial->plan;
	uint64_t left = stream->size - at;

	if (!left)
		return false;
	if (stream->unit == DT_BYTES) {
		uint64_t size = rng_between(&trial->calls, plan->call_min, plan->call_max);

		size = MIN(size, left);
		*ret = (struct message){ at, at + size, at, size };
		return true;
	}
	const struct unit_place *unit = &stream->units[trial->unit++];

	uint64_t payload = unit->offset + unit->header_size;

	*ret = (struct message){ unit->offset, payload + unit->payload_size, payload,
				 unit->payload_size };
	return true;
}

void writer_sink(void *context, const unsigned char *bytes, size_t size)
{
	struct trial *trial = context;

	while (size && !trial->diverged) {
		const struct given_up *g = &trial->given_up[trial->given_up_next];
		bool gap = trial->given_up_next < trial->given_up_count;
		const unsigned char *expected = trial->stream->bytes + trial->owed;
		uint64_t bound = gap && g->from < trial->end ? g->from : trial->end;
		size_t run = MIN((uint64_t)size, bound - trial->owed), same = run;

		if (gap && g->from == trial->owed) {
			trial->owed = g->to;
			trial->given_up_next++;
			continue;
		}
		if (!run) /* more than was ever offered */
			break;
		if (memcmp(bytes, expected, run))
			for (same = 0; bytes[same] == expected[same];)
				same++;
		trial->owed += same;
		trial->outcome->bytes += same;
		bytes += same;
		size -= same;
		if (same < run)
			break;
	}
	if (!size)
		return;
	if (!trial->diverged)
		trial->diverged_drained = trial->peer->drained - size;
	blame_diverged(trial, bytes, size);
}

/* Everything sent must arrive: TCP may take its time. An operation that was dropped goes on where
 * there is room, until it is over or there is nothing to drain. */
static void drain_rest(struct trial *trial)
{
	struct peer *peer = trial->peer;
	struct pollfd poll_in = { .fd = peer->out->peer_fd, .events = POLLIN };

	do {
		while (peer_drain_all(peer) && trial->port->raw->in_flight)
			ring_settle(trial->port->ring);
	} while (!peer->hung_up && peer_undrained(peer) &&
		 poll(&poll_in, 1, LAST_BYTES_MS) > 0);
}

/* How many bytes were sent beyond those of the messages that were accepted. */
static uint64_t sent_of(const struct trial *trial, const struct message *message)
{
	uint64_t owned = message->from;

	for (unsigned i = 0; i < trial->given_up_count; i++)
		owned -= trial->given_up[i].to - trial->given_up[i].from;
	return trial->peer->sent > owned ? trial->peer->sent - owned : 0;
}

/* The caller gives the message up: none of it may have gone, none may go later. */
static void give_up(struct trial *trial, const struct message *message)
{
	uint64_t size = message->to - message->from, sent = sent_of(trial, message);

	if (sent)
		drain_rest(trial);
	if (trial->diverged)
		return;
	if (sent) {
		blame(trial, sent >= size ? DAMAGE_STALE : DAMAGE_CORRUPTED, message->from,
		      message->from + MIN(sent, size),
		      "%llu of the %llu bytes of a message that %s called not sent had gone, and "
		      "the caller went on with another one",
		      (unsigned long long)MIN(sent, size), (unsigned long long)size,
		      trial->operation->name);
		return;
	}
	if (trial->given_up_count < PLAN_CANCELLATIONS_MAX)
		trial->given_up[trial->given_up_count++] =
			(struct given_up){ message->from, message->to };
	else
		trial->over = trial->abandoned = true;
}

static void other_first(struct trial *trial)
{
	struct attempt attempt;
	struct message message;

	if (!trial->other || trial->diverged || !message_at(trial, trial->end, &message))
		return;
	trial->end = message.to;
	trial->offered = message.from;
	trial->port->quiet = true;
	attempt_run(trial, trial->other, LEND_NEW, message.payload_size,
		    trial->stream->bytes + message.payload, &attempt);
	trial->port->quiet = false;
	if (attempt.escaped || attempt_misreports(trial, &attempt))
		return;
	if (attempt.result > 0)
		trial->accepted = trial->end = message.payload + (uint64_t)attempt.result;
	else
		blame_missing(trial, attempt.result);
	attempt_return_buffer(trial, &attempt, false);
}

/* After a cancelled attempt. True when the same message is offered again. */
static bool cancelled(struct trial *trial, struct attempt *attempt, struct message *message,
		      enum lend *lend)
{
	struct event *event = history_append(trial->port->history, EVENT_CALLER);
	enum caller caller = trial->plan->caller;
	bool used = trial->operation->progress == DT_BY_USED;

	event->detail = (uint8_t)caller;
	event->attempt = trial->port->attempt;
	*lend = LEND_NEW;
	attempt_return_buffer(trial, attempt, caller == CALLER_SAME);
	switch (caller) {
	case CALLER_SAME:
		*lend = LEND_SAME;
		return true;
	case CALLER_REST:
		if (!used || !attempt->used)
			return true;
		trial->accepted = message->payload + attempt->used;
		message->from = message->payload += attempt->used;
		message->payload_size -= attempt->used;
		if (message->payload_size)
			return true;
		return false;
	case CALLER_ABANDON:
		trial->over = trial->abandoned = true;
		return false;
	case CALLER_OTHER:
		give_up(trial, message);
		other_first(trial);
		return false;
	default:
		give_up(trial, message);
		return false;
	}
}

/* Accepted bytes: as many as were given, or, where the contract is not exact, a part of them. */
static void accepted(struct trial *trial, const struct attempt *attempt, struct message *message)
{
	const struct dt_operation *operation = trial->operation;
	size_t size = (size_t)attempt->result;
	bool whole = operation->flags & DT_EXACT || trial->stream->unit != DT_BYTES;
	struct event *event;

	if (operation->progress == DT_BY_USED)
		size = attempt->used;
	if (size > message->payload_size || (whole && size != message->payload_size)) {
		blame(trial, DAMAGE_MISREPORTED, trial->owed, trial->owed,
		      "%s #%u reported success with %zu of %zu bytes", operation->name,
		      trial->port->attempt, size, message->payload_size);
		return;
	}
	if (!attempt->broken && !(operation->flags & DT_QUEUES) &&
	    sent_of(trial, message) < message->payload - message->from + size) {
		blame(trial, DAMAGE_MISREPORTED, message->from, message->payload + size,
		      "%s #%u reported success with %zu bytes, of which %llu had not been sent",
		      operation->name, trial->port->attempt, size,
		      (unsigned long long)(message->payload - message->from + size -
					   sent_of(trial, message)));
		return;
	}
	if (attempt->broken && !(operation->flags & DT_QUEUES)) {
		blame(trial, DAMAGE_WRONG_ERROR, message->from, message->to,
		      "a write failed inside %s #%u, which then reported success with %zu bytes",
		      operation->name, trial->port->attempt, size);
		return;
	}
	trial->idle = 0;
	trial->accepted = trial->end = message->payload + size;
	event = history_append(trial->port->history, EVENT_ACCEPTED);
	event->side = EVENT_SIDE_OUT;
	event->attempt = trial->port->attempt;
	event->offset = message->payload;
	event->size = (uint32_t)size;
}

static void failed(struct trial *trial, const struct attempt *attempt)
{
	bool expected = trial_condition(trial, CONDITION_EPIPE) ||
			trial_condition(trial, CONDITION_RESET) ||
			trial_condition(trial, CONDITION_WRITE_ZERO);

	trial->over = true;
	if (expected && attempt->result < 0 && (trial->peer->hung_up || attempt->broken)) {
		trial->abandoned = true;
		return;
	}
	if (attempt->result == 0)
		blame(trial, attempt->broken ? DAMAGE_WRONG_ERROR : DAMAGE_MISREPORTED, trial->owed,
		      trial->owed, "%s #%u returned 0 for a message", trial->operation->name,
		      trial->port->attempt);
	else
		blame_missing(trial, attempt->result);
}

/* Offers one message until it is accepted, given up or the trial is over. */
static void offer(struct trial *trial, struct message *message)
{
	const unsigned char *bytes = trial->stream->bytes;
	enum lend lend = LEND_NEW;
	struct attempt attempt;

	trial->end = message->to;
	while (!trial->over) {
		trial->offered = message->from;
		attempt_run(trial, trial->operation, lend, message->payload_size,
			    lend == LEND_NEW ? bytes + message->payload : NULL, &attempt);
		if (attempt.escaped)
			return;
		if (++trial->idle > IDLE_ATTEMPTS_MAX)
			blame(trial, DAMAGE_HANG, trial->owed, trial->owed,
			      "%s made no progress in %d attempts at byte %llu",
			      trial->operation->name, IDLE_ATTEMPTS_MAX,
			      (unsigned long long)trial->owed);
		if (trial->diverged || attempt_misreports(trial, &attempt)) {
			attempt_return_buffer(trial, &attempt, false);
			return;
		}
		if (attempt.result == -ECANCELED) {
			if (cancelled(trial, &attempt, message, &lend))
				continue;
			return;
		}
		if (attempt.result > 0)
			accepted(trial, &attempt, message);
		else
			failed(trial, &attempt);
		attempt_return_buffer(trial, &attempt, false);
		return;
	}
}

void writer_finish(struct trial *trial)
{
	struct port *port = trial->port;

	if (!attempt_finish(trial))
		return;
	drain_rest(trial);
	if (trial->outcome->finding.damage || trial->outcome->verdict == VERDICT_ERROR)
		return;
	while (trial->given_up_next < trial->given_up_count &&
	       trial->given_up[trial->given_up_next].from == trial->owed)
		trial->owed = trial->given_up[trial->given_up_next++].to;
	if (!trial->diverged && trial->owed < trial->accepted && !trial->peer->hung_up &&
	    !port->broken) {
		trial->end = trial->accepted;
		trial->diverged_at = trial->owed;
		blame(trial, DAMAGE_TRUNCATED, trial->owed, trial->accepted,
		      "bytes %llu..%llu (%llu) were accepted and never arrived: truncated",
		      (unsigned long long)trial->owed, (unsigned long long)trial->accepted - 1,
		      (unsigned long long)(trial->accepted - trial->owed));
	}
}

void writer_play(struct trial *trial)
{
	struct message message;

	while (!trial->over && !trial->diverged && message_at(trial, trial->end, &message))
		offer(trial, &message);
	if (!trial->outcome->spent)
		writer_finish(trial);
	attempt_check_buffers(trial);
}
