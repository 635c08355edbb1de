/*
 * scenarios.h - which scenarios a command works on: files, folders, names of bundled suites, or one
 * made up for a target that has none.
 */
#ifndef CLI_SCENARIOS_H
#define CLI_SCENARIOS_H

#include <stdbool.h>

#include "model/scenario.h"
#include "run/registry.h"

struct scenarios {
	struct scenario **items; /* owned */
	unsigned count;
};

/* The folder of the bundled suites, or NULL. Static storage. */
const char *scenarios_folder(void);

/* Adds a file, a folder, or a bundled suite by its name. False: told on stderr. */
bool scenarios_add(struct scenarios *scenarios, const char *name);

/* Adds every bundled suite. `canary` says whether those tagged so, too. */
bool scenarios_add_bundled(struct scenarios *scenarios, bool canary);

/* Adds one made-up scenario for each unit that the operations of these targets use: every wire,
 * every ring, every point, expecting that the declared contracts hold. */
bool scenarios_add_default(struct scenarios *scenarios, const struct registry *registry,
			   const char *plugin);

/* Keeps those with the tag. */
void scenarios_keep_tagged(struct scenarios *scenarios, const char *tag);
bool scenario_tagged(const struct scenario *scenario, const char *tag);

void scenarios_finish(struct scenarios *scenarios);

#endif
