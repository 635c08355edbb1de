/*
 * registry_check.c - looks at every field of a plug-in's table before anything else does.
 *
 * The structures are sized: an entry may be larger than ours (a newer header) and never smaller.
 * The last entry of an array is told by its NULL name alone; its size need not be set.
 */
#include "run/registry_check.h"

#include <stdalign.h>
#include <stdio.h>

#include "base/macros.h"
#include "model/words.h"
#include "run/registry.h"

enum { STRUCT_MAX = 4096, SUMMARY_MAX = 400, SESSION_MAX = 1 << 26 };

/* Where an error is. */
struct spot {
	const char *target;
	const char *operation;
	char *message;
	size_t message_max;
};

static int wrong(const struct spot *spot, const char *what)
{
	if (spot->operation)
		snprintf(spot->message, spot->message_max, "target '%s', operation '%.40s': %s",
			 spot->target, spot->operation, what);
	else
		snprintf(spot->message, spot->message_max, "target '%s': %s", spot->target, what);
	return -EINVAL;
}

bool table_name_sound(const char *name)
{
	size_t length = strnlen(name, NAME_MAX_LENGTH + 1);

	if (!length || length > NAME_MAX_LENGTH)
		return false;
	return strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-") == length;
}

static bool size_sound(size_t size, size_t least)
{
	return size >= least && size <= STRUCT_MAX && size % alignof(void *) == 0;
}

static bool summary_sound(const char *summary)
{
	return summary && strnlen(summary, SUMMARY_MAX + 1) <= SUMMARY_MAX;
}

static int check_operation(const struct dt_operation *operation, const struct spot *spot)
{
	const unsigned flags = DT_EXACT | DT_RAW | DT_SOCKET | DT_WAITALL | DT_QUEUES |
			       DT_UNSTARTED;

	if (!table_name_sound(operation->name))
		return wrong(spot, "its name must be 1 to 40 of a-z, 0-9, '_' and '-'");
	if (!summary_sound(operation->summary))
		return wrong(spot, "summary is NULL or longer than 400 bytes");
	if (operation->direction < DT_READER || operation->direction > DT_DUPLEX)
		return wrong(spot, "direction is none of enum dt_direction");
	if (operation->unit < DT_BYTES || operation->unit > DT_LINES)
		return wrong(spot, "unit is none of enum dt_unit");
	if (operation->contract < DT_ATOMIC || operation->contract > DT_TERMINAL)
		return wrong(spot, "contract is none of enum dt_contract");
	if (operation->progress < DT_BY_RESULT || operation->progress > DT_BY_USED)
		return wrong(spot, "progress is none of enum dt_progress");
	if (operation->flags & ~flags)
		return wrong(spot, "flags has bits that this version does not know");
	if (!operation->run)
		return wrong(spot, "run is NULL");
	return 0;
}

static int check_operations(const struct dt_target *target, struct spot *spot)
{
	const struct dt_operation *operation = target->operations;
	unsigned count = 0, cases = 0;

	if (!operation || !operation->name)
		return wrong(spot, "it has no operations");
	for (; operation->name; operation = operation_next(operation)) {
		int error;

		if (++count > OPERATIONS_MAX)
			return wrong(spot, "more than 64 operations: is the last entry's name "
					   "NULL?");
		if (!size_sound(operation->size, sizeof(*operation)))
			return wrong(spot, "an operation's size must be "
					   "sizeof(struct dt_operation)");
		spot->operation = operation->name;
		error = check_operation(operation, spot);
		if (error)
			return error;
		for (const struct dt_operation *before = target->operations; before != operation;
		     before = operation_next(before))
			if (!strcmp(before->name, operation->name))
				return wrong(spot, "two operations have this name");
		cases += !(operation->flags & DT_UNSTARTED);
		spot->operation = NULL;
	}
	return cases ? 0 : wrong(spot, "every operation has DT_UNSTARTED: nothing to test");
}

static int check_options(const struct dt_option *options, const struct spot *spot)
{
	unsigned count = 0;

	for (const struct dt_option *option = options; option && option->name; option++) {
		if (++count > OPTIONS_MAX)
			return wrong(spot, "more than 32 options: is the last entry's name NULL?");
		if (!table_name_sound(option->name))
			return wrong(spot, "an option's name must be 1 to 40 of a-z, 0-9, '_' and "
					   "'-'");
		if (!option->initial || strnlen(option->initial, 65) > 64)
			return wrong(spot, "an option's initial value is NULL or longer than 64 "
					   "bytes");
		if (!summary_sound(option->summary))
			return wrong(spot, "an option's summary is NULL or longer than 400 bytes");
		for (const struct dt_option *before = options; before != option; before++)
			if (!strcmp(before->name, option->name))
				return wrong(spot, "two options have the same name");
	}
	return 0;
}

static int check_target(const struct dt_target *target, struct spot *spot)
{
	int error;

	if (!table_name_sound(target->name))
		return wrong(spot, "its name must be 1 to 40 of a-z, 0-9, '_' and '-'");
	if (!summary_sound(target->summary))
		return wrong(spot, "summary is NULL or longer than 400 bytes");
	if (target->session_size > SESSION_MAX)
		return wrong(spot, "session_size is larger than 64 MiB");
	error = check_operations(target, spot);
	if (error)
		return error;
	return check_options(target->options, spot);
}

int table_check(const struct dt_target *targets, char *reterr_message, size_t message_max)
{
	struct spot spot = { .target = "?", .message = reterr_message, .message_max = message_max };
	unsigned count = 0;

	if (!targets->name) {
		snprintf(reterr_message, message_max, "%s has no targets", DT_TARGETS_SYMBOL);
		return -EINVAL;
	}
	for (const struct dt_target *target = targets; target->name; target = target_next(target)) {
		char name[NAME_MAX_LENGTH + 1];
		int error;

		snprintf(name, sizeof(name), "%.*s", NAME_MAX_LENGTH, target->name);
		spot.target = name;
		if (++count > TARGETS_MAX)
			return wrong(&spot, "more than 256 targets: is the last name NULL?");
		if (!size_sound(target->size, sizeof(*target)))
			return wrong(&spot, "its size must be sizeof(struct dt_target)");
		error = check_target(target, &spot);
		if (error)
			return error;
		for (const struct dt_target *before = targets; before != target;
		     before = target_next(before))
			if (!strcmp(before->name, target->name))
				return wrong(&spot, "two targets have this name");
	}
	return 0;
}

const struct dt_target *target_next(const struct dt_target *target)
{
	return (const void *)((const char *)target + target->size);
}

const struct dt_operation *operation_next(const struct dt_operation *operation)
{
	return (const void *)((const char *)operation + operation->size);
}

const struct dt_operation *target_operation(const struct dt_target *target, const char *name)
{
	for (const struct dt_operation *operation = target->operations; operation->name;
	     operation = operation_next(operation))
		if (!name || !strcmp(operation->name, name))
			return operation;
	return NULL;
}
