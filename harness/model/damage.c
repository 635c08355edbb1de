/*
 * damage.c - names a difference: which kind of damage, and exactly which bytes.
 *
 * All of it follows from where the first observed bytes belong, and whether the stream goes on
 * right after what looks damaged. Expected from 100 on, of a stream of 200 bytes:
 *
 *	observed                        is
 *	140 141 142 ...                 lost [100, 140)
 *	140 141 ... 199 100 101 ...     reordered [100, 140)
 *	 90  91 ...  99 100 101 ...     duplicated [90, 100)
 *	  ?  101 102 103 ...            corrupted [100, 101)
 *	(another stream's bytes)        stale
 *	(nothing, and the end)          truncated [100, 200)
 *
 * Where bytes happen to be equal on both sides of a boundary, the first difference is what counts:
 * a range may then lie a byte further on than the one that was meant, and describes the same.
 */
#include "model/stream.h"

#include "base/macros.h"
#include "model/code.h"
#include "model/locate.h"

/* Boundaries may hide behind this many bytes that match on both sides by chance. */
enum { OVERLAP_MAX = 8, SWAP_MAX = 64 };

/* Evidence, in bits, for a piece that is not where the one before it ends. */
enum { LOCATE_APART = 16 };

/* What was expected, and what was seen from the first difference on. */
struct difference {
	const struct stream *stream;
	uint64_t from;
	const unsigned char *bytes;
	size_t size;
	bool ended;
};

/* Damage in place: so many bytes are wrong, and what follows them is where it should be. */
struct patch {
	size_t wrong;
	int bits; /* what the right bytes after them say */
};

static struct patch patch_find(const struct difference *seen)
{
	const struct stream *stream = seen->stream;
	struct patch patch = { 0 };
	uint64_t place = seen->from;
	size_t at = 0;

	while (at < seen->size && patch.bits < LOCATE_STRONG) {
		struct located run = locate_run(stream, stream->id, place, seen->bytes + at,
						seen->size - at);

		if (run.run == 0)
			patch.wrong = ++at;
		else
			at += run.run;
		place = run.run ? run.end : payload_forward(stream, place, 1);
		patch.bits = run.bits;
	}
	return patch;
}

/* The first byte after which whole words of the stream are seen again, or the limit. */
static size_t words_resume(const struct difference *seen, size_t limit)
{
	struct located place;

	for (size_t at = 1; at < limit; at++)
		if (locate_word(seen->stream, seen->bytes + at, MIN(seen->size - at, CODE_WORD),
				&place)) {
			uint64_t before;

			while (at > 1 && payload_back(seen->stream, place.offset, 1, &before) &&
			       locate_run(seen->stream, place.id, before, seen->bytes + at - 1, 1)
				       .run) {
				place.offset = before;
				at--;
			}
			return at;
		}
	return limit;
}

/* Are the first bytes [middle, end) and then [from, middle)? */
static bool swapped_at(const struct difference *seen, size_t middle, size_t end)
{
	const struct stream *stream = seen->stream;
	uint64_t second = payload_forward(stream, seen->from, middle);
	size_t size = end - middle;

	return locate_run(stream, stream->id, second, seen->bytes, size).run == size &&
	       locate_run(stream, stream->id, seen->from, seen->bytes + size, middle).run == middle;
}

/*
 * Are the wrong bytes the right ones with two neighbours swapped? Gives how many of them came
 * second. Swaps too short to be found by their place are found here. The last swapped bytes may
 * look right by chance.
 */
static size_t swapped(const struct difference *seen, const struct patch *patch)
{
	size_t most = MIN(patch->wrong + OVERLAP_MAX, seen->size);

	if (patch->bits < LOCATE_STRONG || patch->wrong > SWAP_MAX)
		return 0;
	for (size_t end = patch->wrong; end <= most; end++)
		for (size_t middle = 1; middle < end; middle++)
			if (swapped_at(seen, middle, end))
				return middle;
	return 0;
}

static void corrupted(const struct difference *seen, const struct patch *patch,
		      struct divergence *ret_divergence)
{
	size_t wrong = swapped(seen, patch);

	ret_divergence->damage = wrong ? DAMAGE_REORDERED : DAMAGE_CORRUPTED;
	if (!wrong)
		wrong = patch->bits >= LOCATE_STRONG ? patch->wrong :
						       words_resume(seen, patch->wrong);
	ret_divergence->from = seen->from;
	ret_divergence->to = payload_forward(seen->stream, seen->from, wrong);
}

