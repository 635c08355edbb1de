/*
 * blame.c - from "something is different" to one sentence: which bytes, what class of damage, and
 * the one cancellation that did it.
 *
 * The guilty cancellation is the one whose attempt moved the first damaged byte; when no landed
 * cancellation hit that attempt, it is the last one that landed before the damage was noticed.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "run/ledger.h"

enum { WINDOW_BEFORE = 16, REPEAT_REACH = 4096, CHANCE_MAX = 4 };

static uint8_t side_of(const struct trial *trial)
{
	return trial->operation->direction == DT_READER ? EVENT_SIDE_IN : EVENT_SIDE_OUT;
}

static void note(struct trial *trial, enum damage damage, uint64_t from, uint64_t to)
{
	struct finding *finding = &trial->outcome->finding;
	struct event *event = history_append(trial->port->history, EVENT_DAMAGE);

	finding->damage = damage;
	finding->from = from;
	finding->to = to;
	finding->guilty = ledger_guilty(trial, side_of(trial), from);
	finding->attempt = trial->port->attempt;
	event->detail = (uint8_t)damage;
	event->side = side_of(trial);
	event->attempt = trial->port->attempt;
	event->offset = from;
	event->size = (uint32_t)(to - from);
	trial->outcome->verdict = VERDICT_VIOLATION;
	trial->port->stopped_plan = true;
}

void blame(struct trial *trial, enum damage damage, uint64_t from, uint64_t to, const char *format,
	   ...)
{
	struct finding *finding = &trial->outcome->finding;
	va_list arguments;

	trial->over = true;
	if (finding->damage != DAMAGE_NONE)
		return;
	note(trial, damage, from, to);
	va_start(arguments, format);
	vsnprintf(finding->sentence, sizeof(finding->sentence), format, arguments);
	va_end(arguments);
}

void blame_diverged(struct trial *trial, const unsigned char *observed, size_t size)
{
	size_t room = TAIL_MAX - trial->tail_size;

	if (!trial->diverged) {
		trial->diverged = true;
		trial->diverged_at = trial->owed;
		trial->port->stopped_plan = true;
	}
	if (size > room)
		size = room;
	memcpy(trial->bench->tail + trial->tail_size, observed, size);
	trial->tail_size += size;
}

/* The bytes around the first difference, for people to look at. */
static void take_window(struct trial *trial)
{
	struct finding *finding = &trial->outcome->finding;
	const struct stream *stream = trial->stream;
	uint64_t at = trial->diverged_at;
	uint64_t before = MIN(at, (uint64_t)WINDOW_BEFORE);
	uint64_t left = stream->size - (at - before);
	size_t tail = MIN(trial->tail_size, (size_t)(WINDOW_MAX - before));

	finding->window_offset = at - before;
	finding->expected_size = (uint32_t)MIN(left, (uint64_t)WINDOW_MAX);
	memcpy(finding->expected, stream->bytes + finding->window_offset, finding->expected_size);
	memcpy(finding->observed, finding->expected, before);
	memcpy(finding->observed + before, trial->bench->tail, tail);
	finding->observed_size = (uint32_t)(before + tail);
}

/* What attempt `number` returned, as a word. */
static const char *returned(const struct trial *trial, uint32_t number, char *text, size_t size)
{
	const struct history *history = trial->port->history;

	for (uint32_t i = 0; i < history->count; i++) {
		const struct event *event = &history->events[i];

		if (event->kind != EVENT_RETURN || event->attempt != number)
			continue;
		if (event->result < 0 && strerrorname_np(-event->result))
			snprintf(text, size, "-%s", strerrorname_np(-event->result));
		else
			snprintf(text, size, "%d", event->result);
		return text;
	}
	return "nothing";
}

static void tell(struct trial *trial, const struct divergence *d)
{
	struct finding *finding = &trial->outcome->finding;
	const char *name = trial->operation->name;
	uint32_t mover = ledger_mover(trial, side_of(trial), d->from);
	uint64_t size = d->to - d->from;
	char range[80], result[40];
	bool reads = trial->operation->direction == DT_READER;

	snprintf(range, sizeof(range), "bytes %" PRIu64 "..%" PRIu64 " (%" PRIu64 ")", d->from,
		 d->to ? d->to - 1 : 0, size);
	if (d->damage == DAMAGE_LOST && reads && mover != UINT32_MAX &&
	    ledger_moved_afterwards(trial, EVENT_SIDE_IN, d->from))
		snprintf(finding->sentence, SENTENCE_MAX,
			 "%s were consumed by an operation that %s #%u had left in flight: lost",
			 range, name, mover);
	else if (d->damage == DAMAGE_LOST && reads && mover != UINT32_MAX)
		snprintf(finding->sentence, SENTENCE_MAX,
			 "%s were consumed by %s #%u, which then reported %s: lost", range, name,
			 mover, returned(trial, mover, result, sizeof(result)));
	else if (d->damage == DAMAGE_LOST)
		snprintf(finding->sentence, SENTENCE_MAX,
			 "%s never arrived, but later bytes did: lost", range);
	else if (d->damage == DAMAGE_DUPLICATED)
		snprintf(finding->sentence, SENTENCE_MAX, "%s arrived twice (again by %s #%u)",
			 range, name, trial->port->attempt);
	else if (d->damage == DAMAGE_TRUNCATED)
		snprintf(finding->sentence, SENTENCE_MAX,
			 "%s were accepted and never arrived: the stream ends early", range);
	else
		snprintf(finding->sentence, SENTENCE_MAX, "%s are %s, first seen by %s #%u", range,
			 d->damage == DAMAGE_STALE	 ? "out of place: another stream's"
			 : d->damage == DAMAGE_REORDERED ? "out of order: later bytes came first"
							 : "corrupted: other bytes came instead",
			 name, trial->port->attempt);
}

