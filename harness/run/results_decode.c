/*
 * results_decode.c - cases and failures from JSON records that nobody vouches for.
 *
 * Every word, size and count is checked here, sums included, so that reports may index by what
 * they find and add up without overflow. A record that lies is refused whole.
 */
#include "run/results_json.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "run/results_fields.h"

/* Limits that keep every sum over RESULTS_CASES_MAX cases below 2^63. */
static const uint64_t count_max = 1ULL << 40, bytes_max = 1ULL << 48;

static void expectation_decode(struct fields *in, const json_t *object, struct expectation *expect,
			       char **text)
{
	expect->kind = (enum expect_kind)fields_word(in, object, "kind", WORDS_EXPECT);
	*text = fields_text(in, object, "text");
	expect->met = fields_words(in, object, "met", WORDS_CONTRACT, false);
	expect->also = fields_words(in, object, "also", WORDS_DAMAGE, false);
	if (json_object_get(object, "retry"))
		expect->retry = (enum damage)fields_word(in, object, "retry", WORDS_DAMAGE);
	if (json_object_get(object, "violation"))
		expect->violation = (enum damage)fields_word(in, object, "violation", WORDS_DAMAGE);
}

static void identity(struct fields *in, const json_t *record, struct case_result *test)
{
	test->id = fields_text(in, record, "id");
	test->index = (uint32_t)fields_number(in, record, "index", UINT32_MAX, true);
	test->scenario = fields_text(in, record, "scenario");
	test->suite = fields_text(in, record, "suite");
	test->target = fields_text(in, record, "target");
	test->operation = fields_text(in, record, "operation");
	test->wire = (enum wire_kind)fields_word(in, record, "wire", WORDS_WIRE);
	test->ring = (enum ring_mode)fields_word(in, record, "ring", WORDS_RING);
	test->condition = (enum condition)fields_word(in, record, "condition", WORDS_CONDITION);
	test->declared = (enum dt_contract)fields_word(in, record, "declared", WORDS_CONTRACT);
	expectation_decode(in, fields_member(in, record, "expect", JSON_OBJECT, true),
			   &test->expect, &test->expect_text);
}

static void landings_decode(struct fields *in, const json_t *list, struct landing_counts *counts)
{
	uint64_t *const at[] = { &counts->asked, &counts->landed, &counts->too_late,
				 &counts->never };

	if (json_array_size(list) != ARRAY_SIZE(at)) {
		fields_refuse(in, "points", "must hold [asked, landed, too late, never]");
		return;
	}
	for (unsigned i = 0; i < ARRAY_SIZE(at); i++)
		if (number_decode(json_array_get(list, i), at[i]) || *at[i] > count_max)
			fields_refuse(in, "points", "holds a count beyond its limit");
	if (!in->result && counts->asked != counts->landed + counts->too_late + counts->never)
		fields_refuse(in, "points", "do not add up: asked = landed + too late + never");
}

static void points_decode(struct fields *in, const json_t *points, struct tally *tally)
{
	const char *name, *inner;
	json_t *row, *list;

	json_object_foreach((json_t *)points, name, row) {
		int point = word_find(WORDS_POINT, name);

		if (point < 0 || !json_is_object(row)) {
			fields_refuse(in, "points", "names no point");
			return;
		}
		json_object_foreach(row, inner, list) {
			int mechanism = word_find(WORDS_MECHANISM, inner);

			if (mechanism < 0) {
				fields_refuse(in, "points", "names no mechanism");
				return;
			}
			landings_decode(in, list, &tally->points[point][mechanism]);
		}
	}
}

