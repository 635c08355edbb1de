/*
 * scenario_file.c - see scenario_file.h. What is opened is looked at before it is read, and the
 * size is checked again while reading: a file can grow.
 */
#include "run/scenario_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/utf8.h"

enum { SHOWN_PATH_MAX = 512 };

static int fail(const char *path, int error, const char *what, FILE *errors)
{
	char shown[SHOWN_PATH_MAX];

	utf8_quote(path, strlen(path), shown, sizeof(shown));
	fprintf(errors, "%s: error: %s\n", shown, what);
	return error;
}

/* Opens without waiting for a writer of a FIFO, and without becoming somebody's terminal. */
static int open_file(const char *path, FILE *errors)
{
	struct stat status;
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	const char *what = NULL;

	if (fd < 0)
		return fail(path, -errno, strerror(errno), errors);
	if (fstat(fd, &status))
		what = strerror(errno);
	else if (S_ISDIR(status.st_mode))
		what = "a folder; name a file in it";
	else if (!S_ISREG(status.st_mode))
		what = "not a regular file";
	else if (status.st_size > SCENARIO_FILE_MAX)
		what = "larger than 1 MiB; a scenario is a short text";
	if (!what)
		return fd;
	close(fd);
	return fail(path, -EINVAL, what, errors);
}

static ssize_t read_whole(int fd, char *text, size_t max)
{
	size_t used = 0;

	while (used < max) {
		ssize_t got = read(fd, text + used, max - used);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (!got)
			break;
		used += (size_t)got;
	}
	return (ssize_t)used;
}

int scenario_load(const char *path, FILE *errors, struct scenario **ret_scenario)
{
	size_t max = SCENARIO_FILE_MAX + 1;
	char *text;
	ssize_t size;
	int error;
	int fd = open_file(path, errors);

	if (fd < 0)
		return fd;
	text = malloc(max);
	size = text ? read_whole(fd, text, max) : -ENOMEM;
	close(fd);
	if (size < 0)
		error = fail(path, (int)size, strerror((int)-size), errors);
	else
		error = scenario_parse(path, text, (size_t)size, errors, ret_scenario);
	if (error == -ENOMEM && size >= 0)
		fail(path, error, strerror(ENOMEM), errors);
	free(text);
	return error;
}

struct list {
	char **paths;
	unsigned count, max;
};

/* Takes the path. */
static int list_add(struct list *list, char *path)
{
	char **paths;

	if (list->count == SUITE_FILES_MAX) {
		free(path);
		return -E2BIG;
	}
	if (list->count == list->max) {
		list->max = list->max ? 2 * list->max : 16;
		paths = realloc(list->paths, list->max * sizeof(*paths));
		if (!paths) {
			free(path);
			return -ENOMEM;
		}
		list->paths = paths;
	}
	list->paths[list->count++] = path;
	return 0;
}

static bool yaml_name(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot && dot != name && (!strcmp(dot, ".yaml") || !strcmp(dot, ".yml"));
}

static int folder_walk(struct list *list, const char *folder, unsigned depth);

/* A file, also behind a link; a folder only when it is none. */
static int entry_visit(struct list *list, const char *folder, const char *name, unsigned depth)
{
	size_t size = strlen(folder);
	struct stat status;
	char *path;
	int error;

	if (asprintf(&path, "%s%s%s", folder, size && folder[size - 1] == '/' ? "" : "/", name) < 0)
		return -ENOMEM;
	error = lstat(path, &status) ? -errno : 0;
	if (!error && S_ISDIR(status.st_mode)) {
		error = folder_walk(list, path, depth + 1);
	} else if (!error && yaml_name(name)) {
		/* Whatever it is, scenario_load will say so: nothing named *.yaml goes unseen. */
		if (stat(path, &status) || !S_ISDIR(status.st_mode))
			return list_add(list, path);
	}
	free(path);
	return error;
}

static int folder_walk(struct list *list, const char *folder, unsigned depth)
{
	struct dirent *entry;
	DIR *directory;
	int error = 0;

	if (depth > SUITE_DEPTH_MAX)
		return -ELOOP;
	directory = opendir(folder);
	if (!directory)
		return -errno;
	while (!error) {
		errno = 0;
		entry = readdir(directory);
		if (!entry) {
			error = -errno;
			break;
		}
		if (entry->d_name[0] != '.')
			error = entry_visit(list, folder, entry->d_name, depth);
	}
	closedir(directory);
	return error;
}

static int path_compare(const void *left, const void *right)
{
	return strcmp(*(char *const *)left, *(char *const *)right);
}

int suite_list(const char *path, char ***ret_paths, unsigned *ret_count)
{
	struct list list = { 0 };
	struct stat status;
	char *copy;
	int error;

	if (stat(path, &status))
		return -errno;
	if (S_ISDIR(status.st_mode)) {
		error = folder_walk(&list, path, 0);
		if (!error && !list.count)
			error = -ENOENT;
	} else {
		copy = strdup(path);
		error = copy ? list_add(&list, copy) : -ENOMEM;
	}
	if (error) {
		suite_list_free(list.paths, list.count);
		return error;
	}
	if (list.count)
		qsort(list.paths, list.count, sizeof(*list.paths), path_compare);
	*ret_paths = list.paths;
	*ret_count = list.count;
	return 0;
}

void suite_list_free(char **paths, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		free(paths[i]);
	free(paths);
}
