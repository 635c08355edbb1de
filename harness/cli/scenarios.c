/*
 * scenarios.c - finds and loads scenarios.
 *
 * The bundled ones are found from where the program is: by a file in a build tree, or in the data
 * folder of an installation, which may have been moved as a whole.
 */
#include "cli/scenarios.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/nearest.h"
#include "run/scenario_default.h"
#include "run/scenario_file.h"

static bool is_folder(const char *path)
{
	struct stat info;

	return !stat(path, &info) && S_ISDIR(info.st_mode);
}

/* The folder of the running program. */
static bool program_folder(char *folder, size_t folder_max)
{
	ssize_t length = readlink("/proc/self/exe", folder, folder_max - 1);
	char *slash;

	if (length <= 0)
		return false;
	folder[length] = '\0';
	slash = strrchr(folder, '/');
	if (slash)
		*slash = '\0';
	return slash;
}

/* A build tree has a file that says where its sources have them. */
static bool read_pointer(const char *path, char *folder, int folder_max)
{
	FILE *file = fopen(path, "re");
	bool read;

	if (!file)
		return false;
	read = fgets(folder, folder_max, file);
	fclose(file);
	if (read)
		folder[strcspn(folder, "\n")] = '\0';
	return read && is_folder(folder);
}

const char *scenarios_folder(void)
{
	static char folder[PATH_MAX];
	char program[PATH_MAX / 2], path[PATH_MAX];

	if (program_folder(program, sizeof(program))) {
		snprintf(path, sizeof(path), "%s/scenarios.path", program);
		if (read_pointer(path, folder, sizeof(folder)))
			return folder;
		snprintf(path, sizeof(path), "%s/../share/droptest/scenarios", program);
		if (realpath(path, folder) && is_folder(folder))
			return folder;
	}
	snprintf(folder, sizeof(folder), "%s", DROPTEST_DATADIR "/droptest/scenarios");
	return is_folder(folder) ? folder : NULL;
}

static bool append(struct scenarios *scenarios, struct scenario *scenario)
{
	struct scenario **items = realloc(scenarios->items,
					  (scenarios->count + 1) * sizeof(struct scenario *));

	if (!items) {
		scenario_destroy(scenario);
		return false;
	}
	items[scenarios->count++] = scenario;
	scenarios->items = items;
	return true;
}

static bool add_path(struct scenarios *scenarios, const char *path)
{
	char **paths;
	unsigned count;
	bool good = true;
	int error = suite_list(path, &paths, &count);

	if (error) {
		fprintf(stderr, "droptest: '%s': %s\n", path,
			error == -ENOENT && is_folder(path) ? "no scenario files in it" :
							      strerror(-error));
		return false;
	}
	for (unsigned i = 0; i < count; i++) {
		struct scenario *scenario;

		if (scenario_load(paths[i], stderr, &scenario))
			good = false;
		else
			good &= append(scenarios, scenario);
	}
	suite_list_free(paths, count);
	return good;
}

/* The bundled suites, and what was meant perhaps. */
static void say_unknown(const char *folder, const char *name)
{
	struct nearest nearest = { .word = name };
	struct dirent **entries;
	int count = scandir(folder, &entries, NULL, alphasort);
	const char *separator = "; they are ";

	for (int i = 0; i < count; i++)
		nearest_offer(&nearest, entries[i]->d_name);
	fprintf(stderr, "droptest: there is no file, folder or bundled suite '%s'", name);
	if (nearest.best)
		fprintf(stderr, "; did you mean '%s'?", nearest.best);
	for (int i = 0; i < count; i++) {
		/* Suites are folders; anything else has a suffix. */
		if (!nearest.best && !strchr(entries[i]->d_name, '.')) {
			fprintf(stderr, "%s%s", separator, entries[i]->d_name);
			separator = ", ";
		}
		free(entries[i]);
	}
	fputc('\n', stderr);
	if (count >= 0)
		free(entries);
}

bool scenarios_add(struct scenarios *scenarios, const char *name)
{
	const char *folder = scenarios_folder();
	char path[PATH_MAX];

	if (!access(name, F_OK) || strchr(name, '/') || !folder)
		return add_path(scenarios, name);
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	if (!access(path, F_OK))
		return add_path(scenarios, path);
	snprintf(path, sizeof(path), "%s/%s.yaml", folder, name);
	if (!access(path, F_OK))
		return add_path(scenarios, path);
	say_unknown(folder, name);
	return false;
}

bool scenario_tagged(const struct scenario *scenario, const char *tag)
{
	for (unsigned i = 0; i < scenario->tag_count; i++)
		if (!strcmp(scenario->tags[i], tag))
			return true;
	return false;
}

static void keep(struct scenarios *scenarios, const char *tag, bool wanted)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < scenarios->count; i++) {
		if (scenario_tagged(scenarios->items[i], tag) == wanted)
			scenarios->items[kept++] = scenarios->items[i];
		else
			scenario_destroy(scenarios->items[i]);
	}
	scenarios->count = kept;
}

void scenarios_keep_tagged(struct scenarios *scenarios, const char *tag)
{
	keep(scenarios, tag, true);
}

bool scenarios_add_bundled(struct scenarios *scenarios, bool canary)
{
	const char *folder = scenarios_folder();

	if (!folder) {
		fprintf(stderr, "droptest: the bundled suites are not installed; name a folder\n");
		return false;
	}
	if (!add_path(scenarios, folder))
		return false;
	if (!canary)
		keep(scenarios, "canary", false);
	return true;
}

/* Which units a plug-in's operations use, as bits. */
static bool uses_unit(const struct dt_target *target, enum dt_unit unit)
{
	for (const struct dt_operation *operation = target->operations; operation->name;
	     operation = operation_next(operation))
		if (operation->unit == unit && !(operation->flags & DT_UNSTARTED))
			return true;
	return false;
}

static bool of_plugin(const struct entry *entry, const char *plugin)
{
	size_t length = strlen(plugin);

	return !strncmp(entry->name, plugin, length) && entry->name[length] == '/';
}

static bool add_default_unit(struct scenarios *scenarios, const struct registry *registry,
			     const char *plugin, enum dt_unit unit)
{
	char *targets = NULL, path[96];
	struct scenario *scenario;
	size_t size;
	FILE *out = open_memstream(&targets, &size);
	bool good;

	if (!out)
		return false;
	for (unsigned i = 0; i < registry->count; i++)
		if (of_plugin(&registry->entries[i], plugin) &&
		    uses_unit(registry->entries[i].target, unit))
			fprintf(out, "  %s: pass\n", registry->entries[i].name);
	snprintf(path, sizeof(path), "default/%s", word_name(WORDS_UNIT, unit));
	good = !fclose(out);
	if (good && size) {
		struct scenario_default wanted = { .path = path,
						   .unit = unit,
						   .keys = "budget: {trials: 2000}\n",
						   .targets = targets };

		good = !scenario_default_make(&wanted, stderr, &scenario) &&
		       append(scenarios, scenario);
	}
	free(targets);
	return good;
}

bool scenarios_add_default(struct scenarios *scenarios, const struct registry *registry,
			   const char *plugin)
{
	for (unsigned unit = DT_BYTES; unit < UNIT_COUNT; unit++)
		if (!add_default_unit(scenarios, registry, plugin, unit))
			return false;
	return true;
}

void scenarios_finish(struct scenarios *scenarios)
{
	for (unsigned i = 0; i < scenarios->count; i++)
		scenario_destroy(scenarios->items[i]);
	free(scenarios->items);
	*scenarios = (struct scenarios){ 0 };
}
