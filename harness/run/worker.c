/*
 * worker.c - the loop that runs hostile code: the process is expendable, the slate is not.
 */
#include "run/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/macros.h"
#include "run/draw.h"
#include "run/last_words.h"
#include "run/sweep.h"

/* A worker that has grown by this much is replaced between two orders. */
enum { RESIDENT_GROWTH_PAGES = 65536 };

struct worker {
	const struct worker_options *options;
	struct slate *slate;
	struct bench *bench;
	struct draw draw;
	struct sweep sweep; /* made with the first order that wants it: a worker serves one case */
	bool sweep_made;
	struct outcome outcome;
	unsigned declared; /* bits: the callers of the case's declared contract */
	long resident;	   /* pages, when the worker began */
	int socket;
};

static _Noreturn void leave(struct worker *worker, enum farewell farewell)
{
	if (farewell == FAREWELL_CLOSED)
		last_words_say();
	worker->slate->farewell = farewell;
	_exit(0);
}

/* Total and resident size in pages. */
static void memory_size(long *ret_total, long *ret_resident)
{
	FILE *file = fopen("/proc/self/statm", "re");

	*ret_total = *ret_resident = 0;
	if (!file)
		return;
	if (fscanf(file, "%ld %ld", ret_total, ret_resident) != 2)
		*ret_total = *ret_resident = 0;
	fclose(file);
}

static void limit_resources(struct worker *worker)
{
	struct rlimit none = { 0, 0 }, space;
	long total;

	memory_size(&total, &worker->resident);
	space.rlim_cur = (rlim_t)total * (rlim_t)sysconf(_SC_PAGESIZE) +
			 worker->options->memory_max;
	space.rlim_max = space.rlim_cur;
	/* Limits are a help, not a condition: a run goes on without them. */
	if (worker->options->memory_max && total && setrlimit(RLIMIT_AS, &space))
		worker->resident = 0;
	setrlimit(RLIMIT_CORE, &none);
}

/* A target may leave a file open or close one: begin with as few as possible. */
static int arrange_descriptors(int socket, int output, unsigned held)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	unsigned first = MAX(held, STDERR_FILENO + 1U);

	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(output, STDOUT_FILENO) < 0 ||
	    dup2(output, STDERR_FILENO) < 0)
		return -errno;
	if ((unsigned)socket > first)
		close_range(first, (unsigned)socket - 1, 0);
	close_range((unsigned)socket + 1, ~0U, 0);
	return 0;
}

static void fail(struct worker *worker, int error, const char *what)
{
	worker->slate->error = error;
	snprintf(worker->slate->message, sizeof(worker->slate->message), "%s", what);
}

/* The trial could not be run: is it us, or did the target take our descriptors away? */
static void handle_failure(struct worker *worker, int error)
{
	bool taken = error == -EBADF || error == -ENOTSOCK || error == -EBADFD;

	if (taken && worker->slate->order.kind != ORDER_CONTROL)
		leave(worker, FAREWELL_CLOSED);
	worker->slate->error = error;
}

/*
 * What the control run has shown, and what it may have hidden. Before it is counted: whoever is
 * killed in here begins it anew. A damaged one is not looked at again: its history is to be kept.
 */
static void look_at_shape(struct worker *worker, const struct entry *entry,
			  const struct plan *plan)
{
	struct shape *shape = &worker->slate->shape;
	int goes_on;

	bench_shape(worker->bench, shape);
	sweep_find_places(bench_history(worker->bench), shape);
	if (!shape->primitives_most || !shape->stops || worker->outcome.verdict != VERDICT_PASS)
		return;
	goes_on = trial_goes_on(worker->bench, entry, plan);
	shape->stops = goes_on <= 0;
	shape->primitives_most += goes_on > 0 && shape->primitives_most == 1;
	worker->outcome.spent |= goes_on < 0;
}

