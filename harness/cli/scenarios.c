/*
 * scenarios.c - finds and loads scenarios.
 *
 * The bundled ones are found from where the program is: by a file in a build tree, or in the data
 * folder of an installation, which may have been moved as a whole.
 */
#include "cli/scenarios.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/macros.h"
#include "cli/message.h"
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

/* Takes the scenario. */
static bool append(struct scenarios *scenarios, struct scenario *scenario,
		   struct file_identity file)
{
	size_t count = scenarios->count + 1;
	struct scenario **items = reallocarray(scenarios->items, count, sizeof(*items));
	struct file_identity *files;

	if (items)
		scenarios->items = items;
	files = items ? reallocarray(scenarios->files, count, sizeof(*files)) : NULL;
	if (!files) {
		complain("out of memory");
		scenario_destroy(scenario);
		return false;
	}
	scenarios->files = files;
	files[scenarios->count] = file;
	items[scenarios->count++] = scenario;
	return true;
}

static bool is_there(const struct scenarios *scenarios, struct file_identity file)
{
	for (unsigned i = 0; i < scenarios->count; i++)
		if (file.number && scenarios->files[i].number == file.number &&
		    scenarios->files[i].device == file.device)
			return true;
	return false;
}

static bool add_file(struct scenarios *scenarios, const char *path)
{
	struct file_identity file = { 0 };
	struct scenario *scenario;
	struct stat info;

	if (!stat(path, &info))
		file = (struct file_identity){ info.st_dev, info.st_ino };
	if (is_there(scenarios, file))
		return true;
	return !scenario_load(path, messages(), &scenario) && append(scenarios, scenario, file);
}

static bool ends_with(const char *text, const char *end)
{
	size_t size = strlen(text), end_size = strlen(end);

	return size > end_size && !strcmp(text + size - end_size, end);
}

static bool add_path(struct scenarios *scenarios, const char *path)
{
	char **paths;
	unsigned count;
	bool good = true;
	int error;

	if (ends_with(path, ".so") && !is_folder(path)) {
		complain("'%s' is not a scenario; a plug-in is run with --target %s", path, path);
		return false;
	}
	error = suite_list(path, &paths, &count);
	if (error) {
		complain("'%s': %s", path,
			 error == -ENOENT && is_folder(path)
				 ? "there are no scenario files (*.yaml) in this folder"
				 : strerror(-error));
		return false;
	}
	for (unsigned i = 0; i < count; i++)
		good &= add_file(scenarios, paths[i]);
	suite_list_free(paths, count);
	return good;
}

/* "…/writers/queue.yaml" -> "writers/queue", within the path. */
static const char *name_within(char *path, const char *folder)
{
	char *dot = strrchr(path, '.');

	if (dot)
		*dot = '\0';
	return path + strlen(folder) + 1;
}

/* Of equally near names a suite is rather meant than one of its scenarios. */
static void complain_suite(const char *name, const char *folder)
{
	struct nearest suite = { .word = name }, scenario = { .word = name };
	char **paths = NULL, **suites = NULL;
	const char *best;
	unsigned count = 0;

	if (folder && !suite_list(folder, &paths, &count))
		suites = calloc(count, sizeof(*suites));
	for (unsigned i = 0; suites && i < count; i++) {
		const char *whole = name_within(paths[i], folder);

		suites[i] = strndup(whole, strcspn(whole, "/"));
		if (suites[i])
			nearest_offer(&suite, suites[i]);
		nearest_offer(&scenario, whole);
	}
	best = suite.best ? suite.best : scenario.best;
	complain("there is no file, folder or bundled suite '%s'; %s%s%s", name,
		 best ? "did you mean '" : "see `droptest list scenarios`", best ? best : "",
		 best ? "'?" : "");
	if (suites)
		suite_list_free(suites, count);
	suite_list_free(paths, count);
}

bool scenarios_add(struct scenarios *scenarios, const char *name)
{
	const char *folder = scenarios_folder();
	char path[PATH_MAX];

	if (!access(name, F_OK) || ends_with(name, ".yaml") || ends_with(name, ".so") ||
	    name[0] == '/' || name[0] == '.')
		return add_path(scenarios, name);
	if (folder) {
		snprintf(path, sizeof(path), "%s/%s", folder, name);
		if (*name && !access(path, F_OK))
			return add_path(scenarios, path);
		snprintf(path, sizeof(path), "%s/%s.yaml", folder, name);
		if (!access(path, F_OK))
			return add_path(scenarios, path);
	}
	complain_suite(name, folder);
	return false;
}

static bool tagged(const struct scenario *scenario, const char *tag)
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
		if (tagged(scenarios->items[i], tag) == wanted) {
			scenarios->files[kept] = scenarios->files[i];
			scenarios->items[kept++] = scenarios->items[i];
		} else {
			scenario_destroy(scenarios->items[i]);
		}
	}
	scenarios->count = kept;
}

bool scenarios_keep_tagged(struct scenarios *scenarios, const char *tag)
{
	struct nearest nearest = { .word = tag };
	const char *some = NULL;
	bool found = false;

	for (unsigned i = 0; i < scenarios->count; i++) {
		const struct scenario *scenario = scenarios->items[i];

		found |= tagged(scenario, tag);
		for (unsigned j = 0; j < scenario->tag_count; j++) {
			nearest_offer(&nearest, scenario->tags[j]);
			some = some ? some : scenario->tags[j];
		}
	}
	if (found)
		keep(scenarios, tag, true);
	else if (nearest.best)
		complain("--tag: no scenario has the tag '%s'; did you mean '%s'?", tag,
			 nearest.best);
	else
		complain("--tag: no scenario has the tag '%s'; %s%s%s; see "
			 "`droptest list scenarios`",
			 tag, some ? "there is '" : "these have no tags", some ? some : "",
			 some ? "'" : "");
	return found;
}

bool scenarios_add_bundled(struct scenarios *scenarios, bool canary)
{
	const char *folder = scenarios_folder();

	if (!folder) {
		complain("the bundled suites are not installed; name a folder");
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

		good = !scenario_default_make(&wanted, messages(), &scenario) &&
		       append(scenarios, scenario, (struct file_identity){ 0 });
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
	free(scenarios->files);
	*scenarios = (struct scenarios){ 0 };
}
