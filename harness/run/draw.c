/*
 * draw.c - one random plan: caller, feeding, and where and how each cancellation acts.
 *
 * A plan is a pure function of (seed, case, index). Attempts are drawn over the whole control run
 * and sorted; points evenly, then the families of its mechanisms evenly, so that a drop is tried as
 * often as all six keys of ASYNC_CANCEL together.
 *
 *	control run: attempts 0 .. 63	depth 3 -> attempts 7, 20, 41
 *	7.0:armed:async_cancel/ud  retry.0:partial:5:link_timeout  41.1:raced:sync_cancel
 */
#include "run/draw.h"

#include <assert.h>
#include <stdlib.h>
#include <xxhash.h>

#include "base/macros.h"

/* Of 5 plans, 3 have a caller of the declared contract; of 4 later cancellations one is a retry. */
#define MECHS_ASYNC_CANCEL                                                                        \
	(BIT(MECH_UD) | BIT(MECH_FD) | BIT(MECH_FD_ALL) | BIT(MECH_OP) | BIT(MECH_OP_ALL) |        \
	 BIT(MECH_ANY))

enum { DECLARED_OF_5 = 3, RETRY_ONE_IN = 4, DELAY_BITS_MAX = 18 };

static uint64_t case_seed(const struct test_case *test, uint64_t seed)
{
	return rng_derive(seed, XXH3_64bits(test->id, strlen(test->id)));
}

static void copy_text(char *to, size_t to_max, const char *text)
{
	/* Callers made sure that it fits: names are checked by the registry, options by the
	 * scenario. */
	snprintf(to, to_max, "%s", text ? text : "");
}

void case_control_plan(const struct test_case *test, uint64_t seed, struct plan *ret_plan)
{
	const struct scenario *scenario = test->scenario;
	struct plan *plan = ret_plan;

	plan_init(plan);
	copy_text(plan->target, sizeof(plan->target), test->entry->name);
	copy_text(plan->operation, sizeof(plan->operation), test->operation->name);
	copy_text(plan->options, sizeof(plan->options), test->choice->options);
	plan->wire = test->wire;
	plan->ring = test->ring;
	plan->unit = scenario->unit;
	plan->header = scenario->header;
	plan->unit_min = scenario->unit_min;
	plan->unit_max = scenario->unit_max;
	plan->stream_size = scenario->stream_size;
	plan->seed = case_seed(test, seed);
	plan->deliver_min = scenario->deliver_min;
	plan->deliver_max = scenario->deliver_max;
	plan->call_min = scenario->call_min;
	plan->call_max = scenario->call_max;
	plan->feed = FEED_MIXED;
	plan->caller = CALLER_SAME;
	plan->condition = test->condition;
	plan->cancellation_count = 0;
}

struct pair_place case_place(const struct test_case *test, const struct shape *shape, bool writes)
{
	unsigned flags = test->operation->flags;

	return (struct pair_place){ .wire = test->wire,
				    .ring = test->ring,
				    .raw = flags & DT_RAW,
				    .waitall = shape->waitall || flags & DT_WAITALL,
				    .several = shape->primitives_most > 1 && !shape->stops,
				    .both_ways = shape->reads && shape->writes,
				    .own_timeout = shape->own_timeout,
				    .writes = writes };
}

/* Pairs are legal when they are so for one of the sides that the operation uses. */
static unsigned legal_mechanisms(const struct test_case *test, const struct shape *shape,
				 enum point point)
{
	unsigned bits = 0;

	for (unsigned side = 0; side < 2; side++) {
		struct pair_place place = case_place(test, shape, side);

		if (side ? !shape->writes : !shape->reads)
			continue;
		for (unsigned mechanism = 0; mechanism < MECH_COUNT; mechanism++) {
			const char *reason;

			if (test->scenario->mechanisms & BIT(mechanism) &&
			    pair_kind(point, mechanism, &place, &reason) != PAIR_IMPOSSIBLE)
				bits |= BIT(mechanism);
		}
	}
	return bits;
}

