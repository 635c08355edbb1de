/*
 * cycles.c - verified cancel cycles against the bare loop: an attempt is cancelled, then the bytes
 * are fed and read (or drained and written), and everything is checked and recorded.
 *
 * Ours is trial_run with plans of 64 cancellations; a slice is a few such trials. Only trials in
 * which every cancellation landed and the stream was preserved are counted: anything else ends
 * the program.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bare.h"
#include "base/macros.h"
#include "duel.h"
#include "subject.h"

enum { TRIALS_IN_SLICE = 4 };

struct row {
	const char *name;
	void (*bare)(void *context, unsigned cycles);
	const char *target;
	const char *operation;
	uint32_t size; /* bytes of one attempt */
	enum point point;
	enum mechanism mechanism;
	unsigned attempts; /* in one cycle: a raced attempt succeeds and needs no second one */
};

static const struct row rows[] = {
	{ "armed", bare_armed, "read", "read", BARE_READ, POINT_ARMED, MECH_UD, 2 },
	{ "raced", bare_raced, "read", "read", BARE_READ, POINT_RACED, MECH_UD, 1 },
	{ "link_timeout", bare_link_timeout, "read", "read", BARE_READ, POINT_BATCH_BLOCKED,
	  MECH_LINK_TIMEOUT, 2 },
	{ "blocked_write", bare_blocked_write, "write", "write", BARE_WRITE, POINT_ARMED, MECH_UD,
	  2 },
	{ "stop", bare_stop, "raw_read", "read", BARE_READ, POINT_ARMED, MECH_STOP, 2 },
};

static void plan_row(const struct row *row, struct plan *plan)
{
	plan_init(plan);
	snprintf(plan->target, sizeof(plan->target), "reference/%s", row->target);
	snprintf(plan->operation, sizeof(plan->operation), "%s", row->operation);
	plan->stream_size = (uint64_t)PLAN_CANCELLATIONS_MAX * row->size;
	plan->call_min = plan->call_max = row->size;
	plan->deliver_min = plan->deliver_max = row->size;
	plan->feed = FEED_EARLY;
	plan->cancellation_count = PLAN_CANCELLATIONS_MAX;
	for (unsigned i = 0; i < PLAN_CANCELLATIONS_MAX; i++)
		plan->cancellations[i] = (struct cancellation){ .attempt = i * row->attempts,
								.point = row->point,
								.mechanism = row->mechanism };
}

static void run_row(const struct row *row, struct bare *bare, struct subject *subject,
		    unsigned pairs)
{
	const struct contestant theirs = { row->bare, bare };
	const struct contestant ours = { subject_cycles, subject };
	struct duel duel;

	plan_row(row, &subject->plan);
	subject_check(subject);
	duel_run(&theirs, &ours, TRIALS_IN_SLICE * PLAN_CANCELLATIONS_MAX, pairs, &duel);
	printf("rate %s %.0f/s\n", row->name, duel.rate);
	printf("ratio %s %.2f\n", row->name, duel.ratio);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	unsigned pairs = duel_pairs(argc, argv);
	struct subject subject;
	struct bare *bare = calloc(1, sizeof(*bare));

	if (!bare)
		duel_fail("no memory");
	duel_pin(0);
	bare_init(bare);
	subject_init(&subject);
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++)
		if (duel_wanted(argc, argv, rows[i].name))
			run_row(&rows[i], bare, &subject, pairs);
	subject_finish(&subject);
	bare_finish(bare);
	free(bare);
	return 0;
}
