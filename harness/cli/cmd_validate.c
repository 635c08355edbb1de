/*
 * cmd_validate.c - `droptest validate`: are scenario files right, all their mistakes at once.
 */
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/message.h"
#include "cli/options.h"
#include "cli/selection.h"

struct arguments {
	bool schema, targets, quiet;
};

static const struct option_row rows[] = {
	{ 's', "schema", NULL, "print the JSON Schema of scenario files and stop" },
	{ 't', "targets", NULL, "look up targets, operations and options as well" },
	{ 'q', "quiet", NULL, "say nothing when all is right" },
	{ 0 },
};

static const struct usage usage = {
	.name = "droptest validate",
	.arguments = "[FILE|FOLDER|SUITE...]",
	.summary = "Checks scenario files without running them: files, folders, or bundled suites "
		   "by name; without any, all bundled suites. Every mistake is reported with its "
		   "line and a caret.",
	.rows = rows,
	.notes = "An editor with a YAML language server completes and checks while you type when a "
		 "file begins with\n"
		 "# yaml-language-server: $schema=droptest.schema.json",
	.examples = "droptest validate my-suite/\n"
		    "droptest validate --targets read.yaml   also: do its targets exist\n"
		    "droptest validate --schema > droptest.schema.json",
	.exit_status = "0 when all is right, 2 when anything is wrong.",
};

static bool take(void *context, int key, char *text)
{
	struct arguments *arguments = context;

	(void)text;
	if (key == 's')
		arguments->schema = true;
	else if (key == 't')
		arguments->targets = true;
	else
		arguments->quiet = true;
	return true;
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
			fprintf(messages(),
				"%s:1:1: error: the scenario of %s is named '%s', too\n",
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
	registry_load_all(&registry, messages());
	case_list_init(&list);
	for (unsigned i = 0; i < scenarios->count; i++)
		if (case_list_add(&list, scenarios->items[i], &registry, &filter, messages()))
			good = false;
	case_list_finish(&list);
	registry_finish(&registry);
	return good;
}

int cmd_validate(int argc, char **argv)
{
	struct selection_options chosen = { .canary = true };
	struct arguments arguments = { 0 };
	struct scenarios scenarios = { 0 };
	int first = argc, code = options_parse(&usage, argc, argv, take, &arguments, &first);
	bool good;

	if (code != OPTIONS_GO_ON)
		return code;
	if (arguments.schema && first < argc)
		return complain_usage("'%s': the schema is one for all files", argv[first]);
	if (arguments.schema)
		return scenario_schema_print(stdout) ? EXIT_HARNESS : EXIT_AS_EXPECTED;
	chosen.suites = argv + first;
	chosen.suite_count = (unsigned)(argc - first);
	good = selection_load_scenarios(&scenarios, &chosen);
	good &= check_names(&scenarios);
	if (arguments.targets)
		good &= check_targets(&scenarios);
	if (good && !arguments.quiet)
		printf("%u scenario%s, all right\n", scenarios.count,
		       scenarios.count == 1 ? "" : "s");
	scenarios_finish(&scenarios);
	return good ? EXIT_AS_EXPECTED : EXIT_USAGE;
}
