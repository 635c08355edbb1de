/*
 * ledger.c - what the completions of a trial say about bytes: who moved them, and where they came
 * from. Where it can be had, this beats guessing a place from content: a single byte is found
 * at 1 in 256 places by chance, but the record says which call moved it.
 *
 *	writer   call #3 sent 1 byte of the message at 700, cancelled; call #4 sends it all again:
 *	         observed "a" then "abcdef..." -> both begin at 700: duplicated from 700 on
 *	reader   call #9 hands over "x", which its completion took at 812, and 790 is owed:
 *	         bytes 790..811 were taken before and never handed over: lost
 */
#include "run/ledger.h"

/* A repeated piece may look right for a few bytes by chance before it is seen to be wrong. */
enum { PIECES_MAX = 16, CHANCE_MAX = 4, BEYOND_MIN = 8 };

static const struct event *completion_of(const struct trial *trial, uint8_t side, uint64_t offset)
{
	const struct history *history = trial->port->history;

	for (uint32_t i = 0; i < history->count; i++) {
		const struct event *event = &history->events[i];

		if (EVENT_MOVED(event, side) && offset >= event->offset &&
		    offset < event->offset + (uint64_t)event->result)
			return event;
	}
	return NULL;
}

uint32_t ledger_mover(const struct trial *trial, uint8_t side, uint64_t offset)
{
	const struct event *event = completion_of(trial, side, offset);

	return event ? event->attempt : UINT32_MAX;
}

bool ledger_moved_afterwards(const struct trial *trial, uint8_t side, uint64_t offset)
{
	const struct history *history = trial->port->history;
	const struct event *moved = completion_of(trial, side, offset);

	for (uint32_t i = 0; moved && &history->events[i] < moved; i++)
		if (history->events[i].kind == EVENT_RETURN &&
		    history->events[i].attempt == moved->attempt)
			return true;
	return false;
}

int ledger_guilty(const struct trial *trial, uint8_t side, uint64_t from)
{
	const struct outcome *outcome = trial->outcome;
	uint32_t mover = ledger_mover(trial, side, from);
	int last = -1;

	for (uint32_t i = 0; i < trial->plan->cancellation_count; i++) {
		const struct landing_record *record = &outcome->records[i];

		if (record->landing != LANDING_LANDED)
			continue;
		if (record->attempt == mover)
			return (int)i;
		last = (int)i;
	}
	return last;
}

/* Bytes [begin, end) on the way out that one attempt sent, for the message at `place`. */
struct piece {
	uint64_t begin, end, place;
	bool offered; /* the attempt had a message; finish() has none */
};

static bool piece_at(const struct trial *trial, uint64_t offset, struct piece *ret)
{
	const struct history *history = trial->port->history;
	const struct event *first = completion_of(trial, EVENT_SIDE_OUT, offset);

	if (!first)
		return false;
	*ret = (struct piece){ .begin = UINT64_MAX };
	for (uint32_t i = 0; i < history->count; i++) {
		const struct event *event = &history->events[i];

		if (event->attempt != first->attempt)
			continue;
		if (event->kind == EVENT_ATTEMPT) {
			ret->offered = event->size > 0;
			ret->place = event->offset;
		} else if (EVENT_MOVED(event, EVENT_SIDE_OUT)) {
			ret->begin = MIN(ret->begin, event->offset);
			ret->end = event->offset + (uint64_t)event->result;
		}
	}
	return true;
}

static size_t matching(const struct trial *trial, uint64_t place, const unsigned char *bytes,
		       size_t size)
{
	const struct stream *stream = trial->stream;
	size_t same = 0;

	while (same < size && place + same < stream->size &&
	       bytes[same] == stream->bytes[place + same])
		same++;
	return same;
}

bool ledger_repeated(const struct trial *trial, struct divergence *ret)
{
	const unsigned char *tail = trial->bench->tail;
	uint64_t first = UINT64_MAX, to = 0;

	for (size_t at = 0; at < trial->tail_size;) {
		struct piece piece;
		uint64_t place, skipped;
		size_t size, same;

		if (!piece_at(trial, trial->diverged_drained + at, &piece) || !piece.offered)
			break;
		skipped = trial->diverged_drained + at - piece.begin;
		place = piece.place + skipped;
		size = MIN(piece.end - piece.begin - skipped, trial->tail_size - at);
		same = matching(trial, place, tail + at, size);
		if (first == UINT64_MAX && (same < size || place >= trial->diverged_at))
			return false;
		first = MIN(first, place);
		if (place == first)
			to = MAX(to, place + same);
		at += size;
	}
	if (first == UINT64_MAX)
		return false;
	*ret = (struct divergence){ DAMAGE_DUPLICATED, first, MIN(to, trial->diverged_at) };
	return true;
}

/* Does the tail repeat the beginning of the message at `place`, again and again, until it ends or
 * goes on behind the damage? The longest such piece, or 0. The first is seen from its
 * `skipped`-th byte on. */
static size_t beginnings(const struct trial *trial, uint64_t place, size_t skipped)
{
	const unsigned char *tail = trial->bench->tail;
	size_t longest = 0, same;

	for (size_t at = 0, pieces = 0; at < trial->tail_size; at += same) {
		same = matching(trial, place + skipped, tail + at, trial->tail_size - at);
		if (!same || ++pieces > PIECES_MAX)
			return 0;
		longest = MAX(longest, same + skipped);
		if (place + longest >= trial->diverged_at + BEYOND_MIN)
			break;
		skipped = 0;
	}
	return longest;
}

/* Where the message of that attempt begins; false: it had none. */
static bool offered_by(const struct trial *trial, uint32_t attempt, uint64_t *ret_place)
{
	const struct history *history = trial->port->history;

	for (uint32_t i = 0; i < history->count; i++) {
		const struct event *event = &history->events[i];

		if (event->kind != EVENT_ATTEMPT || event->attempt != attempt || !event->size)
			continue;
		*ret_place = event->offset;
		return true;
	}
	return false;
}

bool ledger_begun_again(const struct trial *trial, struct divergence *ret)
{
	uint32_t mover = ledger_mover(trial, EVENT_SIDE_OUT, trial->diverged_drained);
	size_t longest = 0;
	uint64_t place = 0;

	/* A queue may send what a call before its mover has brought. */
	for (uint32_t back = 0; back < 3 && back <= mover && !longest; back++)
		for (size_t skipped = 0; skipped <= CHANCE_MAX && !longest; skipped++)
			if (mover != UINT32_MAX && offered_by(trial, mover - back, &place) &&
			    place + skipped < trial->diverged_at)
				longest = beginnings(trial, place, skipped);
	if (!longest)
		return false;
	*ret = (struct divergence){ DAMAGE_DUPLICATED, place,
				    MIN(place + longest, trial->diverged_at) };
	return true;
}

uint64_t ledger_place(const struct trial *trial, const unsigned char *bytes, size_t size)
{
	const struct history *history = trial->port->history;
	uint64_t place = UINT64_MAX;

	for (uint32_t i = history->count; i--;) {
		const struct event *event = &history->events[i];

		if (event->kind == EVENT_ATTEMPT)
			break;
		if (!EVENT_MOVED(event, EVENT_SIDE_IN) ||
		    matching(trial, event->offset, bytes, size) < size)
			continue;
		place = event->offset;
		if ((size_t)event->result == size) /* its very result: no better one can be */
			break;
	}
	return place;
}