/*
 * A prefix that was sent several times (the repetition was cancelled too) reads as garbage from
 * front: "aab..." where "b..." was owed. What follows the repeats tells where the
 * writer began again.
 */
static void find_repeats(const struct trial *trial, struct divergence *d)
{
	const unsigned char *tail = trial->bench->tail, *bytes = trial->stream->bytes;
	uint64_t at = trial->diverged_at;
	uint64_t first = at > REPEAT_REACH ? at - REPEAT_REACH : 0;

	if (d->damage != DAMAGE_CORRUPTED || trial->operation->direction != DT_WRITER)
		return;
	for (uint64_t from = at; from-- > first;) {
		size_t period = (size_t)(at - from), skip = 0;

		while (skip + period < trial->tail_size && skip < REPEAT_REACH &&
		       !memcmp(tail + skip, bytes + from, period))
			skip += period;
		/* After whole repeats the message goes on beyond the place of the damage. */
		if (!skip || trial->tail_size - skip < 8 || trial->stream->size - at < 8 ||
		    memcmp(tail + skip, bytes + at, 8))
			continue;
		*d = (struct divergence){ .damage = DAMAGE_DUPLICATED, .from = from, .to = at };
		return;
	}
}

/* A message that the caller gave up has been sent all the same. */
static void rename_given_up(const struct trial *trial, struct divergence *d)
{
	uint64_t chance = 0; /* its first bytes looked right, in the place of others */

	for (unsigned i = 0; i < trial->given_up_count; i++)
		if (trial->diverged_at >= trial->given_up[i].to &&
		    trial->diverged_at - trial->given_up[i].to <= CHANCE_MAX)
			chance = trial->diverged_at - trial->given_up[i].to;
	for (unsigned i = 0; i < trial->given_up_count; i++) {
		const struct given_up *g = &trial->given_up[i];
		uint64_t size = g->to - g->from, skipped;

		if (d->damage != DAMAGE_DUPLICATED || d->from >= g->to || d->to <= g->from)
			continue;
		d->damage = DAMAGE_CORRUPTED;
		/* The trial may have ended before all of it was seen. */
		skipped = MIN(chance, size);
		size = MIN(size - skipped, (uint64_t)trial->tail_size);
		if (size && !memcmp(trial->bench->tail, trial->stream->bytes + g->from + skipped,
				    size))
			d->damage = DAMAGE_STALE;
		d->from = g->from;
		d->to = g->to;
	}
}

void blame_tail(struct trial *trial, bool ended)
{
	struct stream view = *trial->stream;
	struct divergence d;

	if (!trial->diverged || trial->outcome->finding.damage != DAMAGE_NONE)
		return;
	/* A writer's bytes are seen as they are on the wire, headers included. */
	if (side_of(trial) == EVENT_SIDE_OUT && view.unit == DT_FRAMES) {
		view.unit = DT_BYTES;
		view.units = NULL;
		view.unit_count = 0;
	}
	damage_classify(&view, trial->diverged_at, trial->bench->tail, trial->tail_size, ended, &d);
	if (d.damage == DAMAGE_TRUNCATED && trial->operation->direction == DT_READER)
		d.damage = DAMAGE_LOST; /* the peer fed it and the target took it */
	if (trial->operation->direction == DT_WRITER && d.damage != DAMAGE_STALE &&
	    !ledger_repeated(trial, &d) && !ledger_begun_again(trial, &d))
		find_repeats(trial, &d);
	if (trial->taken_at != UINT64_MAX && d.damage != DAMAGE_REORDERED &&
	    d.damage != DAMAGE_STALE)
		d = (struct divergence){ DAMAGE_LOST, trial->taken_owed, trial->taken_at };
	rename_given_up(trial, &d);
	note(trial, d.damage, d.from, d.to);
	take_window(trial);
	tell(trial, &d);
}

