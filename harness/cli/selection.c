/*
 * selection.c - see selection.h.
 */
#include "cli/selection.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/macros.h"
#include "cli/message.h"
#include "model/nearest.h"
#include "run/results.h"

enum { MESSAGE_MAX = 1024 };

bool names_plugin(const char *target)
{
	size_t length = strlen(target);
	struct stat info;

	if (length > 3 && !strcmp(target + length - 3, ".so"))
		return true;
	return strchr(target, '/') && !stat(target, &info) && S_ISREG(info.st_mode);
}

bool selection_load_targets(struct selection *selection, const char *target)
{
	char message[MESSAGE_MAX];
	const char *name;
	size_t length;

	registry_init(&selection->registry);
	if (target && names_plugin(target)) {
		if (registry_load(&selection->registry, target, message, sizeof(message))) {
			complain("%s", message);
			return false;
		}
		name = strrchr(target, '/') ? strrchr(target, '/') + 1 : target;
		length = strlen(name);
		if (length > 3 && !strcmp(name + length - 3, ".so"))
			length -= 3;
		snprintf(selection->plugin, sizeof(selection->plugin), "%.*s", (int)length, name);
	}
	registry_load_all(&selection->registry, messages());
	return true;
}

bool selection_load_scenarios(struct scenarios *scenarios,
			      const struct selection_options *options)
{
	bool canary = options->canary || (options->tag && !strcmp(options->tag, "canary"));
	bool good = true;

	for (unsigned i = 0; i < options->suite_count; i++)
		good &= scenarios_add(scenarios, options->suites[i]);
	if (!options->suite_count)
		good = scenarios_add_bundled(scenarios, canary);
	if (good && options->tag)
		good = scenarios_keep_tagged(scenarios, options->tag);
	return good;
}

static bool load_scenarios(struct selection *selection, const struct selection_options *options)
{
	struct scenarios *scenarios = &selection->scenarios;

	if (options->suite_count || !selection->plugin[0])
		return selection_load_scenarios(scenarios, options);
	return scenarios_add_default(scenarios, &selection->registry, selection->plugin) &&
	       (!options->tag || scenarios_keep_tagged(scenarios, options->tag));
}

bool selection_target_known(const struct selection *selection, const char *target)
{
	struct nearest nearest = { .word = target };

	for (unsigned i = 0; i < selection->registry.count; i++) {
		const char *name = selection->registry.entries[i].name;
		const char *slash = strrchr(name, '/');

		if (target_matches(name, target))
			return true;
		nearest_offer(&nearest, name);
		nearest_offer(&nearest, slash ? slash + 1 : name);
	}
	for (unsigned i = 0; i < selection->scenarios.count; i++) {
		const struct scenario *scenario = selection->scenarios.items[i];

		for (unsigned j = 0; j < scenario->target_count; j++) {
			if (target_matches(scenario->targets[j].name, target))
				return true;
			nearest_offer(&nearest, scenario->targets[j].name);
		}
	}
	if (nearest.best)
		complain("--target: there is no target '%s'; did you mean '%s'?", target,
			 nearest.best);
	else
		complain("--target: there is no target '%s'; see `droptest list targets`", target);
	return false;
}

static bool make_list(struct selection *selection, const struct case_filter *filter)
{
	bool good = true;

	case_list_finish(&selection->list);
	case_list_init(&selection->list);
	for (unsigned i = 0; i < selection->scenarios.count; i++)
		good &= !case_list_add(&selection->list, selection->scenarios.items[i],
				       &selection->registry, filter, messages());
	return good;
}

/* Offers the words of a case's id: "errors/epipe:broken/x.write:unix:plain". The id is cut up. */
static void offer_words(struct nearest *nearest, char *id)
{
	char *word;

	while ((word = strsep(&id, "/:.")))
		nearest_offer(nearest, word);
}

/* No case is left: was it the filter, or is there none for that target, wire and ring? */
static void complain_empty(struct selection *selection, const struct case_filter *filter)
{
	struct case_filter wider = *filter;
	struct nearest nearest = { .word = filter->pattern };

	wider.pattern = NULL;
	if (!filter->pattern) {
		complain("no case is left to run: these scenarios have none%s%s%s%s%s; see "
			 "`droptest list cases`",
			 filter->target ? " for target '" : "",
			 filter->target ? filter->target : "", filter->target ? "'" : "",
			 filter->expects ? " with this expectation" : "",
			 filter->wires || filter->rings ? " on these wires and rings" : "");
		return;
	}
	if (!make_list(selection, &wider) || !selection->list.count) {
		complain_empty(selection, &wider);
		return;
	}
	for (unsigned i = 0; i < selection->list.count; i++)
		offer_words(&nearest, selection->list.cases[i].id);
	complain("--filter: '%s' matches none of %u cases; %s%s%s", filter->pattern,
		 selection->list.count, nearest.best ? "did you mean '" : "see ",
		 nearest.best ? nearest.best : "`droptest list cases`", nearest.best ? "'?" : "");
}

static int by_id(const void *left, const void *right)
{
	return strcmp((*(const struct test_case *const *)left)->id,
		      (*(const struct test_case *const *)right)->id);
}

/* Results go by the ids of cases: two of one id would be taken for one. */
static bool ids_differ(const struct case_list *list)
{
	const struct test_case **cases = calloc(list->count, sizeof(*cases));
	bool good = cases;

	if (!cases)
		complain("out of memory");
	for (unsigned i = 0; cases && i < list->count; i++)
		cases[i] = &list->cases[i];
	if (cases)
		qsort(cases, list->count, sizeof(struct test_case *), by_id);
	for (unsigned i = 1; good && i < list->count; i++) {
		const struct test_case *one = cases[i - 1], *other = cases[i];

		if (strcmp(one->id, other->id) != 0)
			continue;
		good = false;
		if (one->scenario == other->scenario)
			complain("%s: two entries of its targets make one case, '%s': give them "
				 "different options or operations",
				 one->scenario->path, one->id);
		else
			complain("%s and %s both make the case '%s': rename one of the scenarios, "
				 "or run them apart",
				 one->scenario->path, other->scenario->path, one->id);
	}
	free(cases);
	return good;
}

static bool make_cases(struct selection *selection, const struct selection_options *options)
{
	struct case_filter filter = { .target = options->target,
				      .wires = options->wires,
				      .rings = options->rings,
				      .expects = options->expects,
				      .pattern = options->filter };
	char of_plugin[80];

	if (selection->plugin[0]) {
		snprintf(of_plugin, sizeof(of_plugin), "%s/*", selection->plugin);
		filter.target = of_plugin;
	} else if (options->target && !selection_target_known(selection, options->target)) {
		return false;
	}
	if (!make_list(selection, &filter))
		return false;
	if (!selection->list.count) {
		complain_empty(selection, &filter);
		return false;
	}
	if (selection->list.count > RESULTS_CASES_MAX) {
		complain("these are %u cases, more than the %d of one run: choose with --target, "
			 "--wire, --ring or --filter",
			 selection->list.count, RESULTS_CASES_MAX);
		return false;
	}
	return ids_differ(&selection->list);
}

bool selection_make(struct selection *selection, const struct selection_options *options)
{
	return selection_load_targets(selection, options->target) &&
	       load_scenarios(selection, options) && make_cases(selection, options);
}

void selection_finish(struct selection *selection)
{
	case_list_finish(&selection->list);
	scenarios_finish(&selection->scenarios);
	registry_finish(&selection->registry);
}
