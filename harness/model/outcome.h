/*
 * outcome.h - what the oracles say of one trial, and what its cancellations did.
 */
#ifndef MODEL_OUTCOME_H
#define MODEL_OUTCOME_H

#include <stdbool.h>
#include <stdint.h>

#include "model/plan.h"
#include "model/words.h"

enum { WINDOW_MAX = 48, SENTENCE_MAX = 400 };

/* One cancellation of the plan as it went. */
struct landing_record {
	enum landing landing;
	enum point point; /* copied from the plan, for counting */
	enum mechanism mechanism;
	bool retry;
	bool submitted;	   /* a cancel was really sent (or the stop or drop really done) */
	bool mid;	   /* landed after 0 < k < n bytes of the attempt had moved */
	int32_t t_result;  /* valid when submitted */
	int32_t c_result;  /* valid when submitted */
	uint32_t attempt;  /* where it acted */
	uint32_t primitive;
	uint64_t offset;   /* stream offset at that moment */
	uint64_t k;	   /* bytes of the attempt that had moved, T included */
};

/* The first damage of a trial. */
struct finding {
	enum damage damage; /* DAMAGE_NONE: the stream was preserved */
	uint64_t from, to;  /* stream bytes [from, to); equal when no bytes are concerned */
	int32_t guilty;	    /* index of the cancellation in the plan, or -1 */
	uint32_t attempt;   /* the attempt that did it, or noticed it */
	char sentence[SENTENCE_MAX]; /* one sentence with the bytes and the cause */
	/* The bytes around the first divergence, from window_offset. */
	uint64_t window_offset;
	uint32_t expected_size, observed_size;
	unsigned char expected[WINDOW_MAX], observed[WINDOW_MAX];
};

struct outcome {
	enum verdict verdict; /* PASS or VIOLATION; ERROR: the harness failed, see sentence */
	struct finding finding;
	uint32_t landed;
	struct landing_record records[PLAN_CANCELLATIONS_MAX]; /* as many as the plan has */
	uint32_t attempts;
	uint32_t primitives;
	uint32_t primitives_most; /* most primitives in one attempt */
	uint64_t bytes;		  /* handed over, or received by the peer */
	bool spent; /* the process is no longer fit for another trial (hang, fd trouble) */
};

#endif
