/*
 * subject.c - see subject.h.
 */
#include "subject.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "duel.h"

enum { MESSAGE_MAX = 300 };

void subject_init(struct subject *subject)
{
	char message[MESSAGE_MAX] = "";
	int r = bench_create(&subject->bench);

	if (r < 0) {
		fprintf(stderr, "no io_uring here (%s): see `droptest doctor`\n", strerror(-r));
		exit(77);
	}
	registry_init(&subject->registry);
	if (registry_load(&subject->registry, BENCH_PLUGIN, message, sizeof(message)) < 0)
		duel_fail("%s", message);
}

void subject_finish(struct subject *subject)
{
	registry_finish(&subject->registry);
	bench_destroy(subject->bench);
}

static const struct entry *find(const struct subject *subject)
{
	char message[MESSAGE_MAX] = "";
	const struct entry *entry =
		registry_find(&subject->registry, subject->plan.target, message, sizeof(message));

	if (!entry)
		duel_fail("%s", message);
	return entry;
}

static void run(struct subject *subject, const struct entry *entry)
{
	struct outcome *outcome = &subject->outcome;
	char message[MESSAGE_MAX] = "";

	if (trial_run(subject->bench, entry, &subject->plan, outcome, message, sizeof(message)) < 0)
		duel_fail("%s", message);
	if (outcome->verdict != VERDICT_PASS)
		duel_fail("%s", outcome->finding.sentence);
	if (outcome->landed != subject->plan.cancellation_count)
		duel_fail("only %u of %u cancellations landed", outcome->landed,
			  subject->plan.cancellation_count);
}

void subject_check(struct subject *subject)
{
	run(subject, find(subject));
}

void subject_cycles(void *context, unsigned cycles)
{
	struct subject *subject = context;

	subject_trials(subject, cycles / subject->plan.cancellation_count);
}

void subject_trials(void *context, unsigned trials)
{
	struct subject *subject = context;
	const struct entry *entry = find(subject);

	while (trials--)
		run(subject, entry);
}
