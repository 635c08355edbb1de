/*
 * cmd_replay.c - `droptest replay`: one plan again, with its trace.
 *
 * The trial runs in a child, so that a crash or a hang is told and not suffered; --in-process runs
 * it here, for a debugger.
 */
#include <argp.h>
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/macros.h"
#include "cli/command.h"
#include "run/doctor.h"
#include "run/trial.h"

enum { MESSAGE_MAX = 512, LINE_MAX_BYTES = 512, TIMEOUT_S = 60, REPEATS_MAX = 1000000 };

struct replay {
	const char *text; /* the plan, or the file that has it */
	const char *plugin;
	bool trace, in_process;
	unsigned repeats;
	struct plan plan;
	struct registry registry;
	const struct entry *entry;
};

static const struct argp_option keys[] = {
	{ "trace", 't', 0, 0, "print every event of the trial", 0 },
	{ "in-process", 'i', 0, 0, "run in this process, for a debugger", 0 },
	{ "target", 'T', "FILE.so", 0, "load this plug-in too", 0 },
	{ "repeat", 'n', "N", 0, "run it N times and count what it shows", 0 },
	{ 0 },
};

static const char doc[] =
	"Runs one plan again. PLAN is the one-line text that reports and summaries print "
	"('dt1 target=...'), or a file that has it as a line.\v"
	"Examples:\n"
	"  droptest replay --trace 'dt1 target=broken/local_progress op=read_exact ...'\n"
	"  droptest replay -n 100 plan.txt\n"
	"  gdb --args droptest replay --in-process plan.txt\n\n"
	"Exit status: 0 the stream was preserved, 1 a violation, 2 usage, 77 nothing can run here, "
	"99 harness error.";

static error_t parse(int key, char *text, struct argp_state *state)
{
	struct replay *replay = state->input;
	char *end;

	switch (key) {
	case 't':
		replay->trace = true;
		return 0;
	case 'i':
		replay->in_process = true;
		return 0;
	case 'T':
		replay->plugin = text;
		return 0;
	case 'n':
		replay->repeats = (unsigned)strtoul(text, &end, 10);
		if (*end || end == text || !replay->repeats || replay->repeats > REPEATS_MAX)
			argp_error(state, "--repeat: '%s' is not a number from 1 to 1000000", text);
		return 0;
	case ARGP_KEY_ARG:
		if (replay->text)
			argp_error(state, "one plan at a time; quote it: 'dt1 ...'");
		replay->text = text;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "a plan or a file is missing");
		return EINVAL;
	}
	return ARGP_ERR_UNKNOWN;
}

/* The first line of a file that begins with "dt1 ". */
static bool read_plan_file(const char *path, char text[PLAN_TEXT_MAX])
{
	FILE *file = fopen(path, "re");
	bool found = false;

	if (!file) {
		fprintf(stderr, "droptest: '%s' is neither a plan ('dt1 ...') nor a file: %s\n",
			path, strerror(errno));
		return false;
	}
	while (!found && fgets(text, PLAN_TEXT_MAX, file))
		found = !strncmp(text, "dt1 ", 4);
	fclose(file);
	text[strcspn(text, "\n")] = '\0';
	if (!found)
		fprintf(stderr, "droptest: '%s' has no line that begins with 'dt1 '\n", path);
	return found;
}

static bool read_plan(struct replay *replay)
{
	char text[PLAN_TEXT_MAX], message[MESSAGE_MAX];
	const char *problem;

	if (!strncmp(replay->text, "dt1 ", 4))
		snprintf(text, sizeof(text), "%s", replay->text);
	else if (!read_plan_file(replay->text, text))
		return false;
	if (plan_parse(text, &replay->plan, message, sizeof(message))) {
		fprintf(stderr, "droptest: the plan is not understood: %s\n", message);
		return false;
	}
	problem = plan_problem(&replay->plan);
	if (problem)
		fprintf(stderr, "droptest: the plan cannot be run: %s\n", problem);
	return !problem;
}

static bool find_target(struct replay *replay)
{
	char message[MESSAGE_MAX];

	if (replay->plugin &&
	    registry_load(&replay->registry, replay->plugin, message, sizeof(message))) {
		fprintf(stderr, "droptest: %s\n", message);
		return false;
	}
	registry_load_all(&replay->registry, stderr);
	replay->entry = registry_find(&replay->registry, replay->plan.target, message,
				      sizeof(message));
	if (!replay->entry)
		fprintf(stderr, "droptest: %s\n", message);
	return replay->entry;
}

static void print_trace(const struct history *history)
{
	char line[LINE_MAX_BYTES];

	for (uint32_t i = 0; i < history->count; i++) {
		event_format(&history->events[i], line, sizeof(line));
		printf("%5" PRIu32 "  %s\n", i, line);
	}
	if (history->dropped)
		printf("       %" PRIu32 " more events did not fit\n", history->dropped);
}

