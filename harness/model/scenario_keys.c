/*
 * scenario_keys.c - the table itself, innermost mappings first.
 */
#include "model/scenario_keys.h"

#include <string.h>

#include "base/macros.h"

enum { NAME_MAX_BYTES = 64, SUMMARY_MAX_BYTES = 400 };

#define MS UINT64_C(1000000)
#define SECOND (1000 * MS)
#define HOUR (3600 * SECOND)
#define ALL(count) (BIT(count) - 1)
#define RACING (BIT(POINT_TIMER) | BIT(POINT_ASYNC))
#define ASYNC_CANCEL                                                                        \
	(BIT(MECH_UD) | BIT(MECH_FD) | BIT(MECH_FD_ALL) | BIT(MECH_OP) | BIT(MECH_OP_ALL) | \
	 BIT(MECH_ANY))
#define FIELD(name) offsetof(struct scenario, name)
#define CHOICE(name) offsetof(struct target_choice, name)
#define DAMAGES (ALL(DAMAGE_COUNT) & ~BIT(DAMAGE_NONE))

static const struct group wire_groups[] = { { "all", ALL(WIRE_COUNT), "every wire" }, { 0 } };
static const struct group ring_groups[] = { { "all", ALL(RING_COUNT), "every ring mode" }, { 0 } };

static const struct group point_groups[] = {
	{ "all", ALL(POINT_COUNT) & ~RACING, "every scripted point: all but timer and async" },
	{ 0 },
};

static const struct group mechanism_groups[] = {
	{ "all", ALL(MECH_COUNT), "every mechanism" },
	{ "async_cancel", ASYNC_CANCEL, "every kind of ASYNC_CANCEL" },
	{ 0 },
};

static const struct key frame_keys[] = {
	{ .name = "header", .type = VALUE_WORD, .initial = "u32be", .offset = FIELD(header),
	  .set = WORDS_HEADER, .allowed = ALL(HEADER_COUNT) & ~BIT(0),
	  .meaning = "the length header in front of each payload" },
	{ .name = "size", .type = VALUE_SIZE_RANGE, .initial = "[1, 300]", .min = 1,
	  .max = SCENARIO_UNIT_MAX, .offset = FIELD(unit_min),
	  .meaning = "payload bytes of a frame" },
	{ 0 },
};

static const struct key line_keys[] = {
	{ .name = "size", .type = VALUE_SIZE_RANGE, .initial = "[2, 80]", .min = 2,
	  .max = SCENARIO_UNIT_MAX, .offset = FIELD(unit_min),
	  .meaning = "bytes of a line, with its newline" },
	{ 0 },
};

static const struct key unit_keys[] = {
	{ .name = "frames", .type = VALUE_MAPPING, .keys = frame_keys,
	  .meaning = "a length header in front of each payload" },
	{ .name = "lines", .type = VALUE_MAPPING, .keys = line_keys,
	  .meaning = "lines that end with a newline" },
	{ 0 },
};

static const struct key stream_keys[] = {
	{ .name = "size", .type = VALUE_SIZE, .initial = "4 KiB", .min = 1,
	  .max = SCENARIO_STREAM_MAX, .offset = FIELD(stream_size),
	  .meaning = "bytes on the wire in one trial, cut down to whole units" },
	{ 0 },
};

static const struct key delivery_keys[] = {
	{ .name = "size", .type = VALUE_SIZE_RANGE, .initial = "[1, 64]", .min = 1,
	  .max = PLAN_STEP_MAX, .offset = FIELD(deliver_min),
	  .meaning = "bytes that the peer feeds or drains in one step" },
	{ 0 },
};

static const struct key call_keys[] = {
	{ .name = "size", .type = VALUE_SIZE_RANGE, .initial = "[64, 64]", .min = 1,
	  .max = PLAN_STEP_MAX, .offset = FIELD(call_min),
	  .meaning = "bytes of the buffer or message of one call; for the unit bytes" },
	{ 0 },
};

static const struct key cancel_keys[] = {
	{ .name = "mechanisms", .type = VALUE_WORDS, .initial = "all",
	  .offset = FIELD(mechanisms), .set = WORDS_MECHANISM, .allowed = ALL(MECH_COUNT),
	  .groups = mechanism_groups, .meaning = "how an operation is cancelled" },
	{ .name = "points", .type = VALUE_WORDS, .initial = "all", .offset = FIELD(points),
	  .set = WORDS_POINT, .allowed = ALL(POINT_COUNT), .groups = point_groups,
	  .meaning = "where a cancellation acts; each one that is named must land" },
	{ .name = "depth", .type = VALUE_COUNT_RANGE, .initial = "[1, 4]", .min = 1,
	  .max = PLAN_CANCELLATIONS_MAX, .offset = FIELD(depth_min),
	  .meaning = "cancellations in one trial" },
	{ 0 },
};

static const struct key budget_keys[] = {
	{ .name = "trials", .type = VALUE_COUNT, .initial = "400", .min = 1,
	  .max = SCENARIO_TRIALS_MAX, .offset = FIELD(trials),
	  .meaning = "trials of each case" },
	{ .name = "max-time", .type = VALUE_TIME, .min = MS, .max = 24 * HOUR,
	  .offset = FIELD(max_time_ns), .meaning = "time for each case; no limit by default" },
	{ 0 },
};

