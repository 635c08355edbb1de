/*
 * run_options.c - the table of `droptest run`, and its defaults.
 */
#include "cli/run_options.h"

#include <sched.h>
#include <string.h>

#include "base/macros.h"
#include "cli/command.h"
#include "cli/message.h"
#include "cli/options.h"
#include "model/scenario.h"
#include "run/sweep.h"
#include "run/worker_crew.h"

enum { MAX_FAILURES_DEFAULT = 100 };

enum {
	KEY_FILTER = 256,
	KEY_TAG,
	KEY_EXPECT,
	KEY_SEED,
	KEY_TRIALS,
	KEY_SWEEP,
	KEY_DEPTH,
	KEY_NO_SHRINK,
	KEY_MAX_TIME,
	KEY_MAX_FAILURES,
	KEY_RESUME,
	KEY_HTML,
	KEY_JSON,
	KEY_FAIL_ON_SKIP,
};

static const struct option_row rows[] = {
	{ .help = "What is run:" },
	{ 't', "target", "TARGET",
	  "only these targets: names or patterns like 'broken/*', separated by commas; or the "
	  "file of a plug-in" },
	{ 'w', "wire", "WIRE", "only these wires: pipe, unix, tcp; separated by commas" },
	{ 'r', "ring", "RING", "only these ring modes: plain, coop, defer, sqpoll" },
	{ KEY_FILTER, "filter", "EXPR",
	  "only cases whose id matches: parts or patterns, separated by commas; !PART refuses" },
	{ KEY_TAG, "tag", "TAG", "only scenarios with this tag" },
	{ KEY_EXPECT, "expect", "WORD",
	  "only what is expected to: pass, met, violation, control; separated by commas" },
	{ KEY_RESUME, "resume", "DIR",
	  "go on with the run whose results are in DIR, which was interrupted or killed" },
	{ .help = "How much:" },
	{ KEY_SEED, "seed", "N", "draw the same trials again (default: a random seed)" },
	{ KEY_TRIALS, "trials", "N", "trials of each case (default: as the scenario says)" },
	{ KEY_SWEEP, "sweep", NULL,
	  "instead of random trials: one cancellation at every place of the control run, of every "
	  "kind, then two; at most a million trials of each case, or --trials" },
	{ KEY_DEPTH, "depth", "N", "cancellations of one trial of a sweep: 1 or 2 (default: 2)" },
	{ KEY_MAX_TIME, "max-time", "TIME",
	  "for the whole run: 30s, 5min; shared out evenly among the cases" },
	{ KEY_MAX_FAILURES, "max-failures", "N",
	  "end a case after so many failed trials (default: 100; 0: never)" },
	{ KEY_NO_SHRINK, "no-shrink", NULL,
	  "do not look for the smallest plan of failures that were not expected (it takes at most "
	  "30 s in all)" },
	{ 'j', "jobs", "N", "worker processes (default: one for each core)" },
	{ .help = "What comes out:" },
	{ 'o', "out", "DIR", "the results folder (default: droptest-results)" },
	{ KEY_HTML, "html", "FILE", "write an HTML report as well" },
	{ KEY_JSON, "json", NULL, "the summary as one JSON object on standard output" },
	{ KEY_FAIL_ON_SKIP, "fail-on-skip", NULL, "exit with 3 when anything was skipped" },
	{ 'q', "quiet", NULL, "failures and the last lines only" },
	{ 'v', "verbose", NULL, "every failure, also the expected ones; what targets print" },
	{ 0 },
};

static const struct usage usage = {
	.name = "droptest run",
	.arguments = "[SUITE|FILE...]",
	.summary = "Runs suites, scenario files, or every operation of one plug-in, under "
		   "cancellation.",
	.rows = rows,
	.notes = "Without SUITE all bundled suites are run, except those tagged 'canary'; with "
		 "--target FILE.so every operation of that plug-in, on all wires and rings.\n"
		 "\n"
		 "One SIGINT (Ctrl-C) finishes the trial and prints the summary, a second one "
		 "stops at once. --resume goes on after either, and after a kill: with the seed, "
		 "the scenarios and the options of before; only --jobs, --max-time and what comes "
		 "out may be given again.",
	.examples = "droptest run\n"
		    "droptest run tokio-contracts --wire unix --ring plain,defer\n"
		    "droptest run --target ./mine.so --trials 10000\n"
		    "droptest run writers errors/epipe --max-time 30s --html report.html\n"
		    "droptest run --filter 'read_exact,!sqpoll' --seed 0x2a\n"
		    "droptest run --sweep --depth 1 --wire unix --ring plain session-state\n"
		    "droptest run --resume droptest-results",
	.exit_status = "0 as expected, 1 violation (or an expected one did not appear), 2 usage "
		       "or scenario error, 3 inconclusive, or something was not run, 4 what is "
		       "resumed is not the plan that was begun, 77 nothing could run here, 99 "
		       "harness error, 130 stopped by a second SIGINT.",
};

