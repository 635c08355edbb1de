/*
 * fixture_results.h - made-up results for the tests of everything that reads results: several
 * suites, every verdict, failures with events; or hostile text in every place that has text.
 */
#ifndef TESTS_FIXTURE_RESULTS_H
#define TESTS_FIXTURE_RESULTS_H

#include "run/results.h"

/* Text that does harm where it is not escaped: markup, bidirectional controls, terminal escapes,
 * line separators, quotes, bytes that are not UTF-8. */
extern const char fixture_evil[];

/* The results of a campaign that found bugs that were expected, and one that was not. Abort when
 * there is no memory. Release with results_finish. */
void fixture_results(struct results *ret_results);

/* The same shape, hostile in every text. */
void fixture_results_evil(struct results *ret_results);

/* Every case as expected. */
void fixture_results_passed(struct results *ret_results);

/* Writes them with results_log.h into a folder that does not exist yet. 0 or -errno. */
int fixture_results_write(const struct results *results, const char *directory);

#endif
