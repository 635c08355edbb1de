/*
 * cmd_doctor.c - `droptest doctor`: what this machine can run, and the remedy for what it cannot.
 */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/macros.h"
#include "cli/command.h"
#include "cli/message.h"
#include "cli/options.h"
#include "cli/terminal.h"
#include "run/doctor.h"
#include "run/results_json.h"

enum { FOUND_COLUMN = 25, REMEDY_COLUMN = 12, WIDTH_DEFAULT = 88 };

static const struct option_row rows[] = {
	{ 'j', "json", NULL, "the checks and the environment as one JSON object" },
	{ 0 },
};

static const struct usage usage = {
	.name = "droptest doctor",
	.arguments = "",
	.summary = "Examines kernel, limits, ring modes, wires and ways of cancelling by trying "
		   "them, and says what to do about what is not there.",
	.rows = rows,
	.examples = "droptest doctor\n"
		    "droptest doctor --json | jq '.checks[] | select(.good | not)'",
	.exit_status = "0 when trials can run here, 77 when nothing can.",
};

static bool take(void *context, int key, char *text)
{
	(void)key;
	(void)text;
	*(bool *)context = true;
	return true;
}

static void print_checks(const struct check *checks, unsigned count)
{
	unsigned columns = terminal_columns(stdout);
	bool colours = paint_wanted(stdout);

	if (!columns)
		columns = WIDTH_DEFAULT;
	for (unsigned i = 0; i < count; i++) {
		const struct check *check = &checks[i];
		enum paint colour = check->good	   ? PAINT_GOOD
				  : check->fatal ? PAINT_BAD
						 : PAINT_DOUBT;

		paint(stdout, colours, colour,
		      check->good ? "ok  " : check->fatal ? "FAIL" : "warn");
		printf("  %-18s ", check->name);
		put_wrapped(stdout, columns, FOUND_COLUMN, FOUND_COLUMN, check->found);
		putchar('\n');
		if (check->good)
			continue;
		printf("%*s", REMEDY_COLUMN, "-> ");
		put_wrapped(stdout, columns, REMEDY_COLUMN, REMEDY_COLUMN, check->remedy);
		putchar('\n');
	}
}

static int print_json(const struct check *checks, unsigned count, bool able)
{
	json_t *list = json_array();
	json_t *root;
	int r;

	for (unsigned i = 0; i < count; i++)
		json_array_append_new(list,
				      json_pack("{s:s, s:b, s:b, s:o, s:o}", "name", checks[i].name,
						"good", (int)checks[i].good, "fatal",
						(int)checks[i].fatal, "found",
						text_encode(checks[i].found), "remedy",
						text_encode(checks[i].remedy)));
	root = json_pack("{s:b, s:o, s:o}", "able", (int)able, "checks", list, "environment",
			 doctor_environment());
	r = root ? json_dumpf(root, stdout, JSON_INDENT(2)) : -1;
	putchar('\n');
	json_decref(root);
	return r;
}

static bool can_run(const struct check *checks, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		if (!checks[i].good && checks[i].fatal)
			return false;
	return true;
}

int cmd_doctor(int argc, char **argv)
{
	struct check checks[CHECKS_MAX];
	bool json = false, able;
	int first = argc, code = options_parse(&usage, argc, argv, take, &json, &first);
	unsigned count;

	if (code != OPTIONS_GO_ON)
		return code;
	if (first < argc)
		return complain_usage("'%s' is not understood: doctor takes no arguments",
				      argv[first]);
	count = doctor_examine(checks);
	able = can_run(checks, count);
	if (json) {
		if (print_json(checks, count, able) < 0)
			return EXIT_HARNESS;
		return able ? EXIT_AS_EXPECTED : EXIT_NOTHING_RAN;
	}
	print_checks(checks, count);
	puts(able ? "\nTrials can run here." : "\nNothing can run here.");
	return able ? EXIT_AS_EXPECTED : EXIT_NOTHING_RAN;
}
