/*
 * cmd_report.c - `droptest report`: a results folder as a page. The page appears whole or not at
 * all: it is written beside its name and then renamed.
 */
#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "html/report.h"
#include "model/utf8.h"

enum { MESSAGE_MAX = 1024 };

struct report {
	const char *folder, *html;
};

static const struct argp_option keys[] = {
	{ "html", 'H', "FILE", 0, "write one self-contained HTML page; '-': standard output", 0 },
	{ 0 },
};

static const char doc[] =
	"Writes a report of the results in DIR, which `droptest run --out DIR` left there. A run "
	"that was cut off can be read too.\v"
	"Examples:\n"
	"  droptest report results --html report.html\n"
	"  droptest report results --html - | less\n\n"
	"Exit status: 0 written (whatever the verdict is), 2 usage, or nothing to read in DIR, "
	"99 it could not be written.";

static error_t parse(int key, char *text, struct argp_state *state)
{
	struct report *report = state->input;

	switch (key) {
	case 'H':
		report->html = text;
		return 0;
	case ARGP_KEY_ARG:
		if (report->folder)
			argp_error(state, "one results folder at a time");
		report->folder = text;
		return 0;
	case ARGP_KEY_END:
		if (!report->folder)
			argp_error(state, "the results folder is missing");
		if (!report->html)
			argp_error(state, "what to write is missing: --html FILE");
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

/* Into a new file beside `path`, which takes its place when it is whole. */
static int write_file(const struct results *results, const char *path)
{
	char *other = NULL;
	FILE *out;
	int r;

	if (asprintf(&other, "%s.new", path) < 0)
		return -ENOMEM;
	out = fopen(other, "we");
	r = out ? report_html(results, out) : -errno;
	if (out && fclose(out) && !r)
		r = -errno;
	if (!r && rename(other, path))
		r = -errno;
	if (r && out)
		unlink(other);
	free(other);
	return r;
}

/* Messages quote what is in the folder: nothing of it reaches the terminal unprintable. */
static void complain(const char *message)
{
	char shown[2 * MESSAGE_MAX];

	fprintf(stderr, "droptest: cannot read the results: %s\n",
		utf8_quote(message, strlen(message), shown, sizeof(shown)));
}

int cmd_report(int argc, char **argv)
{
	static const struct argp argp = { keys, parse, "DIR", doc, NULL, NULL, NULL };
	char message[MESSAGE_MAX] = "no memory";
	struct report report = { .html = NULL };
	struct results results;
	int r;

	if (argp_parse(&argp, argc, argv, 0, NULL, &report))
		return EXIT_USAGE;
	if (results_read(report.folder, &results, message, sizeof(message))) {
		complain(message);
		return EXIT_USAGE;
	}
	if (!strcmp(report.html, "-"))
		r = report_html(&results, stdout) || fflush(stdout) ? -EIO : 0;
	else
		r = write_file(&results, report.html);
	results_finish(&results);
	if (r)
		fprintf(stderr, "droptest: cannot write '%s': %s\n", report.html, strerror(-r));
	return r ? EXIT_HARNESS : EXIT_AS_EXPECTED;
}
