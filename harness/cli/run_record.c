/*
 * run_record.c - see run_record.h. docs/results.md describes the members.
 */
#include "cli/run_record.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

#include "base/macros.h"
#include "cli/message.h"
#include "run/doctor.h"
#include "run/results_json.h"
#include "run/worker_crew.h"

enum { HASH_TEXT_MAX = 20 };

static const uint64_t plugin_size_max = 256UL << 20;

static json_t *words_of(enum words set, unsigned bits)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < word_count(set); i++)
		if (!bits || bits & BIT(i))
			json_array_append_new(list, json_string(word_name(set, i)));
	return list;
}

static json_t *texts_of(char **texts, unsigned count)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < count; i++)
		json_array_append_new(list, text_encode(texts[i]));
	return list;
}

static json_t *text_or_null(const char *text)
{
	return text ? text_encode(text) : json_null();
}

static json_t *describe_options(const struct run_options *options)
{
	const struct selection_options *chosen = &options->selection;

	return json_pack(
		"{s:o, s:o, s:o, s:o, s:b, s:o, s:b, s:o, s:o, s:I, s:I, s:I, s:i, s:i}", "suites",
		texts_of(chosen->suites, chosen->suite_count), "target",
		text_or_null(chosen->target), "filter", text_or_null(chosen->filter), "wires",
		words_of(WORDS_WIRE, chosen->wires), "wires_named", chosen->wires != 0, "rings",
		words_of(WORDS_RING, chosen->rings), "rings_named", chosen->rings != 0, "expects",
		words_of(WORDS_EXPECT, chosen->expects), "tag", text_or_null(chosen->tag),
		"trials", (json_int_t)options->trials, "max_time_ns",
		(json_int_t)options->max_time_ns, "max_failures",
		(json_int_t)options->max_failures, "sweep_depth", (int)run_sweep_depth(options),
		"jobs", (int)options->jobs);
}

static char *hash_text(uint64_t hash, char text[HASH_TEXT_MAX])
{
	snprintf(text, HASH_TEXT_MAX, "%016" PRIx64, hash);
	return text;
}

/* One number for what decides the trials: scenarios, seed, cases, budgets. */
static uint64_t plan_hash(const struct run_options *options, const struct selection *selection)
{
	const struct case_list *list = &selection->list;
	XXH3_state_t *state = XXH3_createState();
	uint64_t hash = 0;
	char text[100];

	if (!state)
		return 0;
	XXH3_64bits_reset(state);
	for (unsigned i = 0; i < selection->scenarios.count; i++)
		XXH3_64bits_update(state, &selection->scenarios.items[i]->hash, sizeof(uint64_t));
	snprintf(text, sizeof(text), "%" PRIx64 " %" PRIu64 " %" PRIu64 " %u", options->seed,
		 options->trials, options->max_failures, run_sweep_depth(options));
	XXH3_64bits_update(state, text, strlen(text));
	for (unsigned i = 0; i < list->count; i++)
		XXH3_64bits_update(state, list->cases[i].id, strlen(list->cases[i].id) + 1);
	hash = XXH3_64bits_digest(state);
	XXH3_freeState(state);
	return hash;
}

static json_t *describe_scenarios(const struct scenarios *scenarios)
{
	json_t *list = json_array();
	char hash[HASH_TEXT_MAX];

	for (unsigned i = 0; i < scenarios->count; i++) {
		const struct scenario *scenario = scenarios->items[i];

		json_array_append_new(list,
				      json_pack("{s:o, s:o, s:s}", "path",
						text_encode(scenario->path), "name",
						text_encode(scenario->name), "hash",
						hash_text(scenario->hash, hash)));
	}
	return list;
}

/* The hash of a file's bytes; 0 when it cannot be read. */
static uint64_t file_hash(const char *path)
{
	static unsigned char block[1 << 16];
	XXH3_state_t *state = XXH3_createState();
	FILE *file = fopen(path, "re");
	uint64_t hash = 0, size = 0;
	size_t got;

	if (file && state) {
		XXH3_64bits_reset(state);
		while (size < plugin_size_max && (got = fread(block, 1, sizeof(block), file))) {
			XXH3_64bits_update(state, block, got);
			size += got;
		}
		hash = ferror(file) ? 0 : XXH3_64bits_digest(state);
	}
	if (file)
		fclose(file);
	XXH3_freeState(state);
	return hash;
}

