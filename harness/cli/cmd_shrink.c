/*
 * cmd_shrink.c - `droptest shrink`: the smallest plan that shows the same, and the nearest one that
 * does not.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/macros.h"
#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/message.h"
#include "cli/options.h"
#include "cli/plan_source.h"
#include "cli/replay_trial.h"
#include "cli/terminal.h"
#include "model/shrink.h"

enum { MESSAGE_MAX = 1024, WRAP_INDENT = 4, PROGRESS_EVERY = 16 };

static const uint64_t second_ns = 1000000000, time_max_ns = 30 * 1000000000ULL;

struct shrinking {
	struct plan_source source;
	bool quiet;
	uint64_t runs_max, max_time_ns;
	uint64_t begun_ns;
	const volatile sig_atomic_t *interrupts;
	bool follows; /* a line on the terminal follows the search */
	struct crew *crew;
	struct shrink search;
};

static const struct option_row rows[] = {
	{ 'T', "target", "FILE.so", "load this plug-in too" },
	{ 'm', "max-time", "TIME", "end the search after this time (default: 30s)" },
	{ 'n', "max-runs", "N", "end it after so many runs (default: 2000)" },
	{ 'q', "quiet", NULL, "print the plan only" },
	{ 0 },
};

static const struct usage usage = {
	.name = "droptest shrink",
	.arguments = "PLAN|FILE",
	.summary = "Makes a failing plan smaller while it shows the same class of damage: fewer "
		   "and earlier cancellations, fewer and larger deliveries, a shorter stream, a "
		   "simpler wire, ring and mechanism. Beside it, the nearest plan that is "
		   "preserved.",
	.rows = rows,
	.notes = "Minimal means: whatever single part is taken away or made one smaller, the "
		 "damage is gone. A plan that races is tried ten times for each step and must show "
		 "the damage three times; its rate is told.",
	.examples = "droptest shrink 'dt1 target=broken/local_progress op=read_exact ...'\n"
		    "droptest shrink --target ./mine.so plan.txt\n"
		    "droptest replay --trace \"$(droptest shrink -q plan.txt)\"",
	.exit_status = "0 a failing plan was printed (minimal or not, it says which), 1 the plan "
		       "shows no damage, 2 usage, or a plan that cannot be run, 3 ended before "
		       "that was known, 77 nothing can run here, 99 harness error.",
};

static bool take(void *context, int key, char *text)
{
	struct shrinking *shrinking = context;

	switch (key) {
	case 'T':
		shrinking->source.plugin = text;
		return true;
	case 'm':
		return option_time("max-time", text, &shrinking->max_time_ns);
	case 'n':
		return option_number("max-runs", text, 1, UINT32_MAX / 2, &shrinking->runs_max);
	default:
		shrinking->quiet = true;
		return true;
	}
}

static bool enough(void *context)
{
	const struct shrinking *shrinking = context;

	return *shrinking->interrupts ||
	       clock_now_ns() - shrinking->begun_ns > shrinking->max_time_ns;
}

static void follow(struct shrinking *shrinking)
{
	const struct shrink *search = &shrinking->search;

	if (!shrinking->follows || search->runs % PROGRESS_EVERY)
		return;
	fprintf(stderr, "\r\033[Kshrinking: %u runs, %" PRIu32 " cancellations, %" PRIu64 " bytes",
		search->runs, search->plan.cancellation_count, search->plan.stream_size);
	fflush(stderr);
}

/* One run in the worker. What cannot be run, after the given plan could, shows nothing: the
 * candidate was too small. */
static int run(void *context, const struct plan *plan, struct outcome *ret_outcome)
{
	struct shrinking *shrinking = context;
	struct replay_order order = {
		.plan = plan,
		.repeats = 1,
		.trial_max_ns = plan->ring == RING_SQPOLL ? REPLAY_TRIAL_MAX_NS : second_ns,
	};
	char message[MESSAGE_MAX] = "";
	struct showing showing;
	int error;

	follow(shrinking);
	error = replay_crew_run(shrinking->crew, &order, &showing, message, sizeof(message));
	*ret_outcome = (struct outcome){ .verdict = VERDICT_ERROR };
	if (error == -EINVAL && shrinking->search.runs > 1)
		return 0;
	if (error) {
		complain("the plan could not be run: %s", message);
		return error;
	}
	*ret_outcome = showing.outcome;
	showing_finish(&showing);
	return 0;
}

/* "3.0:armed:async_cancel/ud": the n-th cancellation of the plan as it is written. */
static void cancellation_text(const struct plan *plan, unsigned index, char text[PLAN_TEXT_MAX])
{
	static const char key[] = " cancel=";
	char line[PLAN_TEXT_MAX];
	const char *at = line;

	plan_format(plan, line, sizeof(line));
	for (unsigned i = 0; at && i <= index; i++) {
		at = strstr(at, key);
		at = at ? at + strlen(key) : NULL;
	}
	snprintf(text, PLAN_TEXT_MAX, "%.*s", at ? (int)strcspn(at, " ") : 0, at ? at : "");
}

