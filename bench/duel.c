/*
 * duel.c - see duel.h.
 */
#include "duel.h"

#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

void duel_pin(unsigned core)
{
	cpu_set_t allowed, one;
	unsigned count, at = 0;

	if (sched_getaffinity(0, sizeof(allowed), &allowed) < 0)
		return;
	count = (unsigned)CPU_COUNT(&allowed);
	for (unsigned left = core % count; !CPU_ISSET(at, &allowed) || left; at++)
		left -= CPU_ISSET(at, &allowed) ? 1 : 0;
	CPU_ZERO(&one);
	CPU_SET(at, &one);
	sched_setaffinity(0, sizeof(one), &one);
}

static double slice(const struct contestant *contestant, unsigned cycles)
{
	uint64_t start = clock_now_ns();

	contestant->run(contestant->context, cycles);
	return (double)(clock_now_ns() - start);
}

void duel_run(const struct contestant *bare, const struct contestant *ours, unsigned cycles,
	      unsigned pairs, struct duel *ret_duel)
{
	double ratios[DUEL_PAIRS], rates[DUEL_PAIRS];

	slice(bare, cycles); /* warm */
	slice(ours, cycles);
	for (unsigned i = 0; i < pairs; i++) {
		double bare_ns = 0, ours_ns;

		if (i % 2)
			bare_ns = slice(bare, cycles);
		ours_ns = slice(ours, cycles);
		if (i % 2 == 0)
			bare_ns = slice(bare, cycles);
		ratios[i] = bare_ns / ours_ns;
		rates[i] = cycles * 1e9 / ours_ns;
	}
	ret_duel->ratio = duel_median(ratios, pairs);
	ret_duel->rate = duel_median(rates, pairs);
}

static int by_value(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;

	return (a > b) - (a < b);
}

double duel_median(double *values, size_t count)
{
	qsort(values, count, sizeof(*values), by_value);
	return values[count / 2];
}

unsigned duel_pairs(int argc, char **argv)
{
	char *end = NULL;
	unsigned long pairs = argc >= 2 ? strtoul(argv[1], &end, 10) : DUEL_PAIRS;

	if (pairs >= 1 && pairs <= DUEL_PAIRS && (!end || !*end))
		return (unsigned)pairs;
	fprintf(stderr,
		"usage: %s [PAIRS [ROW...]]\n"
		"PAIRS of slices to compare: 1 to %d (all). ROW: a name as it is printed; all.\n",
		argv[0], DUEL_PAIRS);
	exit(2);
}

bool duel_wanted(int argc, char **argv, const char *row)
{
	for (int i = 2; i < argc; i++)
		if (!strcmp(argv[i], row))
			return true;
	return argc <= 2;
}

void duel_fail(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	exit(99);
}
