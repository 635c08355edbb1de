/*
 * cmd_run.c - `droptest run`: from arguments to cases, a campaign, its summary and its exit code.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/random.h>

#include "base/clock.h"
#include "base/macros.h"
#include "cli/command.h"
#include "cli/html_file.h"
#include "cli/interrupt.h"
#include "cli/message.h"
#include "cli/options.h"
#include "cli/progress.h"
#include "cli/results_folder.h"
#include "cli/run_record.h"
#include "cli/run_resume.h"
#include "cli/summary.h"
#include "cli/terminal.h"
#include "run/campaign.h"
#include "run/doctor.h"

enum { MESSAGE_MAX = 1024, MEMORY_MAX = 1 << 30, SHOWN_OUTPUT_MAX = 400 };

/* Everything that a run holds. */
struct run {
	struct run_options options;
	json_t *command; /* the arguments as they were given */
	struct resume resume;
	struct selection selection;
	struct results results;
	struct progress progress;
};

static void on_moved(void *context, const struct campaign_place *place)
{
	struct run *run = context;

	progress_move(&run->progress, place);
}

static void on_finished(void *context, const struct case_result *result)
{
	struct run *run = context;

	if (!run->options.verbose)
		return;
	progress_clear(&run->progress);
	fprintf(messages(), "%-12s %s  %.2f s%s%s\n", word_name(WORDS_VERDICT, result->verdict),
		result->id, result->seconds, result->reason[0] ? "  " : "", result->reason);
}

static void on_printed(void *context, const struct test_case *test, const struct capture *capture)
{
	struct run *run = context;
	size_t shown = MIN(capture->size, (size_t)SHOWN_OUTPUT_MAX);

	if (!run->options.verbose)
		return;
	progress_clear(&run->progress);
	fprintf(messages(), "%s printed %" PRIu64 " bytes:\n", test->id, capture->total);
	messages_quote(capture->text, shown, shown < capture->total);
}

/* The last lines of a run that has no summary. */
static void say_stopped(const struct run *run)
{
	fprintf(messages(), "seed: 0x%" PRIx64 "\n", run->options.seed);
	complain("what was complete is in '%s'; to go on: %s run --resume %s", run->options.out,
		 program_name(), run->options.out);
}

static int run_campaign(struct run *run, json_t *record)
{
	const struct run_options *options = &run->options;
	struct campaign_options campaign = {
		.seed = options->seed,
		.trials = options->trials,
		.sweep_depth = run_sweep_depth(options),
		.shrink = !options->no_shrink,
		.max_time_ns = options->max_time_ns,
		.max_failures = options->max_failures,
		.jobs = options->jobs,
		.memory_max = MEMORY_MAX,
		.directory = options->out,
		.resume = options->resume != NULL,
		.run = record,
		.interrupts = interrupts_catch(options->quiet),
		.watch = { .context = run, .moved = on_moved, .finished = on_finished,
			   .printed = on_printed },
	};
	char message[MESSAGE_MAX];
	int error;

	progress_init(&run->progress, options->quiet);
	fflush(stdout);
	error = campaign_run(&campaign, &run->selection.list, &run->results, message,
			     sizeof(message));
	progress_clear(&run->progress);
	interrupts_release();
	if (error == -EINTR) {
		complain("stopped");
		say_stopped(run);
		return EXIT_STOPPED;
	}
	if (error == -ESTALE) {
		complain("cannot resume: %s", message);
		return EXIT_DIFFERENT;
	}
	if (error == -EBUSY || error == -EEXIST) {
		complain("%s", message);
		return EXIT_USAGE;
	}
	if (!error)
		return 0;
	complain("the harness failed: %s", message);
	if (!run->results.case_count)
		say_stopped(run);
	return EXIT_HARNESS;
}

static struct summary_options summary_of(const struct run *run)
{
	const struct run_options *options = &run->options;

	return (struct summary_options){
		.colours = !options->json && paint_wanted(stdout),
		.quiet = options->quiet,
		.verbose = options->verbose,
		.seed = options->seed,
		.plugin = run->selection.plugin[0] ? options->selection.target : NULL,
		.folder = options->out,
		.cases_total = run->selection.list.count,
	};
}

