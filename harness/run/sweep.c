/*
 * sweep.c - see sweep.h. A plan is worked out from its number; only the items are stored, so that
 * memory does not grow with the number of pairs.
 */
#include "run/sweep.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"

/* One of ASYNC_CANCEL stands for its six keys. */
#define CORE_MECHANISMS                                                                           \
	(BIT(MECH_UD) | BIT(MECH_SYNC) | BIT(MECH_LINK_TIMEOUT) | BIT(MECH_STOP) | BIT(MECH_DROP))

/* After the first one of a kept-up cancellation: as many as a plan holds. */
enum { KEPT_UP = PLAN_CANCELLATIONS_MAX - 1 };

void sweep_find_places(const struct history *history, struct shape *shape)
{
	shape->place_count = 0;
	shape->places_left_out = history->dropped;
	for (uint32_t i = 0; i < history->count; i++) {
		const struct event *event = &history->events[i];
		struct primitive_place *place;

		if (event->kind == EVENT_SUBMIT && shape->place_count < PLACES_MAX)
			shape->places[shape->place_count++] =
				(struct primitive_place){ .attempt = event->attempt,
						.primitive = event->primitive,
						.writes = event->side == EVENT_SIDE_OUT };
		else if (event->kind == EVENT_SUBMIT)
			shape->places_left_out++;
		if (event->kind != EVENT_COMPLETE || event->result <= 0 ||
		    event->flags & EVENT_PEEKED)
			continue;
		for (uint32_t at = shape->place_count; at-- > 0;) {
			place = &shape->places[at];
			if (place->attempt == event->attempt &&
			    place->primitive == event->primitive) {
				place->moved += (uint32_t)event->result;
				break;
			}
		}
	}
}

static int by_number(const void *left, const void *right)
{
	uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;

	return (a > b) - (a < b);
}

/* The offsets that are tried in an attempt of n bytes: all up to 64; beyond that powers of two and
 * the last. Returns how many. */
static uint32_t offsets_of(uint32_t n, uint32_t offsets[SWEEP_OFFSETS_ALL + 34])
{
	uint32_t count = 0;

	for (uint32_t k = 1; k < n && k <= SWEEP_OFFSETS_ALL; k++)
		offsets[count++] = k;
	for (uint64_t k = 2 * SWEEP_OFFSETS_ALL; k < n; k *= 2)
		offsets[count++] = (uint32_t)k;
	if (n > SWEEP_OFFSETS_ALL + 1)
		offsets[count++] = n - 1;
	qsort(offsets, count, sizeof(*offsets), by_number);
	while (count > 1 && offsets[count - 1] == offsets[count - 2])
		count--;
	return count;
}

struct builder {
	struct sweep *sweep;
	const struct test_case *test;
	const struct shape *shape;
	unsigned legal[2][POINT_COUNT]; /* mechanisms, by side */
	bool core;			/* which half is being built */
	uint32_t room;
	bool full;
};

static void find_legal(struct builder *builder)
{
	const struct scenario *scenario = builder->test->scenario;

	for (unsigned side = 0; side < 2; side++) {
		struct pair_place place = case_place(builder->test, builder->shape, side);

		for (unsigned point = 0; point < POINT_COUNT; point++)
			for (unsigned mechanism = 0; mechanism < MECH_COUNT; mechanism++) {
				const char *reason;

				if (scenario->points & BIT(point) &&
				    scenario->mechanisms & BIT(mechanism) &&
				    pair_kind(point, mechanism, &place, &reason) ==
					    PAIR_SCRIPTED)
					builder->legal[side][point] |= BIT(mechanism);
			}
	}
}

static void add(struct builder *builder, const struct item *item)
{
	struct sweep *sweep = builder->sweep;

	if (sweep->item_count == builder->room) {
		uint32_t room = builder->room ? builder->room * 2 : 1024;
		struct item *items = room > SWEEP_ITEMS_MAX
					     ? NULL
					     : realloc(sweep->items, room * sizeof(*items));

		if (!items) {
			builder->full = true;
			return;
		}
		sweep->items = items;
		builder->room = room;
	}
	sweep->items[sweep->item_count++] = *item;
}

/* One item for each mechanism of that point. */
static void add_point(struct builder *builder, const struct primitive_place *place,
		      enum point point, uint32_t k)
{
	unsigned legal = builder->legal[place->writes][point];

	legal &= builder->core ? CORE_MECHANISMS : ~CORE_MECHANISMS;
	for (; legal && !builder->full; legal &= legal - 1) {
		struct item item = { .attempt = place->attempt,
				     .primitive = point == POINT_PARTIAL ? 0 : place->primitive,
				     .k = k,
				     .point = (uint8_t)point,
				     .mechanism = (uint8_t)__builtin_ctz(legal) };

		add(builder, &item);
	}
}

static void add_offsets(struct builder *builder, uint32_t first, uint32_t end)
{
	uint32_t offsets[SWEEP_OFFSETS_ALL + 34], bytes = 0, count;

	for (uint32_t i = first; i < end; i++)
		bytes += builder->shape->places[i].moved;
	count = offsets_of(bytes, offsets);
	for (uint32_t i = 0; i < count; i++)
		add_point(builder, &builder->shape->places[first], POINT_PARTIAL, offsets[i]);
}

/* The items of every place, attempt by attempt. */
static void build(struct builder *builder)
{
	const struct shape *shape = builder->shape;
	uint32_t end;

	for (uint32_t first = 0; first < shape->place_count; first = end) {
		end = first;
		while (end < shape->place_count &&
		       shape->places[end].attempt == shape->places[first].attempt)
			end++;
		for (uint32_t i = first; i < end; i++)
			for (unsigned point = 0; point < POINT_COUNT; point++)
				if (point != POINT_PARTIAL && point != POINT_RECOVERY)
					add_point(builder, &shape->places[i], point, 0);
		add_offsets(builder, first, end);
	}
}

