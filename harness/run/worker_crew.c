/*
 * worker_crew.c - forks workers, watches them, and turns deaths into verdicts.
 *
 * Three descriptors for each worker: the socket (answers), a pidfd (it ended), a pipe (what the
 * target prints). Time is watched by a counter in the slate that every trial moves, looked at about
 * every 50 ms: a stopped parent does not make its workers late.
 */
#include "run/worker_crew.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/macros.h"
#include "run/report_line.h"
#include "run/worker_death.h"

enum { FDS_EACH = 3, IDLE_DEATHS_MAX = 5, READS_MAX = 16 };

enum state { STATE_IDLE, STATE_WORKING, STATE_ANSWERED };

struct member {
	struct slate *slate; /* shared */
	enum state state;
	pid_t pid;
	int pidfd, socket, output;
	struct order order; /* ours; the slate's copy may be scribbled over */
	struct shape shape;
	struct plan plan;
	uint64_t started, stuck_ns; /* the counter, and for how long it stood still */
	long processor_ticks;	    /* at the last look, or -1 */
	uint64_t printed;	    /* bytes since it moved */
	struct report_line report;  /* of what this worker printed */
	enum death_cause cause;	    /* why we killed it */
	unsigned idle_deaths;
	bool used; /* it has had an order */
	uint64_t born;	    /* the counter when this worker was forked */
	struct doubt doubt; /* of kills in this order */
	bool deaf, mute; /* the target closed the socket, the pipe: poll them no more */
};

struct crew {
	struct crew_options options;
	unsigned count;
	struct member *members;
	struct pollfd *fds;
	uint64_t ticked_ns;
	struct capture capture;
};

static void close_member(struct member *member)
{
	close(member->pidfd);
	close(member->socket);
	close(member->output);
	member->pidfd = member->socket = member->output = -1;
	member->pid = 0;
}

static int spawn(struct crew *crew, struct member *member)
{
	int sockets[2], output[2];
	pid_t parent = getpid();

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets))
		return -errno;
	if (pipe2(output, O_CLOEXEC)) {
		int error = -errno;

		close(sockets[0]);
		close(sockets[1]);
		return error;
	}
	fcntl(output[0], F_SETFL, O_NONBLOCK);
	fflush(NULL);
	member->pid = fork();
	if (!member->pid) {
		if (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != parent)
			_exit(1);
		worker_main(&crew->options.worker, member->slate, sockets[1], output[1]);
	}
	member->pidfd = member->pid > 0 ? (int)syscall(SYS_pidfd_open, member->pid, 0) : -1;
	close(sockets[1]);
	close(output[1]);
	member->socket = sockets[0];
	member->output = output[0];
	member->cause = DEATH_UNASKED;
	member->started = member->born = atomic_load(&member->slate->started);
	member->stuck_ns = member->printed = 0;
	member->deaf = member->mute = false;
	member->report = (struct report_line){ 0 };
	if (member->pidfd >= 0)
		return 0;
	if (member->pid > 0)
		kill(member->pid, SIGKILL);
	close_member(member);
	return -EAGAIN;
}

