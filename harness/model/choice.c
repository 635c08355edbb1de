/*
 * choice.c - answers from a script, then from the generator, and writes down which.
 */
#include "model/choice.h"

#include <assert.h>
#include <stddef.h>

#include "base/macros.h"

void choice_init(struct choice *choice, uint64_t seed)
{
	choice_init_script(choice, seed, NULL, 0);
}

void choice_init_script(struct choice *choice, uint64_t seed, const uint32_t *script,
			uint32_t script_count)
{
	rng_init(&choice->rng, seed);
	choice->script = script;
	choice->script_count = script_count;
	choice->count = 0;
}

uint32_t choose(struct choice *choice, uint32_t n)
{
	uint32_t at = choice->count++, answer;

	assert(n >= 1);
	/* The generator moves on for scripted answers too: what follows a script does not depend
	 * on its length. */
	answer = (uint32_t)rng_below(&choice->rng, n);
	if (at < choice->script_count)
		answer = MIN(choice->script[at], n - 1);
	if (at < CHOICES_MAX) {
		choice->made[at] = answer;
		choice->bounds[at] = n;
	}
	return answer;
}

uint32_t choose_between(struct choice *choice, uint32_t low, uint32_t high)
{
	assert(low <= high && high - low < UINT32_MAX);
	return low + choose(choice, high - low + 1);
}