static void callers_decode(struct fields *in, const json_t *callers, struct tally *tally)
{
	const char *name;
	json_t *row;

	json_object_foreach((json_t *)callers, name, row) {
		int caller = word_find(WORDS_CALLER, name);
		struct caller_counts *counts = &tally->callers[caller < 0 ? 0 : caller];
		uint64_t sum = 0;
		json_t *damage;

		if (caller < 0 || !json_is_object(row)) {
			fields_refuse(in, "callers", "names no caller");
			return;
		}
		counts->trials = fields_number(in, row, "trials", count_max, false);
		counts->landed_trials = fields_number(in, row, "landed", count_max, false);
		counts->mid_trials = fields_number(in, row, "mid", count_max, false);
		damage = fields_member(in, row, "damage", JSON_OBJECT, true);
		for (unsigned d = 0; d < DAMAGE_COUNT; d++) {
			counts->damage[d] = fields_number(in, damage, word_name(WORDS_DAMAGE, d),
							  count_max, false);
			sum += counts->damage[d];
		}
		if (sum > counts->trials || counts->landed_trials > counts->trials ||
		    counts->mid_trials > counts->landed_trials)
			fields_refuse(in, "callers", "do not add up");
	}
}

static void cells_decode(struct fields *in, const json_t *cells, struct tally *tally)
{
	for (unsigned t = 0; t < CELL_RESULTS; t++) {
		const json_t *row = json_object_get(cells, results_cell_name(t));

		for (unsigned c = 0; c < CELL_RESULTS; c++)
			tally->cells[t][c] = fields_number(in, row, results_cell_name(c), count_max,
							   false);
	}
}

static uint64_t number_at(struct fields *in, const json_t *list, size_t at, uint64_t max)
{
	uint64_t number = 0;

	if (number_decode(json_array_get(list, at), &number) || number > max)
		fields_refuse(in, "swept", "holds no count, or one beyond its limit");
	return number;
}

static void swept_decode(struct fields *in, const json_t *object, struct tally *tally)
{
	for (unsigned family = 0; object && family < SWEEP_FAMILIES; family++) {
		const char *name = results_family_name(family);
		const json_t *list = fields_member(in, object, name, JSON_ARRAY, false);
		struct sweep_counts *counts = &tally->swept[family];

		if (!list)
			continue;
		counts->planned = number_at(in, list, 0, bytes_max);
		counts->trials = number_at(in, list, 1, count_max);
		counts->landed = number_at(in, list, 2, count_max);
		if (counts->landed > counts->trials || counts->trials > counts->planned)
			fields_refuse(in, name, "does not add up");
	}
	if (!object)
		return;
	tally->places = fields_number(in, object, "places", count_max, true);
	tally->places_left_out = fields_number(in, object, "places_left_out", count_max, false);
}

static void tally_decode(struct fields *in, const json_t *object, struct tally *tally)
{
	json_t *verdicts = fields_member(in, object, "verdicts", JSON_OBJECT, true);
	uint64_t sum = 0;

	tally->trials = fields_number(in, object, "trials", count_max, false);
	tally->attempts = fields_number(in, object, "attempts", bytes_max, false);
	tally->primitives = fields_number(in, object, "primitives", bytes_max, false);
	tally->bytes = fields_number(in, object, "bytes", bytes_max, false);
	for (unsigned v = 0; v < VERDICT_COUNT; v++) {
		tally->verdicts[v] = fields_number(in, verdicts, word_name(WORDS_VERDICT, v),
						   count_max, false);
		sum += tally->verdicts[v];
	}
	if (sum > tally->trials)
		fields_refuse(in, "verdicts", "are more than the trials");
	points_decode(in, fields_member(in, object, "points", JSON_OBJECT, true), tally);
	callers_decode(in, fields_member(in, object, "callers", JSON_OBJECT, true), tally);
	cells_decode(in, fields_member(in, object, "cells", JSON_OBJECT, true), tally);
	swept_decode(in, fields_member(in, object, "swept", JSON_OBJECT, false), tally);
}

int identity_decode(const json_t *record, struct case_result *ret_case, char *reterr_message,
		    size_t message_max)
{
	struct fields in = { .message = reterr_message, .message_max = message_max };

	*ret_case = (struct case_result){ .complete = false };
	identity(&in, record, ret_case);
	if (in.result)
		case_finish(ret_case);
	return in.result;
}

