/*
 * chart_range.h - which part of a trial a drawing shows: events around the guilty cancellation and
 * the damage, and the stream offsets that they touch.
 */
#ifndef HTML_CHART_RANGE_H
#define HTML_CHART_RANGE_H

#include "run/results.h"

enum { CHART_EVENTS_MAX = 110, CHART_EVENTS_MIN = 44 };

struct chart_range {
	uint32_t first, count; /* events; count is 0 when there are none */
	uint64_t low, high;    /* stream offsets, low < high */
	int64_t guilty;	       /* event at which the guilty cancellation acted, or -1 */
	int64_t damage;	       /* event at which the damage was noticed, or -1 */
};

void chart_range_find(const struct failure *failure, struct chart_range *ret_range);

/* A step of 1, 2 or 5 times a power of ten that cuts the span into at most `parts`. parts >= 1. */
uint64_t chart_step(uint64_t span, unsigned parts);

/* What became of a cancellation: its landing in the history, or LANDING_NEVER. */
enum landing chart_landing(const struct failure *failure, unsigned index);

#endif
