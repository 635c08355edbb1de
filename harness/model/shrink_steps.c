/*
 * shrink_steps.c - see shrink_steps.h: every way of making a plan simpler.
 */
#include "model/shrink_steps.h"

#include <string.h>

#include "base/macros.h"

static void leave_out(struct plan *plan, unsigned index)
{
	plan->cancellation_count--;
	memmove(&plan->cancellations[index], &plan->cancellations[index + 1],
		(plan->cancellation_count - index) * sizeof(plan->cancellations[0]));
}

/* "retry" becomes the number of the attempt that it was; "from this primitive on" the primitive. */
static void name_places(struct plan *plan, const struct outcome *outcome)
{
	for (unsigned i = 0; i < plan->cancellation_count; i++) {
		struct cancellation *step = &plan->cancellations[i];

		if (!outcome->records[i].submitted)
			continue;
		step->retry = false;
		step->attempt = outcome->records[i].attempt;
		if (step->point != POINT_PARTIAL)
			step->primitive = outcome->records[i].primitive;
	}
}

static void keep_landed(struct plan *plan, const struct outcome *outcome)
{
	for (unsigned i = plan->cancellation_count; i--;)
		if (outcome->records[i].landing != LANDING_LANDED)
			leave_out(plan, i);
}

void shrink_to_landed(struct shrink *shrink)
{
	struct plan candidate = shrink->plan;

	name_places(&candidate, &shrink->outcome);
	keep_landed(&candidate, &shrink->outcome);
	if (shrink_take(shrink, &candidate))
		return;
	candidate = shrink->plan;
	keep_landed(&candidate, &shrink->outcome);
	shrink_take(shrink, &candidate);
	candidate = shrink->plan;
	name_places(&candidate, &shrink->outcome);
	shrink_take(shrink, &candidate);
}

static void set_all_attempts(struct plan *plan, unsigned which, uint64_t value)
{
	uint32_t back = plan->cancellations[which].attempt - (uint32_t)value;

	for (unsigned i = which; i < plan->cancellation_count; i++)
		if (!plan->cancellations[i].retry)
			plan->cancellations[i].attempt -= back;
}

static void set_primitive(struct plan *plan, unsigned which, uint64_t value)
{
	plan->cancellations[which].primitive = (uint32_t)value;
}

static void set_bytes(struct plan *plan, unsigned which, uint64_t value)
{
	plan->cancellations[which].k = value;
}

static bool fewer(struct shrink *shrink)
{
	bool changed = false;

	for (unsigned i = shrink->plan.cancellation_count; i--;) {
		struct plan candidate = shrink->plan;

		leave_out(&candidate, i);
		changed |= shrink_take(shrink, &candidate);
	}
	return changed;
}

/* The first attempt that it may move to: that of the cancellation before it. */
static uint32_t earliest(const struct plan *plan, unsigned index)
{
	while (index--)
		if (!plan->cancellations[index].retry)
			return plan->cancellations[index].attempt;
	return 0;
}

bool shrink_cancellations(struct shrink *shrink)
{
	bool changed = fewer(shrink);

	for (unsigned i = 0; i < shrink->plan.cancellation_count; i++) {
		const struct cancellation *now = &shrink->plan.cancellations[i];

		if (!now->retry)
			changed |= shrink_lower(shrink, now->attempt, earliest(&shrink->plan, i),
						set_all_attempts, i);
		changed |= shrink_lower(shrink, now->primitive, 0, set_primitive, i);
		if (now->point == POINT_PARTIAL)
			changed |= shrink_lower(shrink, now->k, 1, set_bytes, i);
	}
	return changed;
}

static void set_call(struct plan *plan, unsigned which, uint64_t value)
{
	(void)which;
	plan->call_min = plan->call_max = (uint32_t)value;
}

static void set_unit(struct plan *plan, unsigned which, uint64_t value)
{
	(void)which;
	plan->unit_min = plan->unit_max = (uint32_t)value;
}

static void set_stream(struct plan *plan, unsigned which, uint64_t value)
{
	(void)which;
	plan->stream_size = value;
}

static void set_delivery(struct plan *plan, unsigned which, uint64_t value)
{
	(void)which;
	plan->deliver_min = plan->deliver_max = (uint32_t)value;
}

/* All calls, or units, of one size; then smaller. */
static bool one_size(struct shrink *shrink, uint32_t min, uint32_t max, uint32_t least,
		     shrink_setter set)
{
	struct plan candidate = shrink->plan;
	bool changed = false;

	if (min != max) {
		set(&candidate, 0, max);
		changed = shrink_take(shrink, &candidate);
		candidate = shrink->plan;
		set(&candidate, 0, min);
		if (!changed)
			changed = shrink_take(shrink, &candidate);
		if (!changed)
			return false;
	}
	max = set == set_call ? shrink->plan.call_max : shrink->plan.unit_max;
	return shrink_lower(shrink, max, least, set, 0) || changed;
}

/* Fewer and larger deliveries: all at once, else a half, a quarter ... */
static bool larger_deliveries(struct shrink *shrink)
{
	uint64_t most = MIN(shrink->plan.stream_size, (uint64_t)PLAN_STEP_MAX);
	uint32_t now = shrink->plan.deliver_max;
	bool one = shrink->plan.deliver_min == now;

	for (uint64_t size = most; size > now || (!one && size == now); size /= 2) {
		struct plan candidate = shrink->plan;

		set_delivery(&candidate, 0, size);
		if (shrink_take(shrink, &candidate))
			return true;
	}
	return false;
}

