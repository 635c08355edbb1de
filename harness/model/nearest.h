/*
 * nearest.h - "did you mean": the known word that a mistyped one is closest to.
 */
#ifndef MODEL_NEAREST_H
#define MODEL_NEAREST_H

#include <stddef.h>

/* Follows the candidates of one word; begin with { .word = text }. */
struct nearest {
	const char *word; /* as typed */
	const char *best; /* borrowed; NULL while nothing is close enough */
	unsigned distance;
};

/* Considers one candidate. The first of several equally close ones stays. */
void nearest_offer(struct nearest *nearest, const char *candidate);

/* Insertions, deletions, replacements and swapped neighbours that turn one word into the other;
 * words are looked at up to 64 bytes. */
unsigned nearest_distance(const char *left, const char *right);

#endif
