/*
 * check.c - dt_check: asks a child, and leaves no trace of having done so.
 *
 *	program --- pipe --- child (a group of its own) --- workers
 *
 * The child begins by letting go of everything that the program owns: its signal handlers, its
 * descriptors, its standard streams, whose buffers it has a copy of and must never write out. So
 * it can fork, wait and print as it likes. It answers through the pipe, which it does not hand on
 * to workers, and takes what is left of its group with it.
 */
#include <droptest/check.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/macros.h"
#include "run/check_answer.h"
#include "run/check_run.h"
#include "run/let_go.h"

/* The program's end of the line. */
struct line {
	int fd, pidfd;
	pid_t child;
};

const char *dt_verdict_name(enum dt_verdict verdict)
{
	static const char *const names[] = {
		[DT_PASS] = "pass",   [DT_INCONCLUSIVE] = "inconclusive",
		[DT_ERROR] = "error", [DT_VIOLATION] = "violation",
		[DT_SKIP] = "skip",   [DT_USAGE] = "usage",
	};

	return (unsigned)verdict < ARRAY_SIZE(names) ? names[verdict] : "?";
}

void dt_check_result_finish(struct dt_check_result *result)
{
	struct dt_check_result numbers;

	if (!result)
		return;
	free(result->owned);
	numbers = *result;
	check_answer_init(&numbers);
	numbers.verdict = result->verdict;
	*result = numbers;
}

static _Noreturn void answer(struct check_job *job, int fd, pid_t parent)
{
	int error = let_go_of_parent(parent);

	if (error)
		_exit(1);
	prctl(PR_SET_NAME, "droptest"); /* the crew reads it in /proc; people see it in ps */
	error = let_go_of_descriptors(&fd, &job->held);
	if (error)
		check_end(job, DT_ERROR, "cannot set up a process: %s", strerror(-error));
	else if (!check_table(job))
		error = -EINVAL;
	check_answer_mark(fd);
	if (!error)
		check_run(job);
	check_answer_send(fd, job->result);
	/* Nothing is flushed or cleaned up: all of it is a copy. Children of targets go, too. */
	kill(0, SIGKILL);
	_exit(0);
}

static int call(struct check_job *job, struct line *ret_line)
{
	sigset_t all, before;
	pid_t parent = getpid();
	int ends[2], error = 0;

	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	/* A handler of the program must not run in the child. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	ret_line->child = fork();
	if (!ret_line->child)
		answer(job, ends[1], parent);
	if (ret_line->child < 0)
		error = -errno;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	close(ends[1]);
	ret_line->fd = ends[0];
	if (error)
		close(ends[0]);
	else
		ret_line->pidfd = (int)syscall(SYS_pidfd_open, ret_line->child, 0);
	return error;
}

/* How the child ended; 0 when somebody else in the program has seen to it. */
static int hang_up(struct line *line)
{
	int status = 0;

	close(line->fd);
	if (line->pidfd >= 0)
		close(line->pidfd);
	while (waitpid(line->child, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

static void fail(struct dt_check_result *result, enum dt_verdict verdict, const char *sentence)
{
	check_answer_init(result);
	result->verdict = verdict;
	result->sentence = result->message = sentence;
}

/* A signal that no wild pointer leads to. */
static bool ended_by_others(int status)
{
	return WIFSIGNALED(status) && WTERMSIG(status) != SIGSEGV && WTERMSIG(status) != SIGBUS;
}

static void ask(struct check_job *job, struct dt_check_result *result)
{
	struct line line = { .fd = -1, .pidfd = -1, .child = -1 };
	int marked, status, error = call(job, &line);

	if (error) {
		fail(result, DT_ERROR,
		     error == -EMFILE || error == -ENFILE ? "dt_check: error: no descriptors left"
							  : "dt_check: error: cannot fork");
		return;
	}
	marked = check_answer_await_mark(line.fd, line.pidfd);
	error = marked ? marked : check_answer_receive(line.fd, line.pidfd, result);
	status = hang_up(&line);
	if (!error)
		return;
	if (marked == -EPIPE && !ended_by_others(status))
		fail(result, DT_USAGE,
		     "dt_check: usage: the target's table has a pointer that leads nowhere");
	else if (error == -ENOMEM)
		fail(result, DT_ERROR, "dt_check: error: out of memory");
	else
		fail(result, DT_ERROR, "dt_check: error: the process that ran the trials is gone");
}

enum dt_verdict dt_check_sized(const struct dt_target *target, const char *operation,
			       const struct dt_check_options *options, size_t options_size,
			       struct dt_check_result *result, size_t result_size)
{
	struct dt_check_result found, answered;
	struct check_job job = { .target = target,
				 .operation_name = operation,
				 .result = &answered };

	check_answer_init(&answered);
	if (options)
		memcpy(&job.options, options, MIN(options_size, sizeof(job.options)));
	if (target)
		ask(&job, &found);
	else
		fail(&found, DT_USAGE, "dt_check: usage: the target is NULL");
	if (result) {
		memset(result, 0, result_size);
		memcpy(result, &found, MIN(result_size, sizeof(found)));
	} else {
		free(found.owned);
	}
	return found.verdict;
}
