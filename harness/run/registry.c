/*
 * registry.c - loads plug-ins, refuses tables that are not sound, finds targets by name.
 *
 * A plug-in is foreign code: its constructors may crash, its table may be from another world. So a
 * child loads it first and tells how that went; only what it found sound is loaded here.
 */
#include "run/registry.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/macros.h"
#include "run/hush.h"
#include "run/kills.h"
#include "run/registry_check.h"

enum { STEM_MAX = 64, LOAD_SECONDS_MAX = 10, MESSAGE_MAX = 512 };

void registry_init(struct registry *registry)
{
	*registry = (struct registry){ 0 };
}

void registry_finish(struct registry *registry)
{
	struct hush hush;

	hush_begin(&hush); /* destructors */
	for (unsigned i = 0; i < registry->count; i++)
		free(registry->entries[i].name);
	for (unsigned i = 0; i < registry->plugin_count; i++) {
		if (registry->handles[i])
			dlclose(registry->handles[i]);
		free(registry->paths[i]);
	}
	hush_end(&hush);
	free(registry->entries);
	free(registry->paths);
	free(registry->handles);
	registry_init(registry);
}

static int by_name(const void *left, const void *right)
{
	return strcmp(((const struct entry *)left)->name, ((const struct entry *)right)->name);
}

/* Takes the handle on success. */
static int add_plugin(struct registry *registry, const char *path, void *handle)
{
	unsigned at = registry->plugin_count;
	char **paths = realloc(registry->paths, (at + 1) * sizeof(*paths));
	void **handles;

	if (!paths)
		return -ENOMEM;
	registry->paths = paths;
	handles = realloc(registry->handles, (at + 1) * sizeof(*handles));
	if (!handles)
		return -ENOMEM;
	registry->handles = handles;
	paths[at] = strdup(path);
	if (!paths[at])
		return -ENOMEM;
	handles[at] = handle;
	registry->plugin_count++;
	return 0;
}

/* Adds a table that was found sound. The plug-in is the one added last. */
static int add_targets(struct registry *registry, const char *plugin,
		       const struct dt_target *targets)
{
	unsigned count = registry->count;
	struct entry *entries;

	for (const struct dt_target *target = targets; target->name; target = target_next(target))
		count++;
	entries = realloc(registry->entries, (count + 1) * sizeof(*entries));
	if (!entries)
		return -ENOMEM;
	registry->entries = entries;
	for (; targets->name; targets = target_next(targets)) {
		struct entry *entry = &entries[registry->count];

		if (asprintf(&entry->name, "%s/%s", plugin, targets->name) < 0)
			return -ENOMEM;
		entry->target = targets;
		entry->plugin_path = registry->paths[registry->plugin_count - 1];
		registry->count++;
	}
	qsort(entries, registry->count, sizeof(*entries), by_name);
	return 0;
}

static bool plugin_known(const struct registry *registry, const char *plugin)
{
	size_t length = strlen(plugin);

	for (unsigned i = 0; i < registry->count; i++)
		if (!strncmp(registry->entries[i].name, plugin, length) &&
		    registry->entries[i].name[length] == '/')
			return true;
	return false;
}

int registry_add(struct registry *registry, const char *plugin, const struct dt_target *targets,
		 char *reterr_message, size_t message_max)
{
	int error;

	if (!table_name_sound(plugin)) {
		snprintf(reterr_message, message_max,
			 "the plug-in's name '%.64s' must be of a-z, 0-9, '_' and '-'", plugin);
		return -EINVAL;
	}
	if (plugin_known(registry, plugin)) {
		snprintf(reterr_message, message_max, "a plug-in '%s' is loaded already", plugin);
		return -EEXIST;
	}
	error = table_check(targets, reterr_message, message_max);
	if (error)
		return error;
	error = add_plugin(registry, plugin, NULL);
	if (!error)
		error = add_targets(registry, plugin, targets);
	if (error)
		snprintf(reterr_message, message_max, "%s", strerror(-error));
	return error;
}

/* "…/reference.so" -> "reference". */
static int stem_of(const char *path, char stem[STEM_MAX], char *reterr_message, size_t message_max)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	size_t length = strlen(name);

	if (length > 3 && !strcmp(name + length - 3, ".so"))
		length -= 3;
	if (length < STEM_MAX) {
		memcpy(stem, name, length);
		stem[length] = '\0';
		if (table_name_sound(stem))
			return 0;
	}
	snprintf(reterr_message, message_max,
		 "'%s': the file's name becomes the plug-in's name: use a-z, 0-9, '_' and '-', "
		 "then .so",
		 path);
	return -EINVAL;
}

/* Loads and checks. The handle is the caller's. */
static int open_plugin(const char *path, void **ret_handle, const struct dt_target **ret_targets,
		       char *reterr_message, size_t message_max)
{
	char why[MESSAGE_MAX];
	void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	const struct dt_target *targets;

	if (!handle) {
		const char *cause = dlerror();

		snprintf(reterr_message, message_max, "'%s' cannot be loaded: %s", path,
			 cause ? cause : "unknown cause");
		return -ENOEXEC;
	}
	targets = dlsym(handle, DT_TARGETS_SYMBOL);
	if (!targets) {
		snprintf(reterr_message, message_max,
			 "'%s' exports no %s: define `const struct dt_target %s[]`", path,
			 DT_TARGETS_SYMBOL, DT_TARGETS_SYMBOL);
		dlclose(handle);
		return -ENOENT;
	}
	if (table_check(targets, why, sizeof(why))) {
		snprintf(reterr_message, message_max, "'%s': %s", path, why);
		dlclose(handle);
		return -EINVAL;
	}
	*ret_handle = handle;
	*ret_targets = targets;
	return 0;
}

