/*
 * run_resume.c - see run_resume.h.
 */
#include "cli/run_resume.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/macros.h"
#include "cli/message.h"
#include "cli/run_record.h"
#include "run/results.h"

enum { MESSAGE_MAX = 1024 };

/* A name that stays right when the working folder changes. */
static char *whole_name(const char *path)
{
	char *folder, *whole = NULL;

	if (path[0] == '/')
		return strdup(path);
	folder = getcwd(NULL, 0);
	if (folder && asprintf(&whole, "%s/%s", folder, path) < 0)
		whole = NULL;
	free(folder);
	return whole;
}

static bool read_folder(struct resume *resume, const char *path)
{
	char message[MESSAGE_MAX] = "out of memory";
	struct results results;

	if (results_read(path, &results, message, sizeof(message))) {
		complain("cannot resume: %s", message);
		return false;
	}
	resume->begun = json_incref(results.run);
	for (unsigned i = 0; i < results.case_count; i++) {
		if (!results.cases[i].complete)
			continue;
		resume->complete++;
		resume->seconds += results.cases[i].seconds;
	}
	resume->over = results.complete && !results.interrupted;
	results_finish(&results);
	return true;
}

/* Relative names of scenarios and plug-ins are those of the folder in which it was begun. */
static bool enter_folder(const struct resume *resume)
{
	const char *folder = json_string_value(json_object_get(resume->begun, "folder"));

	if (!folder || !*folder || !chdir(folder))
		return true;
	complain("cannot resume: the folder '%s', in which the run was begun, cannot be entered: "
		 "%s",
		 folder, strerror(errno));
	return false;
}

/* Of --max-time what is left, unless it was given anew. */
static void leave_time(struct run_options *options, const struct resume *resume)
{
	uint64_t spent = (uint64_t)(resume->seconds * 1e9);

	if (!options->max_time_ns || options->max_time_given)
		return;
	options->max_time_ns -= MIN(spent, options->max_time_ns - 1);
}

bool resume_begin(struct run_options *options, struct resume *resume)
{
	*resume = (struct resume){ .folder = realpath(options->resume, NULL) };
	if (!resume->folder) {
		complain("cannot resume: '%s': %s", options->resume, strerror(errno));
		return false;
	}
	if (options->html) {
		resume->html = whole_name(options->html);
		options->html = resume->html;
	}
	if (!read_folder(resume, resume->folder) ||
	    !run_record_options(resume->begun, options, &resume->suites) || !enter_folder(resume))
		return false;
	options->out = resume->folder;
	leave_time(options, resume);
	return true;
}

void resume_finish(struct resume *resume)
{
	json_decref(resume->begun);
	free(resume->suites);
	free(resume->folder);
	free(resume->html);
}
