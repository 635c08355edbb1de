/*
 * fuzz_scenario.c - libFuzzer: whatever the bytes, the parser refuses or gives a struct that keeps
 * the limits of its header, and says something exactly when it refuses.
 *
 * Run: fuzz_scenario -max_total_time=60 CORPUS_FOLDER SEED_FOLDERS...
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "scenario_text.h"

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size);

static void check_target(const struct target_choice *choice)
{
	const struct expectation *expect = &choice->expect;

	assert(choice->name && *choice->name && strlen(choice->name) < PLAN_NAME_MAX);
	assert(!choice->operation || (*choice->operation && !strchr(choice->operation, '.')));
	assert(!choice->options || strlen(choice->options) < PLAN_OPTIONS_MAX);
	assert((expect->kind == EXPECT_MET) == (expect->met != 0));
	assert((expect->kind == EXPECT_VIOLATION || expect->kind == EXPECT_CONTROL) ==
	       (expect->violation != DAMAGE_NONE));
	assert(expect->violation < DAMAGE_COUNT && expect->retry < DAMAGE_COUNT);
	assert(__builtin_popcount(expect->also) <= 3);
	assert(choice->line && choice->column);
}

static void check_range(uint32_t low, uint32_t high, uint32_t max)
{
	assert(low >= 1 && low <= high && high <= max);
}

static void check(const struct scenario *scenario)
{
	assert(*scenario->name);
	assert(scenario->stream_size >= 1 && scenario->stream_size <= SCENARIO_STREAM_MAX);
	if (scenario->unit == DT_BYTES)
		assert(!scenario->unit_min && !scenario->unit_max && !scenario->header);
	else
		check_range(scenario->unit_min, scenario->unit_max, SCENARIO_UNIT_MAX);
	assert((scenario->unit == DT_FRAMES) == (scenario->header != 0));
	check_range(scenario->deliver_min, scenario->deliver_max, PLAN_STEP_MAX);
	check_range(scenario->call_min, scenario->call_max, PLAN_STEP_MAX);
	check_range(scenario->depth_min, scenario->depth_max, PLAN_CANCELLATIONS_MAX);
	assert(scenario->wires && scenario->wires < BIT(WIRE_COUNT));
	assert(scenario->rings && scenario->rings < BIT(RING_COUNT));
	assert(scenario->points && scenario->points < BIT(POINT_COUNT));
	assert(scenario->mechanisms && scenario->mechanisms < BIT(MECH_COUNT));
	assert(scenario->conditions && scenario->conditions < BIT(CONDITION_COUNT));
	assert(scenario->trials >= 1 && scenario->trials <= SCENARIO_TRIALS_MAX);
	assert(scenario->threshold);
	assert(scenario->target_count && scenario->target_count <= SCENARIO_TARGETS_MAX);
	for (unsigned i = 0; i < scenario->target_count; i++)
		check_target(&scenario->targets[i]);
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size)
{
	struct scenario *scenario = NULL;
	char *said;
	int error = text_parse((const char *)bytes, size, &scenario, &said);

	assert(error == 0 || error == -EINVAL);
	assert((error == 0) == (*said == '\0'));
	for (const char *at = said; *at; at++)
		assert((unsigned char)*at >= ' ' || *at == '\n');
	if (!error)
		check(scenario);
	scenario_destroy(scenario);
	free(said);
	return 0;
}
