/*
 * summary.c - the end of a run, as text.
 *
 * The table of targets, then what the cancellations did, then each failure: what was expected, one
 * sentence with the bytes, and the command that shows it again.
 */
#include "cli/summary.h"

#include <inttypes.h>
#include <string.h>

#include "base/macros.h"
#include "cli/message.h"
#include "cli/summary_table.h"
#include "cli/terminal.h"

enum { SHOWN_EACH = 2, SKIPS_SHOWN_MAX = 20, INDENT = 4 };

static void print_landings(FILE *out, const struct results *results)
{
	char asked[DIGITS_MAX], landed[DIGITS_MAX], late[DIGITS_MAX], never[DIGITS_MAX];
	char trials[DIGITS_MAX];
	struct landing_counts sum = { 0 };
	uint64_t count = 0;

	for (unsigned i = 0; i < results->case_count; i++) {
		struct landing_counts landings = tally_landings(&results->cases[i].tally);

		landings_add(&sum, &landings);
		count += results->cases[i].tally.trials;
	}
	fprintf(out, "\n%s trials in %.1f s; cancellations: %s asked = %s landed + %s too late + "
		     "%s never reached\n",
		digits(count, trials), results->seconds, digits(sum.asked, asked),
		digits(sum.landed, landed), digits(sum.too_late, late), digits(sum.never, never));
}

/* "depth 1: 192 of 192 landed": one kind of plans of a sweep, over all cases. */
static void print_family(FILE *out, const struct results *results, enum sweep_family family)
{
	static const char *const names[SWEEP_FAMILIES] = {
		[SWEEP_ONCE] = "depth 1",
		[SWEEP_KEPT_UP] = "depth 1, kept up",
		[SWEEP_RECOVERY] = "depth 2, in one primitive",
		[SWEEP_PAIRS] = "depth 2",
	};
	struct sweep_counts sum = { 0 };
	char planned[DIGITS_MAX], trials[DIGITS_MAX], landed[DIGITS_MAX];

	for (unsigned i = 0; i < results->case_count; i++) {
		const struct sweep_counts *more = &results->cases[i].tally.swept[family];

		sum.planned += more->planned;
		sum.trials += more->trials;
		sum.landed += more->landed;
	}
	if (!sum.planned)
		return;
	fprintf(out, "  %s: %s of %s plans", names[family], digits(sum.trials, trials),
		digits(sum.planned, planned));
	fprintf(out, "; %s landed\n", digits(sum.landed, landed));
}

/* What a sweep went through, never without its bound. */
static void print_swept(FILE *out, const struct results *results)
{
	uint64_t places = 0, left_out = 0;
	char text[DIGITS_MAX];

	for (unsigned i = 0; i < results->case_count; i++) {
		places += results->cases[i].tally.places;
		left_out += results->cases[i].tally.places_left_out;
	}
	if (!places)
		return;
	fprintf(out, "swept %s places of the control runs", digits(places, text));
	if (left_out)
		fprintf(out, " (%s more left out)", digits(left_out, text));
	fputs(", every point and mechanism; offsets: all to 64, powers of two, the last\n", out);
	for (unsigned family = 0; family < SWEEP_FAMILIES; family++)
		print_family(out, results, family);
}

static bool under_declared(const struct case_result *test, const struct failure *failure)
{
	return callers_of_contract(test->declared) & BIT(failure->plan.caller);
}

/* The failure that best shows why: under a caller of the declared contract, if there is one. What
 * callers of stronger contracts saw is no reason for a case in which too little landed. */
static const struct failure *telling_failure(const struct case_result *test,
					     const struct summary_options *options)
{
	for (unsigned i = 0; i < test->failure_count; i++)
		if (under_declared(test, &test->failures[i]))
			return &test->failures[i];
	if (!test->failure_count || (test->verdict == VERDICT_INCONCLUSIVE && !options->verbose))
		return NULL;
	return &test->failures[0];
}

static void print_indented(FILE *out, const char *text)
{
	fprintf(out, "%*s", INDENT, "");
	put_wrapped(out, terminal_columns(out), INDENT, INDENT, text);
	fputc('\n', out);
}

static void print_replay(FILE *out, const char *plan, const struct summary_options *options)
{
	fprintf(out, "%*s", INDENT, "");
	put_shell_word(out, program_name());
	fputs(" replay --trace ", out);
	if (options->plugin) {
		fputs("--target ", out);
		put_shell_word(out, options->plugin);
		fputc(' ', out);
	}
	put_shell_word(out, plan);
	fputc('\n', out);
}

