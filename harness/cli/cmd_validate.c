/*
 * cmd_validate.c - `droptest validate`: are scenario files right, all their mistakes at once.
 */
#include <argp.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/scenarios.h"
#include "run/case_list.h"

struct arguments {
	bool schema, targets, quiet;
	struct scenarios scenarios;
	bool good;
	unsigned named;
};

static const char summary[] =
	"Checks scenario files without running them: files, folders, or bundled suites by name; "
	"without any, all bundled suites. Every mistake is reported with its line and a caret."
	"\vExit status: 0 when all is right, 2 when anything is wrong.\n"
	"\n"
	"Examples:\n"
	"  droptest validate my-suite/\n"
	"  droptest validate --targets read.yaml   also: do its targets and options exist\n"
	"  droptest validate --schema > droptest.schema.json\n"
	"\n"
	"An editor with a YAML language server completes and checks while you type when a\n"
	"file begins with  # yaml-language-server: $schema=droptest.schema.json\n";

static const struct argp_option options[] = {
	{ "schema", 's', NULL, 0, "print the JSON Schema of scenario files and stop", 0 },
	{ "targets", 't', NULL, 0, "look up targets, operations and options as well", 0 },
	{ "quiet", 'q', NULL, 0, "say nothing when all is right", 0 },
	{ 0 },
};

static error_t parse_option(int key, char *text, struct argp_state *state)
{
	struct arguments *arguments = state->input;

	switch (key) {
	case 's':
		arguments->schema = true;
		return 0;
	case 't':
		arguments->targets = true;
		return 0;
	case 'q':
		arguments->quiet = true;
		return 0;
	case ARGP_KEY_ARG:
		arguments->named++;
		arguments->good &= scenarios_add(&arguments->scenarios, text);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* The length of a path's folder, with its last slash. */
static size_t folder_length(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? (size_t)(slash - path) + 1 : 0;
}

/* Two scenarios of a suite with one name would have the same case ids. */
static bool check_names(const struct scenarios *scenarios)
{
	bool good = true;

	for (unsigned i = 0; i < scenarios->count; i++) {
		for (unsigned j = 0; j < i; j++) {
			const struct scenario *one = scenarios->items[i];
			const struct scenario *other = scenarios->items[j];
			size_t length = folder_length(one->path);

			if (strcmp(one->name, other->name) != 0 ||
			    !strcmp(one->path, other->path) ||
			    length != folder_length(other->path) ||
			    strncmp(one->path, other->path, length) != 0)
				continue;
			fprintf(stderr, "%s:1:1: error: the scenario of %s is named '%s', too\n",
				one->path, other->path, one->name);
			good = false;
		}
	}
	return good;
}

static bool check_targets(const struct scenarios *scenarios)
{
	const struct case_filter filter = { 0 };
	struct case_list list;
	struct registry registry;
	bool good = true;

	registry_init(&registry);
	registry_load_all(&registry, stderr);
	case_list_init(&list);
	for (unsigned i = 0; i < scenarios->count; i++)
		if (case_list_add(&list, scenarios->items[i], &registry, &filter, stderr))
			good = false;
	case_list_finish(&list);
	registry_finish(&registry);
	return good;
}

int cmd_validate(int argc, char **argv)
{
	static const struct argp argp = { .options = options, .parser = parse_option,
					  .args_doc = "[FILE|FOLDER|SUITE...]", .doc = summary };
	struct arguments arguments = { .good = true };
	int error = argp_parse(&argp, argc, argv, 0, NULL, &arguments);
	unsigned count;

	if (error)
		return EXIT_USAGE;
	if (arguments.schema) {
		scenarios_finish(&arguments.scenarios);
		return scenario_schema_print(stdout) ? EXIT_HARNESS : 0;
	}
	if (!arguments.named)
		arguments.good = scenarios_add_bundled(&arguments.scenarios, true);
	arguments.good &= check_names(&arguments.scenarios);
	if (arguments.targets)
		arguments.good &= check_targets(&arguments.scenarios);
	count = arguments.scenarios.count;
	scenarios_finish(&arguments.scenarios);
	if (arguments.good && !arguments.quiet)
		printf("%u scenario%s, all right\n", count, count == 1 ? "" : "s");
	return arguments.good ? 0 : EXIT_USAGE;
}
