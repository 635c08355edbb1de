/*
 * scenario_text.h - parses a text in a test and keeps what was said about it.
 */
#ifndef TESTS_SCENARIO_TEXT_H
#define TESTS_SCENARIO_TEXT_H

#include <stdio.h>
#include <stdlib.h>

#include "model/scenario.h"

/* Returns scenario_parse's result; ret_said is owned by the caller, "" when nothing was said. */
static inline int text_parse(const char *text, size_t size, struct scenario **ret_scenario,
			     char **ret_said)
{
	size_t said_size;
	FILE *errors = open_memstream(ret_said, &said_size);
	int error;

	if (!errors)
		abort();
	error = scenario_parse("f", text, size, errors, ret_scenario);
	if (fclose(errors))
		abort();
	return error;
}

#endif
