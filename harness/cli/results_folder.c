/*
 * results_folder.c - never deletes what droptest did not write.
 */
#include "cli/results_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include "base/macros.h"
#include "run/doctor.h"

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

bool results_folder_prepare(const char *path)
{
	int error = make_folders(path), folder = -1;

	if (!error) {
		folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		error = folder < 0 ? -errno : 0;
	}
	if (error) {
		fprintf(stderr, "droptest: cannot make the results folder '%s': %s\n", path,
			strerror(-error));
		return false;
	}
	if (holds_results(folder)) {
		for (size_t i = 0; i < ARRAY_SIZE(own_files); i++)
			unlinkat(folder, own_files[i], 0);
	} else if (in_the_way(folder)) {
		fprintf(stderr, "droptest: '%s' holds files that are not results of droptest; "
				"choose another folder with --out\n", path);
		close(folder);
		return false;
	}
	close(folder);
	return true;
}

static json_t *words_of(enum words set, unsigned bits)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < word_count(set); i++)
		if (!bits || bits & BIT(i))
			json_array_append_new(list, json_string(word_name(set, i)));
	return list;
}

static json_t *describe_options(const struct run_options *options)
{
	return json_pack("{s:s?, s:s?, s:s?, s:o, s:o, s:I, s:I, s:I, s:i}", "target",
			 options->target, "filter", options->filter, "tag", options->tag, "wires",
			 words_of(WORDS_WIRE, options->wires), "rings",
			 words_of(WORDS_RING, options->rings), "trials",
			 (json_int_t)options->trials, "max_time_ns",
			 (json_int_t)options->max_time_ns, "max_failures",
			 (json_int_t)options->max_failures, "jobs", (int)options->jobs);
}

/* One number for what decides the trials: scenarios, seed, filters. */
static uint64_t plan_hash(const struct run_options *options, const struct scenarios *scenarios)
{
	XXH3_state_t *state = XXH3_createState();
	uint64_t hash = 0;
	char text[512];

	if (!state)
		return 0;
	XXH3_64bits_reset(state);
	for (unsigned i = 0; i < scenarios->count; i++)
		XXH3_64bits_update(state, &scenarios->items[i]->hash, sizeof(uint64_t));
	snprintf(text, sizeof(text), "%" PRIx64 " %" PRIu64 " %.100s %.200s %x %x", options->seed,
		 options->trials, options->target ? options->target : "",
		 options->filter ? options->filter : "", options->wires, options->rings);
	XXH3_64bits_update(state, text, strlen(text));
	hash = XXH3_64bits_digest(state);
	XXH3_freeState(state);
	return hash;
}

static json_t *describe_scenarios(const struct scenarios *scenarios)
{
	json_t *list = json_array();
	char hash[24];

	for (unsigned i = 0; i < scenarios->count; i++) {
		const struct scenario *scenario = scenarios->items[i];

		snprintf(hash, sizeof(hash), "%016" PRIx64, scenario->hash);
		json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "path", scenario->path,
						      "name", scenario->name, "hash", hash));
	}
	return list;
}

json_t *results_folder_describe(const struct run_options *options,
				const struct scenarios *scenarios, int argc, char **argv)
{
	json_t *command = json_array();
	char hash[24];

	for (int i = 0; i < argc; i++)
		json_array_append_new(command, json_string(argv[i]));
	snprintf(hash, sizeof(hash), "%016" PRIx64, plan_hash(options, scenarios));
	return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o}", "droptest", DROPTEST_VERSION,
			 "plan_hash", hash, "command", command, "options",
			 describe_options(options), "scenarios", describe_scenarios(scenarios),
			 "environment", doctor_environment());
}
