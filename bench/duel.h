/*
 * duel.h - two ways of doing the same work, measured against each other.
 *
 * Both run on one pinned core, in short slices that take turns; each pair of slices gives one
 * ratio, and the median of these counts. A busy machine slows both, or spoils a few pairs.
 */
#ifndef BENCH_DUEL_H
#define BENCH_DUEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DUEL_PAIRS = 301 };

struct contestant {
	void (*run)(void *context, unsigned cycles); /* exits the program when it goes wrong */
	void *context;
};

struct duel {
	double ratio; /* speed of ours divided by that of bare */
	double rate;  /* ours, cycles per second: the median */
};

/* Keeps this process on the n-th core that it may use (there may be one only). */
void duel_pin(unsigned core);

/* `cycles` in each slice: a millisecond's worth is good. `pairs` at most DUEL_PAIRS. */
void duel_run(const struct contestant *bare, const struct contestant *ours, unsigned cycles,
	      unsigned pairs, struct duel *ret_duel);

/* Sorts the values and returns the middle one. */
double duel_median(double *values, size_t count);

/* The pairs to run: the program's first argument, or DUEL_PAIRS. Exits with 2 on nonsense. */
unsigned duel_pairs(int argc, char **argv);

/* Is that row among the arguments after the first? Without any, every row is wanted. */
bool duel_wanted(int argc, char **argv, const char *row);

/* Ends the program with 99: a benchmark that does not do its work has no result. */
void duel_fail(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

#endif