void case_pairs(const struct test_case *test, const struct shape *shape,
		unsigned ret_mechanisms[POINT_COUNT])
{
	for (unsigned point = 0; point < POINT_COUNT; point++)
		ret_mechanisms[point] = test->scenario->points & BIT(point)
						? legal_mechanisms(test, shape, point)
						: 0;
}

static uint32_t header_size_of(enum dt_header header)
{
	switch (header) {
	case DT_U16BE:
	case DT_U16LE:
		return 2;
	case DT_U32BE:
	case DT_U32LE:
		return 4;
	case DT_U8:
	case DT_VARINT:
		return 1;
	}
	return 0;
}

static void draw_sizes(struct draw *draw, const struct plan *base)
{
	if (base->unit == DT_BYTES) {
		draw->size_min = base->call_min;
		draw->size_max = base->call_max;
		return;
	}
	if (base->unit == DT_FRAMES)
		draw->header_size = header_size_of(base->header);
	draw->size_min = base->unit_min + draw->header_size;
	draw->size_max = base->unit_max + draw->header_size;
}

void draw_init(struct draw *draw, const struct test_case *test, const struct shape *shape,
	       uint64_t seed)
{
	unsigned allowed = callers_of_contract(test->operation->contract);

	*draw = (struct draw){ .shape = *shape };
	case_control_plan(test, seed, &draw->base);
	draw->seed = case_seed(test, seed);
	draw->depth_min = MIN(test->scenario->depth_min, (uint32_t)PLAN_CANCELLATIONS_MAX);
	draw->depth_max = MIN(test->scenario->depth_max, (uint32_t)PLAN_CANCELLATIONS_MAX);
	draw->depth_max = MAX(draw->depth_max, draw->depth_min);
	draw_sizes(draw, &draw->base);
	case_pairs(test, shape, draw->mechanisms);
	for (unsigned point = 0; point < POINT_COUNT; point++)
		if (draw->mechanisms[point] && point != POINT_RECOVERY)
			draw->points[draw->point_count++] = (uint8_t)point;
	for (unsigned caller = 0; caller < CALLER_COUNT; caller++)
		if (allowed & BIT(caller))
			draw->declared[draw->declared_count++] = (uint8_t)caller;
}

static enum caller draw_caller(const struct draw *draw, struct choice *choice)
{
	if (draw->declared_only || choose(choice, 5) < DECLARED_OF_5)
		return draw->declared[choose(choice, draw->declared_count)];
	return choose(choice, CALLER_COUNT);
}

/* Half of the plans feed late: that is where operations wait. */
static enum feed draw_feed(struct choice *choice)
{
	static const uint8_t feeds[] = { FEED_LATE, FEED_LATE, FEED_MIXED, FEED_EARLY };

	return feeds[choose(choice, ARRAY_SIZE(feeds))];
}

static unsigned nth_bit(unsigned bits, unsigned n)
{
	while (n--)
		bits &= bits - 1;
	return (unsigned)__builtin_ctz(bits);
}

/* First the family, evenly, then one of it: six keys of ASYNC_CANCEL are not six times a drop. */
static enum mechanism draw_mechanism(unsigned mechanisms, struct choice *choice)
{
	unsigned keys = mechanisms & MECHS_ASYNC_CANCEL;
	unsigned families = (mechanisms & ~keys) | (keys & -keys);
	unsigned family = nth_bit(families,
				  choose(choice, (uint32_t)__builtin_popcount(families)));

	if (!(BIT(family) & keys))
		return family;
	return nth_bit(keys, choose(choice, (uint32_t)__builtin_popcount(keys)));
}

/* Bytes after which a partial acts: half at the places where code goes wrong. */
static uint64_t draw_bytes(const struct draw *draw, struct choice *choice)
{
	uint32_t size = choose_between(choice, draw->size_min, draw->size_max), header;
	uint32_t k = 1;

	if (size < 2)
		return 1;
	header = draw->header_size;
	switch (choose(choice, header ? 10 : 6)) {
	case 0:
		k = 1;
		break;
	case 1:
		k = size - 1;
		break;
	case 6:
	case 7:
		k = header;
		break;
	case 8:
		k = header - 1;
		break;
	case 9:
		k = header + 1;
		break;
	default:
		k = choose_between(choice, 1, size - 1);
	}
	return MAX(MIN(k, size - 1), 1U);
}