int case_decode(const json_t *record, struct case_result *ret_case, char *reterr_message,
		size_t message_max)
{
	struct fields in = { .message = reterr_message, .message_max = message_max };
	struct case_result test = { 0 };

	identity(&in, record, &test);
	test.verdict = (enum verdict)fields_word(&in, record, "verdict", WORDS_VERDICT);
	test.reason = fields_text(&in, record, "reason");
	test.met = fields_words(&in, record, "met", WORDS_CONTRACT, true);
	test.control_failed = fields_bool(&in, record, "control_failed");
	test.cut = json_object_get(record, "cut") && fields_bool(&in, record, "cut");
	test.complete = !test.cut;
	test.seconds = fields_seconds(&in, record, "seconds");
	tally_decode(&in, fields_member(&in, record, "tally", JSON_OBJECT, true), &test.tally);
	if (in.result)
		case_finish(&test);
	else
		*ret_case = test;
	return in.result;
}

static void finding_decode(struct fields *in, const json_t *object, struct finding *finding)
{
	char *sentence = fields_text(in, object, "sentence");

	if (sentence)
		snprintf(finding->sentence, sizeof(finding->sentence), "%s", sentence);
	free(sentence);
	finding->damage = (enum damage)fields_word(in, object, "damage", WORDS_DAMAGE);
	finding->from = fields_number(in, object, "from", UINT64_MAX, true);
	finding->to = fields_number(in, object, "to", UINT64_MAX, true);
	finding->guilty = fields_signed(in, object, "guilty");
	finding->attempt = (uint32_t)fields_number(in, object, "attempt", UINT32_MAX, true);
	finding->window_offset = fields_number(in, object, "window_offset", UINT64_MAX, true);
	finding->expected_size = fields_hex(in, object, "expected", finding->expected, WINDOW_MAX);
	finding->observed_size = fields_hex(in, object, "observed", finding->observed, WINDOW_MAX);
	if (finding->from > finding->to)
		fields_refuse(in, "from", "lies behind 'to'");
}

static void record_decode(struct fields *in, const json_t *object, struct landing_record *record)
{
	record->landing = (enum landing)fields_word(in, object, "landing", WORDS_LANDING);
	record->point = (enum point)fields_word(in, object, "point", WORDS_POINT);
	record->mechanism = (enum mechanism)fields_word(in, object, "mechanism", WORDS_MECHANISM);
	record->retry = fields_bool(in, object, "retry");
	record->submitted = fields_bool(in, object, "submitted");
	record->mid = fields_bool(in, object, "mid");
	record->t_result = fields_signed(in, object, "t_result");
	record->c_result = fields_signed(in, object, "c_result");
	record->attempt = (uint32_t)fields_number(in, object, "attempt", UINT32_MAX, true);
	record->primitive = (uint32_t)fields_number(in, object, "primitive", UINT32_MAX, true);
	record->offset = fields_number(in, object, "offset", UINT64_MAX, true);
	record->k = fields_number(in, object, "k", UINT64_MAX, true);
	if (record->point >= POINT_COUNT)
		fields_refuse(in, "point", "is none of the words it may be");
}

static void outcome_decode(struct fields *in, const json_t *object, const struct plan *plan,
			   struct outcome *outcome)
{
	json_t *records = fields_member(in, object, "records", JSON_ARRAY, true);

	if (json_array_size(records) != plan->cancellation_count) {
		fields_refuse(in, "records", "are not as many as the plan has cancellations");
		return;
	}
	for (uint32_t i = 0; i < plan->cancellation_count; i++)
		record_decode(in, json_array_get(records, i), &outcome->records[i]);
	outcome->verdict = (enum verdict)fields_word(in, object, "verdict", WORDS_VERDICT);
	finding_decode(in, fields_member(in, object, "finding", JSON_OBJECT, true),
		       &outcome->finding);
	outcome->landed = (uint32_t)fields_number(in, object, "landed", plan->cancellation_count,
						  true);
	outcome->attempts = (uint32_t)fields_number(in, object, "attempts", UINT32_MAX, true);
	outcome->primitives = (uint32_t)fields_number(in, object, "primitives", UINT32_MAX, true);
	outcome->primitives_most =
		(uint32_t)fields_number(in, object, "primitives_most", UINT32_MAX, true);
	outcome->bytes = fields_number(in, object, "bytes", UINT64_MAX, true);
	outcome->spent = fields_bool(in, object, "spent");
	if (outcome->finding.guilty < -1 ||
	    outcome->finding.guilty >= (int32_t)plan->cancellation_count)
		fields_refuse(in, "guilty", "is none of the plan's cancellations");
}