int crew_create(const struct crew_options *options, struct crew **ret_crew)
{
	struct crew *crew = calloc(1, sizeof(*crew));
	int error = -ENOMEM;

	if (!crew)
		return error;
	crew->options = *options;
	crew->members = calloc(options->jobs, sizeof(*crew->members));
	crew->fds = calloc(options->jobs, FDS_EACH * sizeof(*crew->fds));
	for (unsigned i = 0; crew->members && crew->fds && i < options->jobs; i++) {
		struct member *member = &crew->members[i];
		void *memory = mmap(NULL, sizeof(*member->slate), PROT_READ | PROT_WRITE,
				    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

		if (memory == MAP_FAILED)
			break;
		*member = (struct member){ .slate = memory, .pidfd = -1, .socket = -1,
					   .output = -1 };
		crew->count++;
		error = spawn(crew, member);
		if (error)
			break;
	}
	if (error) {
		crew_destroy(crew);
		return error;
	}
	crew->ticked_ns = clock_now_ns();
	*ret_crew = crew;
	return 0;
}

static void end_member(struct member *member)
{
	if (member->pid > 0) {
		kill(member->pid, SIGKILL);
		while (waitpid(member->pid, NULL, 0) < 0 && errno == EINTR)
			;
		close_member(member);
	}
	munmap(member->slate, sizeof(*member->slate));
}

void crew_destroy(struct crew *crew)
{
	if (!crew)
		return;
	for (unsigned i = 0; i < crew->count; i++)
		end_member(&crew->members[i]);
	free(crew->members);
	free(crew->fds);
	free(crew);
}

int crew_idle(const struct crew *crew)
{
	for (unsigned i = 0; i < crew->count; i++)
		if (crew->members[i].state == STATE_IDLE)
			return (int)i;
	return -1;
}

static void ring_bell(struct member *member)
{
	char bell = BELL_ORDER;

	/* A worker that has just died is noticed by its pidfd. */
	if (send(member->socket, &bell, 1, MSG_NOSIGNAL) < 0)
		return;
}

/* Takes what the target printed; a flood keeps us no longer than a few reads. */
static void drain_output(struct crew *crew, struct member *member)
{
	char text[65536];

	for (unsigned reads = 0; reads < READS_MAX; reads++) {
		struct capture *capture = &crew->capture;
		ssize_t got = read(member->output, text, sizeof(text));
		size_t room;

		if (got <= 0)
			return;
		member->printed += (uint64_t)got;
		report_line_take(&member->report, text, (size_t)got);
		if (member->order.case_index != capture->case_index)
			continue;
		room = MIN((size_t)got, sizeof(capture->text) - capture->size);
		memcpy(capture->text + capture->size, text, room);
		capture->size += room;
		capture->total += (uint64_t)got;
	}
}

/* What one target scribbled over must not hurt the next: each case has processes of its own. */
static int renew(struct crew *crew, struct member *member)
{
	drain_output(crew, member);
	kill(member->pid, SIGKILL);
	while (waitpid(member->pid, NULL, 0) < 0 && errno == EINTR)
		;
	close_member(member);
	member->used = false;
	return spawn(crew, member);
}

int crew_order(struct crew *crew, int worker, const struct order *order, const struct shape *shape,
	       const struct plan *plan)
{
	struct member *member = &crew->members[worker];
	struct slate *slate = member->slate;

	if (member->state != STATE_IDLE)
		return -EBUSY;
	if (member->used && member->order.case_index != order->case_index) {
		int error = renew(crew, member);

		if (error)
			return error;
	}
	member->used = true;
	member->order = *order;
	if (shape)
		member->shape = slate->shape = *shape;
	if (plan)
		member->plan = slate->replay = *plan;
	slate_begin(slate, order);
	member->doubt = (struct doubt){ 0 };
	atomic_store(&slate->busy, true);
	member->state = STATE_WORKING;
	member->stuck_ns = member->printed = 0;
	ring_bell(member);
	return 0;
}

struct slate *crew_slate(struct crew *crew, int worker)
{
	return crew->members[worker].slate;
}

const struct order *crew_order_of(const struct crew *crew, int worker)
{
	return &crew->members[worker].order;
}

void crew_release(struct crew *crew, int worker)
{
	crew->members[worker].state = STATE_IDLE;
}

void crew_stop(struct crew *crew, bool stop)
{
	for (unsigned i = 0; i < crew->count; i++)
		atomic_store(&crew->members[i].slate->stop, stop);
}

const struct capture *crew_capture(const struct crew *crew)
{
	return &crew->capture;
}

void crew_capture_clear(struct crew *crew, uint32_t case_index)
{
	crew->capture.case_index = case_index;
	crew->capture.total = 0;
	crew->capture.size = 0;
}

/* The first signal lets it tell its last words; a tick later there is no choice. */
static void end_trial(struct member *member, enum death_cause cause)
{
	kill(member->pid, member->cause == DEATH_UNASKED ? SIGTERM : SIGKILL);
	if (member->cause == DEATH_UNASKED)
		member->cause = cause;
}

/* Ticks of processor time that the process has had; -1: it sleeps, or cannot be asked. */
static long processor_time(pid_t pid)
{
	unsigned long user = 0, system = 0;
	char path[32], state = '?';
	FILE *file;
	int fields;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	file = fopen(path, "re");
	if (!file)
		return -1;
	/* The name is our own: "droptest", without blanks or parentheses. */
	fields = fscanf(file, "%*d %*s %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
			&state, &user, &system);
	fclose(file);
	return fields == 3 && state == 'R' ? (long)(user + system) : -1;
}

/*
 * How much of the time that passed counts as standing still: all of it when it sleeps, and what
 * the processor really gave it when it would run but must wait for a busy machine.
 */
static uint64_t time_had(struct member *member, uint64_t passed_ns)
{
	long now = processor_time(member->pid), before = member->processor_ticks;
	uint64_t had;

	member->processor_ticks = now;
	if (now < 0 || before < 0 || now < before)
		return passed_ns;
	had = (uint64_t)(now - before) * (1000000000ULL / (uint64_t)sysconf(_SC_CLK_TCK));
	return MIN(had, passed_ns);
}

/* Is it still getting on? */
static void watch(struct crew *crew, struct member *member, uint64_t passed_ns)
{
	uint64_t started = atomic_load(&member->slate->started);

	if (member->state != STATE_WORKING)
		return;
	if (started != member->started) {
		member->started = started;
		member->stuck_ns = member->printed = 0;
		member->processor_ticks = -1;
		return;
	}
	member->stuck_ns += time_had(member, passed_ns);
	if (member->stuck_ns > member->order.trial_max_ns)
		end_trial(member, DEATH_TIMEOUT);
	else if (member->printed > crew->options.output_max)
		end_trial(member, DEATH_FLOOD);
}

static void tick(struct crew *crew)
{
	uint64_t now = clock_now_ns(), passed = now - crew->ticked_ns;

	if (passed < TICK_NS)
		return;
	crew->ticked_ns = now;
	for (unsigned i = 0; i < crew->count; i++)
		watch(crew, &crew->members[i], MIN(passed, 2ULL * TICK_NS));
}

/* Counts what an order's worker died of. True when the order is finished. */
static bool settle(struct crew *crew, struct member *member, const struct death *death)
{
	struct slate *slate = member->slate;
	bool begun = atomic_load(&slate->started) != member->born;

	switch (death_pardon(&member->doubt, slate, death, begun)) {
	case PARDON_ORDER:
		slate_begin(slate, &member->order);
		break;
	case PARDON_TRIAL:
		slate->order = member->order;
		break;
	default:
		return death_count(&crew->options.worker, slate, death);
	}
	slate->shape = member->shape;
	slate->replay = member->plan;
	return false;
}

/* After the end of a worker: count what it died of, go on with the rest of its order. */
static int bury(struct crew *crew, struct member *member)
{
	struct slate *slate = member->slate;
	struct death death = { .cause = member->cause, .order = &member->order,
			       .shape = &member->shape, .plan = &member->plan,
			       .report = member->report.found };
	bool finished;
	int error;

	drain_output(crew, member);
	while (waitpid(member->pid, &death.status, 0) < 0 && errno == EINTR)
		;
	close_member(member);
	if (member->state != STATE_WORKING) {
		/* Between orders: grown, or killed by what a target left behind, or from outside,
		 * which is nobody's fault here and does not count. */
		bool outside = WIFSIGNALED(death.status) && WTERMSIG(death.status) == SIGKILL;

		if (slate->farewell == FAREWELL_NONE && !outside &&
		    ++member->idle_deaths > IDLE_DEATHS_MAX)
			return -EIO;
		slate->farewell = FAREWELL_NONE;
		return spawn(crew, member);
	}
	finished = settle(crew, member, &death);
	slate->farewell = FAREWELL_NONE;
	slate->last_signal = 0;
	error = spawn(crew, member);
	if (error)
		return error;
	if (finished)
		member->state = STATE_ANSWERED;
	else
		ring_bell(member);
	return 0;
}

static void take_answer(struct member *member)
{
	char bell;

	if (read(member->socket, &bell, 1) != 1 || bell != BELL_DONE)
		return; /* closed by the target, or dead: the pidfd tells */
	if (member->state != STATE_WORKING)
		return;
	member->state = STATE_ANSWERED;
	member->idle_deaths = 0;
}

static int handle(struct crew *crew, struct member *member, const struct pollfd fds[FDS_EACH])
{
	if (fds[2].revents & POLLIN)
		drain_output(crew, member);
	if (fds[0].revents & POLLIN)
		take_answer(member);
	if (fds[1].revents)
		return bury(crew, member);
	member->deaf |= (fds[0].revents & (POLLHUP | POLLIN)) == POLLHUP;
	member->mute |= (fds[2].revents & (POLLHUP | POLLIN)) == POLLHUP;
	return 0;
}

static int answered(const struct crew *crew)
{
	for (unsigned i = 0; i < crew->count; i++)
		if (crew->members[i].state == STATE_ANSWERED)
			return (int)i;
	return -EAGAIN;
}

static int wait_once(struct crew *crew)
{
	int ready;

	for (unsigned i = 0; i < crew->count; i++) {
		const struct member *member = &crew->members[i];
		struct pollfd *fds = &crew->fds[i * FDS_EACH];

		fds[0] = (struct pollfd){ .fd = member->deaf ? -1 : member->socket,
					  .events = POLLIN };
		fds[1] = (struct pollfd){ .fd = member->pidfd, .events = POLLIN };
		fds[2] = (struct pollfd){ .fd = member->mute ? -1 : member->output,
					  .events = POLLIN };
	}
	ready = poll(crew->fds, crew->count * FDS_EACH, TICK_NS / 1000000);
	if (ready < 0)
		return -errno;
	for (unsigned i = 0; ready && i < crew->count; i++) {
		int error = handle(crew, &crew->members[i], &crew->fds[i * FDS_EACH]);

		if (error)
			return error;
	}
	return 0;
}

int crew_wait(struct crew *crew)
{
	if (answered(crew) < 0) {
		int error = wait_once(crew);

		if (error)
			return error;
	}
	/* Always: one that answers all the time must not hide another that hangs. */
	tick(crew);
	return answered(crew);
}
