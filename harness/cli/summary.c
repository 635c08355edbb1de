/*
 * summary.c - the end of a run, as text.
 *
 * One row for each target of a scenario: its cases on all wires and rings together. Then what the
 * cancellations did, then each failure: what was expected, one sentence with the bytes, and the
 * command that shows it again.
 */
#include "cli/summary.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "cli/command.h"
#include "run/expect.h"

enum { SHOWN_EACH = 2, NAME_WIDTH = 44, DIGITS_MAX = 32, MET_MAX = 64 };

/* Cases in a row that differ in wire, ring and condition only. */
struct group {
	const struct case_result *first;
	unsigned count;
	enum verdict verdict; /* the worst; SKIP when all were skipped */
	unsigned run, skipped;
	unsigned met;
	bool met_varies;
	struct landing_counts landings;
};

static bool same_group(const struct case_result *left, const struct case_result *right)
{
	return !strcmp(left->suite, right->suite) && !strcmp(left->scenario, right->scenario) &&
	       !strcmp(left->target, right->target) && !strcmp(left->operation, right->operation);
}

static void add_landings(struct landing_counts *sum, const struct landing_counts *more)
{
	sum->asked += more->asked;
	sum->landed += more->landed;
	sum->too_late += more->too_late;
	sum->never += more->never;
}

static void make_group(const struct results *results, unsigned at, struct group *group)
{
	const struct case_result *first = &results->cases[at];

	*group = (struct group){ .first = first, .verdict = VERDICT_PASS };
	for (; at < results->case_count && same_group(first, &results->cases[at]); at++) {
		const struct case_result *test = &results->cases[at];
		struct landing_counts landings = tally_landings(&test->tally);

		group->count++;
		if (test->verdict == VERDICT_SKIP) {
			group->skipped++;
			continue;
		}
		group->met_varies |= group->run && test->met != group->met;
		group->met = test->met;
		group->run++;
		group->verdict = MAX(group->verdict, test->verdict);
		add_landings(&group->landings, &landings);
	}
	if (!group->run)
		group->verdict = VERDICT_SKIP;
}

/* 1234567 -> "1,234,567". */
static const char *digits(uint64_t value, char text[DIGITS_MAX])
{
	char plain[DIGITS_MAX], *to = text;
	int length = snprintf(plain, sizeof(plain), "%" PRIu64, value);

	for (int i = 0; i < length; i++) {
		if (i && (length - i) % 3 == 0)
			*to++ = ',';
		*to++ = plain[i];
	}
	*to = '\0';
	return text;
}

static const char *mark_of(enum verdict verdict, enum paint *ret_paint)
{
	switch (verdict) {
	case VERDICT_PASS:
		*ret_paint = PAINT_GOOD;
		return "ok  ";
	case VERDICT_INCONCLUSIVE:
		*ret_paint = PAINT_DOUBT;
		return "?   ";
	case VERDICT_SKIP:
		*ret_paint = PAINT_FAINT;
		return "skip";
	case VERDICT_VIOLATION:
		*ret_paint = PAINT_BAD;
		return "FAIL";
	default:
		*ret_paint = PAINT_BAD;
		return "ERR ";
	}
}

static void print_row(FILE *out, const struct group *group, const struct summary_options *options)
{
	char name[160], met[MET_MAX] = "-", cases[24], landings[2 * DIGITS_MAX + 2] = "-";
	char landed[DIGITS_MAX], asked[DIGITS_MAX];
	enum paint colour;
	const char *mark = mark_of(group->verdict, &colour);

	snprintf(name, sizeof(name), "%s.%s", group->first->target, group->first->operation);
	if (group->met_varies)
		snprintf(met, sizeof(met), "varies");
	else if (group->met)
		contracts_format(group->met, met, sizeof(met));
	snprintf(cases, sizeof(cases), "%u", group->run);
	if (group->skipped)
		snprintf(cases, sizeof(cases), "%u+%us", group->run, group->skipped);
	fputs("  ", out);
	paint(out, options->colours, colour, mark);
	if (group->landings.asked)
		snprintf(landings, sizeof(landings), "%s/%s",
			 digits(group->landings.landed, landed),
			 digits(group->landings.asked, asked));
	fprintf(out, " %-*s %-10s %-18s %6s %19s  %s\n", NAME_WIDTH, name,
		word_name(WORDS_CONTRACT, group->first->declared), met, cases, landings,
		group->first->expect_text);
}

static void print_table(FILE *out, const struct results *results,
			const struct summary_options *options)
{
	const struct case_result *before = NULL;

	fprintf(out, "       %-*s %-10s %-18s %6s %19s  %s\n", NAME_WIDTH, "target.operation",
		"declared", "met", "cases", "landed/asked", "expected");
	for (unsigned at = 0; at < results->case_count;) {
		struct group group;

		make_group(results, at, &group);
		if (!before || strcmp(before->suite, group.first->suite) ||
		    strcmp(before->scenario, group.first->scenario))
			fprintf(out, "%s%s%s\n", group.first->suite, *group.first->suite ? "/" : "",
				group.first->scenario);
		print_row(out, &group, options);
		before = group.first;
		at += group.count;
	}
}

