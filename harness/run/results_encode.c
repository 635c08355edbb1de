/*
 * results_encode.c - cases and failures as JSON records: words by name, counters sparse (what is
 * zero is left out), keys sorted when they are dumped, so that equal results are equal bytes.
 */
#include "run/results_json.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "model/utf8.h"

static const char *const cells[CELL_RESULTS] = {
	[CELL_POSITIVE] = "n > 0",	  [CELL_ZERO] = "0",
	[CELL_ECANCELED] = "-ECANCELED", [CELL_ENOENT] = "-ENOENT",
	[CELL_EALREADY] = "-EALREADY",	  [CELL_ETIME] = "-ETIME",
	[CELL_OTHER] = "other",		  [CELL_NONE] = "none",
};

const char *results_cell_name(enum cell_result cell)
{
	return (unsigned)cell < CELL_RESULTS ? cells[cell] : "?";
}

json_t *text_encode(const char *text)
{
	size_t size = text ? strlen(text) : 0, used = 0;
	char *out = malloc(size * 4 + 1);
	json_t *value;

	if (!out)
		return NULL;
	for (size_t at = 0; at < size;) {
		uint32_t character;
		unsigned length = utf8_decode(text + at, size - at, &character);

		if (length)
			memcpy(out + used, text + at, length);
		else
			snprintf(out + used, 5, "\\x%02x", (unsigned char)text[at]);
		used += length ? length : 4;
		at += length ? length : 1;
	}
	value = json_stringn(out, used);
	free(out);
	return value;
}

json_t *number_encode(uint64_t number)
{
	char text[24];

	if (number <= INT64_MAX)
		return json_integer((json_int_t)number);
	snprintf(text, sizeof(text), "0x%" PRIx64, number);
	return json_string(text);
}

static json_t *word(enum words set, unsigned value)
{
	return json_string(word_name(set, value));
}

static json_t *words(enum words set, unsigned bits)
{
	json_t *list = json_array();

	for (unsigned i = 0; list && i < word_count(set); i++)
		if (bits & BIT(i) && json_array_append_new(list, word(set, i))) {
			json_decref(list);
			return NULL;
		}
	return list;
}

/* Sets a member; a value or object of NULL (no memory) is remembered in *bad. */
static void set(json_t *object, const char *key, json_t *value, bool *bad)
{
	if (json_object_set_new(object, key, value))
		*bad = true;
}

static void set_count(json_t *object, const char *key, uint64_t count, bool *bad)
{
	if (count)
		set(object, key, number_encode(count), bad);
}

static void push(json_t *array, json_t *value, bool *bad)
{
	if (json_array_append_new(array, value))
		*bad = true;
}

static json_t *checked(json_t *value, bool bad)
{
	if (!bad)
		return value;
	json_decref(value);
	return NULL;
}

static json_t *expectation_encode(const struct expectation *expect, const char *text)
{
	json_t *object = json_object();
	bool bad = false;

	set(object, "kind", word(WORDS_EXPECT, expect->kind), &bad);
	set(object, "text", text_encode(text), &bad);
	if (expect->met)
		set(object, "met", words(WORDS_CONTRACT, expect->met), &bad);
	if (expect->retry)
		set(object, "retry", word(WORDS_DAMAGE, expect->retry), &bad);
	if (expect->violation)
		set(object, "violation", word(WORDS_DAMAGE, expect->violation), &bad);
	if (expect->also)
		set(object, "also", words(WORDS_DAMAGE, expect->also), &bad);
	return checked(object, bad);
}

