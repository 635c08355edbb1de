/*
 * plan_source.h - a plan that was given on the command line, as text or in a file, and the target
 * that it names.
 */
#ifndef CLI_PLAN_SOURCE_H
#define CLI_PLAN_SOURCE_H

#include "cli/selection.h"
#include "model/plan.h"

struct plan_source {
	const char *plugin; /* set before opening: a plug-in to load too; NULL: none */
	const char *text;   /* the plan, or the file that has it */
	struct plan plan;
	struct selection selection;
	const struct entry *entry; /* of the plan's target */
	const struct dt_operation *operation;
};

/* Reads the plan, finds its target, and sees whether anything can run here. EXIT_AS_EXPECTED, or
 * an exit code, with the reason told. Close it in either case. */
int plan_source_open(struct plan_source *source, int count, char **arguments);
void plan_source_close(struct plan_source *source);

/* Does a clock or a kernel thread decide what it shows? */
bool plan_source_races(const struct plan_source *source);

#endif