static bool event_decode(const json_t *list, struct event *event)
{
	static const uint64_t max[] = { 0, UINT8_MAX, UINT8_MAX, UINT8_MAX, UINT32_MAX, UINT32_MAX,
					0, UINT32_MAX, UINT64_MAX };
	const char *name = json_string_value(json_array_get(list, 0));
	json_int_t result = json_integer_value(json_array_get(list, 6));
	uint64_t numbers[ARRAY_SIZE(max)] = { 0 };
	unsigned kind = 0;

	if (json_array_size(list) != ARRAY_SIZE(max) || !name ||
	    !json_is_integer(json_array_get(list, 6)) || result < INT32_MIN || result > INT32_MAX)
		return false;
	while (kind < EVENT_KINDS && strcmp(name, event_name((enum event_kind)kind)))
		kind++;
	for (unsigned i = 1; i < ARRAY_SIZE(max); i++)
		if (i != 6 && (number_decode(json_array_get(list, i), &numbers[i]) ||
			       numbers[i] > max[i]))
			return false;
	*event = (struct event){
		.kind = (uint8_t)kind,
		.detail = (uint8_t)numbers[1],
		.side = (uint8_t)numbers[2],
		.flags = (uint8_t)numbers[3],
		.attempt = (uint32_t)numbers[4],
		.primitive = (uint32_t)numbers[5],
		.result = (int32_t)result,
		.size = (uint32_t)numbers[7],
		.offset = numbers[8],
	};
	return kind < EVENT_KINDS && event->side <= EVENT_SIDE_OUT;
}

static void events_decode(struct fields *in, const json_t *list, struct failure *failure)
{
	size_t count = json_array_size(list);

	if (count > RESULTS_EVENTS_MAX) {
		fields_refuse(in, "events", "are too many");
		return;
	}
	failure->events = calloc(MAX(count, 1), sizeof(*failure->events));
	if (!failure->events) {
		in->result = -ENOMEM;
		return;
	}
	for (size_t i = 0; i < count; i++)
		if (!event_decode(json_array_get(list, i), &failure->events[i]))
			fields_refuse(in, "events", "hold one that is not an event");
	failure->event_count = (uint32_t)count;
}

static void plan_decode(struct fields *in, const json_t *record, struct failure *failure)
{
	const json_t *value = fields_member(in, record, "plan", JSON_STRING, true);
	char message[200];

	if (!value)
		return;
	if (json_string_length(value) >= PLAN_TEXT_MAX) {
		fields_refuse(in, "plan", "is too long");
		return;
	}
	strcpy(failure->plan_text, json_string_value(value));
	if (plan_parse(failure->plan_text, &failure->plan, message, sizeof(message)))
		fields_refuse(in, "plan", message);
}

/* A plan's text that can be run, as plan_format writes it; owned. NULL: refused. */
static char *plan_text_decode(struct fields *in, const json_t *object, const char *key)
{
	json_t *member = fields_member(in, object, key, JSON_STRING, true);
	char text[PLAN_TEXT_MAX], message[200], *copy;
	struct plan plan;

	if (in->result)
		return NULL;
	if (plan_parse(json_string_value(member), &plan, message, sizeof(message)) ||
	    plan_problem(&plan)) {
		fields_refuse(in, key, "is no plan");
		return NULL;
	}
	plan_format(&plan, text, sizeof(text));
	copy = strdup(text);
	if (!copy)
		in->result = -ENOMEM;
	return copy;
}

static void shrunk_decode(struct fields *in, const json_t *object, struct failure *failure)
{
	if (!object)
		return;
	failure->smallest = plan_text_decode(in, object, "plan");
	if (json_object_get(object, "nearest"))
		failure->nearest = plan_text_decode(in, object, "nearest");
	failure->minimal = fields_bool(in, object, "minimal");
	failure->shrink_runs = (uint32_t)fields_number(in, object, "runs", UINT32_MAX, true);
}