static json_t *points_encode(const struct tally *tally)
{
	json_t *points = json_object();
	bool bad = false;

	for (unsigned p = 0; p < POINT_ROWS; p++) {
		json_t *row = json_object();

		for (unsigned m = 0; m < MECH_COUNT; m++) {
			const struct landing_counts *counts = &tally->points[p][m];
			json_t *list;

			if (!counts->asked)
				continue;
			list = json_array();
			push(list, number_encode(counts->asked), &bad);
			push(list, number_encode(counts->landed), &bad);
			push(list, number_encode(counts->too_late), &bad);
			push(list, number_encode(counts->never), &bad);
			set(row, word_name(WORDS_MECHANISM, m), list, &bad);
		}
		if (json_object_size(row))
			set(points, word_name(WORDS_POINT, p), row, &bad);
		else
			json_decref(row);
	}
	return checked(points, bad);
}

static json_t *callers_encode(const struct tally *tally)
{
	json_t *callers = json_object();
	bool bad = false;

	for (unsigned c = 0; c < CALLER_COUNT; c++) {
		const struct caller_counts *counts = &tally->callers[c];
		json_t *row, *damage;

		if (!counts->trials)
			continue;
		row = json_object();
		damage = json_object();
		set_count(row, "trials", counts->trials, &bad);
		set_count(row, "landed", counts->landed_trials, &bad);
		set_count(row, "mid", counts->mid_trials, &bad);
		for (unsigned d = 0; d < DAMAGE_COUNT; d++)
			set_count(damage, word_name(WORDS_DAMAGE, d), counts->damage[d], &bad);
		set(row, "damage", damage, &bad);
		set(callers, word_name(WORDS_CALLER, c), row, &bad);
	}
	return checked(callers, bad);
}

static json_t *cells_encode(const struct tally *tally)
{
	json_t *table = json_object();
	bool bad = false;

	for (unsigned t = 0; t < CELL_RESULTS; t++) {
		json_t *row = json_object();

		for (unsigned c = 0; c < CELL_RESULTS; c++)
			set_count(row, cells[c], tally->cells[t][c], &bad);
		if (json_object_size(row))
			set(table, cells[t], row, &bad);
		else
			json_decref(row);
	}
	return checked(table, bad);
}

static const char *const families[SWEEP_FAMILIES] = {
	[SWEEP_ONCE] = "once",
	[SWEEP_KEPT_UP] = "kept-up",
	[SWEEP_RECOVERY] = "recovery",
	[SWEEP_PAIRS] = "pairs",
};

const char *results_family_name(enum sweep_family family)
{
	return (unsigned)family < SWEEP_FAMILIES ? families[family] : "?";
}

static json_t *swept_encode(const struct tally *tally)
{
	json_t *object = json_object();
	bool bad = false;

	for (unsigned family = 0; family < SWEEP_FAMILIES; family++) {
		const struct sweep_counts *counts = &tally->swept[family];
		json_t *list;

		if (!counts->planned)
			continue;
		list = json_array();
		push(list, number_encode(counts->planned), &bad);
		push(list, number_encode(counts->trials), &bad);
		push(list, number_encode(counts->landed), &bad);
		set(object, families[family], list, &bad);
	}
	set_count(object, "places", tally->places, &bad);
	set_count(object, "places_left_out", tally->places_left_out, &bad);
	return checked(object, bad);
}

static json_t *tally_encode(const struct tally *tally)
{
	json_t *object = json_object(), *verdicts = json_object();
	bool bad = false;

	for (unsigned v = 0; v < VERDICT_COUNT; v++)
		set_count(verdicts, word_name(WORDS_VERDICT, v), tally->verdicts[v], &bad);
	set(object, "verdicts", verdicts, &bad);
	set_count(object, "trials", tally->trials, &bad);
	set_count(object, "attempts", tally->attempts, &bad);
	set_count(object, "primitives", tally->primitives, &bad);
	set_count(object, "bytes", tally->bytes, &bad);
	set(object, "points", points_encode(tally), &bad);
	set(object, "callers", callers_encode(tally), &bad);
	set(object, "cells", cells_encode(tally), &bad);
	if (tally->places)
		set(object, "swept", swept_encode(tally), &bad);
	return checked(object, bad);
}

