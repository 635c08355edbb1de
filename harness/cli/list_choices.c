/*
 * list_choices.c - lists that depend on what is installed and named: targets, scenarios, cases.
 */
#include "cli/list.h"

#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "cli/command.h"
#include "cli/message.h"
#include "cli/table.h"

enum { HEADING_MAX = 600, FLAGS_MAX = 80 };

static const char *flags_text(unsigned flags, char text[FLAGS_MAX])
{
	static const struct {
		unsigned flag;
		const char *word;
	} words[] = {
		{ DT_EXACT, "exact" },	   { DT_RAW, "raw" },	    { DT_SOCKET, "socket" },
		{ DT_WAITALL, "waitall" }, { DT_QUEUES, "queues" }, { DT_UNSTARTED, "other-only" },
	};
	size_t size = 0;

	text[0] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (flags & words[i].flag)
			size += (size_t)snprintf(text + size, FLAGS_MAX - size, "%s%s",
						 size ? " " : "", words[i].word);
	return text;
}

static void add_options(struct table *table, const struct dt_target *target)
{
	char text[HEADING_MAX];

	for (const struct dt_option *option = target->options; option && option->name; option++) {
		snprintf(text, sizeof(text), "  option %s=%s: %s", option->name, option->initial,
			 option->summary);
		table_heading(table, text);
	}
}

static void add_target(struct table *table, const struct entry *entry, bool verbose)
{
	const struct dt_target *target = entry->target;
	char text[HEADING_MAX];

	snprintf(text, sizeof(text), "%s: %s", entry->name, target->summary);
	table_heading(table, text);
	for (const struct dt_operation *operation = target->operations; operation->name;
	     operation = operation_next(operation)) {
		table_cell(table, PAINT_PLAIN, operation->name);
		table_cell(table, PAINT_PLAIN, word_name(WORDS_DIRECTION, operation->direction));
		table_cell(table, PAINT_PLAIN, word_name(WORDS_UNIT, operation->unit));
		table_cell(table, PAINT_PLAIN, word_name(WORDS_CONTRACT, operation->contract));
		table_cell(table, PAINT_PLAIN, flags_text(operation->flags, text));
		table_cell(table, PAINT_PLAIN, verbose ? operation->summary : "");
	}
	if (!verbose)
		return;
	add_options(table, target);
	snprintf(text, sizeof(text), "  in %s", entry->plugin_path);
	table_heading(table, text);
}

/* With --target FILE.so those of that file, otherwise those whose names match. */
static bool is_wanted(const struct selection *selection, const struct entry *entry,
		      const char *target)
{
	size_t length = strlen(selection->plugin);

	if (length)
		return !strncmp(entry->name, selection->plugin, length) &&
		       entry->name[length] == '/';
	return target_matches(entry->name, target);
}

int list_targets(const struct list_options *options)
{
	static const struct table_column columns[6] = { { .name = true } };
	struct table *table = table_create(columns, ARRAY_SIZE(columns));
	const char *target = options->selection.target;
	struct selection selection = { 0 };
	bool good = table && selection_load_targets(&selection, target);
	unsigned count = 0;

	for (unsigned i = 0; good && i < selection.registry.count; i++) {
		const struct entry *entry = &selection.registry.entries[i];

		if (!is_wanted(&selection, entry, target))
			continue;
		add_target(table, entry, options->verbose);
		count++;
	}
	if (count)
		table_print(table, stdout, false);
	else if (good && selection.registry.count)
		good = selection_target_known(&selection, target);
	else if (good)
		complain("no plug-ins were found; set DROPTEST_TARGET_PATH to their folder");
	table_destroy(table);
	selection_finish(&selection);
	return good && count ? EXIT_AS_EXPECTED : EXIT_USAGE;
}

/* A bundled one is named as `droptest run` takes it: "writers/queue". Owned. */
static char *name_of(const struct scenario *scenario)
{
	const char *folder = scenarios_folder();
	size_t length = folder ? strlen(folder) : 0;
	char *name, *dot;

	if (!length || strncmp(scenario->path, folder, length) != 0 ||
	    scenario->path[length] != '/')
		return strdup(scenario->path);
	name = strdup(scenario->path + length + 1);
	dot = name ? strrchr(name, '.') : NULL;
	if (dot)
		*dot = '\0';
	return name;
}

static void add_scenario(struct table *table, const struct scenario *scenario, bool verbose)
{
	char tags[HEADING_MAX] = "", *name = name_of(scenario);
	size_t size = 0;

	for (unsigned i = 0; i < scenario->tag_count && size < sizeof(tags); i++)
		size += (size_t)snprintf(tags + size, sizeof(tags) - size, "%s#%s",
					 size ? " " : "", scenario->tags[i]);
	table_cell(table, PAINT_PLAIN, name ? name : "");
	table_cell(table, PAINT_PLAIN, tags);
	table_cell(table, PAINT_PLAIN, scenario->summary ? scenario->summary : "");
	free(name);
	if (!verbose)
		return;
	snprintf(tags, sizeof(tags), "    in %s", scenario->path);
	table_heading(table, tags);
}

int list_scenarios(const struct list_options *options)
{
	static const struct table_column columns[] = { { .name = true }, { 0 }, { 0 } };
	struct table *table = table_create(columns, ARRAY_SIZE(columns));
	struct scenarios scenarios = { 0 };
	bool good = table && selection_load_scenarios(&scenarios, &options->selection);

	for (unsigned i = 0; i < scenarios.count && table; i++)
		add_scenario(table, scenarios.items[i], options->verbose);
	if (table)
		table_print(table, stdout, false);
	table_destroy(table);
	scenarios_finish(&scenarios);
	return good ? EXIT_AS_EXPECTED : EXIT_USAGE;
}

/* One to a line and nothing before it: for scripts. */
int list_cases(const struct list_options *options)
{
	struct selection selection = { 0 };
	bool good = selection_make(&selection, &options->selection);

	for (unsigned i = 0; good && i < selection.list.count; i++) {
		const struct test_case *test = &selection.list.cases[i];

		put_shown(stdout, test->id);
		if (test->skip[0]) {
			fputs("  skipped: ", stdout);
			put_shown(stdout, test->skip);
		}
		putchar('\n');
	}
	selection_finish(&selection);
	return good ? EXIT_AS_EXPECTED : EXIT_USAGE;
}
