/*
 * failure.c - one failure as a reader needs it: the sentence, the bytes, the drawing, what each
 * cancellation did, and the command that does it again.
 */
#include "html/sections.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "html/chart.h"

static const char *result_text(int32_t result, char text[24])
{
	const char *name = result < 0 && result > -4096 ? strerrorname_np(-result) : NULL;

	if (name)
		snprintf(text, 24, "-%s", name);
	else
		snprintf(text, 24, "%" PRId32, result);
	return text;
}

static void write_point(struct page *page, const struct cancellation *step)
{
	page_textf(page, "%s", word_name(WORDS_POINT, step->point));
	if (step->point == POINT_PARTIAL)
		page_textf(page, ":%" PRIu64, step->k);
	if (step->point == POINT_TIMER)
		page_textf(page, ":%" PRIu64 " ns", step->k);
}

static void write_step(struct page *page, const struct failure *failure, uint32_t at)
{
	const struct cancellation *step = &failure->plan.cancellations[at];
	const struct landing_record *record = &failure->outcome.records[at];
	bool guilty = (int64_t)at == failure->outcome.finding.guilty;
	char text[24];

	page_open(page, "tr", guilty ? "guilty" : NULL);
	page_elementf(page, "th", NULL, "%" PRIu32, at);
	if (step->retry)
		page_elementf(page, "td", NULL, "retry.%" PRIu32, step->primitive);
	else
		page_elementf(page, "td", NULL, "%" PRIu32 ".%" PRIu32, step->attempt,
			      step->primitive);
	page_open(page, "td", NULL);
	write_point(page, step);
	page_close(page);
	page_element(page, "td", NULL, word_name(WORDS_MECHANISM, step->mechanism));
	page_open(page, "td", NULL);
	page_text(page, record->landing == LANDING_LANDED     ? "\u25bc landed"
			: record->landing == LANDING_TOO_LATE ? "\u25bd too late"
							      : "\u2013 never reached");
	if (guilty)
		page_element(page, "strong", NULL, " guilty");
	page_close(page);
	page_element(page, "td", "number",
		     record->submitted ? result_text(record->t_result, text) : "");
	page_element(page, "td", "number",
		     record->submitted ? result_text(record->c_result, text) : "");
	if (record->landing == LANDING_LANDED)
		page_elementf(page, "td", "number", "%" PRIu64, record->k);
	else
		page_element(page, "td", NULL, "");
	page_close(page);
}

static void write_steps(struct page *page, const struct failure *failure)
{
	if (!failure->plan.cancellation_count)
		return;
	page_open(page, "details", NULL);
	page_open(page, "summary", NULL);
	page_text(page, "What each cancellation did: ");
	page_counted(page, failure->plan.cancellation_count, "asked", "asked");
	page_textf(page, ", %" PRIu32 " landed", failure->outcome.landed);
	page_close(page);
	wide_open(page, "Cancellations of the plan");
	page_open(page, "table", "steps");
	page_trusted(page, "<thead><tr><th>#</th><th>attempt.operation</th><th>point</th>"
			   "<th>mechanism</th><th>landing</th>"
			   "<th>operation\u2019s result</th><th>cancel\u2019s result</th>"
			   "<th>bytes moved before</th></tr></thead>");
	page_open(page, "tbody", NULL);
	for (uint32_t i = 0; i < failure->plan.cancellation_count; i++)
		write_step(page, failure, i);
	for (unsigned i = 0; i < 4; i++)
		page_close(page);
	page_break(page);
}

/* The text between single quotes, for a shell. Owned, or NULL. */
static char *shell_quoted(const char *text)
{
	char *quoted = malloc(4 * strlen(text) + 3), *at = quoted;

	if (!quoted)
		return NULL;
	*at++ = '\'';
	for (; *text; text++) {
		if (*text == '\'')
			at = stpcpy(at, "'\\''");
		else
			*at++ = *text;
	}
	strcpy(at, "'");
	return quoted;
}

/* Does a shell take it for what it is, without quotes? */
static bool is_plain_name(const char *text)
{
	return !text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				  "0123456789_./+-")];
}

/* The plug-in that the run was given as a file; replaying needs it too. NULL: none. */
static const char *plugin_of(const struct results *results)
{
	const json_t *options = json_object_get(results->run, "options");
	const char *target = json_string_value(json_object_get(options, "target"));
	size_t size = target ? strlen(target) : 0;

	return size > 3 && !strcmp(target + size - 3, ".so") ? target : NULL;
}

static void write_replay(struct page *page, const struct results *results,
			 const struct failure *failure)
{
	const char *plugin = plugin_of(results);
	char *plan = shell_quoted(failure->plan_text);
	char *file = plugin ? shell_quoted(plugin) : NULL;

	page_open(page, "pre", "command");
	page_attribute(page, "tabindex", "0");
	page_open(page, "code", NULL);
	page_text(page, "droptest replay ");
	if (file)
		page_textf(page, "--target %s ", is_plain_name(plugin) ? plugin : file);
	page_text(page, plan ? plan : "");
	page_close(page);
	page_close(page);
	page_break(page);
	free(file);
	free(plan);
}

/* "trial 12 of session-state/framed-read:... , caller same, reproduced 3 of 3 times" */
static void write_origin(struct page *page, const struct member *member)
{
	const struct failure *failure = member->failure;

	page_open(page, "p", "origin");
	if (failure->trial == UINT64_MAX)
		page_text(page, "Control run of ");
	else
		page_textf(page, "Trial %" PRIu64 " of ", failure->trial);
	page_element(page, "code", NULL, member->test->id);
	page_textf(page, ". Caller: %s (%s). ", word_name(WORDS_CALLER, failure->plan.caller),
		   word_meaning(WORDS_CALLER, failure->plan.caller));
	if (failure->replays)
		page_textf(page, "Reproduced %" PRIu32 " of %" PRIu32 " times.",
			   failure->reproduced, failure->replays);
	else
		page_text(page, "Not replayed.");
	page_close(page);
}

static void write_kind(struct page *page, const struct failure *failure)
{
	enum point point = guilty_point(failure);

	if (point >= POINT_COUNT)
		page_text(page, "no cancellation is to blame");
	else
		page_textf(page, "%s by %s", word_name(WORDS_POINT, point),
			   word_name(WORDS_MECHANISM, guilty_mechanism(failure)));
}

void failure_write(struct page *page, const struct results *results, const struct member *member,
		   bool whole)
{
	const struct failure *failure = member->failure;

	if (whole) {
		page_open(page, "div", "failure");
	} else {
		page_open(page, "details", "failure");
		page_open(page, "summary", NULL);
		write_kind(page, failure);
		page_close(page);
	}
	page_element(page, "p", "sentence", failure->outcome.finding.sentence);
	write_origin(page, member);
	if (whole) {
		window_write(page, &failure->outcome.finding);
		chart_write(page, failure);
	}
	write_steps(page, failure);
	write_replay(page, results, failure);
	page_close(page);
	page_break(page);
}
