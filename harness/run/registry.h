/*
 * registry.h - the targets that can be run: loads plug-ins and finds targets by name.
 *
 * A plug-in's file name without ".so" is the first part of its targets' names: reference.so with
 * the target read_exact is "reference/read_exact". "read_exact" alone will do when it is unique.
 */
#ifndef RUN_REGISTRY_H
#define RUN_REGISTRY_H

#include <stdio.h>

#include <droptest/target.h>

struct entry {
	char *name; /* "reference/read_exact" */
	const struct dt_target *target;
	const char *plugin_path; /* owned by the registry */
};

struct registry {
	struct entry *entries; /* sorted by name */
	unsigned count;
	char **paths; /* loaded plug-ins */
	void **handles;
	unsigned plugin_count;
};

void registry_init(struct registry *registry);
void registry_finish(struct registry *registry);

/*
 * Loads one plug-in. 0; or -errno with one readable sentence in reterr_message (not found, not a
 * shared object, no dt_targets_v1, wrong sizes, a bad field and which).
 */
int registry_load(struct registry *registry, const char *path, char *reterr_message,
		  size_t message_max);

/* Loads every *.so of the standard folders: DROPTEST_TARGET_PATH, then the bundled ones. Those
 * that fail are named on `errors`. Returns how many plug-ins were loaded. */
int registry_load_all(struct registry *registry, FILE *errors);

/* Exact name, or the only target with that last part. NULL with a message (and did-you-mean). */
const struct entry *registry_find(const struct registry *registry, const char *name,
				  char *reterr_message, size_t message_max);

/* Adds a table compiled into the program (check.h); `plugin` becomes the first part. */
int registry_add(struct registry *registry, const char *plugin, const struct dt_target *targets,
		 char *reterr_message, size_t message_max);

/* The operation of that name, the first one when name is NULL, or NULL. */
const struct dt_operation *target_operation(const struct dt_target *target, const char *name);

/* Strides over sized arrays: the next element. */
const struct dt_target *target_next(const struct dt_target *target);
const struct dt_operation *operation_next(const struct dt_operation *operation);

#endif
