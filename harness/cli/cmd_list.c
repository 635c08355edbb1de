/*
 * cmd_list.c - `droptest list`: what there is to choose from.
 */
#include <string.h>

#include "base/macros.h"
#include "cli/command.h"
#include "cli/list.h"
#include "cli/message.h"
#include "cli/options.h"
#include "model/nearest.h"

enum { KEY_FILTER = 'f', KEY_TAG = 256, KEY_EXPECT };

static const struct option_row rows[] = {
	{ 't', "target", "TARGET",
	  "only these targets: names or patterns, separated by commas; or the file of a plug-in" },
	{ 'w', "wire", "WIRE", "only these wires" },
	{ 'r', "ring", "RING", "only these ring modes" },
	{ KEY_FILTER, "filter", "EXPR", "only cases whose id matches" },
	{ KEY_TAG, "tag", "TAG", "only scenarios with this tag" },
	{ KEY_EXPECT, "expect", "WORD",
	  "only cases that are expected to: pass, met, violation, control" },
	{ 'v', "verbose", NULL, "options of targets, summaries, files" },
	{ 0 },
};

static const struct usage usage = {
	.name = "droptest list",
	.arguments = "WHAT [SUITE|FILE...]",
	.summary = "Lists targets, scenarios, cases, points, wires or rings. Scenarios and cases "
		   "are those of the named suites, or all bundled ones.",
	.rows = rows,
	.examples = "droptest list targets -v\n"
		    "droptest list cases tokio-contracts --wire unix\n"
		    "droptest list points      which point goes with which mechanism, and why not",
	.exit_status = "0, or 2 usage, or when nothing matches.",
};

static bool take(void *context, int key, char *text)
{
	struct list_options *options = context;

	switch (key) {
	case 't':
		options->selection.target = text;
		return true;
	case 'w':
		return option_words("wire", WORDS_WIRE, text, &options->selection.wires);
	case 'r':
		return option_words("ring", WORDS_RING, text, &options->selection.rings);
	case KEY_FILTER:
		options->selection.filter = text;
		return true;
	case KEY_TAG:
		options->selection.tag = text;
		return true;
	case KEY_EXPECT:
		return option_words("expect", WORDS_EXPECT, text, &options->selection.expects);
	default:
		options->verbose = true;
		return true;
	}
}

static const struct {
	const char *name;
	int (*print)(const struct list_options *options);
	bool of_suites; /* names of suites may follow */
} lists[] = {
	{ "targets", list_targets, false }, { "scenarios", list_scenarios, true },
	{ "cases", list_cases, true },	    { "points", list_points, false },
	{ "wires", list_wires, false },	    { "rings", list_rings, false },
};

static int print(const char *what, const struct list_options *options)
{
	struct nearest nearest = { .word = what };

	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		nearest_offer(&nearest, lists[i].name);
		if (strcmp(lists[i].name, what) != 0)
			continue;
		if (options->selection.suite_count && !lists[i].of_suites)
			return complain_usage("'%s': the list of %s is the same for all suites",
					      options->selection.suites[0], what);
		return lists[i].print(options);
	}
	if (nearest.best)
		return complain_usage("there is no list of '%s'; did you mean '%s'?", what,
				      nearest.best);
	return complain_usage("there is no list of '%s': say targets, scenarios, cases, points, "
			      "wires or rings",
			      what);
}

int cmd_list(int argc, char **argv)
{
	struct list_options options = { .selection.canary = true };
	int first = argc, code = options_parse(&usage, argc, argv, take, &options, &first);

	if (code != OPTIONS_GO_ON)
		return code;
	if (first == argc)
		return complain_usage("say what: targets, scenarios, cases, points, wires or "
				      "rings");
	options.selection.suites = argv + first + 1;
	options.selection.suite_count = (unsigned)(argc - first) - 1;
	return print(argv[first], &options);
}