/* The one cancellation in which the two differ. */
static void print_difference(const struct plan *failing, const struct plan *preserved)
{
	char ours[PLAN_TEXT_MAX], theirs[PLAN_TEXT_MAX] = "";
	unsigned at = 0;

	while (at < preserved->cancellation_count) {
		cancellation_text(failing, at, ours);
		cancellation_text(preserved, at, theirs);
		if (strcmp(ours, theirs) != 0)
			break;
		at++;
	}
	cancellation_text(failing, at, ours);
	if (failing->cancellation_count > preserved->cancellation_count)
		printf("without %s it is preserved:\n", ours);
	else
		printf("with %s instead of %s it is preserved:\n", theirs, ours);
}

static void print_plan(const struct plan *plan)
{
	char text[PLAN_TEXT_MAX];

	plan_format(plan, text, sizeof(text));
	put_shown(stdout, text);
	putchar('\n');
}

static void print_rate(const struct shrink *search)
{
	if (search->tried)
		printf("it races: %u of %u runs show it%s\n", search->shown, search->tried,
		       search->shown * 100 < search->tried * SHRINK_WEAK_PERCENT ? " (weak)" : "");
}

static void print_result(const struct shrinking *shrinking)
{
	const struct shrink *search = &shrinking->search;
	const struct plan *from = &shrinking->source.plan, *to = &search->plan;
	const char *word = word_name(WORDS_DAMAGE, search->wanted);

	paint(stdout, paint_wanted(stdout), PAINT_BAD, word);
	fputs(": ", stdout);
	put_wrapped(stdout, terminal_columns(stdout), (unsigned)strlen(word) + 2, WRAP_INDENT,
		    search->outcome.finding.sentence);
	putchar('\n');
	print_plan(to);
	printf("%" PRIu32 " of %" PRIu32 " cancellations, a stream of %" PRIu64 " of %" PRIu64
	       " bytes; %u runs in %.1f s; %s\n",
	       to->cancellation_count, from->cancellation_count, to->stream_size,
	       from->stream_size, search->runs,
	       (double)(clock_now_ns() - shrinking->begun_ns) / (double)second_ns,
	       search->minimal ? "minimal" : "not minimal: the search was ended");
	print_rate(search);
	if (!search->has_nearest)
		return;
	putchar('\n');
	print_difference(to, &search->nearest);
	print_plan(&search->nearest);
}

static int search(struct shrinking *shrinking)
{
	int r = shrink_plan(&shrinking->search);

	if (shrinking->follows)
		fputs("\r\033[K", stderr);
	if (r == -ECANCELED) {
		complain("the search was ended before it was known what the plan shows");
		return EXIT_INCONCLUSIVE;
	}
	if (r == -EBADMSG) {
		complain("%s", shrinking->search.outcome.finding.sentence);
		return EXIT_HARNESS;
	}
	if (r == -ENOENT) {
		complain("the plan shows no damage%s: nothing to shrink",
			 shrinking->search.racing ? ", or too seldom" : "");
		return EXIT_VIOLATION;
	}
	if (r < 0)
		return r == -EINVAL ? EXIT_USAGE : EXIT_HARNESS;
	if (shrinking->quiet)
		print_plan(&shrinking->search.plan);
	else
		print_result(shrinking);
	return EXIT_AS_EXPECTED;
}

static int execute(struct shrinking *shrinking)
{
	const struct test_case test = { .entry = shrinking->source.entry,
					.operation = shrinking->source.operation };
	char message[MESSAGE_MAX];
	int code;

	if (replay_crew_open(&test, &shrinking->crew, message, sizeof(message)) < 0) {
		complain("%s", message);
		return EXIT_HARNESS;
	}
	shrinking->search = (struct shrink){ .run = run,
					     .enough = enough,
					     .context = shrinking,
					     .racing = plan_source_races(&shrinking->source),
					     .runs_max = (unsigned)shrinking->runs_max,
					     .plan = shrinking->source.plan };
	shrinking->follows = !shrinking->quiet && terminal_moves(stderr);
	shrinking->interrupts = interrupts_catch(true);
	shrinking->begun_ns = clock_now_ns();
	code = search(shrinking);
	interrupts_release();
	crew_destroy(shrinking->crew);
	return code;
}

int cmd_shrink(int argc, char **argv)
{
	static struct shrinking shrinking = { .runs_max = SHRINK_RUNS_MAX };
	int first = argc, code;

	shrinking.max_time_ns = time_max_ns;
	code = options_parse(&usage, argc, argv, take, &shrinking, &first);
	if (code != OPTIONS_GO_ON)
		return code;
	code = plan_source_open(&shrinking.source, argc - first, argv + first);
	if (code == EXIT_AS_EXPECTED)
		code = execute(&shrinking);
	plan_source_close(&shrinking.source);
	return code;
}
