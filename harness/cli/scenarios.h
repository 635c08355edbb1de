/*
 * scenarios.h - which scenarios a command works on: files, folders, names of bundled suites, or one
 * made up for a target that has none.
 */
#ifndef CLI_SCENARIOS_H
#define CLI_SCENARIOS_H

#include <stdbool.h>
#include <sys/types.h>

#include "model/scenario.h"
#include "run/registry.h"

/* Which file a scenario came from, so that one that is named twice is taken once. */
struct file_identity {
	dev_t device;
	ino_t number;
};

struct scenarios {
	struct scenario **items; /* owned */
	struct file_identity *files; /* one for each */
	unsigned count;
};

/* The folder of the bundled suites, or NULL. Static storage. */
const char *scenarios_folder(void);

/* Adds a file, a folder, or a bundled suite or scenario by its name ("writers", "writers/queue").
 * False: told. */
bool scenarios_add(struct scenarios *scenarios, const char *name);

/* Adds every bundled suite. `canary` says whether those tagged so, too. */
bool scenarios_add_bundled(struct scenarios *scenarios, bool canary);

/* Adds one made-up scenario for each unit that the operations of these targets use: every wire,
 * every ring, every point, expecting that the declared contracts hold. */
bool scenarios_add_default(struct scenarios *scenarios, const struct registry *registry,
			   const char *plugin);

/* Keeps those with the tag. False when there is none: told, with the tags that there are. */
bool scenarios_keep_tagged(struct scenarios *scenarios, const char *tag);

void scenarios_finish(struct scenarios *scenarios);

#endif
