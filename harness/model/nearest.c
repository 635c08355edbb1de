/*
 * nearest.c - edit distance with swaps (optimal string alignment), three rows of a table.
 *
 *	      t  r  i  a  l  s		trails -> trials: one swap, distance 1
 *	   0  1  2  3  4  5  6
 *	t  1  0  1  2  3  4  5
 *	r  2  1  0  1  2 ..
 */
#include "model/nearest.h"

#include <string.h>

#include "base/macros.h"

enum { WORD_MAX = 64 };

unsigned nearest_distance(const char *left, const char *right)
{
	unsigned rows[3][WORD_MAX + 1];
	size_t left_size = strnlen(left, WORD_MAX);
	size_t right_size = strnlen(right, WORD_MAX);
	unsigned *before = rows[0], *last = rows[1], *row = rows[2], *spare;

	for (size_t j = 0; j <= right_size; j++)
		last[j] = (unsigned)j;
	for (size_t i = 1; i <= left_size; i++) {
		row[0] = (unsigned)i;
		for (size_t j = 1; j <= right_size; j++) {
			unsigned replaced = last[j - 1] + (left[i - 1] != right[j - 1]);

			row[j] = MIN(MIN(last[j], row[j - 1]) + 1, replaced);
			if (i > 1 && j > 1 && left[i - 1] == right[j - 2] &&
			    left[i - 2] == right[j - 1])
				row[j] = MIN(row[j], before[j - 2] + 1);
		}
		spare = before;
		before = last;
		last = row;
		row = spare;
	}
	return last[right_size];
}

void nearest_offer(struct nearest *nearest, const char *candidate)
{
	size_t size = strlen(nearest->word);
	/* Up to a third of the word may be wrong: beyond that a guess only confuses. */
	unsigned limit = MAX((unsigned)size / 3, 1U);
	unsigned distance = nearest_distance(nearest->word, candidate);

	if (distance > limit || distance >= strlen(candidate))
		return;
	if (nearest->best && distance >= nearest->distance)
		return;
	nearest->best = candidate;
	nearest->distance = distance;
}