/* The files of the targets that are run: other code would be another plan. */
static json_t *describe_plugins(const struct case_list *list)
{
	json_t *plugins = json_object();
	char hash[HASH_TEXT_MAX];

	for (unsigned i = 0; i < list->count; i++) {
		const char *path = list->cases[i].entry->plugin_path, *slash;
		char key[64];

		if (!*path)
			continue;
		slash = strchr(list->cases[i].entry->name, '/');
		snprintf(key, sizeof(key), "%.*s", (int)(slash - list->cases[i].entry->name),
			 list->cases[i].entry->name);
		if (json_object_get(plugins, key))
			continue;
		json_object_set_new(plugins, key,
				    json_pack("{s:o, s:s}", "path", text_encode(path), "hash",
					      hash_text(file_hash(path), hash)));
	}
	return plugins;
}

json_t *run_record_command(int argc, char **argv)
{
	return texts_of(argv, (unsigned)argc);
}

json_t *run_record_make(const struct run_options *options, const struct selection *selection,
			json_t *command)
{
	char *folder = getcwd(NULL, 0), hash[HASH_TEXT_MAX];
	json_t *record = json_pack(
		"{s:s, s:s, s:O, s:o, s:o, s:o, s:o, s:i, s:o}", "droptest", DROPTEST_VERSION,
		"plan_hash", hash_text(plan_hash(options, selection), hash), "command",
		command, "folder", text_encode(folder ? folder : ""),
		"options", describe_options(options), "scenarios",
		describe_scenarios(&selection->scenarios), "plugins",
		describe_plugins(&selection->list), "cases", (int)selection->list.count,
		"environment", doctor_environment());

	free(folder);
	if (!record)
		complain("out of memory");
	return record;
}

/* Bits of a list of words; 0 with *bad for what is none. */
static unsigned bits_of(const json_t *list, enum words set, bool *bad)
{
	unsigned bits = 0;
	json_t *value;
	size_t at;

	json_array_foreach((json_t *)list, at, value) {
		const char *name = json_string_value(value);
		int word = name ? word_find(set, name) : -1;

		if (word < 0)
			*bad = true;
		else
			bits |= BIT(word);
	}
	return bits;
}

static uint64_t number_of(const json_t *object, const char *key, bool *bad)
{
	const json_t *value = json_object_get(object, key);

	*bad |= !json_is_integer(value) || json_integer_value(value) < 0;
	return json_is_integer(value) ? (uint64_t)json_integer_value(value) : 0;
}

static char **suites_of(const json_t *list, unsigned *ret_count, bool *bad)
{
	char **suites = calloc(json_array_size(list) + 1, sizeof(*suites));
	json_t *value;
	size_t at;

	*bad |= !suites || !json_is_array(list);
	json_array_foreach((json_t *)list, at, value) {
		*bad |= !json_is_string(value);
		if (suites)
			suites[at] = (char *)json_string_value(value);
	}
	*ret_count = (unsigned)json_array_size(list);
	return suites;
}

bool run_record_options(const json_t *run, struct run_options *options, char ***ret_suites)
{
	const json_t *recorded = json_object_get(run, "options");
	struct selection_options *chosen = &options->selection;
	const char *seed = json_string_value(json_object_get(run, "seed"));
	bool bad = !json_is_object(recorded) || !seed;
	uint64_t max_time, jobs;

	*ret_suites = suites_of(json_object_get(recorded, "suites"), &chosen->suite_count, &bad);
	chosen->suites = *ret_suites;
	chosen->target = json_string_value(json_object_get(recorded, "target"));
	chosen->filter = json_string_value(json_object_get(recorded, "filter"));
	chosen->tag = json_string_value(json_object_get(recorded, "tag"));
	if (json_is_true(json_object_get(recorded, "wires_named")))
		chosen->wires = bits_of(json_object_get(recorded, "wires"), WORDS_WIRE, &bad);
	if (json_is_true(json_object_get(recorded, "rings_named")))
		chosen->rings = bits_of(json_object_get(recorded, "rings"), WORDS_RING, &bad);
	if (json_object_get(recorded, "expects"))
		chosen->expects = bits_of(json_object_get(recorded, "expects"), WORDS_EXPECT, &bad);
	options->seed = seed ? strtoull(seed, NULL, 0) : 0;
	options->seed_given = true;
	options->trials = number_of(recorded, "trials", &bad);
	options->max_failures = number_of(recorded, "max_failures", &bad);
	if (json_object_get(recorded, "sweep_depth"))
		options->depth = number_of(recorded, "sweep_depth", &bad);
	options->sweep = options->depth > 0;
	max_time = number_of(recorded, "max_time_ns", &bad);
	jobs = number_of(recorded, "jobs", &bad);
	if (!options->max_time_given)
		options->max_time_ns = max_time;
	if (!options->jobs_given && jobs >= 1 && jobs <= JOBS_MAX)
		options->jobs = (unsigned)jobs;
	if (bad)
		complain("cannot resume: run.json does not say how the run was begun; it was made "
			 "by an older droptest, or changed");
	return !bad;
}