/* Gives the name when such an option decides which trials are run. */
static const char *fixed_name(int key)
{
	static const int keys[] = { 't', 'w', 'r', 'o', KEY_FILTER, KEY_TAG, KEY_EXPECT, KEY_SEED,
				    KEY_TRIALS, KEY_SWEEP, KEY_DEPTH, KEY_MAX_FAILURES };

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		for (const struct option_row *row = rows; keys[i] == key; row++)
			if (row->key == key)
				return row->name;
	return NULL;
}

static bool take_budget(struct run_options *options, int key, const char *text)
{
	uint64_t jobs = 0;

	switch (key) {
	case KEY_SEED:
		options->seed_given = true;
		return option_number("seed", text, 0, UINT64_MAX, &options->seed);
	case KEY_TRIALS:
		return option_number("trials", text, 1, SCENARIO_TRIALS_MAX, &options->trials);
	case KEY_SWEEP:
		options->sweep = true;
		return true;
	case KEY_NO_SHRINK:
		options->no_shrink = true;
		return true;
	case KEY_DEPTH:
		return option_number("depth", text, 1, SWEEP_DEPTH_MAX, &options->depth);
	case KEY_MAX_TIME:
		options->max_time_given = true;
		return option_time("max-time", text, &options->max_time_ns);
	case KEY_MAX_FAILURES:
		return option_number("max-failures", text, 0, UINT32_MAX, &options->max_failures);
	default:
		if (!option_number("jobs", text, 1, JOBS_MAX, &jobs))
			return false;
		options->jobs = (unsigned)jobs;
		options->jobs_given = true;
		return true;
	}
}

static bool take_output(struct run_options *options, int key, const char *text)
{
	switch (key) {
	case 'o':
		options->out = text;
		return true;
	case KEY_HTML:
		options->html = text;
		return true;
	case KEY_JSON:
		options->json = true;
		return true;
	case KEY_FAIL_ON_SKIP:
		options->fail_on_skip = true;
		return true;
	case 'q':
		options->quiet = true;
		return true;
	case 'v':
		options->verbose = true;
		return true;
	default:
		return take_budget(options, key, text);
	}
}

static bool take(void *context, int key, char *text)
{
	struct run_options *options = context;
	struct selection_options *selection = &options->selection;

	if (!options->fixed)
		options->fixed = fixed_name(key);
	switch (key) {
	case 't':
		selection->target = text;
		return true;
	case 'w':
		return option_words("wire", WORDS_WIRE, text, &selection->wires);
	case 'r':
		return option_words("ring", WORDS_RING, text, &selection->rings);
	case KEY_FILTER:
		selection->filter = text;
		return true;
	case KEY_TAG:
		selection->tag = text;
		return true;
	case KEY_EXPECT:
		return option_words("expect", WORDS_EXPECT, text, &selection->expects);
	case KEY_RESUME:
		options->resume = text;
		return true;
	default:
		return take_output(options, key, text);
	}
}

static unsigned cores(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set))
		return 1;
	return MAX(MIN((unsigned)CPU_COUNT(&set), (unsigned)JOBS_MAX), 1U);
}

/* What cannot go together. */
static int check(const struct run_options *options)
{
	if (options->quiet && options->verbose)
		return complain_usage("--quiet and --verbose exclude each other");
	if (!*options->out)
		return complain_usage("--out: the name of the folder is empty");
	if (options->html && (!*options->html || !strcmp(options->html, "-")))
		return complain_usage("--html: '%s' is not a file's name; `droptest report DIR "
				      "--html -` writes to standard output",
				      options->html);
	if (options->depth && !options->sweep)
		return complain_usage("--depth is the depth of a --sweep; random trials have "
				      "`cancel: {depth: ...}` in their scenario");
	if (!options->resume)
		return OPTIONS_GO_ON;
	if (options->fixed)
		return complain_usage("--%s cannot be given with --resume: the run goes on as it "
				      "was begun",
				      options->fixed);
	if (options->selection.suite_count)
		return complain_usage("'%s' cannot be given with --resume: the run goes on with "
				      "the scenarios it was begun with",
				      options->selection.suites[0]);
	return OPTIONS_GO_ON;
}

unsigned run_sweep_depth(const struct run_options *options)
{
	if (!options->sweep)
		return 0;
	return options->depth ? (unsigned)options->depth : SWEEP_DEPTH_MAX;
}

int run_options_parse(int argc, char **argv, struct run_options *ret_options)
{
	int first = argc, code;

	*ret_options = (struct run_options){ .jobs = cores(),
					     .out = "droptest-results",
					     .max_failures = MAX_FAILURES_DEFAULT };
	code = options_parse(&usage, argc, argv, take, ret_options, &first);
	if (code != OPTIONS_GO_ON)
		return code;
	ret_options->selection.suites = argv + first;
	ret_options->selection.suite_count = (unsigned)(argc - first);
	return check(ret_options);
}
