/*
 * check_report.h - what was found, put into words: the strings of a dt_check_result.
 */
#ifndef RUN_CHECK_REPORT_H
#define RUN_CHECK_REPORT_H

#include "run/check_run.h"

/* A new string; "" without memory. */
const char *check_text(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The verdict of a campaign: the worst case decides. */
void check_report_results(struct check_job *job, const struct results *results);

/* Plan, guilt, trace, replays of a failure. */
void check_report_failure(struct check_job *job, const struct failure *failure);

/* The last step: what the target printed, and the message, from everything else in the result. */
void check_report_message(struct check_job *job);

#endif
