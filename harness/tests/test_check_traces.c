/*
 * test_check_traces.c - dt_check leaves the program as it was: descriptors, children, handlers,
 * masks, limits, buffers; from threads, without standard streams, without io_uring.
 */
#include <dirent.h>
#include <droptest/check.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/fixture_check.h"
#include "tests/suite.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { SIGNALS_MAX = 65, PATIENCE = 4000 }; /* times 5 ms */

static struct dt_check_options narrow = { .wires = "unix", .rings = "plain" };

/* What a process has that a library could change. */
struct state {
	unsigned descriptors;
	struct {
		void (*handler)(int);
		int flags;
	} actions[SIGNALS_MAX];
	bool blocked[SIGNALS_MAX];
	struct rlimit limits[RLIM_NLIMITS];
	pid_t group;
	char name[16], folder[256];
};

static unsigned count_descriptors(void)
{
	DIR *folder = opendir("/proc/self/fd");
	unsigned count = 0;

	while (folder && readdir(folder))
		count++;
	if (folder)
		closedir(folder);
	return count;
}

static void state_read(struct state *ret_state)
{
	struct sigaction action;
	sigset_t mask;

	memset(ret_state, 0, sizeof(*ret_state));
	ret_state->descriptors = count_descriptors();
	pthread_sigmask(SIG_SETMASK, NULL, &mask);
	for (int i = 1; i < SIGNALS_MAX; i++) {
		if (sigaction(i, NULL, &action))
			continue; /* those of the C library */
		ret_state->actions[i].handler = action.sa_handler;
		ret_state->actions[i].flags = action.sa_flags;
		ret_state->blocked[i] = sigismember(&mask, i);
	}
	for (int i = 0; i < RLIM_NLIMITS; i++)
		getrlimit(i, &ret_state->limits[i]);
	ret_state->group = getpgrp();
	prctl(PR_GET_NAME, ret_state->name);
	CU_ASSERT_PTR_NOT_NULL(getcwd(ret_state->folder, sizeof(ret_state->folder)));
}

static void on_signal(int signal)
{
	(void)signal;
}

/* A violation of every kind, and then all is as it was. */
static void test_nothing_is_left(void)
{
	static const char *const operations[] = { "read_all", "loses", "dies",
						  "leaves",   "spins", "nothing" };
	static struct state before, after;
	struct sigaction own = { .sa_handler = on_signal };
	sigset_t blocked;

	sigemptyset(&own.sa_mask);
	sigaction(SIGUSR1, &own, NULL);
	sigaction(SIGSEGV, &own, NULL);
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGTERM); /* the crew ends workers with it */
	pthread_sigmask(SIG_BLOCK, &blocked, NULL);
	state_read(&before);
	for (size_t i = 0; i < COUNT(operations); i++)
		dt_check(&fixture_mine, operations[i], &narrow, NULL);
	state_read(&after);
	CU_ASSERT_EQUAL(before.descriptors, after.descriptors);
	CU_ASSERT_EQUAL(memcmp(&before, &after, sizeof(before)), 0);
	CU_ASSERT_EQUAL(waitpid(-1, NULL, WNOHANG), -1);
	CU_ASSERT_EQUAL(errno, ECHILD);
	pthread_sigmask(SIG_UNBLOCK, &blocked, NULL);
	signal(SIGUSR1, SIG_DFL);
	signal(SIGSEGV, SIG_DFL);
}

/* Gone, or a zombie that nobody has looked at yet. */
static bool is_dead(pid_t pid)
{
	char path[64], state = 'X';
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	file = fopen(path, "re");
	if (!file)
		return true;
	if (fscanf(file, "%*d (%*[^)]) %c", &state) != 1)
		state = 'X';
	fclose(file);
	return state == 'Z' || state == 'X';
}

static void await_death(pid_t pid)
{
	CU_ASSERT_FATAL(pid > 0);
	for (int i = 0; i < PATIENCE && !is_dead(pid); i++)
		poll(NULL, 0, 5);
	CU_ASSERT(is_dead(pid));
}

static void test_children_of_targets(void)
{
	atomic_store(fixture_child, 0);
	CU_ASSERT_EQUAL(dt_check(&fixture_mine, "forks", &narrow, NULL), DT_PASS);
	/* Killed by the time of the answer; dying takes the kernel a moment. */
	await_death(atomic_load(fixture_child));
}

static volatile sig_atomic_t reaped;

static void reap_everything(int signal)
{
	int error = errno;

	(void)signal;
	while (waitpid(-1, NULL, WNOHANG) > 0)
		reaped++;
	errno = error;
}

