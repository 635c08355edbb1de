/*
 * report_line.h - the one line of a sanitizer's report that says what it found, out of all that a
 * process prints.
 *
 *	==12==ERROR: AddressSanitizer: heap-buffer-overflow on address 0x602000000018 ...
 *	... a page of stacks and shadow bytes ...
 *	SUMMARY: AddressSanitizer: heap-buffer-overflow mine.c:27 in read_all	<- this one
 *
 *	mine.c:36:53: runtime error: signed integer overflow: ...		<- or this one
 *
 * It comes in pieces, as reads of a pipe find it. Addresses are cut to "0x": they differ each time.
 */
#ifndef RUN_REPORT_LINE_H
#define RUN_REPORT_LINE_H

#include <stddef.h>

enum { REPORT_LINE_MAX = 240 };

struct report_line {
	char line[REPORT_LINE_MAX]; /* that is not ended yet; without what does not fit */
	size_t size;
	char found[REPORT_LINE_MAX]; /* the last one; empty: none */
};

/* What was printed next. */
void report_line_take(struct report_line *report, const char *text, size_t size);

#endif
