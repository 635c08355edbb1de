/*
 * results_fields.h - reads members of a JSON object that nobody vouches for.
 *
 * The first thing that is wrong is remembered in `in` and every later read returns a harmless
 * value, so that decoding is straight-line code with one check at its end.
 */
#ifndef RUN_RESULTS_FIELDS_H
#define RUN_RESULTS_FIELDS_H

#include <jansson.h>
#include <stdbool.h>

#include "model/words.h"

struct fields {
	char *message;
	size_t message_max;
	int result; /* 0, -EBADMSG or -ENOMEM */
};

void fields_refuse(struct fields *in, const char *key, const char *why);

/* The member, or NULL; refuses another type, and a missing one when it is `needed`. */
json_t *fields_member(struct fields *in, const json_t *object, const char *key, json_type type,
		      bool needed);

/* A number up to `max`; 0 when it is missing and not needed. */
uint64_t fields_number(struct fields *in, const json_t *object, const char *key, uint64_t max,
		       bool needed);
int32_t fields_signed(struct fields *in, const json_t *object, const char *key);
bool fields_bool(struct fields *in, const json_t *object, const char *key);
double fields_seconds(struct fields *in, const json_t *object, const char *key);

/* Owned text of at most TEXT_FIELD_MAX bytes, never NULL unless refused. */
enum { TEXT_FIELD_MAX = 4096 };
char *fields_text(struct fields *in, const json_t *object, const char *key);

/* A word of that set; bits of words from a list of them. */
unsigned fields_word(struct fields *in, const json_t *object, const char *key, enum words set);
unsigned fields_words(struct fields *in, const json_t *object, const char *key, enum words set,
		      bool needed);

/* Bytes in hexadecimal, `max` at most; returns how many. */
uint32_t fields_hex(struct fields *in, const json_t *object, const char *key,
		    unsigned char *ret_bytes, size_t max);

#endif
