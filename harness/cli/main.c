/*
 * main.c - `droptest COMMAND ...`: the table of commands.
 */
#include <argp.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "cli/command.h"
#include "model/nearest.h"

struct command {
	const char *name;
	const char *summary;
	int (*run)(int argc, char **argv);
};

static const struct command commands[] = {
	{ "run", "run suites, scenario files or one plug-in", cmd_run },
	{ "replay", "run one plan again and show what happens", cmd_replay },
	{ "report", "write an HTML report of a results folder", cmd_report },
	{ "list", "targets, scenarios, cases, points, wires or rings", cmd_list },
	{ "validate", "check scenario files, or print their schema", cmd_validate },
	{ "doctor", "can this machine run trials, and if not, why", cmd_doctor },
};

static void print_help(FILE *out)
{
	fprintf(out, "Usage: droptest COMMAND [OPTION...]\n"
		     "A drop test for I/O code: runs stream operations over real io_uring,\n"
		     "cancels them at scripted and random points, and proves that no byte was\n"
		     "lost.\n\n");
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		fprintf(out, "  %-10s %s\n", commands[i].name, commands[i].summary);
	fprintf(out,
		"\n  --help, --version; `droptest COMMAND --help` for each command\n"
		"\nExamples:\n"
		"  droptest run                                all bundled suites\n"
		"  droptest run --target ./mine.so             one plug-in, every operation\n"
		"  droptest run tokio-contracts --html report.html\n"
		"  droptest list points\n"
		"\nExit status: 0 as expected, 1 violation (or an expected one did not appear),\n"
		"2 usage or scenario error, 3 inconclusive, 77 nothing could run here,\n"
		"99 the harness itself failed.\n");
}

static const struct command *find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	return NULL;
}

static int complain(const char *name)
{
	struct nearest nearest = { .word = name };

	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		nearest_offer(&nearest, commands[i].name);
	if (nearest.best)
		fprintf(stderr, "droptest: unknown command '%s'; did you mean '%s'?\n", name,
			nearest.best);
	else
		fprintf(stderr, "droptest: unknown command '%s'; see droptest --help\n", name);
	return EXIT_USAGE;
}

int main(int argc, char **argv)
{
	const struct command *command;
	char name[64];

	argp_err_exit_status = EXIT_USAGE;
	if (argc < 2) {
		print_help(stderr);
		return EXIT_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
		print_help(stdout);
		return 0;
	}
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V")) {
		puts("droptest " DROPTEST_VERSION);
		return 0;
	}
	command = find(argv[1]);
	if (!command)
		return complain(argv[1]);
	snprintf(name, sizeof(name), "droptest %s", command->name);
	argv[1] = name;
	return command->run(argc - 1, argv + 1);
}
