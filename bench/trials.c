/*
 * trials.c - whole trials: 64 KiB in deliveries of 1 to 4 KiB, 16 reads cancelled while they wait.
 *
 * Against a bare loop that feeds, cancels and reads the same, and keeps nothing; then two workers,
 * each on a core of its own, against one.
 *
 *	rate trials_unix 9000/s		on one core
 *	ratio trials_unix 0.93		ours divided by the bare loop
 *	ratio two_workers 1.95		trials of two processes in the time of one
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bare.h"
#include "base/clock.h"
#include "base/macros.h"
#include "base/rng.h"
#include "duel.h"
#include "subject.h"

enum { STREAM = 1 << 16, PIECE_MIN = 1 << 10, PIECE_MAX = 1 << 12, CANCELS = 16 };
enum { TRIALS_IN_SLICE = 8, WORKERS_PAIRS = 9, WORKERS_TRIALS = 400 };

static void plan_trial(struct plan *plan, enum wire_kind wire)
{
	plan_init(plan);
	snprintf(plan->target, sizeof(plan->target), "reference/read");
	snprintf(plan->operation, sizeof(plan->operation), "read");
	plan->wire = wire;
	plan->stream_size = STREAM;
	plan->call_min = plan->call_max = PIECE_MAX;
	plan->deliver_min = PIECE_MIN;
	plan->deliver_max = PIECE_MAX;
	plan->feed = FEED_EARLY;
	plan->cancellation_count = CANCELS;
	for (unsigned i = 0; i < CANCELS; i++)
		plan->cancellations[i] = (struct cancellation){ .attempt = 2 * i,
								.point = POINT_ARMED,
								.mechanism = MECH_UD };
}

static void bare_trials(void *context, unsigned trials)
{
	struct bare *bare = context;
	struct rng rng;

	rng_init(&rng, 1);
	while (trials--) {
		unsigned cancels = CANCELS;

		for (size_t left = STREAM; left;) {
			size_t size = rng_between(&rng, PIECE_MIN, PIECE_MAX);

			size = MIN(size, left);
			if (cancels) {
				bare_cancelled_read(bare, PIECE_MAX);
				cancels--;
			}
			bare_fed_read(bare, size, PIECE_MAX);
			left -= size;
		}
	}
}

static void whole_trials(struct subject *subject, enum wire_kind wire, unsigned pairs)
{
	const struct contestant ours = { subject_trials, subject };
	struct bare *bare = calloc(1, sizeof(*bare));
	const struct contestant theirs = { bare_trials, bare };
	struct duel duel;

	if (!bare)
		duel_fail("no memory");
	bare_init_reader(bare, wire);
	plan_trial(&subject->plan, wire);
	subject_check(subject);
	duel_run(&theirs, &ours, TRIALS_IN_SLICE, pairs, &duel);
	printf("rate trials_%s %.0f/s\n", word_name(WORDS_WIRE, wire), duel.rate);
	printf("ratio trials_%s %.2f\n", word_name(WORDS_WIRE, wire), duel.ratio);
	fflush(stdout);
	bare_finish(bare);
	free(bare);
}

/* One worker's share, on its core, after all are ready. Nanoseconds that it took. */
static _Noreturn void work(unsigned core, volatile uint64_t *took, int begin)
{
	struct subject subject;
	uint64_t start;
	char bell;

	duel_pin(core);
	subject_init(&subject);
	plan_trial(&subject.plan, WIRE_UNIX);
	subject_check(&subject);
	if (read(begin, &bell, 1) < 0)
		_exit(1);
	start = clock_now_ns();
	subject_trials(&subject, WORKERS_TRIALS);
	*took = clock_now_ns() - start;
	_exit(0);
}

/* Trials a second of so many workers side by side. */
static double rate_of(unsigned workers, volatile uint64_t *took)
{
	int begin[2], status;
	double rate = 0;

	if (pipe(begin))
		duel_fail("no pipe: %s", strerror(errno));
	for (unsigned i = 0; i < workers; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			close(begin[1]);
			work(i, &took[i], begin[0]);
		}
		if (pid < 0)
			duel_fail("no process: %s", strerror(errno));
	}
	close(begin[0]);
	close(begin[1]); /* the bell: all read the end of the pipe */
	for (unsigned i = 0; i < workers; i++)
		if (wait(&status) < 0 || status)
			duel_fail("a worker failed: status %d", status);
	for (unsigned i = 0; i < workers; i++)
		rate += WORKERS_TRIALS * 1e9 / (double)took[i];
	return rate;
}

static void two_workers(void)
{
	double ratios[WORKERS_PAIRS];
	volatile uint64_t *took = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
				       MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (took == MAP_FAILED)
		duel_fail("no memory");
	for (unsigned i = 0; i < WORKERS_PAIRS; i++) {
		double one = rate_of(1, took);

		ratios[i] = rate_of(2, took) / one;
	}
	printf("ratio two_workers %.2f\n", duel_median(ratios, WORKERS_PAIRS));
}

int main(int argc, char **argv)
{
	unsigned pairs = duel_pairs(argc, argv);
	struct subject subject;

	if (duel_wanted(argc, argv, "two_workers"))
		two_workers();
	duel_pin(0);
	subject_init(&subject);
	if (duel_wanted(argc, argv, "trials_pipe"))
		whole_trials(&subject, WIRE_PIPE, pairs);
	if (duel_wanted(argc, argv, "trials_unix"))
		whole_trials(&subject, WIRE_UNIX, pairs);
	subject_finish(&subject);
	return 0;
}
