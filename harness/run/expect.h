/*
 * expect.h - what was expected of a case against what was seen: the case's verdict. Pure.
 */
#ifndef RUN_EXPECT_H
#define RUN_EXPECT_H

#include "model/scenario.h"
#include "model/tally.h"

enum { JUDGEMENT_MAX = 480, BUDGET_CONCLUSIVE = 200 };

/* What a case showed. */
struct evidence {
	enum dt_contract declared;
	const struct tally *tally;
	uint64_t budget;	/* trials that were to be run; below 200 landings are not asked */
	unsigned points;	/* bits: the points at which enough must have landed */
	unsigned threshold;	/* how many are enough */
	unsigned unrepeated;	/* bits of damage: rests on time and did not come again */
	bool cut; /* ended before its budget: what did not appear might still have come */
	enum damage control;	/* of the control run; DAMAGE_NONE: it passed */
	const char *control_sentence;
	const char *sentences[DAMAGE_COUNT]; /* the first failure of a class, declared callers */
};

struct judgement {
	enum verdict verdict; /* PASS: as expected; VIOLATION: not; INCONCLUSIVE */
	unsigned met;	      /* bits of contracts */
	char reason[JUDGEMENT_MAX]; /* one sentence; "" for a pass */
};

void expect_judge(const struct expectation *expect, const struct evidence *evidence,
		  struct judgement *ret_judgement);

/* "pass", "met: terminal, retry: lost", "violation: lost, also: truncated". Returns its length. */
int expect_format(const struct expectation *expect, char *text, size_t text_max);

/* "atomic", "resumable+partial", "none", or "unknown" for 0. Returns its length. */
int contracts_format(unsigned met, char *text, size_t text_max);

/* The classes seen under the callers of a contract, as bits 1U << damage. */
unsigned damage_seen(const struct tally *tally, enum dt_contract contract);

#endif