const struct key target_keys[] = {
	[TARGET_NAME] = { .name = "target", .type = VALUE_TARGET, .required = true,
			  .meaning = "plug-in/target, target, or either with .operation" },
	[TARGET_EXPECT] = { .name = "expect", .type = VALUE_EXPECT,
			    .meaning = "pass: the declared contract holds; or one of the others" },
	[TARGET_MET] = { .name = "met", .type = VALUE_WORDS, .offset = CHOICE(expect.met),
			 .set = WORDS_CONTRACT, .allowed = ALL(CONTRACT_COUNT),
			 .meaning = "exactly these contracts are met: weaker and stronger fail" },
	[TARGET_VIOLATION] = { .name = "violation", .type = VALUE_WORD,
			       .offset = CHOICE(expect.violation), .set = WORDS_DAMAGE,
			       .allowed = DAMAGES,
			       .meaning = "the class of damage that cancellations do" },
	[TARGET_CONTROL] = { .name = "control", .type = VALUE_WORD,
			     .offset = CHOICE(expect.violation), .set = WORDS_DAMAGE,
			     .allowed = DAMAGES,
			     .meaning = "the class of damage without any cancellation" },
	[TARGET_RETRY] = { .name = "retry", .type = VALUE_WORD, .offset = CHOICE(expect.retry),
			   .set = WORDS_DAMAGE, .allowed = DAMAGES,
			   .meaning = "with met: the damage that repeating the call does" },
	[TARGET_ALSO] = { .name = "also", .type = VALUE_WORDS, .offset = CHOICE(expect.also),
			  .set = WORDS_DAMAGE, .allowed = DAMAGES,
			  .meaning = "at most three classes that may appear beside the named one" },
	[TARGET_OPTIONS] = { .name = "options", .type = VALUE_OPTIONS, .offset = CHOICE(options),
			     .max = PLAN_OPTIONS_MAX - 1,
			     .meaning = "options that the target declares" },
	[TARGET_KEYS] = { 0 },
};

const struct key scenario_keys[] = {
	{ .name = "scenario", .type = VALUE_NAME, .max = NAME_MAX_BYTES, .offset = FIELD(name),
	  .required = true, .meaning = "the scenario's name: a-z, 0-9 and -" },
	{ .name = "summary", .type = VALUE_TEXT, .max = SUMMARY_MAX_BYTES,
	  .offset = FIELD(summary), .meaning = "what it shows, in one line" },
	{ .name = "tags", .type = VALUE_TAGS, .max = NAME_MAX_BYTES, .offset = FIELD(tags),
	  .meaning = "words to choose scenarios by" },
	{ .name = "unit", .type = VALUE_UNIT, .initial = "bytes", .keys = unit_keys,
	  .meaning = "how the stream is cut for the target" },
	{ .name = "stream", .type = VALUE_MAPPING, .keys = stream_keys, .shorthand = "size",
	  .meaning = "the stream of one trial" },
	{ .name = "wires", .type = VALUE_WORDS, .initial = "all", .offset = FIELD(wires),
	  .set = WORDS_WIRE, .allowed = ALL(WIRE_COUNT), .groups = wire_groups,
	  .meaning = "the byte channels between target and peer" },
	{ .name = "rings", .type = VALUE_WORDS, .initial = "all", .offset = FIELD(rings),
	  .set = WORDS_RING, .allowed = ALL(RING_COUNT), .groups = ring_groups,
	  .meaning = "the modes of the io_uring" },
	{ .name = "conditions", .type = VALUE_WORDS, .initial = "none",
	  .offset = FIELD(conditions), .set = WORDS_CONDITION, .allowed = ALL(CONDITION_COUNT),
	  .meaning = "what the world does to the stream besides cancelling; one case each" },
	{ .name = "deliveries", .type = VALUE_MAPPING, .keys = delivery_keys,
	  .shorthand = "size", .meaning = "the steps of the peer" },
	{ .name = "calls", .type = VALUE_MAPPING, .keys = call_keys, .shorthand = "size",
	  .meaning = "the calls of the caller" },
	{ .name = "cancel", .type = VALUE_MAPPING, .keys = cancel_keys,
	  .meaning = "the cancellations of a trial" },
	{ .name = "targets", .type = VALUE_TARGETS, .keys = target_keys, .required = true,
	  .meaning = "what is run, and what is expected of it" },
	{ .name = "budget", .type = VALUE_MAPPING, .keys = budget_keys,
	  .meaning = "how much is run" },
	{ .name = "trial-timeout", .type = VALUE_TIME, .min = SECOND, .max = HOUR,
	  .offset = FIELD(trial_timeout_ns),
	  .meaning = "a trial that takes longer hangs; by default 20 times as long as the "
		     "control run, between 1 s and 5 s" },
	{ .name = "threshold", .type = VALUE_SMALL, .initial = "16", .min = 1, .max = 1000000,
	  .offset = FIELD(threshold),
	  .meaning = "landed cancellations, at each named point or in all, below which a case is "
		     "inconclusive" },
	{ 0 },
};

unsigned keys_count(const struct key *keys)
{
	unsigned count = 0;

	while (keys[count].name)
		count++;
	return count;
}

const struct key *keys_find(const struct key *keys, const char *name)
{
	for (; keys->name; keys++)
		if (!strcmp(keys->name, name))
			return keys;
	return NULL;
}