/* Who the case is: in its own record and in each of its failures. */
static void identity_encode(json_t *object, const struct case_result *test, bool *bad)
{
	set(object, "id", text_encode(test->id), bad);
	set(object, "index", json_integer(test->index), bad);
	set(object, "scenario", text_encode(test->scenario), bad);
	set(object, "suite", text_encode(test->suite), bad);
	set(object, "target", text_encode(test->target), bad);
	set(object, "operation", text_encode(test->operation), bad);
	set(object, "wire", word(WORDS_WIRE, test->wire), bad);
	set(object, "ring", word(WORDS_RING, test->ring), bad);
	set(object, "condition", word(WORDS_CONDITION, test->condition), bad);
	set(object, "declared", word(WORDS_CONTRACT, test->declared), bad);
	set(object, "expect", expectation_encode(&test->expect, test->expect_text), bad);
}

json_t *case_encode(const struct case_result *test)
{
	json_t *object = json_object();
	bool bad = false;

	set(object, "t", json_string("case"), &bad);
	identity_encode(object, test, &bad);
	set(object, "verdict", word(WORDS_VERDICT, test->verdict), &bad);
	set(object, "reason", text_encode(test->reason), &bad);
	set(object, "met", words(WORDS_CONTRACT, test->met), &bad);
	set(object, "control_failed", json_boolean(test->control_failed), &bad);
	if (test->cut)
		set(object, "cut", json_true(), &bad);
	set(object, "tally", tally_encode(&test->tally), &bad);
	set(object, "seconds", json_real(isfinite(test->seconds) ? test->seconds : 0), &bad);
	return checked(object, bad);
}

static json_t *hex_encode(const unsigned char *bytes, size_t size)
{
	char text[2 * WINDOW_MAX + 1] = "";

	for (size_t i = 0; i < MIN(size, WINDOW_MAX); i++)
		sprintf(text + 2 * i, "%02x", bytes[i]);
	return json_string(text);
}

static json_t *finding_encode(const struct finding *finding)
{
	json_t *object = json_object();
	bool bad = false;

	set(object, "damage", word(WORDS_DAMAGE, finding->damage), &bad);
	set(object, "from", number_encode(finding->from), &bad);
	set(object, "to", number_encode(finding->to), &bad);
	set(object, "guilty", json_integer(finding->guilty), &bad);
	set(object, "attempt", json_integer(finding->attempt), &bad);
	set(object, "sentence", text_encode(finding->sentence), &bad);
	set(object, "window_offset", number_encode(finding->window_offset), &bad);
	set(object, "expected", hex_encode(finding->expected, finding->expected_size), &bad);
	set(object, "observed", hex_encode(finding->observed, finding->observed_size), &bad);
	return checked(object, bad);
}

static json_t *record_encode(const struct landing_record *record)
{
	json_t *object = json_object();
	bool bad = false;

	set(object, "landing", word(WORDS_LANDING, record->landing), &bad);
	set(object, "point", word(WORDS_POINT, record->point), &bad);
	set(object, "mechanism", word(WORDS_MECHANISM, record->mechanism), &bad);
	set(object, "retry", json_boolean(record->retry), &bad);
	set(object, "submitted", json_boolean(record->submitted), &bad);
	set(object, "mid", json_boolean(record->mid), &bad);
	set(object, "t_result", json_integer(record->t_result), &bad);
	set(object, "c_result", json_integer(record->c_result), &bad);
	set(object, "attempt", json_integer(record->attempt), &bad);
	set(object, "primitive", json_integer(record->primitive), &bad);
	set(object, "offset", number_encode(record->offset), &bad);
	set(object, "k", number_encode(record->k), &bad);
	return checked(object, bad);
}

