/*
 * run_compare.c - is the plan that is to be gone on with the one that was begun? Each difference is
 * told by its name: a scenario that changed, a plug-in that was built anew.
 */
#include "cli/run_record.h"

#include <string.h>

#include "cli/message.h"

static const char *text_in(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static bool same_text(const json_t *begun, const json_t *now, const char *key)
{
	return !strcmp(text_in(begun, key), text_in(now, key));
}

/* The entry of a list of scenarios with that path, or NULL. */
static const json_t *find_path(const json_t *list, const char *path)
{
	json_t *entry;
	size_t at;

	json_array_foreach((json_t *)list, at, entry)
		if (!strcmp(text_in(entry, "path"), path))
			return entry;
	return NULL;
}

static bool same_scenarios(const json_t *begun, const json_t *now)
{
	bool same = true;
	json_t *entry;
	size_t at;

	json_array_foreach((json_t *)begun, at, entry) {
		const char *path = text_in(entry, "path");
		const json_t *other = find_path(now, path);

		if (!other)
			complain("cannot resume: the scenario '%s' is no longer there", path);
		else if (!same_text(entry, other, "hash"))
			complain("cannot resume: the scenario '%s' has changed since the run was "
				 "begun",
				 path);
		else
			continue;
		same = false;
	}
	json_array_foreach((json_t *)now, at, entry) {
		if (find_path(begun, text_in(entry, "path")))
			continue;
		complain("cannot resume: the scenario '%s' was not there when the run was begun",
			 text_in(entry, "path"));
		same = false;
	}
	return same;
}

static bool same_plugins(const json_t *begun, const json_t *now)
{
	const char *name;
	json_t *entry;
	bool same = true;

	json_object_foreach((json_t *)begun, name, entry) {
		const json_t *other = json_object_get(now, name);

		if (!other)
			complain("cannot resume: the plug-in '%s' of '%s' is no longer found; is "
				 "DROPTEST_TARGET_PATH as it was?",
				 name, text_in(entry, "path"));
		else if (!same_text(entry, other, "hash"))
			complain("cannot resume: the plug-in '%s' (%s) has changed since the run "
				 "was begun: its results would be those of two programs",
				 name, text_in(other, "path"));
		else
			continue;
		same = false;
	}
	return same;
}

bool run_record_same(const json_t *begun, const json_t *now)
{
	bool same = true;

	if (!same_text(begun, now, "droptest")) {
		complain("cannot resume: the run was begun by droptest %s, this is %s",
			 text_in(begun, "droptest"), text_in(now, "droptest"));
		same = false;
	}
	same &= same_scenarios(json_object_get(begun, "scenarios"),
			       json_object_get(now, "scenarios"));
	same &= same_plugins(json_object_get(begun, "plugins"), json_object_get(now, "plugins"));
	if (same && !same_text(begun, now, "plan_hash")) {
		complain("cannot resume: these are not the cases of the run that was begun (plan "
			 "hash %s, now %s): did a plug-in go or come, or did run.json change?",
			 text_in(begun, "plan_hash"), text_in(now, "plan_hash"));
		same = false;
	}
	if (!same)
		complain("begin a new run, or put back what was changed");
	return same;
}
