/*
 * chart_range.c - chooses what is drawn: from a little before the guilty attempt to a little after
 * the damage. Events are not trusted: their offsets may be anything.
 */
#include "html/chart_range.h"

#include "base/macros.h"

enum { BEFORE = 8, AFTER = 8 };

static int64_t find_event(const struct failure *failure, enum event_kind kind, int32_t detail,
			  int64_t result)
{
	for (uint32_t i = 0; i < failure->event_count; i++) {
		const struct event *event = &failure->events[i];

		if (event->kind == kind && (detail < 0 || event->detail == detail) &&
		    (result < 0 || event->result == result))
			return i;
	}
	return -1;
}

static int64_t find_attempt(const struct failure *failure, uint32_t attempt)
{
	for (uint32_t i = 0; i < failure->event_count; i++)
		if (failure->events[i].kind == EVENT_ATTEMPT &&
		    failure->events[i].attempt == attempt)
			return i;
	return -1;
}

enum landing chart_landing(const struct failure *failure, unsigned index)
{
	if (index < failure->plan.cancellation_count)
		return failure->outcome.records[index].landing;
	return LANDING_NEVER;
}

static void choose_events(const struct failure *failure, struct chart_range *range)
{
	uint32_t total = failure->event_count, begin, end;
	int32_t index = failure->outcome.finding.guilty;
	int64_t focus;

	range->damage = find_event(failure, EVENT_DAMAGE, -1, -1);
	range->guilty = index < 0 ? -1 : find_event(failure, EVENT_CANCEL, index, -1);
	if (index >= 0 && range->guilty < 0)
		range->guilty = find_event(failure, EVENT_LANDING, index, LANDING_LANDED);
	focus = range->guilty;
	if (focus >= 0)
		focus = find_attempt(failure, failure->events[focus].attempt);
	if (focus < 0)
		focus = MAX(range->guilty, find_attempt(failure, failure->outcome.finding.attempt));
	if (focus < 0)
		focus = MAX(range->damage, 0);
	begin = focus > BEFORE ? (uint32_t)focus - BEFORE : 0;
	end = (uint32_t)MAX(MAX(range->damage, range->guilty), focus) + 1 + AFTER;
	end = MIN(MAX(end, begin + CHART_EVENTS_MIN), total);
	if (end - begin < CHART_EVENTS_MIN)
		begin = end > CHART_EVENTS_MIN ? end - CHART_EVENTS_MIN : 0;
	range->first = begin;
	range->count = MIN(end - begin, CHART_EVENTS_MAX);
}

/* Bytes that an event moved, or showed to be damaged. */
static uint64_t moved(const struct event *event)
{
	switch (event->kind) {
	case EVENT_COMPLETE:
		return EVENT_MOVED(event, event->side) ? (uint64_t)event->result : 0;
	case EVENT_FEED:
	case EVENT_DRAIN:
	case EVENT_HANDED:
	case EVENT_ACCEPTED:
	case EVENT_DAMAGE:
		return event->size;
	default:
		return 0;
	}
}

static void widen(struct chart_range *range, uint64_t from, uint64_t size)
{
	uint64_t to = from + size < from ? UINT64_MAX : from + size;

	range->low = MIN(range->low, from);
	range->high = MAX(range->high, to);
}

void chart_range_find(const struct failure *failure, struct chart_range *ret_range)
{
	const struct finding *finding = &failure->outcome.finding;
	uint64_t margin;

	*ret_range = (struct chart_range){ .low = UINT64_MAX, .guilty = -1, .damage = -1 };
	if (failure->event_count)
		choose_events(failure, ret_range);
	for (uint32_t i = 0; i < ret_range->count; i++) {
		const struct event *event = &failure->events[ret_range->first + i];

		if (moved(event))
			widen(ret_range, event->offset, moved(event));
	}
	if (finding->to > finding->from)
		widen(ret_range, finding->from, finding->to - finding->from);
	if (ret_range->low > ret_range->high)
		ret_range->low = ret_range->high = 0;
	margin = (ret_range->high - ret_range->low) / 16 + 2;
	ret_range->low -= MIN(ret_range->low, margin);
	ret_range->high += MIN(UINT64_MAX - ret_range->high, margin);
}

uint64_t chart_step(uint64_t span, unsigned parts)
{
	static const unsigned factors[] = { 1, 2, 5 };
	uint64_t power = 1;

	for (;;) {
		for (unsigned i = 0; i < ARRAY_SIZE(factors); i++)
			if (span / parts < power * factors[i])
				return power * factors[i];
		if (power >= 1000000000000000000ULL)
			return UINT64_MAX;
		power *= 10;
	}
}