/* A program that reaps every child, or wants none to wait, gets the same verdicts. */
static void test_reapers(void)
{
	void (*const handlers[])(int) = { reap_everything, SIG_IGN };

	for (size_t i = 0; i < COUNT(handlers); i++) {
		struct sigaction action = { .sa_handler = handlers[i] };
		struct dt_check_result result;

		sigaction(SIGCHLD, &action, NULL);
		dt_check(&fixture_mine, "dies", &narrow, &result);
		CU_ASSERT_EQUAL(result.verdict, DT_VIOLATION);
		CU_ASSERT_STRING_EQUAL(result.damage, "crash");
		CU_ASSERT_PTR_NOT_NULL(strstr(result.message, "signal 6"));
		dt_check_result_finish(&result);
		CU_ASSERT_EQUAL(dt_check(&fixture_mine, "read_all", &narrow, NULL), DT_PASS);
	}
	signal(SIGCHLD, SIG_DFL);
	CU_ASSERT_EQUAL(waitpid(-1, NULL, WNOHANG), -1);
}

static atomic_bool threads_end;

/* Holds the locks of malloc and stdio nearly always. */
static void *make_noise(void *context)
{
	FILE *out = context;

	while (!atomic_load(&threads_end)) {
		void *memory = malloc(1000);

		fprintf(out, "%p\n", memory);
		free(memory);
	}
	return NULL;
}

/* Holds the lock of a stream for as long as the test takes. */
static void *hold_stream(void *context)
{
	char line[16];

	return fgets(line, sizeof(line), context);
}

static void *check_in_thread(void *context)
{
	return (void *)(uintptr_t)dt_check(&fixture_mine, context, &narrow, NULL);
}

/* AddressSanitizer, where it is: its allocator's locks do not survive a fork. */
extern void __asan_init(void) __attribute__((weak));

static void test_threads(void)
{
	size_t noise_count = __asan_init ? 0 : 2;
	static const struct {
		const char *operation;
		enum dt_verdict verdict;
	} jobs[] = { { "read_all", DT_PASS }, { "loses", DT_VIOLATION }, { "dies", DT_VIOLATION } };
	pthread_t noise[2], holder, checkers[COUNT(jobs)];
	FILE *out = fopen("/dev/null", "we"), *in;
	int ends[2];
	void *verdicts[COUNT(jobs)];

	CU_ASSERT_EQUAL_FATAL(pipe2(ends, O_CLOEXEC), 0);
	in = fdopen(ends[0], "r");
	atomic_store(&threads_end, false);
	for (size_t i = 0; i < noise_count; i++)
		CU_ASSERT_EQUAL_FATAL(pthread_create(&noise[i], NULL, make_noise, out), 0);
	CU_ASSERT_EQUAL_FATAL(pthread_create(&holder, NULL, hold_stream, in), 0);
	for (size_t i = 0; i < COUNT(jobs); i++) {
		CU_ASSERT_EQUAL_FATAL(pthread_create(&checkers[i], NULL, check_in_thread,
						     (void *)(uintptr_t)jobs[i].operation),
				      0);
		if (__asan_init)
			pthread_join(checkers[i], &verdicts[i]);
	}
	for (size_t i = 0; i < COUNT(jobs); i++) {
		if (!__asan_init)
			pthread_join(checkers[i], &verdicts[i]);
		CU_ASSERT_EQUAL((uintptr_t)verdicts[i], jobs[i].verdict);
	}
	atomic_store(&threads_end, true);
	close(ends[1]);
	for (size_t i = 0; i < noise_count; i++)
		pthread_join(noise[i], NULL);
	pthread_join(holder, NULL);
	fclose(out);
	fclose(in);
}

/* Runs that in a process of its own; what it returned, or -1. */
static int in_child(int (*run)(void))
{
	int status;
	pid_t child;

	fflush(NULL);
	child = fork();
	if (!child)
		_exit(run());
	waitpid(child, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int without_streams(void)
{
	for (int fd = 0; fd < 3; fd++)
		close(fd);
	if (dt_check(&fixture_mine, "loses", &narrow, NULL) != DT_VIOLATION)
		return 1;
	return dt_check(&fixture_mine, "read_all", &narrow, NULL) == DT_PASS ? 0 : 2;
}

static int without_io_uring(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_io_uring_setup, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { .len = COUNT(code), .filter = code };
	struct dt_check_result result;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER,
							    &program))
		return 1;
	dt_check(&fixture_mine, "read_all", NULL, &result);
	if (result.verdict != DT_SKIP)
		return 2;
	if (!strstr(result.message, "io_uring is not available") ||
	    !strstr(result.message, "seccomp"))
		return 3;
	dt_check_result_finish(&result);
	/* A mistake is one here, too. */
	return dt_check(&fixture_mine, "read_al", NULL, NULL) == DT_USAGE ? 0 : 4;
}