/* When several apply: 99, then 1, then 3. (2 came before.) */
static int exit_code_of(const struct run *run, const struct summary_options *summary)
{
	struct summary_counts counts;

	summary_count(&run->results, &counts);
	if (counts.errors)
		return EXIT_HARNESS;
	if (counts.failed > counts.inconclusive)
		return EXIT_VIOLATION;
	if (counts.inconclusive || run->results.interrupted ||
	    summary_left(&run->results, summary))
		return EXIT_INCONCLUSIVE;
	if (counts.skipped && run->options.fail_on_skip)
		return EXIT_INCONCLUSIVE;
	if (counts.skipped && !counts.passed)
		return EXIT_NOTHING_RAN;
	return EXIT_AS_EXPECTED;
}

/* From the folder, as `droptest report` does: histories are there and not in memory. */
static bool write_html(const struct run_options *options)
{
	struct results results;
	char message[MESSAGE_MAX];
	bool good;

	if (results_read(options->out, &results, message, sizeof(message))) {
		complain("cannot read the results for the report: %s", message);
		return false;
	}
	good = html_file_write(&results, options->html);
	results_finish(&results);
	return good;
}

static int report(struct run *run)
{
	const struct run_options *options = &run->options;
	struct summary_options summary = summary_of(run);
	int code = exit_code_of(run, &summary);

	if (options->html && !write_html(options))
		code = EXIT_HARNESS;
	if (options->json) {
		if (summary_print_json(stdout, &run->results, &summary))
			code = EXIT_HARNESS;
	} else {
		summary_print(stdout, &run->results, &summary);
	}
	if (code == EXIT_NOTHING_RAN)
		complain("nothing could run here: %s", run->results.cases[0].reason);
	return code;
}

/* Nothing is left to be run: the results are shown again. */
static int report_again(struct run *run)
{
	char message[MESSAGE_MAX];

	complain("the run in '%s' is complete: nothing is left to be run", run->options.out);
	if (results_read(run->options.out, &run->results, message, sizeof(message))) {
		complain("cannot read the results: %s", message);
		return EXIT_HARNESS;
	}
	return report(run);
}

/* False when nobody could read the summary, either. */
static bool print_begin(const struct run *run)
{
	const struct run_options *options = &run->options;
	FILE *out = options->json ? stderr : stdout;

	fprintf(out, "seed: 0x%" PRIx64 " (%u case%s, ", options->seed, run->selection.list.count,
		run->selection.list.count == 1 ? "" : "s");
	if (options->resume)
		fprintf(out, "%u of them complete, ", run->resume.complete);
	fprintf(out, "%u worker%s)\n", options->jobs, options->jobs == 1 ? "" : "s");
	return output_written();
}

static int begin(struct run *run, json_t *record)
{
	const struct run_options *options = &run->options;
	int code;

	if (options->resume && !run_record_same(run->resume.begun, record))
		return EXIT_DIFFERENT;
	if (options->html && !html_file_check(options->html))
		return EXIT_USAGE;
	if (!options->resume && !results_folder_prepare(options->out, options->quiet))
		return EXIT_USAGE;
	if (!print_begin(run))
		return EXIT_HARNESS;
	if (options->resume && run->resume.over)
		return report_again(run);
	code = run_campaign(run, record);
	if (!code)
		return report(run);
	if (code == EXIT_HARNESS && run->results.case_count)
		report(run); /* what there is; the failure of the harness is what counts */
	return code;
}

static int execute(struct run *run)
{
	const char *obstacle;
	json_t *record;
	int code;

	if (run->options.resume && !resume_begin(&run->options, &run->resume))
		return EXIT_USAGE;
	if (!selection_make(&run->selection, &run->options.selection))
		return EXIT_USAGE;
	obstacle = doctor_obstacle();
	if (obstacle) {
		complain("nothing can run here: %s", obstacle);
		return run->options.fail_on_skip ? EXIT_INCONCLUSIVE : EXIT_NOTHING_RAN;
	}
	if (!run->options.seed_given &&
	    getrandom(&run->options.seed, sizeof(run->options.seed), 0) < 0)
		run->options.seed = clock_now_ns();
	record = run_record_make(&run->options, &run->selection, run->command);
	code = record ? begin(run, record) : EXIT_HARNESS;
	json_decref(record);
	return code;
}

int cmd_run(int argc, char **argv)
{
	struct run run = { .command = run_record_command(argc, argv) };
	int code = run_options_parse(argc, argv, &run.options);

	if (code == OPTIONS_GO_ON)
		code = execute(&run);
	json_decref(run.command);
	results_finish(&run.results);
	selection_finish(&run.selection);
	resume_finish(&run.resume);
	return code;
}
