/*
 * choice.h - every free decision of a plan is one choose(n), and is recorded.
 *
 * The driver answers from a script while it lasts and from its generator after that. So one piece
 * of code that draws plans serves drawing at random (no script), repeating (the whole script),
 * enumerating (a script that counts up) and shrinking (a script with smaller numbers).
 */
#ifndef MODEL_CHOICE_H
#define MODEL_CHOICE_H

#include <stdint.h>

#include "base/rng.h"

enum { CHOICES_MAX = 1024 };

struct choice {
	struct rng rng;
	const uint32_t *script; /* borrowed; answers for the first script_count choices */
	uint32_t script_count;
	uint32_t count;		   /* choices made; may pass CHOICES_MAX, then not recorded */
	uint32_t made[CHOICES_MAX];
	uint32_t bounds[CHOICES_MAX]; /* how many answers each one had */
};

/* Draws at random from the seed. Cheap: the arrays are not cleared. */
void choice_init(struct choice *choice, uint64_t seed);

/* Answers from the script first; one that is beyond its bound is cut down to the last answer. */
void choice_init_script(struct choice *choice, uint64_t seed, const uint32_t *script,
			uint32_t script_count);

/* One of 0 .. n-1; n >= 1. */
uint32_t choose(struct choice *choice, uint32_t n);

/* One of low .. high. */
uint32_t choose_between(struct choice *choice, uint32_t low, uint32_t high);

#endif
