/*
 * cmd_list.c - `droptest list`: what there is to choose from.
 */
#include <argp.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "cli/command.h"
#include "cli/scenarios.h"
#include "model/nearest.h"
#include "model/pairs.h"
#include "run/case_list.h"

struct list_options {
	const char *what;
	char **suites;
	unsigned suite_count;
	const char *target, *filter;
	unsigned wires, rings;
	bool verbose;
};

static const struct argp_option keys[] = {
	{ "target", 't', "TARGET", 0, "only this target: a name, a pattern, or a plug-in's file",
	  0 },
	{ "wire", 'w', "WIRE", 0, "only these wires", 0 },
	{ "ring", 'r', "RING", 0, "only these ring modes", 0 },
	{ "filter", 'f', "EXPR", 0, "only cases whose id matches", 0 },
	{ "verbose", 'v', 0, 0, "options of targets, summaries of scenarios, every reason", 0 },
	{ 0 },
};

static const char doc[] =
	"Lists targets, scenarios, cases, points, wires or rings.\v"
	"Examples:\n"
	"  droptest list targets -v\n"
	"  droptest list cases tokio-contracts --wire unix\n"
	"  droptest list points           which point goes with which mechanism, and why not";

static error_t parse(int key, char *text, struct argp_state *state)
{
	struct list_options *options = state->input;

	switch (key) {
	case 't':
		options->target = text;
		return 0;
	case 'w':
	case 'r':
		if (!words_parse(key == 'w' ? WORDS_WIRE : WORDS_RING, text,
				 key == 'w' ? &options->wires : &options->rings))
			exit(EXIT_USAGE);
		return 0;
	case 'f':
		options->filter = text;
		return 0;
	case 'v':
		options->verbose = true;
		return 0;
	case ARGP_KEY_ARGS:
		options->what = state->argv[state->next];
		options->suites = state->argv + state->next + 1;
		options->suite_count = (unsigned)(state->argc - state->next) - 1;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "say what: targets, scenarios, cases, points, wires or rings");
		return EINVAL;
	}
	return ARGP_ERR_UNKNOWN;
}

static bool load_targets(const struct list_options *options, struct registry *registry)
{
	char message[512];
	size_t length = options->target ? strlen(options->target) : 0;

	registry_init(registry);
	if (length > 3 && !strcmp(options->target + length - 3, ".so") &&
	    registry_load(registry, options->target, message, sizeof(message))) {
		fprintf(stderr, "droptest: %s\n", message);
		return false;
	}
	registry_load_all(registry, stderr);
	return true;
}

