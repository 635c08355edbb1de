/*
 * report_line.c - see report_line.h.
 */
#include "run/report_line.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* "0x602000000018" -> "0x" */
static void cut_addresses(char *text)
{
	char *from = text, *to = text;

	while (*from) {
		if (from[0] != '0' || from[1] != 'x' || !isxdigit((unsigned char)from[2])) {
			*to++ = *from++;
			continue;
		}
		for (from += 2; isxdigit((unsigned char)*from);)
			from++;
		to = stpcpy(to, "0x");
	}
	*to = '\0';
}

/* A line is whole: is it one that says what was found? */
static void judge(struct report_line *report)
{
	char *summary = strstr(report->line, "SUMMARY: ");

	if (summary && strstr(summary, "Sanitizer: ")) {
		summary += strlen("SUMMARY: ");
		/* Its own line, which came before, says more. */
		if (strstr(summary, "UndefinedBehaviorSanitizer") && report->found[0])
			return;
	} else if (strstr(report->line, ": runtime error: ")) {
		summary = report->line;
	} else {
		return;
	}
	cut_addresses(summary);
	snprintf(report->found, sizeof(report->found), "%s", summary);
}

void report_line_take(struct report_line *report, const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (text[i] != '\n') {
			if (report->size < sizeof(report->line) - 1)
				report->line[report->size++] = text[i] ? text[i] : ' ';
			continue;
		}
		report->line[report->size] = '\0';
		judge(report);
		report->size = 0;
	}
}
