/*
 * main.c - `droptest COMMAND ...`: the table of commands, and what holds for all of them: three
 * open descriptors, and an output that was really written.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/macros.h"
#include "cli/command.h"
#include "cli/message.h"
#include "model/nearest.h"

struct command {
	const char *name;
	const char *summary;
	int (*run)(int argc, char **argv);
};

static const struct command commands[] = {
	{ "run", "run suites, scenario files or one plug-in", cmd_run },
	{ "replay", "run one plan again and show what happens", cmd_replay },
	{ "shrink", "make a failing plan as small as it can be", cmd_shrink },
	{ "report", "read a results folder: a summary, or an HTML report", cmd_report },
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
		"  droptest run --resume droptest-results      go on with an interrupted run\n"
		"  droptest list points\n"
		"\nEnvironment:\n"
		"  DROPTEST_TARGET_PATH  folders and files of plug-ins, separated by colons\n"
		"  NO_COLOR              when set and not empty: no colours\n"
		"\nExit status: 0 as expected, 1 violation (or an expected one did not appear),\n"
		"2 usage or scenario error, 3 inconclusive, 4 the plan is not the one that was\n"
		"begun, 77 nothing could run here, 99 the harness itself failed, 130 stopped.\n");
}

static const struct command *find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	return NULL;
}

static int complain_command(const char *name)
{
	struct nearest nearest = { .word = name };

	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		nearest_offer(&nearest, commands[i].name);
	nearest_offer(&nearest, "--help");
	nearest_offer(&nearest, "--version");
	if (nearest.best)
		return complain_usage("there is no command '%s'; did you mean '%s'?", name,
				      nearest.best);
	return complain_usage("there is no command '%s'", name);
}

/* A results file that is opened as descriptor 1 would get the summary, too. */
static void open_standard_descriptors(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF &&
		    open("/dev/null", fd == STDERR_FILENO ? O_WRONLY : O_RDONLY) != fd)
			_exit(EXIT_HARNESS);
}

/* Output that was lost is a failure, unless there is something worse to tell. */
static int finish(int code)
{
	fflush(messages());
	return output_written() || code == EXIT_USAGE ? code : EXIT_HARNESS;
}

static int execute(const struct command *command, int argc, char **argv)
{
	static char name[64];

	snprintf(name, sizeof(name), "droptest %s", command->name);
	argv[0] = name;
	return command->run(argc, argv);
}

static bool is_one_of(const char *text, const char *long_form, char letter)
{
	return !strcmp(text, long_form) || (text[0] == '-' && text[1] == letter && !text[2]);
}

static int execute_help(int argc, char **argv)
{
	static char help[] = "--help";
	const struct command *command = argc > 2 ? find(argv[2]) : NULL;
	char *arguments[] = { NULL, help, NULL };

	if (command)
		return execute(command, 2, arguments);
	if (argc > 2)
		return complain_command(argv[2]);
	print_help(stdout);
	return EXIT_AS_EXPECTED;
}

static int dispatch(int argc, char **argv)
{
	const struct command *command;

	if (argc < 2) {
		print_help(stderr);
		return EXIT_USAGE;
	}
	if (!strcmp(argv[1], "help"))
		return execute_help(argc, argv);
	if (is_one_of(argv[1], "--help", 'h')) {
		print_help(stdout);
		return EXIT_AS_EXPECTED;
	}
	if (is_one_of(argv[1], "--version", 'V')) {
		puts("droptest " DROPTEST_VERSION);
		return EXIT_AS_EXPECTED;
	}
	command = find(argv[1]);
	return command ? execute(command, argc - 1, argv + 1) : complain_command(argv[1]);
}

int main(int argc, char **argv)
{
	open_standard_descriptors();
	signal(SIGXFSZ, SIG_IGN); /* a file beyond the limit is an error to tell, not a death */
	program_called(argc ? argv[0] : NULL);
	return finish(dispatch(argc, argv));
}