bool shrink_peer(struct shrink *shrink)
{
	struct plan *plan = &shrink->plan;
	bool changed = larger_deliveries(shrink);

	changed |= shrink_lower(shrink, plan->stream_size, 1, set_stream, 0);
	if (plan->deliver_max > plan->stream_size)
		shrink_lower(shrink, plan->deliver_max, plan->stream_size, set_delivery, 0);
	return changed;
}

/* Calls of one size and the first attempt at once: each alone may lead nowhere, because the sizes
 * that the seed draws for the first attempts are too small. */
static bool first_attempt(struct shrink *shrink, uint32_t min, uint32_t max, shrink_setter set)
{
	if (!shrink->plan.cancellation_count || shrink->plan.cancellations[0].attempt == 0)
		return false;
	for (uint32_t size = max; size >= min && size; size /= 2) {
		struct plan candidate = shrink->plan;

		set(&candidate, 0, size);
		set_all_attempts(&candidate, 0, 0);
		if (shrink_take(shrink, &candidate))
			return true;
	}
	return false;
}

bool shrink_calls(struct shrink *shrink)
{
	struct plan *plan = &shrink->plan;
	bool changed;

	if (plan->unit == DT_BYTES) {
		changed = first_attempt(shrink, plan->call_min, plan->call_max, set_call);
		return one_size(shrink, plan->call_min, plan->call_max, 1, set_call) || changed;
	}
	changed = first_attempt(shrink, plan->unit_min, plan->unit_max, set_unit);
	return one_size(shrink, plan->unit_min, plan->unit_max, 1, set_unit) || changed;
}

/* Simplest first. */
static const uint8_t wires[] = { WIRE_UNIX, WIRE_PIPE, WIRE_TCP };
static const uint8_t rings[] = { RING_PLAIN, RING_COOP, RING_DEFER, RING_SQPOLL };
static const uint8_t feeds[] = { FEED_LATE, FEED_EARLY, FEED_MIXED };
static const uint8_t mechanisms[] = {
	MECH_UD,     MECH_FD,  MECH_OP,   MECH_FD_ALL,	     MECH_OP_ALL,
	MECH_ANY,    MECH_SYNC, MECH_LINK_TIMEOUT, MECH_STOP, MECH_DROP,
};

static void set_wire(struct plan *plan, unsigned which, uint64_t value)
{
	(void)which;
	plan->wire = (enum wire_kind)value;
}

static void set_ring(struct plan *plan, unsigned which, uint64_t value)
{
	(void)which;
	plan->ring = (enum ring_mode)value;
}

static void set_feed(struct plan *plan, unsigned which, uint64_t value)
{
	(void)which;
	plan->feed = (enum feed)value;
}

static void set_mechanism(struct plan *plan, unsigned which, uint64_t value)
{
	plan->cancellations[which].mechanism = (enum mechanism)value;
}

/* Tries what stands before the present one. */
static bool simpler(struct shrink *shrink, const uint8_t *choices, unsigned now,
		    shrink_setter set, unsigned which)
{
	for (unsigned i = 0; choices[i] != now; i++) {
		struct plan candidate = shrink->plan;

		set(&candidate, which, choices[i]);
		if (shrink_take(shrink, &candidate))
			return true;
	}
	return false;
}

bool shrink_kinds(struct shrink *shrink)
{
	struct plan *plan = &shrink->plan;
	bool changed = simpler(shrink, wires, plan->wire, set_wire, 0);

	changed |= simpler(shrink, rings, plan->ring, set_ring, 0);
	changed |= simpler(shrink, feeds, plan->feed, set_feed, 0);
	for (unsigned i = 0; i < plan->cancellation_count; i++)
		changed |= simpler(shrink, mechanisms, plan->cancellations[i].mechanism,
				   set_mechanism, i);
	return changed;
}

/* The same cancellation, one byte, one point, one primitive or one attempt away. */
static bool near_one(struct shrink *shrink, unsigned index)
{
	const struct cancellation *now = &shrink->plan.cancellations[index];
	struct plan candidate = shrink->plan;
	struct cancellation *moved = &candidate.cancellations[index];

	for (int step = -1; step <= 1 && now->point == POINT_PARTIAL; step += 2) {
		*moved = *now;
		moved->k += (uint64_t)step;
		if (moved->k && shrink_near(shrink, &candidate))
			return true;
	}
	for (int step = -1; step <= 1; step += 2) {
		*moved = *now;
		moved->point = (enum point)((int)now->point + step);
		moved->k = moved->point == POINT_PARTIAL;
		if ((int)moved->point >= 0 && moved->point < POINT_TIMER &&
		    shrink_near(shrink, &candidate))
			return true;
	}
	*moved = *now;
	moved->primitive++;
	if (shrink_near(shrink, &candidate))
		return true;
	*moved = *now;
	moved->attempt += !now->retry;
	return !now->retry && shrink_near(shrink, &candidate);
}

void shrink_nearest(struct shrink *shrink)
{
	unsigned count = shrink->plan.cancellation_count;

	for (unsigned i = count; i--;)
		if (near_one(shrink, i))
			return;
	for (unsigned i = count; i--;) {
		struct plan candidate = shrink->plan;

		leave_out(&candidate, i);
		if (shrink_near(shrink, &candidate))
			return;
	}
}