/* ["complete", detail, side, flags, attempt, primitive, result, size, offset] */
static json_t *event_encode(const struct event *event)
{
	json_t *list = json_array();
	bool bad = false;

	push(list, json_string(event_name(event->kind)), &bad);
	push(list, json_integer(event->detail), &bad);
	push(list, json_integer(event->side), &bad);
	push(list, json_integer(event->flags), &bad);
	push(list, json_integer(event->attempt), &bad);
	push(list, json_integer(event->primitive), &bad);
	push(list, json_integer(event->result), &bad);
	push(list, json_integer(event->size), &bad);
	push(list, number_encode(event->offset), &bad);
	return checked(list, bad);
}

static json_t *outcome_encode(const struct failure *failure)
{
	const struct outcome *outcome = &failure->outcome;
	json_t *object = json_object(), *records = json_array();
	bool bad = false;

	for (uint32_t i = 0; i < MIN(failure->plan.cancellation_count, PLAN_CANCELLATIONS_MAX); i++)
		push(records, record_encode(&outcome->records[i]), &bad);
	set(object, "records", records, &bad);
	set(object, "verdict", word(WORDS_VERDICT, outcome->verdict), &bad);
	set(object, "finding", finding_encode(&outcome->finding), &bad);
	set(object, "landed", json_integer(outcome->landed), &bad);
	set(object, "attempts", json_integer(outcome->attempts), &bad);
	set(object, "primitives", json_integer(outcome->primitives), &bad);
	set(object, "primitives_most", json_integer(outcome->primitives_most), &bad);
	set(object, "bytes", number_encode(outcome->bytes), &bad);
	set(object, "spent", json_boolean(outcome->spent), &bad);
	return checked(object, bad);
}

static json_t *shrunk_encode(const struct failure *failure)
{
	json_t *object = json_object();
	bool bad = false;

	set(object, "plan", text_encode(failure->smallest), &bad);
	if (failure->nearest)
		set(object, "nearest", text_encode(failure->nearest), &bad);
	set(object, "minimal", json_boolean(failure->minimal), &bad);
	set(object, "runs", json_integer(failure->shrink_runs), &bad);
	return checked(object, bad);
}

static void failure_members(json_t *object, const struct failure *failure, bool *bad)
{
	json_t *events = json_array();

	set(object, "plan", text_encode(failure->plan_text), bad);
	set(object, "outcome", outcome_encode(failure), bad);
	for (uint32_t i = 0; i < MIN(failure->event_count, RESULTS_EVENTS_MAX); i++)
		push(events, event_encode(&failure->events[i]), bad);
	set(object, "events", events, bad);
	set(object, "trial", failure->trial == UINT64_MAX ? json_string("control")
							  : number_encode(failure->trial), bad);
	set(object, "replays", json_integer(failure->replays), bad);
	set(object, "reproduced", json_integer(failure->reproduced), bad);
	if (failure->smallest)
		set(object, "shrunk", shrunk_encode(failure), bad);
}

json_t *failure_encode(const struct case_result *test, const struct failure *failure)
{
	json_t *object = json_object();
	bool bad = false;

	set(object, "t", json_string("failure"), &bad);
	identity_encode(object, test, &bad);
	failure_members(object, failure, &bad);
	return checked(object, bad);
}

json_t *part_encode(const struct case_result *test, const struct case_part *part)
{
	json_t *object = json_object(), *failures = json_array(), *deaths = json_array();
	bool bad = false;

	set(object, "t", json_string("part"), &bad);
	identity_encode(object, test, &bad);
	set(object, "trials", number_encode(part->trials), &bad);
	push(deaths, json_integer(part->deaths[0]), &bad);
	push(deaths, json_integer(part->deaths[1]), &bad);
	set(object, "deaths", deaths, &bad);
	set(object, "declared_only", json_boolean(part->declared_only), &bad);
	set(object, "tally", tally_encode(&part->tally), &bad);
	for (unsigned i = 0; i < part->failure_count; i++) {
		json_t *failure = json_object();

		failure_members(failure, &part->failures[i], &bad);
		push(failures, failure, &bad);
	}
	set(object, "failures", failures, &bad);
	return checked(object, bad);
}