/* False when the order cannot go on. */
static bool run_one(struct worker *worker, const struct entry *entry, const struct plan *plan,
		    uint64_t index)
{
	struct slate *slate = worker->slate;
	int error;

	slate->index = index;
	atomic_store_explicit(&slate->started,
			      atomic_load_explicit(&slate->started, memory_order_relaxed) + 1,
			      memory_order_release);
	error = trial_run(worker->bench, entry, plan, &worker->outcome, slate->message,
			  sizeof(slate->message));
	if (fcntl(worker->socket, F_GETFD) < 0)
		leave(worker, FAREWELL_CLOSED);
	if (error) {
		handle_failure(worker, error);
		return false;
	}
	if (slate->order.kind == ORDER_CONTROL)
		look_at_shape(worker, entry, plan);
	atomic_store(&slate->taking, true);
	atomic_signal_fence(memory_order_seq_cst);
	slate_take(slate, plan, &worker->outcome, bench_history(worker->bench),
		   worker->declared & BIT(plan->caller));
	slate->next = index + 1;
	atomic_signal_fence(memory_order_seq_cst);
	atomic_store(&slate->taking, false);
	if (worker->outcome.verdict == VERDICT_ERROR) {
		fail(worker, -EIO, worker->outcome.finding.sentence);
		return false;
	}
	if (worker->outcome.spent)
		leave(worker, FAREWELL_SPENT);
	return !atomic_load_explicit(&slate->stop, memory_order_relaxed);
}

static void run_trials(struct worker *worker, const struct test_case *test)
{
	struct slate *slate = worker->slate;
	uint64_t end = slate->order.first + slate->order.count;

	draw_init(&worker->draw, test, &slate->shape, worker->options->seed);
	worker->draw.declared_only = slate->order.declared_only;
	for (uint64_t index = slate->next; index < end; index++) {
		draw_plan(&worker->draw, index, &slate->plan);
		if (!run_one(worker, test->entry, &slate->plan, index))
			return;
	}
}

static void run_sweep(struct worker *worker, const struct test_case *test)
{
	struct slate *slate = worker->slate;
	uint64_t end = slate->order.first + slate->order.count;

	if (!worker->sweep_made &&
	    sweep_init(&worker->sweep, test, &slate->shape, worker->options->seed,
		       slate->order.sweep_depth) < 0) {
		fail(worker, -ENOMEM, "no memory for the places of a sweep");
		return;
	}
	worker->sweep_made = true;
	for (uint64_t index = slate->next; index < end; index++) {
		slate->family = sweep_plan(&worker->sweep, index, &slate->plan);
		if (!run_one(worker, test->entry, &slate->plan, index))
			return;
	}
}

static void run_given(struct worker *worker, const struct test_case *test)
{
	struct slate *slate = worker->slate;
	uint64_t end = slate->order.first + slate->order.count;

	slate->plan = slate->replay;
	for (uint64_t index = slate->next; index < end; index++)
		if (!run_one(worker, test->entry, &slate->plan, index))
			return;
}

static void run_order(struct worker *worker)
{
	struct slate *slate = worker->slate;
	const struct test_case *test = &worker->options->cases[slate->order.case_index];
	uint64_t before;

	worker->declared = callers_of_contract(test->operation->contract);
	atomic_store(&slate->busy, true);
	if (!worker->bench) {
		int error = bench_create(&worker->bench);

		if (!error)
			error = last_words_prepare(slate, bench_history(worker->bench));
		if (error) {
			fail(worker, error, strerror(-error));
			atomic_store(&slate->busy, false);
			return;
		}
	}
	before = clock_now_ns();
	if (slate->order.kind == ORDER_TRIALS && slate->order.sweep_depth)
		run_sweep(worker, test);
	else if (slate->order.kind == ORDER_TRIALS)
		run_trials(worker, test);
	else
		run_given(worker, test);
	slate->control_ns = clock_now_ns() - before;
	atomic_store(&slate->busy, false);
}

/* Before the order is answered: afterwards the next one may come at any moment. */
static void leave_when_grown(struct worker *worker)
{
	long total, resident;

	if (worker->slate->error)
		return;
	memory_size(&total, &resident);
	if (worker->resident && resident > worker->resident + RESIDENT_GROWTH_PAGES)
		leave(worker, FAREWELL_GROWN);
}

_Noreturn void worker_main(const struct worker_options *options, struct slate *slate, int socket,
			   int output)
{
	struct worker worker = { .options = options, .slate = slate, .socket = socket };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGINT, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	if (arrange_descriptors(socket, output, options->descriptors_held))
		_exit(1);
	limit_resources(&worker);
	for (;;) {
		char bell;
		ssize_t got = read(socket, &bell, 1);

		if (got < 0 && errno == EINTR)
			continue;
		if (got != 1)
			_exit(1);
		run_order(&worker);
		fflush(NULL); /* what a target printed by stdio; before the answer */
		leave_when_grown(&worker);
		bell = BELL_DONE;
		if (write(socket, &bell, 1) != 1)
			_exit(1);
	}
}
