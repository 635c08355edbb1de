/*
 * fixture_subjects.h - small correct targets that look at their wire when a cancellation landed.
 *
 * What the harness believes is in its records. What is true is in the kernel: so the target itself,
 * right after the call in which a record appeared, asks the kernel how many bytes lie in the wire.
 */
#ifndef TESTS_FIXTURE_SUBJECTS_H
#define TESTS_FIXTURE_SUBJECTS_H

#include "model/pairs.h"
#include "run/bench.h"

/* What the kernel said when a cancellation had landed. */
struct sight {
	bool taken;
	uint64_t left;	   /* FIONREAD of the end that the target reads */
	uint64_t on_way;   /* ever put on the way out by the target, ballast not counted */
	uint64_t fed, consumed, sent; /* what the harness believed at that moment */
	bool ready;	   /* poll: there is something to read, or room to write */
};

struct subject {
	const char *name; /* of its operation */
	bool raw, waitall, writes, own_timeout;
	bool socket; /* it needs one; those with MSG_WAITALL do too */
	bool twin;   /* of another subject, but for a small thing */
};

/* user_data of raw subjects. */
enum { UD_OPERATION = 1, UD_CANCEL, UD_TIMEOUT };

enum { SUBJECTS = 13 };

extern const struct subject subjects[SUBJECTS];
extern const struct entry subjects_entry;

/* By cancellation of the plan; cleared when a session is made. */
extern struct sight sights[PLAN_CANCELLATIONS_MAX];

/* Bytes that reached the peer, and whether each was the stream's; counted on their own. */
extern uint64_t subjects_received;
extern bool subjects_received_right;

/* False: they do not look, for plans that land where nobody can say what must be seen. */
extern bool subjects_look;

/* A plan for it without a cancellation; all deliveries are alike, and all calls. */
void subject_plan(const struct subject *subject, enum wire_kind wire, enum ring_mode ring,
		  struct plan *ret_plan);

/* Where its pairs are asked for. */
struct pair_place subject_place(const struct subject *subject, enum wire_kind wire,
				enum ring_mode ring);

#endif