static int without_descriptors(void)
{
	struct rlimit none = { 0, 0 };
	struct dt_check_result result;

	if (setrlimit(RLIMIT_NOFILE, &none))
		return 1;
	dt_check(&fixture_mine, "read_all", NULL, &result);
	return result.verdict == DT_ERROR && strstr(result.message, "descriptors") ? 0 : 2;
}

static void test_poor_places(void)
{
	CU_ASSERT_EQUAL(in_child(without_streams), 0);
	CU_ASSERT_EQUAL(in_child(without_io_uring), 0);
	CU_ASSERT_EQUAL(in_child(without_descriptors), 0);
}

static int exits; /* a descriptor */

static void at_exit(void)
{
	if (write(exits, "x", 1) != 1)
		abort();
}

/* What is in a buffer is written once, and exit handlers run once: in the program. */
static int buffered(void)
{
	static char buffer[BUFSIZ];

	/* CUnit has switched buffering off. */
	if (atexit(at_exit) || dup2(exits, STDOUT_FILENO) < 0 ||
	    setvbuf(stdout, buffer, _IOFBF, sizeof(buffer)))
		return 1;
	fputs("once", stdout);
	if (dt_check(&fixture_mine, "leaves", &narrow, NULL) != DT_VIOLATION)
		return 2;
	exit(0);
}

static void test_buffers_and_exit_handlers(void)
{
	char text[64];
	int ends[2];
	ssize_t size;

	CU_ASSERT_EQUAL_FATAL(pipe2(ends, O_CLOEXEC), 0);
	exits = ends[1];
	CU_ASSERT_EQUAL(in_child(buffered), 0);
	size = read(ends[0], text, sizeof(text));
	CU_ASSERT_EQUAL(size, 5);
	CU_ASSERT_EQUAL(memcmp(text, "xonce", 5), 0);
	close(ends[0]);
	close(ends[1]);
}

/* A target that writes to a stream of the program: nothing arrives there, or on the wire. */
static void test_streams_of_the_program(void)
{
	char text[64] = "";

	fixture_log = tmpfile();
	CU_ASSERT_PTR_NOT_NULL_FATAL(fixture_log);
	fputs("the program's\n", fixture_log);
	CU_ASSERT_EQUAL(dt_check(&fixture_mine, "logs", NULL, NULL), DT_PASS);
	rewind(fixture_log);
	CU_ASSERT_EQUAL(fread(text, 1, sizeof(text), fixture_log), 14);
	CU_ASSERT_STRING_EQUAL(text, "the program's\n");
	fclose(fixture_log);
	fixture_log = NULL;
}

/* When the program dies in the middle of a check, its workers do not outlive it. */
static void test_death_of_the_program(void)
{
	static const char plan[] = "dt1 target=mine op=spins wire=unix ring=plain stream=512 "
				   "deliver=8-8 call=64-64 feed=late caller=abandon "
				   "cancel=0.0:armed:async_cancel/ud";
	struct dt_check_options options = { .plan = plan };
	pid_t child;

	atomic_store(fixture_child, 0);
	child = fork();
	if (!child) {
		dt_check(&fixture_mine, "spins", &options, NULL);
		_exit(0);
	}
	for (int i = 0; i < PATIENCE && !atomic_load(fixture_child); i++)
		poll(NULL, 0, 5);
	CU_ASSERT_EQUAL(kill(child, SIGKILL), 0);
	CU_ASSERT_EQUAL(waitpid(child, NULL, 0), child);
	await_death(atomic_load(fixture_child)); /* the worker: it would spin for seconds */
}

static const struct test_row rows[] = {
	{ "nothing is left behind", test_nothing_is_left },
	{ "children of targets end", test_children_of_targets },
	{ "programs that reap every child", test_reapers },
	{ "threads", test_threads },
	{ "no streams, no io_uring, no descriptors", test_poor_places },
	{ "buffers and exit handlers", test_buffers_and_exit_handlers },
	{ "streams of the program", test_streams_of_the_program },
	{ "the program dies", test_death_of_the_program },
};

int main(void)
{
	fixture_prepare();
	return suite_run("check_traces", rows, COUNT(rows));
}
