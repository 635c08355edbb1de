/*
 * cmd_run.c - `droptest run`: from arguments to scenarios, cases, a campaign and its summary.
 */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/macros.h"
#include "cli/command.h"
#include "cli/progress.h"
#include "cli/results_folder.h"
#include "cli/run_options.h"
#include "cli/scenarios.h"
#include "cli/summary.h"
#include "html/report.h"
#include "run/campaign.h"
#include "run/doctor.h"

enum { MESSAGE_MAX = 512, MEMORY_MAX = 1 << 30, SHOWN_OUTPUT_MAX = 400 };

/* Everything that a run holds. */
struct run {
	struct run_options options;
	struct registry registry;
	struct scenarios scenarios;
	struct case_list list;
	struct results results;
	struct progress progress;
	char plugin[64]; /* the first part of its targets' names when --target is a file */
};

static volatile sig_atomic_t interrupts;

static void on_interrupt(int signal)
{
	(void)signal;
	if (interrupts < 2)
		interrupts = interrupts + 1;
}

static void catch_interrupts(void)
{
	struct sigaction action = { .sa_handler = on_interrupt };

	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

static bool names_file(const char *target)
{
	size_t length = strlen(target);

	return length > 3 && !strcmp(target + length - 3, ".so");
}

/* Loads the bundled plug-ins and, when --target is a file, that one. */
static bool load_targets(struct run *run)
{
	const char *target = run->options.target, *slash;
	char message[MESSAGE_MAX];

	registry_init(&run->registry);
	if (target && names_file(target)) {
		if (registry_load(&run->registry, target, message, sizeof(message))) {
			fprintf(stderr, "droptest: %s\n", message);
			return false;
		}
		slash = strrchr(target, '/');
		snprintf(run->plugin, sizeof(run->plugin), "%.*s",
			 (int)strlen(slash ? slash + 1 : target) - 3, slash ? slash + 1 : target);
	}
	registry_load_all(&run->registry, stderr);
	return true;
}

static bool load_scenarios(struct run *run)
{
	const struct run_options *options = &run->options;
	bool good = true;

	for (unsigned i = 0; i < options->suite_count; i++)
		good &= scenarios_add(&run->scenarios, options->suites[i]);
	if (!options->suite_count && run->plugin[0])
		good = scenarios_add_default(&run->scenarios, &run->registry, run->plugin);
	else if (!options->suite_count)
		good = scenarios_add_bundled(&run->scenarios, options->tag &&
								      !strcmp(options->tag,
									      "canary"));
	if (options->tag)
		scenarios_keep_tagged(&run->scenarios, options->tag);
	return good;
}

static bool make_cases(struct run *run)
{
	struct case_filter filter = { .target = run->options.target,
				      .wires = run->options.wires,
				      .rings = run->options.rings,
				      .pattern = run->options.filter };
	char of_plugin[80];
	bool good = true;

	if (run->plugin[0]) {
		snprintf(of_plugin, sizeof(of_plugin), "%s/*", run->plugin);
		filter.target = of_plugin;
	}
	case_list_init(&run->list);
	for (unsigned i = 0; i < run->scenarios.count; i++)
		good &= !case_list_add(&run->list, run->scenarios.items[i], &run->registry,
				       &filter, stderr);
	if (good && !run->list.count) {
		fprintf(stderr, "droptest: no case is left to run; see `droptest list cases` "
				"and `droptest list targets`\n");
		return false;
	}
	return good;
}

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
	fprintf(stderr, "%-12s %s  %.2f s%s%s\n", word_name(WORDS_VERDICT, result->verdict),
		result->id, result->seconds, result->reason[0] ? "  " : "", result->reason);
}

/* What a target prints is shown, never parsed; without control characters. */
static void on_printed(void *context, const struct test_case *test, const struct capture *capture)
{
	struct run *run = context;
	size_t shown = MIN(capture->size, (size_t)SHOWN_OUTPUT_MAX);

	if (!run->options.verbose)
		return;
	progress_clear(&run->progress);
	fprintf(stderr, "%s printed %" PRIu64 " bytes:\n  ", test->id, capture->total);
	for (size_t i = 0; i < shown; i++) {
		unsigned char c = (unsigned char)capture->text[i];

		if (c == '\n')
			fputs("\n  ", stderr);
		else
			fputc(c >= ' ' && c < 0x7f ? c : '?', stderr);
	}
	fputs(shown < capture->total ? "...\n" : "\n", stderr);
}

