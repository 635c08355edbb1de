/*
 * plan_source.c - see plan_source.h.
 */
#include "cli/plan_source.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/message.h"
#include "model/nearest.h"
#include "model/pairs.h"
#include "run/doctor.h"

enum { MESSAGE_MAX = 1024 };

/* The first line that begins with "dt1 ". */
static bool read_plan_file(const char *path, char text[PLAN_TEXT_MAX])
{
	bool standard = !strcmp(path, "-"), found = false, whole;
	FILE *file = standard ? stdin : fopen(path, "re");

	if (!file) {
		complain("'%s' is neither a plan ('dt1 ...') nor a file: %s", path,
			 strerror(errno));
		return false;
	}
	while (!found && fgets(text, PLAN_TEXT_MAX, file))
		found = !strncmp(text, "dt1 ", 4);
	whole = found && (strchr(text, '\n') || feof(file));
	if (!standard)
		fclose(file);
	if (!found)
		complain("'%s' has no line that begins with 'dt1 '", path);
	else if (!whole)
		complain("the plan is longer than any that droptest prints");
	else
		text[strcspn(text, "\r\n")] = '\0';
	return whole;
}

static bool read_plan(struct plan_source *source)
{
	char text[PLAN_TEXT_MAX], message[MESSAGE_MAX];
	const char *problem;

	if (strncmp(source->text, "dt1 ", 4) != 0) {
		if (!read_plan_file(source->text, text))
			return false;
	} else if (snprintf(text, sizeof(text), "%s", source->text) >= (int)sizeof(text)) {
		complain("the plan is longer than any that droptest prints");
		return false;
	}
	if (plan_parse(text, &source->plan, message, sizeof(message))) {
		complain("the plan is not understood: %s", message);
		return false;
	}
	problem = plan_problem(&source->plan);
	if (problem)
		complain("the plan cannot be run: %s", problem);
	return !problem;
}

static bool find_operation(struct plan_source *source)
{
	const struct dt_target *target = source->entry->target;
	struct nearest nearest = { .word = source->plan.operation };

	source->operation = target_operation(target, source->plan.operation);
	if (source->operation)
		return true;
	for (const struct dt_operation *operation = target->operations; operation->name;
	     operation = operation_next(operation))
		nearest_offer(&nearest, operation->name);
	complain("target '%s' has no operation '%s'%s%s%s", source->entry->name,
		 source->plan.operation, nearest.best ? "; did you mean '" : "",
		 nearest.best ? nearest.best : "", nearest.best ? "'?" : "");
	return false;
}

static bool find_target(struct plan_source *source)
{
	char message[MESSAGE_MAX];

	if (source->plugin && !names_plugin(source->plugin)) {
		complain_usage("--target: '%s' is not the file of a plug-in; a bundled target is "
			       "found by its name in the plan",
			       source->plugin);
		return false;
	}
	if (!selection_load_targets(&source->selection, source->plugin))
		return false;
	source->entry = registry_find(&source->selection.registry, source->plan.target,
					    message, sizeof(message));
	if (source->entry)
		return find_operation(source);
	complain("%s%s", message,
		 source->plugin ? "" : "; a plug-in of your own is loaded with --target FILE.so");
	return false;
}

bool plan_source_races(const struct plan_source *source)
{
	for (uint32_t i = 0; i < source->plan.cancellation_count; i++) {
		const struct cancellation *step = &source->plan.cancellations[i];
		struct pair_place place = { .wire = source->plan.wire,
					    .ring = source->plan.ring,
					    .raw = source->operation->flags & DT_RAW,
					    .waitall = true,
					    .several = true,
					    .own_timeout = true };
		const char *reason;

		if (pair_kind(step->point, step->mechanism, &place, &reason) == PAIR_RACING)
			return true;
	}
	return false;
}

int plan_source_open(struct plan_source *source, int count, char **arguments)
{
	const char *obstacle;

	if (!count)
		return complain_usage("a plan or a file is missing");
	if (count > 1)
		return complain_usage("one plan at a time; quote it: 'dt1 ...'");
	source->text = arguments[0];
	if (!read_plan(source) || !find_target(source))
		return EXIT_USAGE;
	obstacle = doctor_obstacle();
	if (!obstacle)
		return EXIT_AS_EXPECTED;
	complain("nothing can run here: %s", obstacle);
	return EXIT_NOTHING_RAN;
}

void plan_source_close(struct plan_source *source)
{
	selection_finish(&source->selection);
}