/* What cancelled attempts consumed beyond the last byte handed over. */
static bool swallowed(const struct trial *trial, struct divergence *ret)
{
	const struct history *history = trial->port->history;
	bool found = false;

	for (uint32_t i = 0; i < history->count; i++) {
		const struct event *event = &history->events[i];
		uint64_t to;

		if (!EVENT_MOVED(event, EVENT_SIDE_IN))
			continue;
		to = event->offset + (uint64_t)event->result;
		if (to <= trial->owed)
			continue;
		for (uint32_t c = 0; c < trial->plan->cancellation_count; c++) {
			const struct landing_record *record = &trial->outcome->records[c];

			if (record->landing != LANDING_LANDED || record->attempt != event->attempt)
				continue;
			if (!found)
				ret->from = MAX(event->offset, trial->owed);
			ret->to = to;
			found = true;
			break;
		}
	}
	ret->damage = DAMAGE_LOST;
	return found;
}

/* Did the last attempt read to the end, so that what is missing was taken before? */
static bool saw_end(const struct trial *trial)
{
	const struct history *history = trial->port->history;

	for (uint32_t i = history->count; i--;) {
		const struct event *event = &history->events[i];

		if (event->kind == EVENT_ATTEMPT)
			break;
		if (event->kind == EVENT_COMPLETE && event->side == EVENT_SIDE_IN &&
		    event->result == 0)
			return true;
	}
	return false;
}

void blame_missing(struct trial *trial, ssize_t result)
{
	const char *name = trial->operation->name;
	uint32_t number = trial->port->attempt;
	struct divergence d;

	if (result < 0 && attempt_check_descriptors(trial))
		return;
	if (result == 0 && (!trial->peer->ended || peer_unread(trial->peer))) {
		blame(trial, DAMAGE_FALSE_EOF, trial->owed, trial->owed,
		      "%s #%u reported end of stream at byte %" PRIu64
		      ", but the peer has not ended it",
		      name, number, trial->owed);
		return;
	}
	if (swallowed(trial, &d)) {
		trial->diverged_at = trial->owed;
		note(trial, DAMAGE_LOST, d.from, d.to);
		take_window(trial);
		tell(trial, &d);
		trial->over = true;
	} else if (result == 0 || saw_end(trial)) {
		blame(trial, DAMAGE_LOST, trial->owed, trial->end,
		      "bytes %" PRIu64 "..%" PRIu64 " (%" PRIu64
		      ") were consumed and never handed over before the end of stream: lost",
		      trial->owed, trial->end - 1, trial->end - trial->owed);
	} else {
		const char *error = strerrorname_np((int)-result);

		blame(trial, DAMAGE_WRONG_ERROR, trial->owed, trial->owed,
		      "%s #%u failed with -%s at byte %" PRIu64 " of an intact stream", name,
		      number, error ? error : "?", trial->owed);
	}
}

void blame_escape(struct trial *trial)
{
	const struct port *port = trial->port;
	const char *name = trial->operation->name;

	trial->outcome->spent = true;
	if (port->escape == ESCAPE_HARNESS) {
		trial->outcome->verdict = VERDICT_ERROR;
		snprintf(trial->outcome->finding.sentence, SENTENCE_MAX,
			 "the harness failed in %s #%u: %s", name, port->attempt,
			 strerror(-port->error));
		trial->over = true;
		return;
	}
	if (port->escape == ESCAPE_UNSEEN) {
		trial->outcome->verdict = VERDICT_ERROR;
		snprintf(trial->outcome->finding.sentence, SENTENCE_MAX,
			 "%s #%u moves bytes where nobody can watch them: registered files and "
			 "splice are not supported",
			 name, port->attempt);
		trial->over = true;
		return;
	}
	blame_tail(trial, true);
	if (port->escape == ESCAPE_MIXED)
		blame(trial, DAMAGE_MISREPORTED, trial->owed, trial->owed,
		      "%s #%u mixes the levels: with DT_RAW it may call dt_sqe and dt_wait only, "
		      "without it neither",
		      name, port->attempt);
	else if (port->escape == ESCAPE_AFTER_CANCEL)
		blame(trial, DAMAGE_HANG, trial->owed, trial->owed,
		      "%s #%u was cancelled and went on calling without end", name, port->attempt);
	else if (port->zeros)
		blame(trial, DAMAGE_HANG, trial->owed, trial->owed,
		      "%s #%u repeats a write that returns 0 without end", name, port->attempt);
	else
		blame(trial, DAMAGE_HANG, trial->owed, trial->owed,
		      "%s #%u waits at byte %" PRIu64
		      " for a completion that cannot come: the peer has done all it will do",
		      name, port->attempt, trial->owed);
}