static int run_campaign(struct run *run, int argc, char **argv)
{
	const struct run_options *options = &run->options;
	const char *folder = options->out;
	struct campaign_options campaign = {
		.seed = options->seed,
		.trials = options->trials,
		.max_time_ns = options->max_time_ns,
		.max_failures = options->max_failures,
		.jobs = options->jobs,
		.memory_max = MEMORY_MAX,
		.directory = folder,
		.interrupts = &interrupts,
		.watch = { .context = run, .moved = on_moved, .finished = on_finished,
			   .printed = on_printed },
	};
	char message[MESSAGE_MAX];
	int error;

	if (!results_folder_prepare(folder))
		return EXIT_USAGE;
	campaign.run = results_folder_describe(options, &run->scenarios, argc, argv);
	if (!campaign.run)
		return EXIT_HARNESS;
	progress_init(&run->progress, options->quiet);
	catch_interrupts();
	error = campaign_run(&campaign, &run->list, &run->results, message, sizeof(message));
	progress_clear(&run->progress);
	json_decref(campaign.run);
	if (error == -EINTR) {
		fprintf(stderr, "droptest: stopped; %s holds what was complete\n", folder);
		return 128 + SIGINT;
	}
	if (error)
		fprintf(stderr, "droptest: the harness failed: %s\n", message);
	return error ? EXIT_HARNESS : 0;
}

static int exit_code_of(const struct run *run)
{
	struct summary_counts counts;

	summary_count(&run->results, &counts);
	if (counts.errors)
		return EXIT_HARNESS;
	if (counts.failed > counts.inconclusive)
		return EXIT_VIOLATION;
	if (counts.inconclusive || run->results.interrupted)
		return EXIT_INCONCLUSIVE;
	if (counts.skipped && run->options.fail_on_skip)
		return EXIT_INCONCLUSIVE;
	if (counts.skipped && !counts.passed)
		return EXIT_NOTHING_RAN;
	return EXIT_AS_EXPECTED;
}

/* From the folder, as `droptest report` does: histories are there and not in memory. */
static int write_html(const char *folder, const char *path)
{
	struct results results;
	char message[MESSAGE_MAX];
	int error = results_read(folder, &results, message, sizeof(message));
	FILE *out;

	if (error) {
		fprintf(stderr, "droptest: cannot read '%s': %s\n", folder, message);
		return error;
	}
	out = fopen(path, "we");
	error = out ? report_html(&results, out) : -errno;
	if (out && fclose(out) && !error)
		error = -errno;
	if (error)
		fprintf(stderr, "droptest: cannot write '%s': %s\n", path, strerror(-error));
	results_finish(&results);
	return error;
}

static int report(struct run *run)
{
	const struct run_options *options = &run->options;
	struct summary_options summary = {
		.colours = !options->json && paint_wanted(stdout),
		.quiet = options->quiet,
		.verbose = options->verbose,
		.seed = options->seed,
		.plugin = run->plugin[0] ? options->target : NULL,
	};
	int code = exit_code_of(run);

	if (options->html && write_html(options->out, options->html))
		code = EXIT_HARNESS;
	if (options->json) {
		if (summary_print_json(stdout, &run->results, &summary))
			code = EXIT_HARNESS;
	} else {
		summary_print(stdout, &run->results, &summary);
	}
	if (code == EXIT_NOTHING_RAN)
		fprintf(stderr, "droptest: nothing could run: %s\n",
			run->results.cases[0].reason);
	return fflush(stdout) ? EXIT_HARNESS : code;
}

static int execute(struct run *run, int argc, char **argv)
{
	const char *obstacle = doctor_obstacle();
	int code;

	if (!load_targets(run) || !load_scenarios(run) || !make_cases(run))
		return EXIT_USAGE;
	if (obstacle) {
		fprintf(stderr, "droptest: nothing can run here: %s\n", obstacle);
		return EXIT_NOTHING_RAN;
	}
	if (!run->options.seed_given &&
	    getrandom(&run->options.seed, sizeof(run->options.seed), 0) < 0)
		run->options.seed = clock_now_ns();
	fprintf(run->options.json ? stderr : stdout,
		"seed: 0x%" PRIx64 " (%u cases, %u workers)\n", run->options.seed,
		run->list.count, run->options.jobs);
	code = run_campaign(run, argc, argv);
	return code ? code : report(run);
}

int cmd_run(int argc, char **argv)
{
	struct run run = { 0 };
	int code;

	run_options_parse(argc, argv, &run.options);
	code = execute(&run, argc, argv);
	results_finish(&run.results);
	case_list_finish(&run.list);
	scenarios_finish(&run.scenarios);
	registry_finish(&run.registry);
	return code;
}
