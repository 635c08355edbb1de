/*
 * registry_find.c - where plug-ins live, and finding a target by its name.
 *
 * The folders: DROPTEST_TARGET_PATH (folders or files, separated by colons), the build tree beside
 * the program (targets/reference/reference.so), then the places where an installation puts them.
 * A plug-in of an earlier folder hides one of the same name in a later one.
 */
#include "run/registry.h"

#include <dirent.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/macros.h"
#include "model/nearest.h"

enum { MESSAGE_MAX = 512, FOLDER_DEPTH_MAX = 3 };

static bool is_folder(const char *path)
{
	struct stat info;

	return !stat(path, &info) && S_ISDIR(info.st_mode);
}

static int shown(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* A plug-in that is there twice is not an error here: the first one counts. */
static int load_one(struct registry *registry, const char *path, FILE *errors)
{
	char message[MESSAGE_MAX];
	unsigned before = registry->plugin_count;
	int error = registry_load(registry, path, message, sizeof(message));

	if (error && error != -EEXIST)
		fprintf(errors, "droptest: %s\n", message);
	return error ? 0 : (int)(registry->plugin_count - before);
}

/* Every *.so of a folder and, down to a depth, of the folders in it, in the order of names. */
static int load_folder(struct registry *registry, const char *folder, unsigned depth, FILE *errors)
{
	struct dirent **names;
	int count = scandir(folder, &names, shown, alphasort), loaded = 0;

	for (int i = 0; i < count; i++) {
		const char *name = names[i]->d_name;
		char path[PATH_MAX];

		if (snprintf(path, sizeof(path), "%s/%s", folder, name) >= (int)sizeof(path))
			;
		else if (!fnmatch("*.so", name, 0) && !is_folder(path))
			loaded += load_one(registry, path, errors);
		else if (depth > 1 && is_folder(path) && fnmatch("*.p", name, 0))
			loaded += load_folder(registry, path, depth - 1, errors);
		free(names[i]);
	}
	if (count >= 0)
		free(names);
	return loaded;
}

static int load_search_path(struct registry *registry, FILE *errors)
{
	const char *given = getenv("DROPTEST_TARGET_PATH");
	char *parts = given ? strdup(given) : NULL, *rest = parts, *part;
	int loaded = 0;

	while ((part = strsep(&rest, ":"))) {
		if (!*part)
			continue;
		if (is_folder(part))
			loaded += load_folder(registry, part, 1, errors);
		else
			loaded += load_one(registry, part, errors);
	}
	free(parts);
	return loaded;
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
	if (!slash)
		return false;
	*slash = '\0';
	return true;
}

static int load_below(struct registry *registry, const char *base, const char *tail,
		      unsigned depth, FILE *errors)
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s/%s", base, tail) >= (int)sizeof(path))
		return 0;
	return load_folder(registry, path, depth, errors);
}

int registry_load_all(struct registry *registry, FILE *errors)
{
	char folder[PATH_MAX / 2];
	int loaded = load_search_path(registry, errors);

	if (program_folder(folder, sizeof(folder))) {
		static const char *const tails[] = {
			"../lib/droptest/targets",
			"../" DROPTEST_LIBDIR "/droptest/targets", /* with a multiarch part */
		};

		loaded += load_below(registry, folder, "targets", FOLDER_DEPTH_MAX, errors);
		for (size_t i = 0; i < ARRAY_SIZE(tails); i++)
			loaded += load_below(registry, folder, tails[i], 1, errors);
	}
	return loaded + load_folder(registry, DROPTEST_TARGETS, 1, errors);
}

/* "reference/read_exact" -> "read_exact". */
static const char *last_part(const char *name)
{
	const char *slash = strrchr(name, '/');

	return slash ? slash + 1 : name;
}

static void say_unknown(const struct registry *registry, const char *name, char *reterr_message,
			size_t message_max)
{
	struct nearest nearest = { .word = name };

	for (unsigned i = 0; i < registry->count; i++) {
		nearest_offer(&nearest, registry->entries[i].name);
		nearest_offer(&nearest, last_part(registry->entries[i].name));
	}
	if (nearest.best)
		snprintf(reterr_message, message_max,
			 "unknown target '%.100s'; did you mean '%s'?", name, nearest.best);
	else
		snprintf(reterr_message, message_max,
			 "unknown target '%.100s'; see `droptest list targets`", name);
}

const struct entry *registry_find(const struct registry *registry, const char *name,
				  char *reterr_message, size_t message_max)
{
	const struct entry *found = NULL, *second = NULL;

	for (unsigned i = 0; i < registry->count; i++) {
		const struct entry *entry = &registry->entries[i];

		if (!strcmp(entry->name, name))
			return entry;
		if (strcmp(last_part(entry->name), name))
			continue;
		second = found;
		found = entry;
	}
	if (!found)
		say_unknown(registry, name, reterr_message, message_max);
	else if (second)
		snprintf(reterr_message, message_max,
			 "'%.100s' is the name of several targets: say '%s' or '%s'", name,
			 second->name, found->name);
	return second ? NULL : found;
}