static void print_outcome(const struct plan *plan, const struct outcome *outcome)
{
	const struct finding *finding = &outcome->finding;

	for (uint32_t i = 0; i < plan->cancellation_count; i++) {
		const struct landing_record *record = &outcome->records[i];

		printf("cancellation %" PRIu32 ": %s by %s, %s", i,
		       word_name(WORDS_POINT, plan->cancellations[i].point),
		       word_name(WORDS_MECHANISM, plan->cancellations[i].mechanism),
		       word_name(WORDS_LANDING, record->landing));
		if (record->landing == LANDING_LANDED)
			printf(" in attempt %" PRIu32 ", at byte %" PRIu64 " of the stream",
			       record->attempt, record->offset);
		putchar('\n');
	}
	if (finding->damage == DAMAGE_NONE)
		printf("preserved: %" PRIu64 " bytes in %" PRIu32 " attempts\n", outcome->bytes,
		       outcome->attempts);
	else
		printf("%s: %s\n", word_name(WORDS_DAMAGE, finding->damage), finding->sentence);
}

/* The trial, in this process. Returns an exit code. */
static int run_here(const struct replay *replay)
{
	unsigned counts[DAMAGE_COUNT] = { 0 }, done = 0;
	struct outcome outcome = { 0 };
	char message[MESSAGE_MAX] = "";
	struct bench *bench;
	int error = bench_create(&bench);

	if (error) {
		fprintf(stderr, "droptest: cannot set up io_uring: %s\n", strerror(-error));
		return EXIT_HARNESS;
	}
	for (; done < replay->repeats && !error && !outcome.spent; done++) {
		error = trial_run(bench, replay->entry, &replay->plan, &outcome, message,
				  sizeof(message));
		counts[outcome.finding.damage]++;
	}
	if (error) {
		fprintf(stderr, "droptest: the plan could not be run: %s\n", message);
		return EXIT_HARNESS;
	}
	if (replay->trace)
		print_trace(bench_history(bench));
	print_outcome(&replay->plan, &outcome);
	for (unsigned damage = 0; done > 1 && damage < DAMAGE_COUNT; damage++)
		if (counts[damage])
			printf("%u of %u: %s\n", counts[damage], done,
			       word_name(WORDS_DAMAGE, damage));
	fflush(stdout);
	if (!outcome.spent)
		bench_destroy(bench);
	return counts[DAMAGE_NONE] == done ? EXIT_AS_EXPECTED : EXIT_VIOLATION;
}

/* True when it ended in time. */
static bool wait_for(pid_t child, int *ret_status)
{
	struct pollfd fd = { .fd = (int)syscall(SYS_pidfd_open, child, 0), .events = POLLIN };
	bool ended = fd.fd < 0 || poll(&fd, 1, TIMEOUT_S * 1000) != 0;

	if (!ended)
		kill(child, SIGKILL);
	while (waitpid(child, ret_status, 0) < 0 && errno == EINTR)
		;
	if (fd.fd >= 0)
		close(fd.fd);
	return ended;
}

static int run_in_child(const struct replay *replay)
{
	pid_t child;
	int status;

	fflush(NULL);
	child = fork();
	if (child < 0) {
		fprintf(stderr, "droptest: cannot start a process: %s\n", strerror(errno));
		return EXIT_HARNESS;
	}
	if (!child) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		signal(SIGPIPE, SIG_IGN);
		/* 0, 1 and 99 are ours; what a target exits with must not look like them. */
		_exit(run_here(replay) + 100);
	}
	if (!wait_for(child, &status)) {
		printf("hang: the target did not come back within %d s\n", TIMEOUT_S);
		return EXIT_VIOLATION;
	}
	if (WIFEXITED(status) && WEXITSTATUS(status) >= 100)
		return WEXITSTATUS(status) - 100;
	if (WIFSIGNALED(status))
		printf("crash: the target's process was killed by signal %d (%s); see it with "
		       "--in-process in a debugger\n",
		       WTERMSIG(status), strsignal(WTERMSIG(status)));
	else
		printf("crash: the target called exit: status %d\n", WEXITSTATUS(status));
	return EXIT_VIOLATION;
}

int cmd_replay(int argc, char **argv)
{
	static const struct argp argp = { .options = keys, .parser = parse,
					  .args_doc = "PLAN|FILE", .doc = doc };
	struct replay replay = { .repeats = 1 };
	const char *obstacle;
	int code = EXIT_USAGE;

	argp_parse(&argp, argc, argv, 0, NULL, &replay);
	if (read_plan(&replay) && find_target(&replay)) {
		obstacle = doctor_obstacle();
		code = EXIT_NOTHING_RAN;
		if (obstacle)
			fprintf(stderr, "droptest: nothing can run here: %s\n", obstacle);
		else
			code = replay.in_process ? run_here(&replay) : run_in_child(&replay);
	}
	registry_finish(&replay.registry);
	return code;
}
