/*
 * check_report.c - see check_report.h.
 */
#include "run/check_report.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "run/expect.h"

enum { LINE_MAX_BYTES = 512, MET_MAX = 64 };

const char *check_text(const char *format, ...)
{
	char *text;
	va_list values;
	int length;

	va_start(values, format);
	length = vasprintf(&text, format, values);
	va_end(values);
	return length < 0 ? "" : text;
}

/* "partial:5 by async_cancel/ud in attempt 56, at byte 2074 of the stream" */
static const char *describe_guilty(const struct failure *failure)
{
	int32_t guilty = failure->outcome.finding.guilty;
	const struct cancellation *step;
	const struct landing_record *record;
	const char *point;

	if (guilty < 0 || (uint32_t)guilty >= failure->plan.cancellation_count)
		return "";
	step = &failure->plan.cancellations[guilty];
	record = &failure->outcome.records[guilty];
	point = word_name(WORDS_POINT, step->point);
	if (step->point == POINT_PARTIAL || step->point == POINT_TIMER)
		point = check_text("%s:%" PRIu64, point, step->k);
	return check_text("%s by %s in attempt %" PRIu32 ", at byte %" PRIu64 " of the stream",
			  point, word_name(WORDS_MECHANISM, step->mechanism), record->attempt,
			  record->offset);
}

static const char *describe_events(const struct failure *failure)
{
	char line[LINE_MAX_BYTES], *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return "";
	for (uint32_t i = 0; i < failure->event_count; i++) {
		event_format(&failure->events[i], line, sizeof(line));
		fprintf(out, "%5" PRIu32 "  %s\n", i, line);
	}
	return fclose(out) ? "" : text;
}

/* The plan with the target's own name: it is the same in a plug-in that has it. */
static const char *describe_plan(const struct check_job *job, const struct plan *plan)
{
	char text[PLAN_TEXT_MAX];
	struct plan copy = *plan;

	snprintf(copy.target, sizeof(copy.target), "%s", job->entry->target->name);
	return plan_format(&copy, text, sizeof(text)) < 0 ? "" : check_text("%s", text);
}

void check_report_failure(struct check_job *job, const struct failure *failure)
{
	const struct plan *plan = &failure->plan;
	struct dt_check_result *result = job->result;

	result->damage = word_name(WORDS_DAMAGE, failure->outcome.finding.damage);
	result->guilty = describe_guilty(failure);
	result->plan = describe_plan(job, plan);
	result->replay = check_text("DROPTEST_REPLAY='%s' %s", result->plan,
				    program_invocation_name);
	result->trace = describe_events(failure);
	result->replays = failure->replays;
	result->reproduced = failure->reproduced;
	job->where = check_text("%s, %s ring", word_name(WORDS_WIRE, plan->wire),
				  word_name(WORDS_RING, plan->ring));
}

/* Does it show that a contract was not met that was expected to be? */
static bool breaks_expectation(const struct check_job *job, const struct failure *failure)
{
	for (unsigned contract = DT_ATOMIC; contract <= DT_TERMINAL; contract++)
		if (job->met & BIT(contract) &&
		    callers_of_contract(contract) & BIT(failure->plan.caller))
			return true;
	return false;
}

/* The failure that the verdict rests on, or NULL. */
static const struct failure *telling_failure(const struct check_job *job,
					     const struct case_result *test)
{
	for (unsigned i = 0; i < test->failure_count; i++)
		if (strstr(test->reason, test->failures[i].outcome.finding.sentence))
			return &test->failures[i];
	for (unsigned i = 0; i < test->failure_count && test->verdict == VERDICT_VIOLATION; i++)
		if (breaks_expectation(job, &test->failures[i]))
			return &test->failures[i];
	return NULL;
}

static void sum_up(struct dt_check_result *result, const struct results *results)
{
	result->seconds = results->seconds;
	for (unsigned i = 0; i < results->case_count; i++) {
		const struct case_result *test = &results->cases[i];
		struct landing_counts landings = tally_landings(&test->tally);

		result->cases += test->verdict != VERDICT_SKIP;
		result->cases_skipped += test->verdict == VERDICT_SKIP;
		result->trials += test->tally.trials;
		result->asked += landings.asked;
		result->landed += landings.landed;
		result->too_late += landings.too_late;
		result->never_reached += landings.never;
	}
}

/* The first of the worst that were run; the first one when none was. */
static const struct case_result *worst_case(const struct results *results)
{
	const struct case_result *worst = &results->cases[0];

	for (unsigned i = 1; i < results->case_count; i++) {
		const struct case_result *test = &results->cases[i];

		if (test->verdict == VERDICT_SKIP)
			continue;
		if (worst->verdict == VERDICT_SKIP || test->verdict > worst->verdict)
			worst = test;
	}
	return worst;
}

