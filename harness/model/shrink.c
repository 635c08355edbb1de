/*
 * shrink.c - see shrink.h: the rounds. Each step makes one candidate; take() runs it and keeps it
 * when it still shows the damage.
 */
#include "model/shrink.h"

#include <errno.h>
#include <string.h>

#include "base/macros.h"
#include "model/shrink_steps.h"

static bool over(const struct shrink *shrink)
{
	return shrink->error || shrink->runs >= shrink->runs_max ||
	       shrink->enough(shrink->context);
}

static bool run_once(struct shrink *shrink, const struct plan *plan, struct outcome *outcome)
{
	if (over(shrink))
		return false;
	shrink->runs++;
	shrink->error = shrink->run(shrink->context, plan, outcome);
	return !shrink->error;
}

/* A scripted plan must show it twice running: what does not come again explains nothing. */
static bool shows(struct shrink *shrink, const struct plan *plan, struct outcome *outcome)
{
	unsigned tries = shrink->racing ? SHRINK_RACING_TRIES : 2;
	unsigned needed = shrink->racing ? SHRINK_RACING_NEEDED : 2;
	struct outcome last;

	for (unsigned seen = 0; tries >= needed - seen; tries--) {
		if (!run_once(shrink, plan, &last))
			return false;
		if (last.finding.damage != shrink->wanted)
			continue;
		*outcome = last;
		if (++seen == needed)
			return true;
	}
	return false;
}

bool shrink_take(struct shrink *shrink, const struct plan *candidate)
{
	struct outcome outcome;

	if (plan_problem(candidate) || !shows(shrink, candidate, &outcome))
		return false;
	shrink->plan = *candidate;
	shrink->outcome = outcome;
	return true;
}

bool shrink_lower(struct shrink *shrink, uint64_t now, uint64_t least, shrink_setter set,
		  unsigned which)
{
	bool lowered = false;

	for (uint64_t step = now > least ? now - least : 0; step;) {
		struct plan candidate = shrink->plan;

		set(&candidate, which, now - step);
		if (over(shrink))
			break;
		if (shrink_take(shrink, &candidate)) {
			now -= step;
			step = MIN(step, now - least);
			lowered = true;
		} else {
			step /= 2;
		}
	}
	return lowered;
}

/* Most often, or none. */
static enum damage most_frequent(const unsigned counts[DAMAGE_COUNT])
{
	enum damage most = DAMAGE_NONE;

	for (unsigned damage = 1; damage < DAMAGE_COUNT; damage++)
		if (counts[damage] > (most ? counts[most] : 0))
			most = (enum damage)damage;
	return most;
}

/* The first runs say what is looked for: one of a scripted plan, ten of a racing one. */
static int begin(struct shrink *shrink)
{
	unsigned counts[DAMAGE_COUNT] = { 0 }, tries = shrink->racing ? SHRINK_RACING_TRIES : 1;
	static struct outcome first[DAMAGE_COUNT]; /* of each class; too large for a stack */

	for (unsigned i = 0; i < tries; i++) {
		struct outcome outcome;
		enum damage damage;

		if (!run_once(shrink, &shrink->plan, &outcome))
			return shrink->error ? shrink->error : -ECANCELED;
		if (outcome.verdict == VERDICT_ERROR) {
			shrink->outcome = outcome;
			return -EBADMSG;
		}
		damage = outcome.finding.damage;
		if (!counts[damage]++)
			first[damage] = outcome;
	}
	shrink->wanted = most_frequent(counts);
	if (!shrink->wanted || (shrink->racing && counts[shrink->wanted] < SHRINK_RACING_NEEDED))
		return -ENOENT;
	shrink->outcome = first[shrink->wanted];
	return 0;
}

static void measure_rate(struct shrink *shrink)
{
	struct outcome outcome;

	shrink->runs_max += SHRINK_RATE_RUNS; /* they are not part of the search */
	while (shrink->tried < SHRINK_RATE_RUNS && run_once(shrink, &shrink->plan, &outcome)) {
		shrink->tried++;
		shrink->shown += outcome.finding.damage == shrink->wanted;
	}
}

/* One step away and preserved? */
bool shrink_near(struct shrink *shrink, const struct plan *candidate)
{
	unsigned tries = shrink->racing ? SHRINK_RACING_TRIES : 1;
	struct outcome outcome;

	if (shrink->has_nearest || plan_problem(candidate))
		return shrink->has_nearest;
	for (unsigned i = 0; i < tries; i++)
		if (!run_once(shrink, candidate, &outcome) ||
		    outcome.finding.damage != DAMAGE_NONE || outcome.verdict != VERDICT_PASS ||
		    outcome.landed != candidate->cancellation_count)
			return false;
	shrink->nearest = *candidate;
	shrink->has_nearest = true;
	return true;
}

int shrink_plan(struct shrink *shrink)
{
	unsigned runs_max = shrink->runs_max;
	int r = begin(shrink);
	bool changed = r == 0;

	if (r < 0)
		return r;
	shrink_to_landed(shrink);
	while (changed && !over(shrink)) {
		/* Large deliveries come last: they take away the places where a call waits. */
		changed = shrink_cancellations(shrink) || shrink_calls(shrink) ||
			  shrink_peer(shrink);
		changed |= shrink_kinds(shrink);
	}
	shrink->minimal = !changed && !over(shrink);
	shrink->runs_max = MAX(runs_max, shrink->runs + SHRINK_RATE_RUNS);
	shrink_nearest(shrink);
	if (shrink->racing)
		measure_rate(shrink);
	return shrink->error;
}
