/*
 * results_json.h - the records of log.jsonl as JSON, both ways; docs/results.md is the schema.
 *
 * Written by results_encode.c, read by results_decode.c; used by the writer and the reader only.
 */
#ifndef RUN_RESULTS_JSON_H
#define RUN_RESULTS_JSON_H

#include "run/results.h"

/* New references, or NULL without memory. */
json_t *case_encode(const struct case_result *test);
json_t *failure_encode(const struct case_result *test, const struct failure *failure);
json_t *part_encode(const struct case_result *test, const struct case_part *part);

/* Untrusted text as JSON: bytes that are not UTF-8 become "\xNN". */
json_t *text_encode(const char *text);

/* Beyond what a JSON integer holds: "0xffffffffffffffff". */
json_t *number_encode(uint64_t number);

/*
 * Read from a record that nobody vouches for. 0; -EBADMSG with reterr_message saying which field
 * is wrong and how; -ENOMEM. On failure nothing is left to release.
 */
int case_decode(const json_t *record, struct case_result *ret_case, char *reterr_message,
		size_t message_max);
int failure_decode(const json_t *record, struct failure *ret_failure, char *reterr_message,
		   size_t message_max);

/* Brings a part up to date: counters are replaced, failures are added. */
int part_decode(const json_t *record, struct case_part *part, char *reterr_message,
		size_t message_max);

/* Only who the case is: of a failure or a part whose case was not completed. */
int identity_decode(const json_t *record, struct case_result *ret_case, char *reterr_message,
		    size_t message_max);

int number_decode(const json_t *value, uint64_t *ret_number);

void case_finish(struct case_result *test);
void failure_finish(struct failure *failure);
void part_destroy(struct case_part *part); /* takes NULL */

#endif