static void print_flags(unsigned flags)
{
	static const struct {
		unsigned flag;
		const char *word;
	} words[] = {
		{ DT_EXACT, "exact" },	   { DT_RAW, "raw" },	    { DT_SOCKET, "socket" },
		{ DT_WAITALL, "waitall" }, { DT_QUEUES, "queues" }, { DT_UNSTARTED, "other-only" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (flags & words[i].flag)
			printf(" %s", words[i].word);
}

static void print_target(const struct entry *entry, bool verbose)
{
	const struct dt_target *target = entry->target;

	printf("%s: %s\n", entry->name, target->summary);
	for (const struct dt_operation *operation = target->operations; operation->name;
	     operation = operation_next(operation)) {
		printf("  %-20s %-7s %-7s %-10s", operation->name,
		       word_name(WORDS_DIRECTION, operation->direction),
		       word_name(WORDS_UNIT, operation->unit),
		       word_name(WORDS_CONTRACT, operation->contract));
		print_flags(operation->flags);
		putchar('\n');
		if (verbose)
			printf("      %s\n", operation->summary);
	}
	for (const struct dt_option *option = target->options; verbose && option && option->name;
	     option++)
		printf("  option %s=%s: %s\n", option->name, option->initial, option->summary);
	if (verbose)
		printf("  in %s\n", entry->plugin_path);
}

static int list_targets(const struct list_options *options)
{
	struct registry registry;

	if (!load_targets(options, &registry))
		return EXIT_USAGE;
	for (unsigned i = 0; i < registry.count; i++)
		print_target(&registry.entries[i], options->verbose);
	if (!registry.count)
		fprintf(stderr, "droptest: no plug-ins were found; set DROPTEST_TARGET_PATH\n");
	registry_finish(&registry);
	return 0;
}

static bool load_scenarios(const struct list_options *options, struct scenarios *scenarios)
{
	bool good = true;

	for (unsigned i = 0; i < options->suite_count; i++)
		good &= scenarios_add(scenarios, options->suites[i]);
	return options->suite_count ? good : scenarios_add_bundled(scenarios, true);
}

static int list_scenarios(const struct list_options *options)
{
	struct scenarios scenarios = { 0 };
	bool good = load_scenarios(options, &scenarios);

	for (unsigned i = 0; i < scenarios.count; i++) {
		const struct scenario *scenario = scenarios.items[i];

		printf("%s: %s", scenario->path, scenario->name);
		for (unsigned tag = 0; tag < scenario->tag_count; tag++)
			printf(" #%s", scenario->tags[tag]);
		putchar('\n');
		if (options->verbose && scenario->summary)
			printf("    %s\n", scenario->summary);
	}
	scenarios_finish(&scenarios);
	return good ? 0 : EXIT_USAGE;
}

static int list_cases(const struct list_options *options)
{
	struct case_filter filter = { options->target, options->wires, options->rings,
				      options->filter };
	struct scenarios scenarios = { 0 };
	struct registry registry;
	struct case_list list;
	bool good = load_targets(options, &registry) && load_scenarios(options, &scenarios);

	case_list_init(&list);
	for (unsigned i = 0; good && i < scenarios.count; i++)
		good &= !case_list_add(&list, scenarios.items[i], &registry, &filter, stderr);
	for (unsigned i = 0; i < list.count; i++)
		printf("%s%s%s\n", list.cases[i].id, list.cases[i].skip[0] ? "  skipped: " : "",
		       list.cases[i].skip);
	case_list_finish(&list);
	scenarios_finish(&scenarios);
	registry_finish(&registry);
	return good ? 0 : EXIT_USAGE;
}

/* What a pair is over all wires, rings and sides: scripted somewhere, racing, or impossible. */
static enum pair_kind best_kind(enum point point, enum mechanism mechanism, bool raw,
				const char **ret_reason)
{
	enum pair_kind best = PAIR_IMPOSSIBLE;
	bool first = true;

	for (unsigned i = 0; i < WIRE_COUNT * RING_COUNT * 4; i++) {
		struct pair_place place = { .wire = i % WIRE_COUNT,
					    .ring = i / WIRE_COUNT % RING_COUNT,
					    .raw = raw,
					    .waitall = i / WIRE_COUNT / RING_COUNT % 2,
					    .several = true,
					    .own_timeout = true,
					    .writes = i / WIRE_COUNT / RING_COUNT / 2 };
		const char *reason;
		enum pair_kind kind = pair_kind(point, mechanism, &place, &reason);

		if (first || (kind != PAIR_IMPOSSIBLE && best == PAIR_IMPOSSIBLE) ||
		    (kind == PAIR_SCRIPTED && best == PAIR_RACING)) {
			best = kind;
			*ret_reason = reason;
		}
		first = false;
	}
	return best;
}

static void print_pairs(enum point point, bool raw)
{
	static const char *const kinds[] = { [PAIR_IMPOSSIBLE] = "impossible",
					     [PAIR_SCRIPTED] = "scripted",
					     [PAIR_RACING] = "racing" };

	printf("  %s\n", raw ? "raw" : "cooked");
	for (unsigned mechanism = 0; mechanism < MECH_COUNT; mechanism++) {
		const char *reason = "";
		enum pair_kind kind = best_kind(point, mechanism, raw, &reason);

		printf("    %-20s %-10s%s%s\n", word_name(WORDS_MECHANISM, mechanism),
		       kinds[kind], *reason ? "  " : "", reason);
	}
}

static int list_points(const struct list_options *options)
{
	(void)options;
	for (unsigned point = 0; point < POINT_COUNT; point++) {
		printf("%s: %s\n", word_name(WORDS_POINT, point),
		       word_meaning(WORDS_POINT, point));
		print_pairs(point, false);
		print_pairs(point, true);
	}
	printf("%s: %s\n", word_name(WORDS_POINT, POINT_RETRY),
	       word_meaning(WORDS_POINT, POINT_RETRY));
	return 0;
}

static int list_wires(const struct list_options *options)
{
	(void)options;
	for (unsigned wire = 0; wire < WIRE_COUNT; wire++)
		printf("%-8s %s\n", word_name(WORDS_WIRE, wire), word_meaning(WORDS_WIRE, wire));
	return 0;
}

static int list_rings(const struct list_options *options)
{
	struct case_list list;

	(void)options;
	case_list_init(&list);
	for (unsigned ring = 0; ring < RING_COUNT; ring++)
		printf("%-8s %s%s%s\n", word_name(WORDS_RING, ring),
		       word_meaning(WORDS_RING, ring), list.rings[ring] ? "; NOT HERE: " : "",
		       list.rings[ring] ? list.rings[ring] : "");
	case_list_finish(&list);
	return 0;
}

static const struct {
	const char *name;
	int (*run)(const struct list_options *options);
} lists[] = {
	{ "targets", list_targets }, { "scenarios", list_scenarios }, { "cases", list_cases },
	{ "points", list_points },   { "wires", list_wires },	      { "rings", list_rings },
};

int cmd_list(int argc, char **argv)
{
	static const struct argp argp = { .options = keys, .parser = parse,
					  .args_doc = "WHAT [SUITE|FILE...]", .doc = doc };
	struct list_options options = { 0 };
	struct nearest nearest = { 0 };

	argp_parse(&argp, argc, argv, 0, NULL, &options);
	nearest.word = options.what;
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		if (!strcmp(lists[i].name, options.what))
			return lists[i].run(&options);
		nearest_offer(&nearest, lists[i].name);
	}
	fprintf(stderr, "droptest: there is no list of '%s'%s%s%s\n", options.what,
		nearest.best ? "; did you mean '" : "", nearest.best ? nearest.best : "",
		nearest.best ? "'?" : ": targets, scenarios, cases, points, wires or rings");
	return EXIT_USAGE;
}
