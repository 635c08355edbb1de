/*
 * fixture_trial.c - writes histories as the harness would: attempts of 64 bytes in two primitives,
 * one of which is cancelled after k bytes that the target then forgets.
 */
#include "fixture_trial.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CALL = 64, EVENTS = 4096 };

struct script {
	const struct fixture_failure *shape;
	struct history history;
	uint64_t wire_at; /* offset of the next byte that the target moves */
	uint64_t fed;
	uint32_t attempt;
	uint8_t side;
};

static struct event *add(struct script *script, enum event_kind kind, uint64_t offset,
			 uint32_t size)
{
	struct event *event = history_append(&script->history, kind);

	event->side = script->side;
	event->attempt = script->attempt;
	event->offset = offset;
	event->size = size;
	return event;
}

static void peer(struct script *script, uint32_t size)
{
	add(script, script->side ? EVENT_DRAIN : EVENT_FEED, script->fed, size);
	script->fed += size;
}

/* One primitive that asks for `asked` and moves `moved`. */
static void primitive(struct script *script, uint32_t index, uint32_t asked, uint32_t moved)
{
	struct event *event = add(script, EVENT_SUBMIT, script->wire_at, asked);

	event->detail = script->side ? DT_OP_WRITE : DT_OP_READ;
	event->primitive = index;
	if (!script->side)
		peer(script, moved);
	event = add(script, EVENT_COMPLETE, script->wire_at, 0);
	event->primitive = index;
	event->result = (int32_t)moved;
	script->wire_at += moved;
	if (script->side)
		peer(script, moved);
}

/* One that is cancelled while it waits. */
static void cancelled(struct script *script, uint32_t index, uint32_t asked, unsigned step,
		      enum landing landing)
{
	struct event *event = add(script, EVENT_SUBMIT, script->wire_at, asked);

	event->detail = script->side ? DT_OP_WRITE : DT_OP_READ;
	event->primitive = index;
	event = add(script, EVENT_CANCEL, script->wire_at, 0);
	event->primitive = index;
	event->detail = (uint8_t)step;
	event = add(script, EVENT_COMPLETE, script->wire_at, 0);
	event->primitive = index;
	event->result = landing == LANDING_LANDED ? -ECANCELED : (int32_t)asked;
	if (landing != LANDING_LANDED) {
		script->wire_at += asked;
		peer(script, asked);
	}
	event = add(script, EVENT_CANCELLED, script->wire_at, 0);
	event->detail = (uint8_t)step;
	event->result = landing == LANDING_LANDED ? 0 : -ENOENT;
	event = add(script, EVENT_LANDING, script->wire_at, 0);
	event->detail = (uint8_t)step;
	event->primitive = index;
	event->result = (int32_t)landing;
}

static void attempt(struct script *script, uint32_t index)
{
	const struct fixture_failure *shape = script->shape;
	uint64_t begin = script->wire_at;
	uint32_t first = 9 + index * 7 % 40;
	bool guilty = index == shape->guilty;

	script->attempt = index;
	add(script, EVENT_ATTEMPT, begin, CALL);
	if (guilty) {
		if (shape->k)
			primitive(script, 0, CALL, shape->k);
		cancelled(script, shape->k ? 1 : 0, CALL - shape->k, 0, LANDING_LANDED);
		add(script, EVENT_RETURN, begin, 0)->result = -ECANCELED;
		add(script, EVENT_CALLER, begin, 0)->detail = (uint8_t)shape->caller;
		return;
	}
	primitive(script, 0, CALL, first);
	if (index == shape->guilty + 2)
		cancelled(script, 1, CALL - first, 1, LANDING_TOO_LATE);
	else
		primitive(script, 1, CALL - first, CALL - first);
	add(script, EVENT_RETURN, begin, 0)->result = CALL;
	add(script, script->side ? EVENT_ACCEPTED : EVENT_HANDED, begin, CALL);
	if (index == shape->guilty + 1) {
		struct event *event =
			add(script, EVENT_DAMAGE, begin - shape->k, shape->k ? shape->k : 1);

		event->detail = (uint8_t)shape->damage;
	}
}