/*
 * Do the bytes left out in front of `first` come later? A few bytes are found by chance somewhere
 * in a long tail: they count when the stream goes on behind them where `first` broke off. When what
 * was seen ends in the middle of them, those few must come right behind `first`: the last byte of
 * anything else (of frames that are read out of step, say) is one of them now and then.
 */
static bool comes_later(const struct difference *seen, const struct located *first)
{
	const struct stream *stream = seen->stream;
	uint64_t left_out = payload_count(stream, seen->from, first->offset);

	for (size_t at = first->run > OVERLAP_MAX ? first->run - OVERLAP_MAX : 1;
	     at < seen->size; at++) {
		size_t rest = seen->size - at;
		struct located run;
		int bits;

		if (seen->bytes[at] != stream->bytes[seen->from])
			continue;
		run = locate_run(stream, stream->id, seen->from, seen->bytes + at, rest);
		bits = run.bits - locate_cost(at > first->run ? at - first->run : first->run - at);
		if (at >= first->run && run.run == rest &&
		    bits >= (at == first->run ? LOCATE_BELIEVED : LOCATE_APART))
			return true;
		if (run.run >= left_out)
			bits += locate_run(stream, stream->id,
					   payload_forward(stream, first->offset, at),
					   seen->bytes + at + left_out, rest - left_out)
					.bits;
		if (bits >= LOCATE_STRONG)
			return true;
	}
	return false;
}

/* One past the last byte that came twice: where the stream goes on as if nothing had been. */
static uint64_t repeat_end(const struct difference *seen, const struct located *first)
{
	const struct stream *stream = seen->stream;

	if (first->end >= seen->from)
		return payload_end(stream, seen->from);
	for (size_t overlap = 0; overlap < MIN(first->run, OVERLAP_MAX); overlap++) {
		size_t at = first->run - overlap;
		struct located run = locate_run(stream, stream->id, seen->from, seen->bytes + at,
						seen->size - at);

		if (run.run > overlap &&
		    (run.bits - 8 * (int)overlap >= LOCATE_STRONG || at + run.run == seen->size))
			return payload_forward(stream, first->offset, at);
	}
	return first->end;
}

static void misplaced(const struct difference *seen, const struct located *first,
		      struct divergence *ret_divergence)
{
	const struct stream *stream = seen->stream;

	ret_divergence->from = seen->from;
	if (first->id != stream->id) {
		ret_divergence->damage = DAMAGE_STALE;
		ret_divergence->to = payload_forward(stream, seen->from, first->run);
	} else if (first->offset > seen->from) {
		ret_divergence->damage = comes_later(seen, first) ? DAMAGE_REORDERED : DAMAGE_LOST;
		ret_divergence->to = payload_end(stream, first->offset);
	} else {
		ret_divergence->damage = DAMAGE_DUPLICATED;
		ret_divergence->from = first->offset;
		ret_divergence->to = repeat_end(seen, first);
	}
}

/* Do the first bytes belong elsewhere, rather than being wrong bytes in the right place? */
static bool belongs(const struct difference *seen, struct patch *ret_patch,
		    struct located *ret_first)
{
	const struct stream *stream = seen->stream;
	bool found = locate_first(stream, seen->from, seen->bytes, seen->size, seen->ended,
				  ret_first);

	if (found && ret_first->bits >= LOCATE_STRONG)
		return true;
	*ret_patch = patch_find(seen);
	if (found && ret_first->bits > ret_patch->bits)
		return true;
	return ret_patch->bits < LOCATE_STRONG &&
	       locate_stale(stream, seen->from, seen->bytes, seen->size, ret_first);
}

void damage_classify(const struct stream *stream, uint64_t expected_at,
		     const unsigned char *observed, size_t size, bool ended,
		     struct divergence *ret_divergence)
{
	struct located first = locate_run(stream, stream->id, expected_at, observed, size);
	struct difference seen = {
		.stream = stream,
		.from = payload_at(stream, first.end), /* the caller's first difference */
		.bytes = observed + first.run,
		.size = size - first.run,
		.ended = ended,
	};
	struct patch patch = { 0 };

	if (!seen.size)
		*ret_divergence = (struct divergence){ DAMAGE_TRUNCATED, seen.from,
						       MAX(stream->size, seen.from) };
	else if (belongs(&seen, &patch, &first))
		misplaced(&seen, &first, ret_divergence);
	else
		corrupted(&seen, &patch, ret_divergence);
}
