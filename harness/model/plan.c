/*
 * plan.c - what a plan is before anybody says anything, and which plans cannot be run.
 */
#include "model/plan.h"

#include <string.h>

#include "base/macros.h"

void plan_init(struct plan *plan)
{
	*plan = (struct plan){
		.wire = WIRE_UNIX,
		.ring = RING_PLAIN,
		.unit = DT_BYTES,
		.stream_size = 4096,
		.seed = 1,
		.deliver_min = 1,
		.deliver_max = 64,
		.call_min = 64,
		.call_max = 64,
		.feed = FEED_LATE,
		.caller = CALLER_SAME,
		.condition = CONDITION_NONE,
	};
}

static bool range_good(uint64_t low, uint64_t high, uint64_t limit)
{
	return low >= 1 && low <= high && high <= limit;
}

static const char *unit_problem(const struct plan *plan)
{
	if (plan->unit < DT_BYTES || plan->unit > DT_LINES)
		return "the unit must be bytes, frames or lines";
	if (plan->unit == DT_BYTES)
		return plan->header || plan->unit_min || plan->unit_max ?
			       "bytes have neither a header nor a size" : NULL;
	if (plan->unit == DT_FRAMES && (plan->header < DT_U8 || plan->header > DT_VARINT))
		return "frames need a header: u8, u16be, u16le, u32be, u32le or varint";
	if (plan->unit == DT_LINES && plan->header)
		return "lines have no header";
	if (!range_good(plan->unit_min, plan->unit_max, PLAN_UNIT_MAX))
		return "units must be 1 to 65536 bytes, the smaller size first";
	if (plan->stream_size / plan->unit_min > PLAN_UNITS_MAX)
		return "more than 4194304 units: make the stream shorter or the units larger";
	return NULL;
}

static const char *cancellation_problem(const struct plan *plan, uint32_t at)
{
	const struct cancellation *step = &plan->cancellations[at];

	if ((unsigned)step->point >= POINT_COUNT)
		return "a cancellation acts at no known point";
	if ((unsigned)step->mechanism >= MECH_COUNT)
		return "a cancellation has no known mechanism";
	if (step->point == POINT_PARTIAL && step->k < 1)
		return "partial needs at least one byte: partial:1";
	if (step->point == POINT_PARTIAL && step->k > PLAN_STREAM_MAX)
		return "partial reaches beyond any stream (67108864 bytes)";
	if (step->point == POINT_TIMER && step->k > PLAN_DELAY_MAX_NS)
		return "timer waits longer than 10000000000 ns";
	if (step->point != POINT_PARTIAL && step->point != POINT_TIMER && step->k)
		return "only partial and timer take a number";
	if (step->retry && at == 0)
		return "retry needs an earlier cancellation that it can follow";
	return NULL;
}

/* Names are printed: no control characters. */
static bool printable(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			return false;
	return true;
}

/* Is it empty, or "key=value,key=value"? */
static bool options_good(const char *options)
{
	while (*options) {
		size_t size = strcspn(options, ","), key = strcspn(options, "=,");

		if (key == 0 || key == size || (options[size] && !options[size + 1]))
			return false;
		options += size + (options[size] == ',');
	}
	return true;
}

static const char *text_problem(const struct plan *plan)
{
	if (!memchr(plan->target, 0, PLAN_NAME_MAX) || !memchr(plan->operation, 0, PLAN_NAME_MAX) ||
	    !memchr(plan->options, 0, PLAN_OPTIONS_MAX))
		return "a name or the options are too long";
	if (!*plan->target)
		return "the target is missing: target=NAME";
	if (!*plan->operation)
		return "the operation is missing: op=NAME";
	if (!printable(plan->target) || !printable(plan->operation) || !printable(plan->options))
		return "names and options have no control characters";
	if (!options_good(plan->options))
		return "options are written key=value,key=value";
	return NULL;
}

static const char *word_problem(const struct plan *plan)
{
	if ((unsigned)plan->wire >= WIRE_COUNT)
		return "the wire must be pipe, unix or tcp";
	if ((unsigned)plan->ring >= RING_COUNT)
		return "the ring must be plain, coop, defer or sqpoll";
	if ((unsigned)plan->feed >= FEED_COUNT)
		return "feed must be late, early or mixed";
	if ((unsigned)plan->caller >= CALLER_COUNT)
		return "the caller must be same, fresh, other, rest or abandon";
	if ((unsigned)plan->condition >= CONDITION_COUNT)
		return "the condition is none of the known ones";
	return NULL;
}

const char *plan_problem(const struct plan *plan)
{
	const char *problem = text_problem(plan);

	if (!problem)
		problem = word_problem(plan);
	if (!problem && !range_good(plan->stream_size, plan->stream_size, PLAN_STREAM_MAX))
		problem = "the stream must be 1 to 67108864 bytes";
	if (!problem)
		problem = unit_problem(plan);
	if (!problem && !range_good(plan->deliver_min, plan->deliver_max, PLAN_STEP_MAX))
		problem = "deliveries must be 1 to 1048576 bytes, the smaller size first";
	if (!problem && !range_good(plan->call_min, plan->call_max, PLAN_STEP_MAX))
		problem = "calls must be 1 to 1048576 bytes, the smaller size first";
	if (!problem && plan->cancellation_count > PLAN_CANCELLATIONS_MAX)
		problem = "a plan has at most 64 cancellations";
	for (uint32_t i = 0; !problem && i < plan->cancellation_count; i++)
		problem = cancellation_problem(plan, i);
	return problem;
}
