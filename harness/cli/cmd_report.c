/*
 * cmd_report.c - `droptest report`: a results folder as a summary, as JSON, or as a page.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/html_file.h"
#include "cli/message.h"
#include "cli/options.h"
#include "cli/summary.h"
#include "cli/terminal.h"
#include "html/report.h"

enum { MESSAGE_MAX = 1024, KEY_HTML = 256, KEY_JSON };

struct report {
	const char *folder, *html;
	bool json, quiet, verbose;
};

static const struct option_row rows[] = {
	{ KEY_HTML, "html", "FILE", "write one self-contained HTML page; '-': standard output" },
	{ KEY_JSON, "json", NULL, "the summary as one JSON object" },
	{ 'q', "quiet", NULL, "of the summary the failures and the last lines only" },
	{ 'v', "verbose", NULL, "every failure, also the expected ones" },
	{ 0 },
};

static const struct usage usage = {
	.name = "droptest report",
	.arguments = "DIR",
	.summary = "Reads the results in DIR, which `droptest run --out DIR` left there. A run "
		   "that was cut off can be read too, and one that still runs. Without --html the "
		   "summary is printed as the run itself does.",
	.rows = rows,
	.examples = "droptest report droptest-results\n"
		    "droptest report results --html report.html\n"
		    "droptest report results --html - | less",
	.exit_status = "0 written (whatever the verdict is), 2 usage, or nothing to read in DIR, "
		       "99 it could not be written.",
};

static bool take(void *context, int key, char *text)
{
	struct report *report = context;

	if (key == KEY_HTML)
		report->html = text;
	else if (key == KEY_JSON)
		report->json = true;
	else if (key == 'q')
		report->quiet = true;
	else
		report->verbose = true;
	return true;
}

static bool print_html(const struct results *results)
{
	int error = report_html(results, stdout);

	if (error)
		complain("cannot write the report: %s", strerror(-error));
	return !error;
}

/* The plug-in that was named by its file: part of replay commands. */
static const char *plugin_of(const json_t *run)
{
	const json_t *options = json_object_get(run, "options");
	const char *target = json_string_value(json_object_get(options, "target"));
	size_t length = target ? strlen(target) : 0;

	return length > 3 && !strcmp(target + length - 3, ".so") ? target : NULL;
}

static bool print_summary(const struct report *report, const struct results *results)
{
	const char *seed = json_string_value(json_object_get(results->run, "seed"));
	json_int_t cases = json_integer_value(json_object_get(results->run, "cases"));
	struct summary_options options = {
		.colours = !report->json && paint_wanted(stdout),
		.quiet = report->quiet,
		.verbose = report->verbose,
		.seed = seed ? strtoull(seed, NULL, 0) : 0,
		.plugin = plugin_of(results->run),
		.folder = report->folder,
		.cases_total = cases > 0 && cases <= RESULTS_CASES_MAX ? (unsigned)cases : 0,
	};

	if (report->json)
		return summary_print_json(stdout, results, &options) == 0;
	summary_print(stdout, results, &options);
	return true;
}

static int execute(const struct report *report)
{
	char message[MESSAGE_MAX] = "out of memory";
	struct results results;
	bool good;

	if (results_read(report->folder, &results, message, sizeof(message))) {
		complain("cannot read the results: %s", message);
		return EXIT_USAGE;
	}
	if (report->html && strcmp(report->html, "-") != 0)
		good = html_file_write(&results, report->html);
	else if (report->html)
		good = print_html(&results);
	else
		good = true;
	if (good && (!report->html || report->json))
		good = print_summary(report, &results);
	results_finish(&results);
	return good ? EXIT_AS_EXPECTED : EXIT_HARNESS;
}

int cmd_report(int argc, char **argv)
{
	struct report report = { 0 };
	int first = argc, code = options_parse(&usage, argc, argv, take, &report, &first);

	if (code != OPTIONS_GO_ON)
		return code;
	if (first == argc)
		return complain_usage("the results folder is missing");
	if (first + 1 < argc)
		return complain_usage("one results folder at a time");
	if (report.html && !*report.html)
		return complain_usage("--html: the name of the file is empty");
	if (report.html && report.json && !strcmp(report.html, "-"))
		return complain_usage("--html - and --json would both be written to standard "
				      "output");
	report.folder = argv[first];
	return execute(&report);
}
