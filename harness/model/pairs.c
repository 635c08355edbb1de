/*
 * pairs.c - see pairs.h. Rules from the top; the first one that fits decides. What is left is
 * scripted: test_pairs shows on the kernel that each lands as it says, 1,000 times of 1,000.
 */
#include "model/pairs.h"

#include "base/macros.h"

#define ALL_POINTS (BIT(POINT_COUNT) - 1)
#define ALL_MECHS (BIT(MECH_COUNT) - 1)
#define P(point) BIT(POINT_##point)
#define M(mechanism) BIT(MECH_##mechanism)
#define ASYNC_CANCELS (M(UD) | M(FD) | M(FD_ALL) | M(OP) | M(OP_ALL) | M(ANY))
#define BATCHES (P(BATCH_BLOCKED) | P(BATCH_READY))
#define RACING (P(TIMER) | P(ASYNC))

enum where {
	ANYWHERE,
	COOKED,
	RAW,
	RAW_BOTH_WAYS,
	PIPE,
	NOT_WAITALL,
	ONE_PRIMITIVE,
	NOT_DEFER,
	NO_OWN_TIMEOUT
};

struct rule {
	enum where where;
	unsigned points;
	unsigned mechanisms;
	enum pair_kind kind;
	const char *reason;
};

static const struct rule rules[] = {
	{ NOT_DEFER, P(READY), ALL_MECHS, PAIR_IMPOSSIBLE,
	  "only a DEFER ring holds back a completion whose data has arrived" },
	{ COOKED, P(RECOVERY), ALL_MECHS, PAIR_IMPOSSIBLE,
	  "a cooked attempt is over once a cancellation has landed: it recovers nothing" },
	{ RAW, P(RECOVERY), ALL_MECHS & ~(M(STOP) | M(DROP)), PAIR_IMPOSSIBLE,
	  "the target is cancelling the operation itself; only a stop or a drop can come again" },
	{ RAW, RACING, ALL_MECHS, PAIR_IMPOSSIBLE,
	  "the target prepares its own entries; the harness does not make them race" },
	{ ANYWHERE, P(TIMER), ALL_MECHS & ~M(LINK_TIMEOUT), PAIR_IMPOSSIBLE,
	  "a free-running clock is a linked timeout" },
	{ ANYWHERE, P(ASYNC), ALL_MECHS & ~ASYNC_CANCELS, PAIR_IMPOSSIBLE,
	  "the race is between io-wq and an ASYNC_CANCEL" },
	{ ANYWHERE, P(ASYNC), M(FD) | M(FD_ALL), PAIR_IMPOSSIBLE,
	  "a descriptor is looked up when io-wq runs the operation: until then none is found" },
	{ PIPE, P(PARTIAL_KERNEL), ALL_MECHS, PAIR_IMPOSSIBLE, "pipes have no MSG_WAITALL" },
	{ NOT_WAITALL, P(PARTIAL_KERNEL), ALL_MECHS, PAIR_IMPOSSIBLE,
	  "the operation does not use MSG_WAITALL: the kernel completes it short" },
	{ ONE_PRIMITIVE, P(PARTIAL), ALL_MECHS, PAIR_IMPOSSIBLE,
	  "an attempt is one primitive: after k bytes it is over" },
	{ RAW_BOTH_WAYS, P(PARTIAL), ALL_MECHS, PAIR_IMPOSSIBLE,
	  "reads and writes may be in flight at once: after which bytes, no plan can say" },
	{ COOKED, ALL_POINTS, M(STOP), PAIR_IMPOSSIBLE,
	  "a cooked call leaves the target nothing to stop: the harness reaps it" },
	{ COOKED, ALL_POINTS & ~(P(BEFORE) | P(ARMED) | P(PARTIAL)), M(DROP), PAIR_IMPOSSIBLE,
	  "dropping a cooked call that has moved bytes would make the harness lose them" },
	{ ANYWHERE, BATCHES, M(SYNC) | M(STOP) | M(DROP), PAIR_IMPOSSIBLE,
	  "not an SQE: it cannot be part of a submission" },
	{ RAW, P(BEFORE), ALL_MECHS & ~M(DROP), PAIR_IMPOSSIBLE,
	  "no gate: the target must be able to cancel its own operation" },
	{ ANYWHERE, P(BEFORE), M(FD) | M(FD_ALL) | M(OP) | M(OP_ALL) | M(ANY), PAIR_IMPOSSIBLE,
	  "a held operation is not found; only the head of its gate can be cancelled" },
	{ RAW, BATCHES, M(LINK_TIMEOUT), PAIR_IMPOSSIBLE,
	  "the target's entries carry the timeouts that it gave them" },
	{ NO_OWN_TIMEOUT, ALL_POINTS, M(LINK_TIMEOUT), PAIR_IMPOSSIBLE,
	  "the target's operations have no linked timeout, and a second one would be -EINVAL" },
	{ ANYWHERE, P(READY), M(LINK_TIMEOUT), PAIR_IMPOSSIBLE,
	  "a timeout fires through task work, which runs the completion first" },
	{ RAW, P(LATE), M(STOP) | M(DROP), PAIR_IMPOSSIBLE,
	  "what the target does after it decides the order, not the plan" },
	{ ANYWHERE, P(TIMER), ALL_MECHS, PAIR_RACING,
	  "a free-running clock decides: it has a rate, no certainty" },
	{ ANYWHERE, P(ASYNC), ALL_MECHS, PAIR_RACING,
	  "io-wq decides: it has a rate, no certainty" },
};

static bool fits(enum where where, const struct pair_place *place)
{
	switch (where) {
	case COOKED:
		return !place->raw;
	case RAW:
		return place->raw;
	case RAW_BOTH_WAYS:
		return place->raw && place->both_ways;
	case PIPE:
		return place->wire == WIRE_PIPE;
	case NOT_WAITALL:
		return !place->waitall;
	case ONE_PRIMITIVE:
		return !place->several;
	case NOT_DEFER:
		return place->ring != RING_DEFER;
	case NO_OWN_TIMEOUT:
		return place->raw && !place->own_timeout;
	default:
		return true;
	}
}

/* By point, the mechanisms that some rule names: the others need no look at the rules. (Asked for
 * each cancellation of a trial.) */
static unsigned ruled[POINT_COUNT];

__attribute__((constructor)) static void note_ruled(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++)
		for (unsigned point = 0; point < POINT_COUNT; point++)
			if (rules[i].points & BIT(point))
				ruled[point] |= rules[i].mechanisms;
}

enum pair_kind pair_kind(enum point point, enum mechanism mechanism,
			 const struct pair_place *place, const char **ret_reason)
{
	bool look = ruled[point] & BIT(mechanism);

	for (size_t i = 0; look && i < ARRAY_SIZE(rules); i++) {
		const struct rule *rule = &rules[i];

		if (!(rule->points & BIT(point)) || !(rule->mechanisms & BIT(mechanism)) ||
		    !fits(rule->where, place))
			continue;
		*ret_reason = rule->reason;
		return rule->kind;
	}
	*ret_reason = "";
	return PAIR_SCRIPTED;
}
