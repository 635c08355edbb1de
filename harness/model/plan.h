/*
 * plan.h - the full schedule of one trial as data, and its one-line text form.
 *
 *	dt1 target=broken/local_progress op=read_exact wire=unix ring=plain unit=bytes
 *	stream=4096 seed=0x2a deliver=1-17 call=64-64 feed=late caller=same condition=none
 *	cancel=3.0:partial:5:async_cancel/ud cancel=retry.0:armed:link_timeout       (one line)
 *
 * Nothing else decides what a trial does: sizes of deliveries and of calls come from the seed.
 * The text round-trips and is stable across versions ("dt1" is its version).
 */
#ifndef MODEL_PLAN_H
#define MODEL_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "model/words.h"

enum { PLAN_CANCELLATIONS_MAX = 64, PLAN_NAME_MAX = 96, PLAN_OPTIONS_MAX = 256 };
enum { PLAN_TEXT_MAX = 8192 };

/* Limits of what a plan may ask for, so that a plan from anywhere runs in bounded memory. */
enum {
	PLAN_STREAM_MAX = 1 << 26, /* bytes of a stream */
	PLAN_STEP_MAX = 1 << 20,   /* bytes of a delivery or a call */
	PLAN_UNIT_MAX = 1 << 16,   /* bytes of a frame's payload or a line */
	PLAN_UNITS_MAX = 1 << 22,  /* units of a stream, were all of the smallest size */
};

#define PLAN_DELAY_MAX_NS 10000000000ULL /* of a timer */

struct cancellation {
	uint32_t attempt;   /* counted over the trial from 0; with `retry` unused */
	bool retry;	    /* the attempt after the next landed cancellation before this one */
	uint32_t primitive; /* the first primitive of that attempt at which it may act */
	enum point point;
	enum mechanism mechanism;
	uint64_t k; /* partial: bytes of the attempt already moved; timer: delay in ns */
};

struct plan {
	char target[PLAN_NAME_MAX];	/* "broken/local_progress": plug-in / target */
	char operation[PLAN_NAME_MAX];
	char options[PLAN_OPTIONS_MAX]; /* "key=value,key=value"; values without ',' */
	enum wire_kind wire;
	enum ring_mode ring;
	enum dt_unit unit;
	enum dt_header header;	      /* frames only */
	uint32_t unit_min, unit_max;  /* payload bytes of a frame, bytes of a line; 0 for bytes */
	uint64_t stream_size;	      /* bytes on the wire, cut down to whole units */
	uint64_t seed;
	uint32_t deliver_min, deliver_max; /* bytes in one step of the peer */
	uint32_t call_min, call_max;	   /* buffer or message size of one call; bytes only */
	enum feed feed;
	enum caller caller;
	enum condition condition;
	uint32_t cancellation_count;
	struct cancellation cancellations[PLAN_CANCELLATIONS_MAX]; /* in order of attempts */
};

/* A plan with the defaults of every field and no cancellation. */
void plan_init(struct plan *plan);

/* Writes the one-line form, NUL-terminated, into text (PLAN_TEXT_MAX is always enough).
 * Returns its length, or -ENOSPC. */
int plan_format(const struct plan *plan, char *text, size_t text_max);

/*
 * Reads the one-line form. Returns 0, or -EINVAL with a message in reterr_message that names the
 * column and the remedy. Never trusts its input: sizes and counts are limited here.
 */
int plan_parse(const char *text, struct plan *ret_plan, char *reterr_message, size_t message_max);

/* The first thing that makes a plan impossible to run (limits, ranges), or NULL. Static text. */
const char *plan_problem(const struct plan *plan);

#endif
