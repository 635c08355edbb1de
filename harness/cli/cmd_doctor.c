/*
 * cmd_doctor.c - `droptest doctor`: what this machine can run, and the remedy for what it cannot.
 */
#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "run/doctor.h"

enum { WRAP_COLUMN = 88 };

static const char help[] =
	"Usage: droptest doctor [--json]\n"
	"Examines kernel, limits, ring modes, wires and ways of cancelling by trying them.\n"
	"\n"
	"      --json  the checks and the environment as one JSON object\n"
	"  -h, --help  this text\n"
	"\n"
	"Exit status: 0 when trials can run here, 77 when nothing can.\n"
	"\n"
	"Examples:\n"
	"  droptest doctor\n"
	"  droptest doctor --json | jq '.checks[] | select(.good | not)'\n";

/* Text with line ends between words, each new line indented. */
static void print_wrapped(const char *first, const char *text)
{
	int indent = (int)strlen(first), column = indent;

	fputs(first, stdout);
	while (*text) {
		int size = (int)strcspn(text, " ");

		if (column > indent && column + 1 + size > WRAP_COLUMN) {
			printf("\n%*s", indent, "");
			column = indent;
		} else if (column > indent) {
			putchar(' ');
			column++;
		}
		printf("%.*s", size, text);
		column += size;
		text += size;
		while (*text == ' ')
			text++;
	}
	putchar('\n');
}

static void print_checks(const struct check *checks, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		const struct check *check = &checks[i];
		const char *mark = check->good ? "ok  " : check->fatal ? "FAIL" : "warn";

		printf("%s  %-18s %s\n", mark, check->name, check->found);
		if (!check->good)
			print_wrapped("      what to do: ", check->remedy);
	}
}

static int print_json(const struct check *checks, unsigned count, bool able)
{
	json_t *list = json_array();
	json_t *root;
	int r;

	for (unsigned i = 0; i < count; i++)
		json_array_append_new(list, json_pack("{s:s, s:b, s:b, s:s, s:s}", "name",
						      checks[i].name, "good", (int)checks[i].good,
						      "fatal", (int)checks[i].fatal, "found",
						      checks[i].found, "remedy", checks[i].remedy));
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
	static const struct option options[] = { { "json", no_argument, NULL, 'j' },
						 { "help", no_argument, NULL, 'h' },
						 { 0 } };
	struct check checks[CHECKS_MAX];
	bool json = false, able;
	unsigned count;
	int letter;

	while ((letter = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (letter == 'h') {
			fputs(help, stdout);
			return 0;
		}
		if (letter != 'j')
			return EXIT_USAGE;
		json = true;
	}
	if (optind < argc) {
		fprintf(stderr, "droptest doctor: unexpected '%s'; see droptest doctor --help\n",
			argv[optind]);
		return EXIT_USAGE;
	}
	count = doctor_examine(checks);
	able = can_run(checks, count);
	if (json) {
		if (print_json(checks, count, able) < 0)
			return EXIT_HARNESS;
		return able ? 0 : EXIT_NOTHING_RAN;
	}
	print_checks(checks, count);
	puts(able ? "\nTrials can run here." : "\nNothing can run here.");
	return able ? 0 : EXIT_NOTHING_RAN;
}