int failure_decode(const json_t *record, struct failure *ret_failure, char *reterr_message,
		   size_t message_max)
{
	struct fields in = { .message = reterr_message, .message_max = message_max };
	const char *control = json_string_value(json_object_get(record, "trial"));

	memset(ret_failure, 0, sizeof(*ret_failure));
	plan_decode(&in, record, ret_failure);
	outcome_decode(&in, fields_member(&in, record, "outcome", JSON_OBJECT, true),
		       &ret_failure->plan, &ret_failure->outcome);
	events_decode(&in, fields_member(&in, record, "events", JSON_ARRAY, true), ret_failure);
	ret_failure->trial = control && !strcmp(control, "control")
				     ? UINT64_MAX
				     : fields_number(&in, record, "trial", UINT64_MAX, true);
	ret_failure->replays = (uint32_t)fields_number(&in, record, "replays", UINT32_MAX, true);
	ret_failure->reproduced =
		(uint32_t)fields_number(&in, record, "reproduced", ret_failure->replays, true);
	shrunk_decode(&in, fields_member(&in, record, "shrunk", JSON_OBJECT, false), ret_failure);
	if (in.result)
		failure_finish(ret_failure);
	return in.result;
}

static void part_failures(struct fields *in, const json_t *list, struct case_part *part)
{
	size_t count = json_array_size(list), all = part->failure_count + count;
	struct failure *failures;

	if (all > RESULTS_CASE_FAILURES_MAX) {
		fields_refuse(in, "failures", "are too many");
		return;
	}
	failures = reallocarray(part->failures, MAX(all, (size_t)1), sizeof(*failures));
	if (!failures) {
		in->result = -ENOMEM;
		return;
	}
	part->failures = failures;
	for (size_t i = 0; i < count && !in->result; i++) {
		in->result = failure_decode(json_array_get(list, i),
					    &failures[part->failure_count], in->message,
					    in->message_max);
		part->failure_count += !in->result;
	}
}

int part_decode(const json_t *record, struct case_part *part, char *reterr_message,
		size_t message_max)
{
	struct fields in = { .message = reterr_message, .message_max = message_max };
	json_t *deaths = fields_member(&in, record, "deaths", JSON_ARRAY, true);
	struct tally tally = { 0 };

	for (unsigned i = 0; i < 2 && !in.result; i++) {
		uint64_t count = 0;

		if (number_decode(json_array_get(deaths, i), &count) || count > UINT32_MAX)
			fields_refuse(&in, "deaths", "must be two numbers");
		part->deaths[i] = (uint32_t)count;
	}
	part->trials = fields_number(&in, record, "trials", count_max, true);
	part->declared_only = fields_bool(&in, record, "declared_only");
	tally_decode(&in, fields_member(&in, record, "tally", JSON_OBJECT, true), &tally);
	if (tally.trials > part->trials)
		fields_refuse(&in, "tally", "counts more trials than were run");
	part->tally = tally;
	part_failures(&in, fields_member(&in, record, "failures", JSON_ARRAY, true), part);
	return in.result;
}

void part_destroy(struct case_part *part)
{
	for (unsigned i = 0; part && i < part->failure_count; i++)
		failure_finish(&part->failures[i]);
	if (part)
		free(part->failures);
	free(part);
}

void failure_finish(struct failure *failure)
{
	free(failure->events);
	free(failure->smallest);
	free(failure->nearest);
	failure->events = NULL;
	failure->smallest = failure->nearest = NULL;
	failure->event_count = 0;
}

void case_finish(struct case_result *test)
{
	for (unsigned i = 0; i < test->failure_count; i++)
		failure_finish(&test->failures[i]);
	free(test->failures);
	part_destroy(test->part);
	free(test->id);
	free(test->scenario);
	free(test->suite);
	free(test->target);
	free(test->operation);
	free(test->expect_text);
	free(test->reason);
	*test = (struct case_result){ .failures = NULL };
}
