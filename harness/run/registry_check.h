/*
 * registry_check.h - is a plug-in's table sound? Says which field of which entry is not.
 */
#ifndef RUN_REGISTRY_CHECK_H
#define RUN_REGISTRY_CHECK_H

#include <droptest/target.h>
#include <stdbool.h>

enum { NAME_MAX_LENGTH = 40, TARGETS_MAX = 256, OPERATIONS_MAX = 64, OPTIONS_MAX = 32 };

/* 1 to 40 of a-z, 0-9, '_' and '-'. */
bool table_name_sound(const char *name);

/* 0, or -EINVAL with a sentence. */
int table_check(const struct dt_target *targets, char *reterr_message, size_t message_max);

#endif
