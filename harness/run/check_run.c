/*
 * check_run.c - see check_run.h: a table becomes a registry of one target, the options become a
 * scenario, and a campaign does the rest.
 */
#include "run/check_run.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "model/nearest.h"
#include "model/words_read.h"
#include "run/campaign.h"
#include "run/check_report.h"
#include "run/doctor.h"
#include "run/scenario_default.h"

enum { TABLE_MAX = 4096, FAILURES_ENOUGH = 4 };

/* A campaign under way, for those who look on. */
struct watcher {
	struct check_job *job;
	volatile sig_atomic_t interrupts;
};

void check_end(struct check_job *job, enum dt_verdict verdict, const char *format, ...)
{
	char text[2 * CHECK_MESSAGE_MAX];
	va_list values;

	va_start(values, format);
	vsnprintf(text, sizeof(text), format, values);
	va_end(values);
	for (size_t length = strlen(text); length && text[length - 1] == '\n'; length--)
		text[length - 1] = '\0';
	job->result->verdict = verdict;
	job->result->sentence = check_text("%s", text);
	check_report_message(job);
}

/* The target alone, as the array that a plug-in would export. */
static const struct dt_target *make_table(const struct dt_target *target)
{
	size_t size = target->size;
	char *table = calloc(1, TABLE_MAX + sizeof(*target));

	if (size < sizeof(*target) || size > TABLE_MAX)
		size = sizeof(*target); /* whoever looks at the size will say what is wrong */
	return table ? memcpy(table, target, size) : NULL;
}

bool check_table(struct check_job *job)
{
	const struct dt_target *table = make_table(job->target);
	char message[CHECK_MESSAGE_MAX];

	registry_init(&job->registry);
	if (!table) {
		check_end(job, DT_ERROR, "out of memory");
		return false;
	}
	if (!table->name) {
		check_end(job, DT_USAGE, "the target has no name");
		return false;
	}
	if (registry_add(&job->registry, "check", table, message, sizeof(message))) {
		check_end(job, DT_USAGE, "%s", message);
		return false;
	}
	job->entry = &job->registry.entries[0];
	return true;
}

static bool find_operation(struct check_job *job)
{
	struct nearest nearest = { .word = job->operation_name };
	const struct dt_operation *operation = job->entry->target->operations;

	if (!job->operation_name)
		return true;
	job->operation = target_operation(job->entry->target, job->operation_name);
	if (!job->operation) {
		for (; operation->name; operation = operation_next(operation))
			nearest_offer(&nearest, operation->name);
		check_end(job, DT_USAGE, "there is no operation '%.60s'%s%s%s",
			  job->operation_name, nearest.best ? "; did you mean '" : "",
			  nearest.best ? nearest.best : "", nearest.best ? "'?" : "");
		return false;
	}
	job->result->operation = job->operation->name;
	job->result->declared = word_name(WORDS_CONTRACT, job->operation->contract);
	if (!(job->operation->flags & DT_UNSTARTED))
		return true;
	check_end(job, DT_USAGE, "the operation is only called as another operation first "
				   "(DT_UNSTARTED); check that one");
	return false;
}

static bool read_words(struct check_job *job, enum words set, const char *name, const char *text,
		       unsigned *bits)
{
	char message[CHECK_MESSAGE_MAX];

	if (!text || !words_read(set, text, bits, message, sizeof(message)))
		return true;
	check_end(job, DT_USAGE, "options.%s: %s", name, message);
	return false;
}

/* "key=value,key=value": is every key one that the target has? */
static bool read_target_options(struct check_job *job)
{
	const char *text = job->options.target_options;
	char *parts = text ? strdup(text) : NULL, *rest = parts, *part;

	if (text && strlen(text) >= PLAN_OPTIONS_MAX) {
		check_end(job, DT_USAGE, "options.target_options is longer than 255 bytes");
		return false;
	}
	while ((part = strsep(&rest, ","))) {
		const struct dt_option *option = job->entry->target->options;
		struct nearest nearest = { .word = part };
		char *equals = strchr(part, '=');

		if (!equals) {
			check_end(job, DT_USAGE, "options.target_options: '%.60s' is not "
						   "key=value", part);
			return false;
		}
		*equals = '\0';
		for (; option && option->name && strcmp(option->name, part); option++)
			nearest_offer(&nearest, option->name);
		if (option && option->name)
			continue;
		check_end(job, DT_USAGE, "the target has no option '%.60s'%s%s%s", part,
			  nearest.best ? "; did you mean '" : "",
			  nearest.best ? nearest.best : "", nearest.best ? "'?" : "");
		return false;
	}
	return true; /* `parts` goes with the process */
}

static bool wanted(const struct check_job *job, const struct dt_operation *operation,
		   enum dt_unit unit)
{
	if (operation->unit != unit || operation->flags & DT_UNSTARTED)
		return false;
	return !job->operation || job->operation == operation;
}

