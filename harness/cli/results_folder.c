/*
 * results_folder.c - never deletes what droptest did not write.
 */
#include "cli/results_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/macros.h"
#include "cli/message.h"

enum { TAIL_MAX = 4096 };

static const char *const own_files[] = { "run.json", "run.json.new", "log.jsonl", "rows.bin",
					 "rows.bin.new" };

static int make_folders(const char *path)
{
	char part[PATH_MAX];
	size_t length = strlen(path);

	if (!length || length >= sizeof(part))
		return -ENAMETOOLONG;
	for (size_t i = 1; i <= length; i++) {
		if (path[i] != '/' && path[i] != '\0')
			continue;
		memcpy(part, path, i);
		part[i] = '\0';
		if (mkdir(part, 0777) && errno != EEXIST)
			return -errno;
	}
	return 0;
}

/* Is it a results folder of ours? */
static bool holds_results(int folder)
{
	int fd = openat(folder, "run.json", O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	json_t *run;
	bool ours;

	if (fd < 0)
		return false;
	run = json_loadfd(fd, 0, NULL);
	close(fd);
	ours = json_is_integer(json_object_get(run, "version")) &&
	       json_is_string(json_object_get(run, "seed"));
	json_decref(run);
	return ours;
}

static bool is_own(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(own_files); i++)
		if (!strcmp(own_files[i], name))
			return true;
	return false;
}

/* Is there anything in it that a run would write over? */
static bool in_the_way(int folder)
{
	int copy = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *stream = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *entry;
	bool found = false;

	while (stream && (entry = readdir(stream)))
		found |= is_own(entry->d_name);
	if (stream)
		closedir(stream);
	return found;
}

/* Whoever writes results holds a lock on their log. */
static bool in_use(int folder)
{
	int fd = openat(folder, "log.jsonl", O_RDWR | O_CLOEXEC | O_NONBLOCK);
	bool locked = fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK;

	if (fd >= 0)
		close(fd);
	return locked;
}

/* Does the log end with a campaign that came to its end? */
static bool is_finished(int folder)
{
	int fd = openat(folder, "log.jsonl", O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char text[TAIL_MAX + 1], *line;
	off_t size = fd < 0 ? 0 : lseek(fd, 0, SEEK_END);
	ssize_t got = fd < 0 ? 0
			     : pread(fd, text, TAIL_MAX, size > TAIL_MAX ? size - TAIL_MAX : 0);
	json_t *end;
	bool finished;

	if (fd >= 0)
		close(fd);
	if (got <= 0 || text[got - 1] != '\n')
		return false;
	text[got - 1] = '\0';
	line = strrchr(text, '\n');
	end = json_loads(line ? line + 1 : text, 0, NULL);
	finished = json_is_false(json_object_get(end, "interrupted"));
	json_decref(end);
	return finished;
}

static int remove_results(int folder)
{
	for (size_t i = 0; i < ARRAY_SIZE(own_files); i++)
		if (unlinkat(folder, own_files[i], 0) && errno != ENOENT)
			return -errno;
	return 0;
}

/* What lies in it goes away, or is in the way. */
static bool clear(int folder, const char *path, bool quiet)
{
	bool finished;
	int error;

	if (in_use(folder)) {
		complain("another run is writing its results to '%s'; choose another folder with "
			 "--out",
			 path);
		return false;
	}
	if (!holds_results(folder)) {
		if (!in_the_way(folder))
			return true;
		complain("'%s' holds files that are not results of droptest; choose another folder "
			 "with --out",
			 path);
		return false;
	}
	finished = is_finished(folder);
	error = remove_results(folder);
	if (error)
		complain("cannot replace the results in '%s': %s", path, strerror(-error));
	else if (!finished && !quiet)
		complain("the results of an unfinished run in '%s' are replaced", path);
	return !error;
}

bool results_folder_prepare(const char *path, bool quiet)
{
	int error = make_folders(path), folder = -1;
	bool good;

	if (!error) {
		folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		error = folder < 0 ? -errno : 0;
	}
	if (!error && faccessat(folder, ".", W_OK | X_OK, AT_EACCESS))
		error = -errno;
	if (error)
		complain("cannot write results to the folder '%s': %s", path, strerror(-error));
	good = !error && clear(folder, path, quiet);
	if (folder >= 0)
		close(folder);
	return good;
}
