/*
 * trace.h - a trial told event by event.
 */
#ifndef CLI_TRACE_H
#define CLI_TRACE_H

#include <stdio.h>

#include "model/history.h"
#include "model/outcome.h"

/* Every event: what belongs to an attempt is indented below it, cancellations are named. */
void trace_print(FILE *out, const struct plan *plan, const struct history *history, bool colours);

/* What became of each cancellation of the plan. */
void trace_print_cancellations(FILE *out, const struct plan *plan, const struct outcome *outcome);

#endif
