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
#include "cli/replay_trial.h"
#include "cli/selection.h"
#include "cli/terminal.h"
#include "cli/trace.h"
#include "model/nearest.h"
#include "model/pairs.h"
#include "run/doctor.h"

enum {
	MESSAGE_MAX = 1024,
	REPEATS_MAX = 1000000,
	RACING_REPEATS = 20,
	WRAP_INDENT = 4,
};

static const uint64_t trial_max_ns = 5000000000;

struct replay {
	const char *text; /* the plan, or the file that has it */
	const char *plugin;
	bool trace, in_process;
	uint64_t repeats; /* 0: as the plan needs */
	struct plan plan;
	struct selection selection;
	struct replay_order order;
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
		replay->plugin = text;
		return true;
	case 'n':
		return option_number("repeat", text, 1, REPEATS_MAX, &replay->repeats);
	default:
		replay->in_process = true;
		return true;
	}
}

/* The first line that begins with "dt1 ". */
static bool read_plan_file(const char *path, char text[PLAN_TEXT_MAX])
{
	bool standard = !strcmp(path, "-"), found = false;
	FILE *file = standard ? stdin : fopen(path, "re");

	if (!file) {
		complain("'%s' is neither a plan ('dt1 ...') nor a file: %s", path,
			 strerror(errno));
		return false;
	}
	while (!found && fgets(text, PLAN_TEXT_MAX, file))
		found = !strncmp(text, "dt1 ", 4);
	if (!standard)
		fclose(file);
	text[strcspn(text, "\r\n")] = '\0';
	if (!found)
		complain("'%s' has no line that begins with 'dt1 '", path);
	return found;
}

static bool read_plan(struct replay *replay)
{
	char text[PLAN_TEXT_MAX], message[MESSAGE_MAX];
	const char *problem;

	if (strncmp(replay->text, "dt1 ", 4) != 0) {
		if (!read_plan_file(replay->text, text))
			return false;
	} else if (snprintf(text, sizeof(text), "%s", replay->text) >= (int)sizeof(text)) {
		complain("the plan is longer than any that droptest prints");
		return false;
	}
	if (plan_parse(text, &replay->plan, message, sizeof(message))) {
		complain("the plan is not understood: %s", message);
		return false;
	}
	problem = plan_problem(&replay->plan);
	if (problem)
		complain("the plan cannot be run: %s", problem);
	return !problem;
}

static bool find_operation(struct replay *replay)
{
	const struct dt_target *target = replay->order.entry->target;
	struct nearest nearest = { .word = replay->plan.operation };

	replay->order.operation = target_operation(target, replay->plan.operation);
	if (replay->order.operation)
		return true;
	for (const struct dt_operation *operation = target->operations; operation->name;
	     operation = operation_next(operation))
		nearest_offer(&nearest, operation->name);
	complain("target '%s' has no operation '%s'%s%s%s", replay->order.entry->name,
		 replay->plan.operation, nearest.best ? "; did you mean '" : "",
		 nearest.best ? nearest.best : "", nearest.best ? "'?" : "");
	return false;
}

static bool find_target(struct replay *replay)
{
	char message[MESSAGE_MAX];

	if (replay->plugin && !names_plugin(replay->plugin)) {
		complain_usage("--target: '%s' is not the file of a plug-in; a bundled target is "
			       "found by its name in the plan",
			       replay->plugin);
		return false;
	}
	if (!selection_load_targets(&replay->selection, replay->plugin))
		return false;
	replay->order.entry = registry_find(&replay->selection.registry, replay->plan.target,
					    message, sizeof(message));
	if (replay->order.entry)
		return find_operation(replay);
	complain("%s%s", message,
		 replay->plugin ? "" : "; a plug-in of your own is loaded with --target FILE.so");
	return false;
}

/* Does a clock or a kernel thread decide what it shows? */
static bool races(const struct replay *replay)
{
	for (uint32_t i = 0; i < replay->plan.cancellation_count; i++) {
		const struct cancellation *step = &replay->plan.cancellations[i];
		struct pair_place place = { .wire = replay->plan.wire,
					    .ring = replay->plan.ring,
					    .raw = replay->order.operation->flags & DT_RAW,
					    .waitall = true,
					    .several = true,
					    .own_timeout = true };
		const char *reason;

		if (pair_kind(step->point, step->mechanism, &place, &reason) == PAIR_RACING)
			return true;
	}
	return false;
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
		trace_print(stdout, &replay->plan, &showing->history, colours);
	trace_print_cancellations(stdout, &replay->plan, outcome);
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
	bool racing = races(replay);
	char message[MESSAGE_MAX] = "";
	struct showing showing;
	int error;

	replay->order.plan = &replay->plan;
	replay->order.trial_max_ns = trial_max_ns;
	replay->order.repeats = replay->repeats ? (unsigned)replay->repeats
			      : racing		? RACING_REPEATS
						: 1;
	if (replay->in_process)
		error = replay_here(&replay->order, &showing, message, sizeof(message));
	else
		error = replay_in_worker(&replay->order, &showing, message, sizeof(message));
	if (error) {
		complain("the plan could not be run: %s", message);
		return error == -EINVAL ? EXIT_USAGE : EXIT_HARNESS;
	}
	print_captured(&showing.printed);
	print_showing(replay, &showing, racing);
	showing_finish(&showing);
	return showing.counts[DAMAGE_NONE] == showing.runs ? EXIT_AS_EXPECTED : EXIT_VIOLATION;
}

static int execute(struct replay *replay)
{
	const char *obstacle;

	if (!read_plan(replay) || !find_target(replay))
		return EXIT_USAGE;
	obstacle = doctor_obstacle();
	if (!obstacle)
		return run(replay);
	complain("nothing can run here: %s", obstacle);
	return EXIT_NOTHING_RAN;
}

int cmd_replay(int argc, char **argv)
{
	struct replay replay = { 0 };
	int first = argc, code = options_parse(&usage, argc, argv, take, &replay, &first);

	if (code != OPTIONS_GO_ON)
		return code;
	if (first == argc)
		return complain_usage("a plan or a file is missing");
	if (first + 1 < argc)
		return complain_usage("one plan at a time; quote it: 'dt1 ...'");
	replay.text = argv[first];
	code = execute(&replay);
	selection_finish(&replay.selection);
	return code;
}