static void print_failure(FILE *out, const struct case_result *test, const struct failure *failure,
			  const struct summary_options *options)
{
	const struct finding *finding = &failure->outcome.finding;
	char text[SENTENCE_MAX + 200], again[60] = "";

	if (failure->replays)
		snprintf(again, sizeof(again), " (reproduced %u/%u)", failure->reproduced,
			 failure->replays);
	snprintf(text, sizeof(text), "%s%s: %s%s",
		 under_declared(test, failure) ? "" : "beyond the declared contract, ",
		 word_name(WORDS_DAMAGE, finding->damage), finding->sentence, again);
	print_indented(out, text);
	print_replay(out, failure->plan_text, options);
	if (failure->smallest) {
		snprintf(text, sizeof(text), "shrunk in %u runs, %s:", failure->shrink_runs,
			 failure->minimal ? "minimal" : "not to the end");
		print_indented(out, text);
		print_replay(out, failure->smallest, options);
	}
	if (failure->nearest) {
		print_indented(out, "one step away, and preserved:");
		print_replay(out, failure->nearest, options);
	}
}

static void print_case(FILE *out, const struct case_result *test,
		       const struct summary_options *options)
{
	const struct failure *failure = telling_failure(test, options);
	char text[1024];
	enum paint colour;
	const char *mark = verdict_mark(test->verdict, &colour);
	bool told = failure && strstr(test->reason, failure->outcome.finding.sentence);

	fputs("\n", out);
	paint(out, options->colours, colour, mark);
	fputc(' ', out);
	put_shown(out, test->id);
	fputc('\n', out);
	snprintf(text, sizeof(text), "expected %s%s%s", test->expect_text,
		 test->reason[0] && !told ? ": " : "", told ? "" : test->reason);
	print_indented(out, text);
	if (failure)
		print_failure(out, test, failure, options);
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
		struct case_group group;
		unsigned shown = 0, more = 0;

		case_group_find(results, at, &group);
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
			fprintf(out, "  ... and %u more case%s of it; -v shows them\n", more,
				more == 1 ? "" : "s");
		at += group.count;
	}
}

/* Skips with one reason together. */
static void print_skips(FILE *out, const struct results *results)
{
	const char *told[SKIPS_SHOWN_MAX];
	unsigned told_count = 0, other = 0;

	for (unsigned i = 0; i < results->case_count; i++) {
		const struct case_result *test = &results->cases[i];
		unsigned count = 0, known = 0;

		if (test->verdict != VERDICT_SKIP)
			continue;
		while (known < told_count && strcmp(told[known], test->reason) != 0)
			known++;
		if (known < told_count)
			continue;
		if (told_count == SKIPS_SHOWN_MAX) {
			other++;
			continue;
		}
		told[told_count++] = test->reason;
		for (unsigned j = i; j < results->case_count; j++)
			count += results->cases[j].verdict == VERDICT_SKIP &&
				 !strcmp(results->cases[j].reason, test->reason);
		fprintf(out, "skipped %u: ", count);
		put_shown(out, test->reason);
		fputs(" (", out);
		put_shown(out, test->id);
		fputs(count > 1 ? ", ...)\n" : ")\n", out);
	}
	if (other)
		fprintf(out, "skipped %u for other reasons\n", other);
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

unsigned summary_left(const struct results *results, const struct summary_options *options)
{
	unsigned complete = 0;

	for (unsigned i = 0; i < results->case_count; i++)
		complete += results->cases[i].complete;
	return options->cases_total > complete ? options->cases_total - complete : 0;
}

static void print_end(FILE *out, const struct results *results,
		      const struct summary_options *options)
{
	unsigned left = summary_left(results, options);
	struct summary_counts counts;

	summary_count(results, &counts);
	if (results->interrupted || left || !results->complete) {
		fputs(results->interrupted ? "interrupted" : "cut off", out);
		if (options->cases_total)
			fprintf(out, ": %u of %u cases were not run to their end", left,
				options->cases_total);
		if (options->folder) {
			fputs("; to go on: ", out);
			put_shell_word(out, program_name());
			fputs(" run --resume ", out);
			put_shell_word(out, options->folder);
		}
		fputc('\n', out);
	}
	if (counts.inconclusive)
		fprintf(out, "inconclusive: %u of those that failed\n", counts.inconclusive);
	fprintf(out, "seed: 0x%" PRIx64 "\n", options->seed);
	fprintf(out, "droptest: %u passed, %u failed, %u skipped\n", counts.passed, counts.failed,
		counts.skipped);
}

void summary_print(FILE *out, const struct results *results, const struct summary_options *options)
{
	if (!options->quiet) {
		summary_print_table(out, results, options->colours);
		print_landings(out, results);
	if (!options->quiet)
		print_swept(out, results);
	}
	print_failures(out, results, options);
	if (!options->quiet) {
		fputs("\n", out);
		print_skips(out, results);
	}
	print_end(out, results, options);
}
