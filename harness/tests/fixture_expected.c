/*
 * fixture_expected.c - see fixture_expected.h. The first row that fits decides.
 */
#include "fixture_expected.h"

#include <errno.h>

#define P(point) BIT(POINT_##point)
#define M(mechanism) BIT(MECH_##mechanism)
#define SINGLE (M(UD) | M(FD) | M(OP))
#define COUNTED (M(FD_ALL) | M(OP_ALL) | M(ANY)) /* C is how many were found */
#define NOT_SQE (M(STOP) | M(DROP))
#define WAITING (P(BATCH_BLOCKED) | P(ARMED) | P(PARTIAL)) /* nothing to read, no room */
#define SUCCEEDED (P(BATCH_READY) | P(RACED))
#define ALL_RINGS (BIT(RING_COUNT) - 1)
#define DEFER BIT(RING_DEFER)

enum level { BOTH, COOKED, RAW };

static const struct row {
	unsigned points, mechanisms, rings;
	struct expected expected;
	enum level level;
} rows[] = {
	/* Held back by a gate whose head is found; the held operation never began. */
	{ P(BEFORE), M(UD) | M(SYNC), ALL_RINGS, { T_CANCELED, C_ZERO, WIRE_ANY }, BOTH },
	{ P(BEFORE), M(LINK_TIMEOUT), ALL_RINGS, { T_CANCELED, C_ETIME, WIRE_ANY }, BOTH },
	{ P(BEFORE), M(DROP), ALL_RINGS, { T_CANCELED, C_ZERO, WIRE_ANY }, BOTH },
	/* Never submitted. */
	{ P(PARTIAL), M(DROP), ALL_RINGS, { T_CANCELED, C_ZERO, WIRE_ANY }, COOKED },
	/* It stays in flight, and takes what comes later. */
	{ WAITING, M(DROP), ALL_RINGS, { T_MOVED, C_ZERO, WIRE_BLOCKED }, RAW },
	{ P(READY), M(DROP), DEFER, { T_MOVED, C_ZERO, WIRE_READY }, RAW },
	{ P(PARTIAL_KERNEL), M(DROP), ALL_RINGS, { T_MOVED, C_ZERO, WIRE_BLOCKED }, RAW },
	/* It waits, and is found waiting. */
	{ WAITING, SINGLE | M(SYNC), ALL_RINGS, { T_CANCELED, C_ZERO, WIRE_BLOCKED }, BOTH },
	{ WAITING, COUNTED, ALL_RINGS, { T_CANCELED, C_ONE, WIRE_BLOCKED }, BOTH },
	{ WAITING, M(LINK_TIMEOUT), ALL_RINGS, { T_CANCELED, C_ETIME, WIRE_BLOCKED }, BOTH },
	{ WAITING, NOT_SQE, ALL_RINGS, { T_CANCELED, C_ZERO, WIRE_BLOCKED }, BOTH },
	/* It succeeds, and nothing is found any more. */
	{ SUCCEEDED, SINGLE | M(SYNC), ALL_RINGS, { T_MOVED, C_ENOENT, WIRE_ANY }, BOTH },
	{ SUCCEEDED, COUNTED, ALL_RINGS, { T_MOVED, C_ZERO, WIRE_ANY }, BOTH },
	{ P(BATCH_READY), M(LINK_TIMEOUT), ALL_RINGS, { T_MOVED, C_ENOENT, WIRE_ANY }, BOTH },
	{ P(RACED), M(LINK_TIMEOUT), ALL_RINGS, { T_MOVED, C_ECANCELED, WIRE_ANY }, BOTH },
	{ P(RACED), NOT_SQE, ALL_RINGS, { T_MOVED, C_ZERO, WIRE_ANY }, BOTH },
	/* Data has arrived, but no task work has run: found, and the data stays. */
	{ P(READY), SINGLE | M(SYNC), DEFER, { T_CANCELED, C_ZERO, WIRE_READY }, BOTH },
	{ P(READY), COUNTED, DEFER, { T_CANCELED, C_ONE, WIRE_READY }, BOTH },
	{ P(READY), M(STOP), DEFER, { T_CANCELED, C_ZERO, WIRE_READY }, BOTH },
	/* Found after it had moved some: a cancel that worked, and bytes that moved. */
	{ P(PARTIAL_KERNEL), SINGLE | M(SYNC), ALL_RINGS, { T_SOME, C_ZERO, WIRE_BLOCKED }, BOTH },
	{ P(PARTIAL_KERNEL), COUNTED, ALL_RINGS, { T_SOME, C_ONE, WIRE_BLOCKED }, BOTH },
	{ P(PARTIAL_KERNEL), M(LINK_TIMEOUT), ALL_RINGS, { T_SOME, C_ETIME, WIRE_BLOCKED }, BOTH },
	{ P(PARTIAL_KERNEL), M(STOP), ALL_RINGS, { T_SOME, C_ZERO, WIRE_BLOCKED }, BOTH },
	/* The cancel went in first; the data came after, and stays. */
	{ P(LATE), SINGLE | M(SYNC), ALL_RINGS, { T_CANCELED, C_ZERO, WIRE_READY }, BOTH },
	{ P(LATE), COUNTED, ALL_RINGS, { T_CANCELED, C_ONE, WIRE_READY }, BOTH },
	{ P(LATE), M(LINK_TIMEOUT), ALL_RINGS, { T_CANCELED, C_ETIME, WIRE_READY }, BOTH },
	/* After a stop at `armed`: the target's own cancel has taken the operation down. */
	{ P(RECOVERY), NOT_SQE, ALL_RINGS, { T_CANCELED, C_ZERO, WIRE_BLOCKED }, BOTH },
};

const char *expected_find(enum point point, enum mechanism mechanism, enum ring_mode ring, bool raw,
			  struct expected *ret)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];

		if (!(row->points & BIT(point)) || !(row->mechanisms & BIT(mechanism)) ||
		    !(row->rings & BIT(ring)) || (row->level && (row->level == RAW) != raw))
			continue;
		*ret = row->expected;
		return NULL;
	}
	return "the table says nothing of it";
}

static bool t_good(enum expected_t expected, int32_t t, uint64_t asked)
{
	switch (expected) {
	case T_CANCELED:
		return t == -ECANCELED;
	case T_MOVED:
		return t > 0 && (uint64_t)t <= asked;
	default:
		return t > 0 && (uint64_t)t < asked;
	}
}

const char *expected_compare(const struct expected *expected, int32_t t, int32_t c, uint64_t asked,
			     bool ready)
{
	static const int32_t results[] = { [C_ZERO] = 0, [C_ONE] = 1, [C_ENOENT] = -ENOENT,
					   [C_ETIME] = -ETIME, [C_ECANCELED] = -ECANCELED };

	if (!t_good(expected->t, t, asked))
		return "T is not as expected";
	if (c != results[expected->c])
		return "C is not as expected";
	if (expected->wire != WIRE_ANY && ready != (expected->wire == WIRE_READY))
		return "the wire is not as expected";
	return NULL;
}
