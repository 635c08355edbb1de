/*
 * scenario.h - a scenario file as data: what to run, how to cancel, what is expected.
 *
 * The parser reads text that somebody sent. It refuses what it does not know, with file, line and
 * column, all errors in one pass, and its memory is bounded by the limits below.
 */
#ifndef MODEL_SCENARIO_H
#define MODEL_SCENARIO_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "model/plan.h"
#include "model/words.h"

enum {
	SCENARIO_FILE_MAX = 1 << 20, /* bytes; a larger file is refused unread */
	SCENARIO_TARGETS_MAX = 512,
	SCENARIO_TAGS_MAX = 32,
	SCENARIO_ERRORS_MAX = 50, /* printed; then "and N more" */
	SCENARIO_STREAM_MAX = 1 << 26,
	SCENARIO_UNIT_MAX = 1 << 16,
	SCENARIO_TRIALS_MAX = 1000000000,
};

struct expectation {
	enum expect_kind kind;
	unsigned met;		/* bits 1U << contract; 1U << DT_NONE_MET for "none" */
	enum damage retry;	/* EXPECT_MET: what repeating the call does; DAMAGE_NONE: unsaid */
	enum damage violation;	/* EXPECT_VIOLATION, EXPECT_CONTROL */
	unsigned also;		/* bits 1U << damage: classes that may appear beside it */
};

/* One entry under `targets:`. */
struct target_choice {
	char *name;	 /* "read_exact", "broken/local_progress" */
	char *operation; /* "target.operation" names one; NULL: every operation */
	char *options;	 /* "key=value,key=value" or NULL */
	struct expectation expect;
	unsigned line, column;
};

struct scenario {
	char *path; /* as given */
	char *name;
	char *summary;
	char *tags[SCENARIO_TAGS_MAX];
	unsigned tag_count;
	enum dt_unit unit;
	enum dt_header header;
	uint32_t unit_min, unit_max;
	uint64_t stream_size;
	unsigned wires, rings;	    /* bits */
	unsigned conditions;	    /* bits; default 1U << CONDITION_NONE */
	uint32_t deliver_min, deliver_max;
	uint32_t call_min, call_max;
	unsigned points, mechanisms; /* bits; all by default */
	bool points_named;	     /* points were listed one by one: each must land 16 times */
	uint32_t depth_min, depth_max; /* cancellations in one trial */
	uint64_t trials;	       /* for each case */
	uint64_t max_time_ns;	       /* for each case; 0: none */
	uint64_t trial_timeout_ns;     /* a trial that takes longer hangs; 0: not said */
	unsigned threshold;	       /* landings at a point below which a case is vacuous */
	struct target_choice *targets;
	unsigned target_count;
	uint64_t hash; /* xxh3 of the file's bytes */
};

/*
 * Parses one scenario. On errors prints them all to `errors`, each as
 * "file:line:col: error: what; remedy", the line and a caret, and returns -EINVAL. -ENOMEM else.
 * `path` is used in messages only; `text` need not be NUL-terminated.
 */
int scenario_parse(const char *path, const char *text, size_t size, FILE *errors,
		   struct scenario **ret_scenario);

void scenario_destroy(struct scenario *scenario);

/* The JSON Schema for editors, from the same table of keys. */
int scenario_schema_print(FILE *out);

#endif