/* What stands below `targets:`; NULL when there is nothing, or no memory. */
static const char *target_lines(struct check_job *job, enum dt_unit unit)
{
	const struct dt_operation *operation = job->entry->target->operations;
	const char *lines = "";

	for (; operation->name; operation = operation_next(operation)) {
		if (!wanted(job, operation, unit))
			continue;
		lines = check_text("%s  %s.%s: ", lines, job->entry->name, operation->name);
		if (!job->met)
			lines = check_text("%spass\n", lines);
		for (unsigned i = 0, count = 0; i < CONTRACT_COUNT; i++)
			if (job->met & BIT(i))
				lines = check_text("%s%s%s", lines, count++ ? ", " : "{met: [",
						   word_name(WORDS_CONTRACT, i));
		if (job->met)
			lines = check_text("%s]}\n", lines);
	}
	return *lines ? lines : NULL;
}

/* The cases of all operations of a unit. */
static bool add_cases(struct check_job *job, enum dt_unit unit, const struct case_filter *filter,
		      struct case_list *list)
{
	struct scenario_default made_up = {
		.path = check_text("check/%s", word_name(WORDS_UNIT, unit)),
		.unit = unit,
		.stream = unit == DT_FRAMES ? "4 KiB" : "1 KiB",
		.keys = job->options.keys ? job->options.keys : "",
		.targets = target_lines(job, unit),
	};
	struct scenario *scenario = NULL;
	char *text = NULL;
	size_t size;
	FILE *errors;
	int error;

	if (!made_up.targets)
		return true;
	errors = open_memstream(&text, &size);
	error = errors ? scenario_default_make(&made_up, errors, &scenario) : -ENOMEM;
	for (unsigned i = 0; !error && i < scenario->target_count; i++)
		if (job->options.target_options)
			scenario->targets[i].options = strdup(job->options.target_options);
	if (!error)
		error = case_list_add(list, scenario, &job->registry, filter, errors);
	if (errors)
		fclose(errors);
	if (error == -EINVAL)
		check_end(job, DT_USAGE, "%s", text);
	else if (error)
		check_end(job, DT_ERROR, "cannot make cases: %s", strerror(-error));
	return !error;
}

static bool make_cases(struct check_job *job, struct case_list *list)
{
	const struct dt_check_options *options = &job->options;
	const char *rings = options->rings ? options->rings : "plain,defer";
	struct case_filter filter = { 0 };

	if (!read_words(job, WORDS_WIRE, "wires", options->wires, &filter.wires) ||
	    !read_words(job, WORDS_RING, "rings", rings, &filter.rings) ||
	    !read_words(job, WORDS_CONTRACT, "met", options->met, &job->met) ||
	    !read_target_options(job))
		return false;
	case_list_init(list);
	for (unsigned unit = DT_BYTES; unit < UNIT_COUNT; unit++)
		if (!add_cases(job, unit, &filter, list))
			return false;
	if (!list->count)
		check_end(job, DT_USAGE, "no case is left to run");
	return list->count;
}

static bool numbers_sound(struct check_job *job)
{
	if (job->options.trials > SCENARIO_TRIALS_MAX)
		check_end(job, DT_USAGE, "options.trials is larger than %d",
			  SCENARIO_TRIALS_MAX);
	else if (job->options.jobs > JOBS_MAX)
		check_end(job, DT_USAGE, "options.jobs is larger than %d", JOBS_MAX);
	else
		return true;
	return false;
}

/* One violation is enough: the cases that are left would only take time. */
static void on_finished(void *context, const struct case_result *result)
{
	struct watcher *watcher = context;

	if (result->verdict == VERDICT_VIOLATION || result->verdict == VERDICT_ERROR)
		watcher->interrupts = 1;
}

static void on_printed(void *context, const struct test_case *test, const struct capture *capture)
{
	struct watcher *watcher = context;

	(void)test;
	if (!watcher->job->output.total)
		watcher->job->output = *capture;
}

static void run_campaign(struct check_job *job, const struct case_list *list)
{
	const struct dt_check_options *options = &job->options;
	struct watcher watcher = { .job = job };
	struct campaign_options campaign = {
		.seed = options->seed,
		.trials = options->trials,
		.max_time_ns = options->max_time_ns ? options->max_time_ns : CHECK_TIME_NS,
		.max_failures = FAILURES_ENOUGH,
		.strict = true,
		.jobs = options->jobs ? options->jobs : 1,
		.memory_max = CHECK_MEMORY_MAX,
		.descriptors_held = job->held,
		.interrupts = &watcher.interrupts,
		.watch = { .context = &watcher, .finished = on_finished, .printed = on_printed },
	};
	char message[CHECK_MESSAGE_MAX] = "";
	struct results results;
	int error;

	job->planned = list->count;
	error = campaign_run(&campaign, list, &results, message, sizeof(message));

	if (error)
		check_end(job, DT_ERROR, "the harness failed: %s (%s)", message,
			  strerror(-error));
	else
		check_report_results(job, &results);
}

void check_run(struct check_job *job)
{
	struct case_list list;
	struct plan plan;
	bool replay = false;
	const char *obstacle;

	job->options.seed = job->options.seed ? job->options.seed : 1;
	job->result->seed = job->options.seed;
	if (!find_operation(job) || !numbers_sound(job) ||
	    !check_plan_wanted(job, &plan, &replay) || (!replay && !make_cases(job, &list)))
		return;
	obstacle = doctor_obstacle();
	if (obstacle)
		check_end(job, DT_SKIP, "nothing can run here: %s", obstacle);
	else if (replay)
		check_plan_run(job, &plan);
	else
		run_campaign(job, &list);
}
