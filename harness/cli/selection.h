/*
 * selection.h - from names on the command line to the cases that are meant, or to a message that
 * says which name selects nothing.
 */
#ifndef CLI_SELECTION_H
#define CLI_SELECTION_H

#include "cli/scenarios.h"
#include "run/case_list.h"

struct selection_options {
	char **suites; /* borrowed: folders, files or names of bundled ones */
	unsigned suite_count;
	const char *target; /* names or patterns, or a plug-in's file */
	unsigned wires, rings, expects; /* bits; 0: all */
	const char *filter, *tag;
	bool canary; /* when no suite is named: those tagged 'canary', too */
};

struct selection {
	struct registry registry;
	struct scenarios scenarios;
	struct case_list list;
	char plugin[64]; /* the first part of its targets' names when the target is a file */
};

/* Is it the file of a plug-in, not the name of a target? */
bool names_plugin(const char *target);

/* Loads the bundled plug-ins and, when `target` is a file, that one first. False: told. */
bool selection_load_targets(struct selection *selection, const char *target);

/* The scenarios of the named suites, or all bundled ones. False: told. */
bool selection_load_scenarios(struct scenarios *scenarios,
			      const struct selection_options *options);

/* Is it the name of anything: of a loaded target, or of one that a scenario names? False: told. */
bool selection_target_known(const struct selection *selection, const char *target);

/* All of it. False: told; there is at least one case otherwise. Finish it in any case. */
bool selection_make(struct selection *selection, const struct selection_options *options);

void selection_finish(struct selection *selection);

#endif
