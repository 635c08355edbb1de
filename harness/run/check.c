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

#include "base/clock.h"
#include "base/macros.h"
#include "run/check_answer.h"
#include "run/check_run.h"
#include "run/let_go.h"

/* How long the child may take to begin, and beyond its budget: it is stuck, and not slow. */
static const uint64_t begin_max_ns = 60000000000, beyond_max_ns = 300000000000;

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
	if (result)
		check_answer_release(result);
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

static int call(struct check_job *job, struct answer_line *ret_line)
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

/* Whoever looks at a replay in a debugger takes the time that it takes. */
static uint64_t deadline(const struct check_job *job)
{
	uint64_t budget = job->options.max_time_ns, now = clock_now_ns();

	if (job->options.plan || getenv("DROPTEST_REPLAY"))
		return UINT64_MAX;
	budget = budget ? budget : CHECK_TIME_NS;
	return budget > UINT64_MAX - now - beyond_max_ns ? UINT64_MAX
							 : now + budget + beyond_max_ns;
}

/* How the child ended; 0 when somebody else in the program has seen to it. */
static int hang_up(struct answer_line *line, bool answered)
{
	int status = 0;

	/* After an answer it takes its group with it. Otherwise workers at least die with it. */
	if (line->pidfd >= 0 && !answered)
		syscall(SYS_pidfd_send_signal, line->pidfd, SIGKILL, NULL, 0);
	if (line->pidfd >= 0)
		close(line->pidfd);
	close(line->fd);
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
	struct answer_line line = { .fd = -1, .pidfd = -1, .child = -1 };
	int marked, status, error = call(job, &line);

	if (error) {
		fail(result, DT_ERROR,
		     error == -EMFILE || error == -ENFILE ? "dt_check: error: no descriptors left"
							  : "dt_check: error: cannot fork");
		return;
	}
	line.deadline_ns = clock_now_ns() + begin_max_ns;
	marked = check_answer_await_mark(&line);
	line.deadline_ns = deadline(job);
	error = marked ? marked : check_answer_receive(&line, result);
	status = hang_up(&line, !error);
	if (!error)
		return;
	if (marked == -EPIPE && !ended_by_others(status))
		fail(result, DT_USAGE,
		     "dt_check: usage: the target's table has a pointer that leads nowhere");
	else if (marked == -ETIMEDOUT)
		fail(result, DT_ERROR,
		     "dt_check: error: a forked process came to a stop: does another thread hold a "
		     "lock that handlers of fork, or a sanitizer, need there?");
	else if (error == -ETIMEDOUT)
		fail(result, DT_ERROR, "dt_check: error: no answer long after the time was up");
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
