/*
 * run_options.c - argp for `droptest run`.
 */
#include "cli/run_options.h"

#include <argp.h>
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "cli/command.h"
#include "model/quantity.h"
#include "model/scenario.h"
#include "run/worker_crew.h"

enum { MAX_FAILURES_DEFAULT = 100 };

enum {
	KEY_FILTER = 256,
	KEY_TAG,
	KEY_SEED,
	KEY_TRIALS,
	KEY_MAX_TIME,
	KEY_MAX_FAILURES,
	KEY_HTML,
	KEY_JSON,
	KEY_FAIL_ON_SKIP,
};

static const struct argp_option keys[] = {
	{ 0, 0, 0, 0, "What is run:", 1 },
	{ "target", 't', "TARGET", 0,
	  "only this target: a name, a pattern like 'broken/*', or a plug-in's file", 1 },
	{ "wire", 'w', "WIRE", 0, "only these wires: pipe, unix, tcp; separated by commas", 1 },
	{ "ring", 'r', "RING", 0, "only these ring modes: plain, coop, defer, sqpoll", 1 },
	{ "filter", KEY_FILTER, "EXPR", 0,
	  "only cases whose id matches: parts or patterns, separated by commas; !PART refuses", 1 },
	{ "tag", KEY_TAG, "TAG", 0, "only scenarios with this tag", 1 },
	{ 0, 0, 0, 0, "How much:", 2 },
	{ "seed", KEY_SEED, "N", 0, "draw the same trials again (default: a random seed)", 2 },
	{ "trials", KEY_TRIALS, "N", 0, "trials of each case (default: as the scenario says)", 2 },
	{ "max-time", KEY_MAX_TIME, "TIME", 0,
	  "for the whole run: 30s, 5min; shared out evenly among the cases", 2 },
	{ "max-failures", KEY_MAX_FAILURES, "N", 0,
	  "end a case after so many failed trials (default: 100; 0: never)", 2 },
	{ "jobs", 'j', "N", 0, "worker processes (default: one for each core)", 2 },
	{ 0, 0, 0, 0, "What comes out:", 3 },
	{ "out", 'o', "DIR", 0, "the results folder (default: droptest-results)", 3 },
	{ "html", KEY_HTML, "FILE", 0, "write an HTML report as well", 3 },
	{ "json", KEY_JSON, 0, 0, "the summary as one JSON object on stdout", 3 },
	{ "fail-on-skip", KEY_FAIL_ON_SKIP, 0, 0, "exit with 3 when a case was skipped", 3 },
	{ "quiet", 'q', 0, 0, "failures and the last lines only", 3 },
	{ "verbose", 'v', 0, 0, "every failure, also the expected ones; what targets print", 3 },
	{ 0 },
};

static const char doc[] =
	"Runs suites, scenario files, or every operation of one plug-in, under cancellation.\v"
	"Without SUITE all bundled suites are run, except those tagged 'canary'; with "
	"--target FILE.so every operation of that plug-in, on all wires and rings.\n\n"
	"Examples:\n"
	"  droptest run\n"
	"  droptest run tokio-contracts --wire unix --ring plain,defer\n"
	"  droptest run --target ./mine.so --trials 10000\n"
	"  droptest run scenarios/writers --max-time 30s --html report.html\n"
	"  droptest run --filter 'read_exact,!sqpoll' --seed 0x2a\n\n"
	"Exit status: 0 as expected, 1 violation (or an expected one did not appear), 2 usage or "
	"scenario error, 3 inconclusive, 77 nothing could run here, 99 harness error.";

static uint64_t number(struct argp_state *state, const char *name, const char *text,
		       uint64_t least, uint64_t most)
{
	unsigned long long value;
	char *end;

	errno = 0;
	value = strtoull(text, &end, 0);
	if (errno || end == text || *end || *text == '-' || value < least || value > most)
		argp_error(state, "--%s: '%s' is not a number from %llu to %llu", name, text,
			   (unsigned long long)least, (unsigned long long)most);
	return value;
}

static uint64_t duration(struct argp_state *state, const char *text)
{
	uint64_t value = 0;

	if (quantity_parse(QUANTITY_TIME, text, &value) || !value)
		argp_error(state, "--max-time: '%s' is not %s", text,
			   quantity_remedy(QUANTITY_TIME));
	return value;
}

static void words(struct argp_state *state, enum words set, const char *text, unsigned *bits)
{
	if (!words_parse(set, text, bits))
		exit(argp_err_exit_status);
	(void)state;
}

static int parse_what(int key, char *text, struct argp_state *state, struct run_options *options)
{
	switch (key) {
	case 't':
		options->target = text;
		return 0;
	case 'w':
		words(state, WORDS_WIRE, text, &options->wires);
		return 0;
	case 'r':
		words(state, WORDS_RING, text, &options->rings);
		return 0;
	case KEY_FILTER:
		options->filter = text;
		return 0;
	case KEY_TAG:
		options->tag = text;
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static int parse_budget(int key, char *text, struct argp_state *state,
			struct run_options *options)
{
	switch (key) {
	case KEY_SEED:
		options->seed = number(state, "seed", text, 0, UINT64_MAX);
		options->seed_given = true;
		return 0;
	case KEY_TRIALS:
		options->trials = number(state, "trials", text, 1, SCENARIO_TRIALS_MAX);
		return 0;
	case KEY_MAX_TIME:
		options->max_time_ns = duration(state, text);
		return 0;
	case KEY_MAX_FAILURES:
		options->max_failures = number(state, "max-failures", text, 0, UINT32_MAX);
		return 0;
	case 'j':
		options->jobs = (unsigned)number(state, "jobs", text, 1, JOBS_MAX);
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static error_t parse(int key, char *text, struct argp_state *state)
{
	struct run_options *options = state->input;

	switch (key) {
	case 'o':
		options->out = text;
		return 0;
	case KEY_HTML:
		options->html = text;
		return 0;
	case KEY_JSON:
		options->json = true;
		return 0;
	case KEY_FAIL_ON_SKIP:
		options->fail_on_skip = true;
		return 0;
	case 'q':
		options->quiet = true;
		return 0;
	case 'v':
		options->verbose = true;
		return 0;
	case ARGP_KEY_ARGS:
		options->suites = state->argv + state->next;
		options->suite_count = (unsigned)(state->argc - state->next);
		return 0;
	}
	if (!parse_what(key, text, state, options))
		return 0;
	return parse_budget(key, text, state, options);
}

static unsigned cores(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set))
		return 1;
	return MAX(MIN((unsigned)CPU_COUNT(&set), (unsigned)JOBS_MAX), 1U);
}

void run_options_parse(int argc, char **argv, struct run_options *ret_options)
{
	static const struct argp argp = { .options = keys, .parser = parse,
					  .args_doc = "[SUITE|FILE...]", .doc = doc };

	*ret_options = (struct run_options){ .jobs = cores(),
					     .out = "droptest-results",
					     .max_failures = MAX_FAILURES_DEFAULT };
	argp_parse(&argp, argc, argv, 0, NULL, ret_options);
}
