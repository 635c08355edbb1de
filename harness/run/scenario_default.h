/*
 * scenario_default.h - a scenario made up for targets that have none: every point, every wire and
 * ring, and the expectation that is given with each target.
 */
#ifndef RUN_SCENARIO_DEFAULT_H
#define RUN_SCENARIO_DEFAULT_H

#include "model/scenario.h"

struct scenario_default {
	const char *path; /* for messages, and for the ids of its cases */
	enum dt_unit unit;
	const char *stream;  /* its size; NULL: as in a scenario file */
	const char *keys;    /* lines of a scenario file; each key takes the place of its default */
	const char *targets; /* the lines that stand below `targets:` */
};

/*
 * 0; -EINVAL when keys or targets are not as docs/scenarios.md says, with everything that is wrong
 * on `errors`; -ENOMEM.
 */
int scenario_default_make(const struct scenario_default *wanted, FILE *errors,
			  struct scenario **ret_scenario);

#endif