/* What the child does: it writes its message, if any, and leaves without running exit handlers. */
static void try_in_child(const char *path, int report_fd)
{
	char why[MESSAGE_MAX] = "";
	static const int fatal[] = { SIGALRM, SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP };
	const struct dt_target *targets;
	struct hush hush;
	void *handle;
	int error;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* How it ends is all that we look at: handlers (a sanitizer's) would make it an exit. */
	for (size_t i = 0; i < ARRAY_SIZE(fatal); i++)
		signal(fatal[i], SIG_DFL);
	alarm(LOAD_SECONDS_MAX);
	hush_begin(&hush);
	error = open_plugin(path, &handle, &targets, why, sizeof(why));
	if (error && write(report_fd, why, strlen(why)) < 0)
		error = -EIO;
	_exit(error ? 1 : 0);
}

/* A sanitizer's runtime that is not there, or not the first one, is told in many ways. */
static const char *sanitizer_hint(const char *path)
{
	static const char *const names[] = { "__asan_", "__ubsan_", "__tsan_", "__msan_" };
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat info;
	void *bytes = MAP_FAILED;
	bool found = false;

	if (fd >= 0 && !fstat(fd, &info) && info.st_size > 0)
		bytes = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	for (size_t i = 0; bytes != MAP_FAILED && i < ARRAY_SIZE(names); i++)
		found |= memmem(bytes, (size_t)info.st_size, names[i], strlen(names[i])) != NULL;
	if (bytes != MAP_FAILED)
		munmap(bytes, (size_t)info.st_size);
	if (fd >= 0)
		close(fd);
	return found ? "; it was built with a sanitizer, whose runtime must be there first: "
		       "LD_PRELOAD=$(cc -print-file-name=libasan.so) droptest ..."
		     : "";
}

static void describe_death(const char *path, int status, char *reterr_message, size_t message_max)
{
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
		snprintf(reterr_message, message_max,
			 "'%s' did not finish loading within %d seconds: see its constructors",
			 path, LOAD_SECONDS_MAX);
	else if (WIFSIGNALED(status))
		snprintf(reterr_message, message_max,
			 "'%s' crashed while it was loaded (%s): see its constructors, its table",
			 path, strsignal(WTERMSIG(status)));
	else
		snprintf(reterr_message, message_max,
			 "'%s' ended the process with status %d while it was loaded%s", path,
			 WEXITSTATUS(status), sanitizer_hint(path));
}

/* How a child that loads it ends: its status and, in `why`, its message. 0 or -errno. */
static int load_in_child(const char *path, char why[MESSAGE_MAX], int *ret_status)
{
	ssize_t length = 0, got;
	int report[2];
	pid_t child;

	if (pipe2(report, O_CLOEXEC))
		return -errno;
	fflush(NULL);
	child = fork();
	if (child < 0) {
		int error = -errno;

		close(report[0]);
		close(report[1]);
		return error;
	}
	if (!child)
		try_in_child(path, report[1]);
	close(report[1]);
	while ((got = read(report[0], why + length, MESSAGE_MAX - 1 - (size_t)length)) > 0)
		length += got;
	close(report[0]);
	why[length] = '\0';
	while (waitpid(child, ret_status, 0) < 0 && errno == EINTR)
		;
	return 0;
}

/* 0 when a child could load it. A kill from outside does not come again. */
static int try_plugin(const char *path, char *reterr_message, size_t message_max)
{
	char why[MESSAGE_MAX];
	unsigned kills = 0;
	int status;

	do {
		int error = load_in_child(path, why, &status);

		if (error)
			return error;
	} while (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL && ++kills < KILLS_BELIEVED);
	if (WIFEXITED(status) && !WEXITSTATUS(status) && !why[0])
		return 0;
	if (why[0])
		snprintf(reterr_message, message_max, "%s%s", why,
			 strstr(why, "san_") ? sanitizer_hint(path) : "");
	else
		describe_death(path, status, reterr_message, message_max);
	return -ENOEXEC;
}

static int locate(const char *path, char real[PATH_MAX], char *reterr_message, size_t message_max)
{
	struct stat info;

	if (!realpath(path, real) || stat(real, &info)) {
		int error = -errno;

		snprintf(reterr_message, message_max, "'%s' cannot be opened: %s", path,
			 strerror(-error));
		return error;
	}
	if (!S_ISREG(info.st_mode)) {
		snprintf(reterr_message, message_max, "'%s' is not a file", path);
		return -EINVAL;
	}
	return 0;
}

int registry_load(struct registry *registry, const char *path, char *reterr_message,
		  size_t message_max)
{
	char real[PATH_MAX], stem[STEM_MAX];
	const struct dt_target *targets;
	struct hush hush;
	void *handle;
	int error;

	snprintf(reterr_message, message_max, "'%s': out of memory or descriptors", path);
	error = locate(path, real, reterr_message, message_max);
	if (error)
		return error;
	for (unsigned i = 0; i < registry->plugin_count; i++)
		if (registry->handles[i] && !strcmp(registry->paths[i], real))
			return 0;
	error = stem_of(path, stem, reterr_message, message_max);
	if (error)
		return error;
	if (plugin_known(registry, stem)) {
		snprintf(reterr_message, message_max,
			 "'%s': a plug-in '%s' is loaded already from elsewhere; rename the file",
			 path, stem);
		return -EEXIST;
	}
	error = try_plugin(real, reterr_message, message_max);
	if (error)
		return error;
	hush_begin(&hush); /* constructors */
	error = open_plugin(real, &handle, &targets, reterr_message, message_max);
	hush_end(&hush);
	if (error)
		return error;
	error = add_plugin(registry, real, handle);
	if (error) {
		dlclose(handle);
		return error;
	}
	return add_targets(registry, stem, targets);
}
