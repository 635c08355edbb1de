/*
 * cmd_replay.c - `droptest replay`: one plan again, with its trace.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/macros.h"
#include "cli/command.h"
#include "cli/message.h"
#include "cli/options.h"
#include "cli/plan_source.h"
#include "cli/replay_trial.h"
#include "cli/terminal.h"
#include "cli/trace.h"

enum {
	MESSAGE_MAX = 1024,
	REPEATS_MAX = 1000000,
	RACING_REPEATS = 20,
	WRAP_INDENT = 4,
};

struct replay {
	struct plan_source source;
	bool trace, in_process;
	uint64_t repeats; /* 0: as the plan needs */
};

static const struct option_row rows[] = {
	{ 't', "trace", NULL, "print every event of the trial" },
	{ 'T', "target", "FILE.so", "load this plug-in too" },
	{ 'n', "repeat", "N",
	  "run it N times and say how often it showed what (default: once; a plan that races: 20 "
	  "times)" },
	{ 'i', "in-process", NULL, "run in this process, for a debugger" },
	{ 0 },
};

static const struct usage usage = {
	.name = "droptest replay",
	.arguments = "PLAN|FILE",
	.summary = "Runs one plan again. PLAN is the one-line text that reports and summaries "
		   "print ('dt1 target=...'), or a file that has it as a line; '-' reads standard "
		   "input.",
	.rows = rows,
	.notes = "A scripted plan shows the same each time. One with the points 'timer' or 'async' "
		 "races against a clock or a thread of the kernel: it has a rate.",
	.examples = "droptest replay --trace 'dt1 target=broken/local_progress op=read_exact ...'\n"
		    "droptest replay --target ./mine.so -n 100 plan.txt\n"
		    "gdb --args droptest replay --in-process plan.txt",
	.exit_status = "0 the stream was preserved, 1 a violation, 2 usage, or a plan that cannot "
		       "be run, 77 nothing can run here, 99 harness error.",
};

static bool take(void *context, int key, char *text)
{
	struct replay *replay = context;

	switch (key) {
	case 't':
		replay->trace = true;
		return true;
	case 'T':
		replay->source.plugin = text;
		return true;
	case 'n':
		return option_number("repeat", text, 1, REPEATS_MAX, &replay->repeats);
	default:
		replay->in_process = true;
		return true;
	}
}

static void print_captured(const struct capture *capture)
{
	if (!capture->total)
		return;
	fprintf(messages(), "the target printed %" PRIu64 " bytes:\n", capture->total);
	messages_quote(capture->text, capture->size, capture->size < capture->total);
}

static void print_rate(const struct showing *showing, bool racing)
{
	if (racing)
		puts("this plan races: what it shows is a rate");
	for (unsigned damage = 0; showing->runs > 1 && damage < DAMAGE_COUNT; damage++)
		if (showing->counts[damage])
			printf("%u of %u: %s\n", showing->counts[damage], showing->runs,
			       damage == DAMAGE_NONE ? "preserved"
						     : word_name(WORDS_DAMAGE, damage));
}

static void print_showing(const struct replay *replay, const struct showing *showing, bool racing)
{
	const struct outcome *outcome = &showing->outcome;
	const struct finding *finding = &outcome->finding;
	bool colours = paint_wanted(stdout);
	const char *word = word_name(WORDS_DAMAGE, finding->damage);

	if (replay->trace)
		trace_print(stdout, &replay->source.plan, &showing->history, colours);
	trace_print_cancellations(stdout, &replay->source.plan, outcome);
	if (finding->damage == DAMAGE_NONE) {
		paint(stdout, colours, PAINT_GOOD, "preserved");
		printf(": %" PRIu64 " bytes in %" PRIu32 " attempts\n", outcome->bytes,
		       outcome->attempts);
	} else {
		paint(stdout, colours, PAINT_BAD, word);
		fputs(": ", stdout);
		put_wrapped(stdout, terminal_columns(stdout), (unsigned)strlen(word) + 2,
			    WRAP_INDENT, finding->sentence);
		putchar('\n');
	}
	print_rate(showing, racing);
}

static int run(struct replay *replay)
{
	bool racing = plan_source_races(&replay->source);
	struct replay_order order = {
		.entry = replay->source.entry,
		.operation = replay->source.operation,
		.plan = &replay->source.plan,
		.trial_max_ns = REPLAY_TRIAL_MAX_NS,
		.repeats = replay->repeats ? (unsigned)replay->repeats
			   : racing	   ? RACING_REPEATS
					   : 1,
	};
	char message[MESSAGE_MAX] = "";
	struct showing showing;
	int error;

	if (replay->in_process)
		error = replay_here(&order, &showing, message, sizeof(message));
	else
		error = replay_in_worker(&order, &showing, message, sizeof(message));
	if (error) {
		complain("the plan could not be run: %s", message);
		return error == -EINVAL ? EXIT_USAGE : EXIT_HARNESS;
	}
	print_captured(&showing.printed);
	print_showing(replay, &showing, racing);
	showing_finish(&showing);
	return showing.counts[DAMAGE_NONE] == showing.runs ? EXIT_AS_EXPECTED : EXIT_VIOLATION;
}

int cmd_replay(int argc, char **argv)
{
	struct replay replay = { 0 };
	int first = argc, code = options_parse(&usage, argc, argv, take, &replay, &first);

	if (code != OPTIONS_GO_ON)
		return code;
	code = plan_source_open(&replay.source, argc - first, argv + first);
	if (code == EXIT_AS_EXPECTED)
		code = run(&replay);
	plan_source_close(&replay.source);
	return code;
}