/* Nanoseconds from 0 to about 260 us, evenly over the powers of two. */
static uint64_t draw_delay(struct choice *choice)
{
	uint32_t top = 1U << choose(choice, DELAY_BITS_MAX);

	return choose(choice, top) + top - 1;
}

static void draw_kind(const struct draw *draw, struct choice *choice, bool first,
		      struct cancellation *cancellation)
{
	unsigned recovery = first ? 0 : draw->mechanisms[POINT_RECOVERY];
	uint32_t at = choose(choice, draw->point_count + (recovery ? 1 : 0));

	cancellation->point = at < draw->point_count ? draw->points[at] : POINT_RECOVERY;
	cancellation->mechanism =
		draw_mechanism(draw->mechanisms[cancellation->point], choice);
	if (cancellation->point == POINT_PARTIAL)
		cancellation->k = draw_bytes(draw, choice);
	else if (cancellation->point == POINT_TIMER)
		cancellation->k = draw_delay(choice);
}

/* Half of them act at the first primitive, which every attempt has. */
static uint32_t draw_primitive(const struct draw *draw, struct choice *choice, enum point point)
{
	if (point == POINT_PARTIAL || draw->shape.primitives_most < 2 || choose(choice, 2))
		return 0;
	return choose(choice, draw->shape.primitives_most);
}

static int by_number(const void *left, const void *right)
{
	uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;

	return (a > b) - (a < b);
}

/* Sorted, all different. A cancelled attempt adds one: they may pass the control run's end. */
static void draw_attempts(const struct draw *draw, struct choice *choice, uint32_t count,
			  uint32_t attempts[PLAN_CANCELLATIONS_MAX])
{
	for (uint32_t i = 0; i < count; i++)
		attempts[i] = choose(choice, MAX(draw->shape.attempts, 1U));
	qsort(attempts, count, sizeof(*attempts), by_number);
	for (uint32_t i = 1; i < count; i++)
		attempts[i] += i;
}

static void draw_cancellations(const struct draw *draw, struct choice *choice, struct plan *plan)
{
	uint32_t attempts[PLAN_CANCELLATIONS_MAX];
	uint32_t count = choose_between(choice, draw->depth_min, draw->depth_max);

	draw_attempts(draw, choice, count, attempts);
	for (uint32_t i = 0; i < count; i++) {
		struct cancellation *now = &plan->cancellations[i];

		*now = (struct cancellation){ .attempt = attempts[i] };
		draw_kind(draw, choice, i == 0, now);
		if (now->point == POINT_RECOVERY) {
			/* It belongs to the attempt that the one before it cancels. */
			now->retry = now[-1].retry;
			now->attempt = now[-1].attempt;
			now->primitive = now[-1].primitive;
			continue;
		}
		now->primitive = draw_primitive(draw, choice, now->point);
		if (i && plan->caller != CALLER_ABANDON && !choose(choice, RETRY_ONE_IN)) {
			now->retry = true;
			now->attempt = 0;
		}
	}
	plan->cancellation_count = count;
}

void draw_plan_by(const struct draw *draw, struct choice *choice, struct plan *ret_plan)
{
	/* All but the array of cancellations, which is most of it. */
	memcpy(ret_plan, &draw->base, offsetof(struct plan, cancellations));
	ret_plan->cancellation_count = 0;
	ret_plan->caller = draw_caller(draw, choice);
	ret_plan->feed = draw_feed(choice);
	if (draw->point_count)
		draw_cancellations(draw, choice, ret_plan);
}

void draw_plan(const struct draw *draw, uint64_t index, struct plan *ret_plan)
{
	uint64_t seed = rng_derive(draw->seed, index);
	struct choice choice;

	choice_init(&choice, seed);
	draw_plan_by(draw, &choice, ret_plan);
	ret_plan->seed = rng_derive(seed, 1);
}

void case_draw_plan(const struct test_case *test, const struct shape *shape, uint64_t seed,
		    uint64_t index, struct plan *ret_plan)
{
	struct draw draw;

	draw_init(&draw, test, shape, seed);
	draw_plan(&draw, index, ret_plan);
}
