/*
 * chart.h - one trial as a drawing: events from left to right, stream offsets upwards.
 */
#ifndef HTML_CHART_H
#define HTML_CHART_H

#include "html/page.h"
#include "run/results.h"

/* The drawing with its legend, and the same events as a table to unfold. */
void chart_write(struct page *page, const struct failure *failure);

#endif
