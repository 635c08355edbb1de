/*
 * concern.h - does damage under a caller concern anybody: judged failure by failure, since a case
 * that did not go as expected may hold failures that did.
 */
#ifndef HTML_CONCERN_H
#define HTML_CONCERN_H

#include <stdbool.h>

#include "run/results.h"

/* In the order in which they are shown. */
enum concern {
	CONCERN_UNEXPECTED, /* breaks what the scenario expects */
	CONCERN_PLANTED,    /* breaks the declared contract, as the scenario expects */
	CONCERN_BEYOND,	    /* under a caller that the declared contract does not allow */
	CONCERN_COUNT
};

/* `control`: without any cancellation. */
enum concern concern_of(const struct case_result *test, enum caller caller, enum damage damage,
			bool control);

/* Does the scenario expect less of it than it declares: a known bug? */
bool concern_expects_bug(const struct case_result *test);

#endif
