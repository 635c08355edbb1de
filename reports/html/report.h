/*
 * report.h - results as one self-contained HTML page: no scripts, no network, nothing but itself.
 */
#ifndef HTML_REPORT_H
#define HTML_REPORT_H

#include <stdio.h>

#include "run/results.h"

/*
 * Writes the page. The same results give the same bytes. Its size is bounded whatever the results
 * are: what is left out is counted on the page ("showing n of N"). 0 or -errno.
 */
int report_html(const struct results *results, FILE *out);

#endif
