/*
 * scenario_keys.h - the one table of what may stand in a scenario file.
 *
 * Reading, defaults, did-you-mean and the JSON Schema all come from it. A default is text as a
 * user would write it, read by the same functions as a file.
 */
#ifndef MODEL_SCENARIO_KEYS_H
#define MODEL_SCENARIO_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/scenario.h"

enum value_type {
	VALUE_NAME,	  /* [a-z0-9-]+, at most `max` bytes -> char * */
	VALUE_TEXT,	  /* one printable line, at most `max` bytes -> char * */
	VALUE_TAGS,	  /* names, at most `max` bytes each -> tags, tag_count */
	VALUE_COUNT,	  /* a whole number -> uint64_t */
	VALUE_SMALL,	  /* a whole number -> unsigned */
	VALUE_COUNT_RANGE, /* [1, 4] or 4 -> two uint32_t */
	VALUE_SIZE,	  /* 64 KiB -> uint64_t */
	VALUE_SIZE_RANGE, /* [1, 17] or 17 -> two uint32_t */
	VALUE_TIME,	  /* 200 ms -> uint64_t nanoseconds */
	VALUE_WORD,	  /* one word of `set` -> its value, unsigned */
	VALUE_WORDS,	  /* one or a list of words of `set`, or of groups -> bits, unsigned */
	VALUE_MAPPING,	  /* `keys`; another value than a mapping stands for the key `shorthand` */
	VALUE_UNIT,	  /* a word, or a mapping with one of `keys` */
	VALUE_TARGETS,	  /* the mapping or list of targets */
	VALUE_TARGET,	  /* a target's name, with its operation -> struct target_choice */
	VALUE_EXPECT,	  /* `pass`, or a mapping of target keys */
	VALUE_OPTIONS,	  /* a mapping of the target's own keys -> char * */
};

/* A word that stands for several of a set. */
struct group {
	const char *name; /* the last one of an array has none */
	unsigned bits;
	const char *meaning;
};

struct key {
	const char *name; /* the last one of an array has none */
	enum value_type type;
	const char *meaning;
	const char *initial; /* the default, as one would write it; NULL: none */
	uint64_t min, max;   /* of numbers; max: bytes of texts */
	size_t offset;	     /* of the field in struct scenario or struct target_choice */
	enum words set;
	unsigned allowed;	    /* bits of the set's words that may be named */
	const struct group *groups; /* or NULL */
	const struct key *keys;
	const char *shorthand;
	bool required;
};

/* Of the file, into struct scenario. */
extern const struct key scenario_keys[];

/* Of one entry under `targets:`, into struct target_choice. In the order of enum target_key. */
extern const struct key target_keys[];

enum target_key {
	TARGET_NAME,
	TARGET_EXPECT,
	TARGET_MET,
	TARGET_VIOLATION,
	TARGET_CONTROL,
	TARGET_RETRY,
	TARGET_ALSO,
	TARGET_OPTIONS,
	TARGET_KEYS
};

/* How many. */
unsigned keys_count(const struct key *keys);

/* The key of that name, or NULL. */
const struct key *keys_find(const struct key *keys, const char *name);

#endif
