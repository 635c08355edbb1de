/*
 * command.h - the commands and the exit codes.
 */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

/* What the program says by its exit status. When several apply: 2, 99, 1, 3, 0. */
enum exit_code {
	EXIT_AS_EXPECTED = 0,
	EXIT_VIOLATION = 1,
	EXIT_USAGE = 2,
	EXIT_INCONCLUSIVE = 3,
	EXIT_DIFFERENT = 4, /* what is resumed is not the plan that was begun */
	EXIT_NOTHING_RAN = 77,
	EXIT_HARNESS = 99,
	EXIT_STOPPED = 130, /* by a second SIGINT, as shells say it */
};

/* Each gets its own arguments: argv[0] is "droptest run". Returns an exit code. */
int cmd_run(int argc, char **argv);
int cmd_list(int argc, char **argv);
int cmd_replay(int argc, char **argv);
int cmd_shrink(int argc, char **argv);
int cmd_report(int argc, char **argv);
int cmd_validate(int argc, char **argv);
int cmd_doctor(int argc, char **argv);

#endif