static void fill_plan(const struct fixture_failure *shape, struct plan *plan)
{
	plan_init(plan);
	snprintf(plan->target, sizeof(plan->target), "%s", shape->target);
	snprintf(plan->operation, sizeof(plan->operation), "%s", shape->operation);
	plan->wire = shape->wire;
	plan->ring = shape->ring;
	plan->caller = shape->caller;
	plan->seed = 0x2a + shape->trial;
	plan->cancellation_count = 3;
	plan->cancellations[0] = (struct cancellation){
		.attempt = shape->guilty,
		.point = shape->point,
		.mechanism = shape->mechanism,
		.k = shape->point == POINT_PARTIAL ? shape->k : 0,
	};
	plan->cancellations[1] = (struct cancellation){ .attempt = shape->guilty + 2,
							.primitive = 1,
							.point = POINT_ARMED,
							.mechanism = MECH_LINK_TIMEOUT };
	plan->cancellations[2] = (struct cancellation){ .attempt = 9000,
							.point = POINT_RACED,
							.mechanism = MECH_SYNC };
}

static void fill_finding(const struct fixture_failure *shape, uint64_t at, struct finding *finding)
{
	uint32_t size = shape->k ? shape->k : 1;

	finding->damage = shape->damage;
	finding->from = at;
	finding->to = at + size;
	finding->guilty = 0;
	finding->attempt = shape->guilty;
	snprintf(finding->sentence, sizeof(finding->sentence),
		 "bytes %" PRIu64 "..%" PRIu64 " (%" PRIu32 ") were consumed by read #%" PRIu32
		 ", which then reported -ECANCELED; the caller repeated the call and they never "
		 "came: %s",
		 at, at + size, size, shape->guilty, word_name(WORDS_DAMAGE, shape->damage));
	finding->window_offset = at > 8 ? at - 8 : 0;
	finding->expected_size = WINDOW_MAX;
	finding->observed_size = WINDOW_MAX - 6;
	for (unsigned i = 0; i < WINDOW_MAX; i++) {
		uint64_t from = finding->window_offset + i;

		finding->expected[i] = (unsigned char)(from * 151 + 7);
		if (i >= 8)
			from += size;
		finding->observed[i] = (unsigned char)(from * 151 + 7);
	}
}

void fixture_failure(const struct fixture_failure *shape, struct failure *ret_failure)
{
	static const enum landing landings[] = { LANDING_LANDED, LANDING_TOO_LATE, LANDING_NEVER };
	struct script script = { .shape = shape, .side = shape->writes };
	struct failure *failure = ret_failure;
	struct outcome *outcome = &failure->outcome;
	uint64_t guilty_at = 0;

	memset(failure, 0, sizeof(*failure));
	script.history.events = calloc(EVENTS, sizeof(struct event));
	script.history.capacity = EVENTS;
	assert(script.history.events);
	for (uint32_t i = 0; i < shape->attempts; i++) {
		if (i == shape->guilty)
			guilty_at = script.wire_at;
		attempt(&script, i);
	}
	add(&script, EVENT_FINISH, 0, 0);
	fill_plan(shape, &failure->plan);
	plan_format(&failure->plan, failure->plan_text, sizeof(failure->plan_text));
	failure->events = script.history.events;
	failure->event_count = script.history.count;
	failure->trial = shape->trial;
	failure->replays = 3;
	failure->reproduced = 3;
	outcome->verdict = VERDICT_VIOLATION;
	outcome->landed = 1;
	outcome->attempts = shape->attempts;
	outcome->primitives = shape->attempts * 2;
	outcome->primitives_most = 2;
	outcome->bytes = script.wire_at;
	fill_finding(shape, guilty_at, &outcome->finding);
	for (unsigned i = 0; i < failure->plan.cancellation_count; i++)
		outcome->records[i] = (struct landing_record){
			.landing = landings[i],
			.point = failure->plan.cancellations[i].point,
			.mechanism = failure->plan.cancellations[i].mechanism,
			.submitted = i < 2,
			.mid = i == 0 && shape->k,
			.t_result = i == 0 ? -ECANCELED : i == 1 ? 40 : 0,
			.c_result = i == 1 ? -ENOENT : 0,
			.attempt = shape->guilty + 2 * i,
			.primitive = i == 0 && shape->k ? 1 : 0,
			.offset = guilty_at + shape->k,
			.k = i == 0 ? shape->k : 0,
		};
}