/* What an operation met on all wires and rings together. */
static const char *contracts_met(const struct results *results, const char *operation)
{
	struct tally tally = { 0 };
	char text[MET_MAX];

	for (unsigned i = 0; i < results->case_count; i++)
		if (!strcmp(results->cases[i].operation, operation))
			tally_merge(&tally, &results->cases[i].tally);
	contracts_format(tally_contracts_met(&tally), text, sizeof(text));
	return check_text("%s", text);
}

static const char *sentence_of(const struct check_job *job, const struct case_result *test)
{
	char met[MET_MAX];

	if (test->reason[0])
		return check_text("%s", test->reason);
	contracts_format(job->met, met, sizeof(met));
	if (job->met)
		return check_text("'%s' is met, and no more, as was expected", met);
	return check_text("'%s' held wherever a cancellation landed",
			  word_name(WORDS_CONTRACT, test->declared));
}

static const char *first_skip(const struct results *results)
{
	for (unsigned i = 0; i < results->case_count; i++)
		if (results->cases[i].verdict == VERDICT_SKIP)
			return check_text("%s", results->cases[i].reason);
	return NULL;
}

/* What was not run says nothing, and cannot be passed. */
static const char *left_out(const struct check_job *job, const struct results *results)
{
	return check_text("the time was over when %u of %u cases had been run",
			  results->case_count, job->planned);
}

void check_report_results(struct check_job *job, const struct results *results)
{
	static const enum dt_verdict verdicts[VERDICT_COUNT] = {
		[VERDICT_PASS] = DT_PASS,	    [VERDICT_INCONCLUSIVE] = DT_INCONCLUSIVE,
		[VERDICT_VIOLATION] = DT_VIOLATION, [VERDICT_ERROR] = DT_ERROR,
		[VERDICT_SKIP] = DT_SKIP,
	};
	struct dt_check_result *result = job->result;
	const struct case_result *worst;
	const struct failure *failure;

	if (!results->case_count) {
		check_end(job, results->interrupted ? DT_INCONCLUSIVE : DT_ERROR, "%s",
			  left_out(job, results));
		return;
	}
	worst = worst_case(results);
	failure = telling_failure(job, worst);
	sum_up(result, results);
	result->verdict = verdicts[worst->verdict];
	result->operation = worst->operation;
	result->declared = word_name(WORDS_CONTRACT, worst->declared);
	result->met = contracts_met(results, worst->operation);
	result->sentence = sentence_of(job, worst);
	if (results->case_count < job->planned &&
	    (result->verdict == DT_PASS || result->verdict == DT_SKIP)) {
		result->verdict = DT_INCONCLUSIVE;
		result->sentence = left_out(job, results);
	}
	if (failure)
		check_report_failure(job, failure);
	if (failure && job->met && !worst->control_failed)
		result->damage = ""; /* nobody was promised anything else */
	job->skipped = first_skip(results);
	check_report_message(job);
}

/* What it printed is its own affair; only NULs would hide the rest. */
static const char *output_of(struct check_job *job)
{
	struct capture *capture = &job->output;

	for (size_t i = 0; i < capture->size; i++)
		if (!capture->text[i])
			capture->text[i] = '?';
	return check_text("%.*s", (int)capture->size, capture->text);
}

static void write_counts(const struct check_job *job, FILE *out)
{
	const struct dt_check_result *result = job->result;

	fprintf(out, "\n    declared %s", result->declared);
	if (*result->met)
		fprintf(out, ", met %s", result->met);
	fprintf(out, "; %" PRIu64 " of %" PRIu64 " cancellations landed; %" PRIu64 " trials",
		result->landed, result->asked, result->trials);
	if (job->planned)
		fprintf(out, "; %" PRIu64 " of %u cases", result->cases, job->planned);
	if (job->skipped && result->cases)
		fprintf(out, "; %" PRIu64 " skipped: %s", result->cases_skipped, job->skipped);
	fprintf(out, "; seed 0x%" PRIx64, result->seed);
}

static void write_message(const struct check_job *job, FILE *out)
{
	const struct dt_check_result *result = job->result;
	const char *target = job->entry ? job->entry->target->name : "dt_check";

	fprintf(out, "%s%s%s: %s: %s%s%s", target, *result->operation ? "." : "",
		result->operation, dt_verdict_name(result->verdict), result->damage,
		*result->damage ? ": " : "", result->sentence);
	if (*result->guilty)
		fprintf(out, "\n    guilty: %s", result->guilty);
	if (job->where)
		fprintf(out, "\n    on %s", job->where);
	if (result->replays)
		fprintf(out, "; reproduced %u/%u", result->reproduced, result->replays);
	if (result->cases)
		write_counts(job, out);
	if (*result->replay)
		fprintf(out, "\n    again: %s", result->replay);
	if (job->talkative && *result->output)
		fprintf(out, "\n    it printed:\n%s", result->output);
	if (job->talkative && *result->trace)
		fprintf(out, "\n    trace:\n%s", result->trace);
}

void check_report_message(struct check_job *job)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	job->result->output = output_of(job);
	if (!out)
		return;
	write_message(job, out);
	if (!fclose(out))
		job->result->message = text;
}