static void find_callers(struct sweep *sweep, const struct test_case *test)
{
	unsigned bits = callers_of_contract(test->operation->contract);

	if (test->choice->expect.kind == EXPECT_MET)
		bits = BIT(CALLER_COUNT) - 1;
	for (unsigned caller = 0; caller < CALLER_COUNT; caller++)
		if (bits & BIT(caller) && caller != CALLER_ABANDON)
			sweep->callers[sweep->caller_count++] = (uint8_t)caller;
	sweep->going_on_count = sweep->caller_count;
	if (bits & BIT(CALLER_ABANDON))
		sweep->callers[sweep->caller_count++] = CALLER_ABANDON;
}

static int find_stops(struct builder *builder)
{
	struct sweep *sweep = builder->sweep;

	sweep->stops = malloc(MAX(sweep->core_count, 1U) * sizeof(*sweep->stops));
	if (!sweep->stops)
		return -ENOMEM;
	for (uint32_t i = 0; i < sweep->core_count; i++)
		if (sweep->items[i].mechanism == MECH_STOP &&
		    (builder->legal[0][POINT_RECOVERY] | builder->legal[1][POINT_RECOVERY]))
			sweep->stops[sweep->stop_count++] = i;
	return 0;
}

int sweep_init(struct sweep *sweep, const struct test_case *test, const struct shape *shape,
	       uint64_t seed, unsigned depth)
{
	struct builder builder = { .sweep = sweep, .test = test, .shape = shape, .core = true };
	uint64_t core, going_on;

	memset(sweep, 0, sizeof(*sweep));
	case_control_plan(test, seed, &sweep->base);
	find_callers(sweep, test);
	find_legal(&builder);
	build(&builder);
	sweep->core_count = sweep->item_count;
	builder.core = false;
	build(&builder);
	if (builder.full || find_stops(&builder) < 0) {
		sweep_finish(sweep);
		return -ENOMEM;
	}
	core = sweep->core_count;
	going_on = sweep->going_on_count;
	sweep->totals[SWEEP_ONCE] = (uint64_t)sweep->item_count * sweep->caller_count;
	sweep->totals[SWEEP_KEPT_UP] = core * going_on;
	if (depth >= 2) {
		sweep->totals[SWEEP_RECOVERY] = 2ULL * sweep->stop_count * going_on;
		sweep->totals[SWEEP_PAIRS] = core * (core + 1) / 2 * going_on;
	}
	return 0;
}

void sweep_finish(struct sweep *sweep)
{
	free(sweep->items);
	free(sweep->stops);
	memset(sweep, 0, sizeof(*sweep));
}

uint64_t sweep_total(const struct sweep *sweep)
{
	uint64_t total = 0;

	for (unsigned family = 0; family < SWEEP_FAMILIES; family++)
		total += sweep->totals[family];
	return total;
}

static void put(struct plan *plan, const struct item *item, bool retry, uint32_t shift)
{
	plan->cancellations[plan->cancellation_count++] =
		(struct cancellation){ .attempt = retry ? 0 : item->attempt + shift,
				       .retry = retry,
				       .primitive = item->primitive,
				       .point = item->point,
				       .mechanism = item->mechanism,
				       .k = item->k };
}

static void keep_up(const struct item *item, struct plan *plan)
{
	put(plan, item, false, 0);
	for (unsigned i = 0; i < KEPT_UP; i++)
		put(plan, item, true, 0);
}

/* A second stop or drop in the attempt that the first one stops. */
static void recover(const struct item *item, bool drop, struct plan *plan)
{
	struct cancellation *second = &plan->cancellations[1];

	put(plan, item, false, 0);
	put(plan, item, false, 0);
	second->point = POINT_RECOVERY;
	second->mechanism = drop ? MECH_DROP : MECH_STOP;
	second->k = 0;
}

/* The pair with that number: all pairs of the first n items come before those with the next. */
static void pair(const struct sweep *sweep, uint64_t number, struct plan *plan)
{
	uint64_t low = 0, high = sweep->core_count;
	const struct item *first, *second;

	while (high - low > 1) { /* the largest j with j (j + 1) / 2 <= number */
		uint64_t middle = (low + high) / 2;

		if (middle * (middle + 1) / 2 <= number)
			low = middle;
		else
			high = middle;
	}
	first = &sweep->items[number - low * (low + 1) / 2];
	second = &sweep->items[low];
	put(plan, first, false, 0);
	/* The cancelled attempt is one more than the control run had. */
	put(plan, second, first->attempt == second->attempt, 1);
}

enum sweep_family sweep_plan(const struct sweep *sweep, uint64_t index, struct plan *ret_plan)
{
	enum sweep_family family = 0;
	uint32_t callers;
	uint64_t item;

	while (family + 1 < SWEEP_FAMILIES && index >= sweep->totals[family])
		index -= sweep->totals[family++];
	callers = family == SWEEP_ONCE ? sweep->caller_count : sweep->going_on_count;
	memcpy(ret_plan, &sweep->base, offsetof(struct plan, cancellations));
	ret_plan->caller = sweep->callers[index % callers];
	ret_plan->cancellation_count = 0;
	item = index / callers;
	switch (family) {
	case SWEEP_ONCE:
		put(ret_plan, &sweep->items[item], false, 0);
		break;
	case SWEEP_KEPT_UP:
		keep_up(&sweep->items[item], ret_plan);
		break;
	case SWEEP_RECOVERY:
		recover(&sweep->items[sweep->stops[item / 2]], item % 2, ret_plan);
		break;
	default:
		pair(sweep, item, ret_plan);
	}
	return family;
}