static void print_landings(FILE *out, const struct results *results)
{
	char asked[DIGITS_MAX], landed[DIGITS_MAX], late[DIGITS_MAX], never[DIGITS_MAX];
	char trials[DIGITS_MAX];
	struct landing_counts sum = { 0 };
	uint64_t count = 0;

	for (unsigned i = 0; i < results->case_count; i++) {
		struct landing_counts landings = tally_landings(&results->cases[i].tally);

		add_landings(&sum, &landings);
		count += results->cases[i].tally.trials;
	}
	fprintf(out, "\n%s trials in %.1f s; cancellations: %s asked = %s landed + %s too late + "
		     "%s never reached\n",
		digits(count, trials), results->seconds, digits(sum.asked, asked),
		digits(sum.landed, landed), digits(sum.too_late, late), digits(sum.never, never));
}

/* The failure that best shows why: under a caller of the declared contract, if there is one. */
static const struct failure *telling_failure(const struct case_result *test)
{
	unsigned callers = callers_of_contract(test->declared);

	for (unsigned i = 0; i < test->failure_count; i++)
		if (callers & BIT(test->failures[i].plan.caller))
			return &test->failures[i];
	return test->failure_count ? &test->failures[0] : NULL;
}

static void print_failure(FILE *out, const struct failure *failure,
			  const struct summary_options *options)
{
	const struct finding *finding = &failure->outcome.finding;

	fprintf(out, "    %s: %s", word_name(WORDS_DAMAGE, finding->damage), finding->sentence);
	if (failure->replays)
		fprintf(out, " (reproduced %u/%u)", failure->reproduced, failure->replays);
	fprintf(out, "\n    droptest replay --trace %s%s%s'%s'\n",
		options->plugin ? "--target " : "", options->plugin ? options->plugin : "",
		options->plugin ? " " : "", failure->plan_text);
}

static void print_case(FILE *out, const struct case_result *test,
		       const struct summary_options *options)
{
	const struct failure *failure = telling_failure(test);
	enum paint colour;
	const char *mark = mark_of(test->verdict, &colour);

	fputs("\n", out);
	paint(out, options->colours, colour, mark);
	fprintf(out, " %s\n    expected %s", test->id, test->expect_text);
	if (test->reason[0] &&
	    !(failure && strstr(test->reason, failure->outcome.finding.sentence)))
		fprintf(out, ": %s", test->reason);
	fputs("\n", out);
	if (failure)
		print_failure(out, failure, options);
}

static bool worth_showing(const struct case_result *test, const struct summary_options *options)
{
	if (test->verdict == VERDICT_SKIP)
		return false;
	if (test->verdict != VERDICT_PASS || test->reason[0])
		return true;
	return options->verbose && test->failure_count;
}

static void print_failures(FILE *out, const struct results *results,
			   const struct summary_options *options)
{
	for (unsigned at = 0; at < results->case_count;) {
		struct group group;
		unsigned shown = 0, more = 0;

		make_group(results, at, &group);
		for (unsigned i = at; i < at + group.count; i++) {
			const struct case_result *test = &results->cases[i];

			if (!worth_showing(test, options))
				continue;
			if (shown < SHOWN_EACH || options->verbose) {
				print_case(out, test, options);
				shown++;
			} else {
				more++;
			}
		}
		if (more)
			fprintf(out, "  ... and %u more cases of it; -v shows them\n", more);
		at += group.count;
	}
}

static void print_skips(FILE *out, const struct results *results)
{
	for (unsigned i = 0; i < results->case_count; i++) {
		const struct case_result *test = &results->cases[i];
		unsigned count = 0;
		bool told = false;

		if (test->verdict != VERDICT_SKIP)
			continue;
		for (unsigned j = 0; j < results->case_count; j++) {
			const struct case_result *other = &results->cases[j];

			if (other->verdict != VERDICT_SKIP || strcmp(other->reason, test->reason))
				continue;
			told |= j < i;
			count++;
		}
		if (!told)
			fprintf(out, "skipped %u: %s (%s%s)\n", count, test->reason, test->id,
				count > 1 ? ", ..." : "");
	}
}

void summary_count(const struct results *results, struct summary_counts *ret_counts)
{
	*ret_counts = (struct summary_counts){ 0 };
	for (unsigned i = 0; i < results->case_count; i++) {
		enum verdict verdict = results->cases[i].verdict;

		ret_counts->passed += verdict == VERDICT_PASS;
		ret_counts->skipped += verdict == VERDICT_SKIP;
		ret_counts->failed += verdict != VERDICT_PASS && verdict != VERDICT_SKIP;
		ret_counts->inconclusive += verdict == VERDICT_INCONCLUSIVE;
		ret_counts->errors += verdict == VERDICT_ERROR;
	}
}

void summary_print(FILE *out, const struct results *results, const struct summary_options *options)
{
	struct summary_counts counts;

	summary_count(results, &counts);
	if (!options->quiet) {
		print_table(out, results, options);
		print_landings(out, results);
	}
	print_failures(out, results, options);
	if (!options->quiet) {
		fputs("\n", out);
		print_skips(out, results);
	}
	if (results->interrupted)
		fprintf(out, "interrupted: the cases that are missing were not run\n");
	if (counts.inconclusive)
		fprintf(out, "inconclusive: %u of those that failed\n", counts.inconclusive);
	fprintf(out, "seed: 0x%" PRIx64 "\n", options->seed);
	fprintf(out, "droptest: %u passed, %u failed, %u skipped\n", counts.passed, counts.failed,
		counts.skipped);
}
