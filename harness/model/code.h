/*
 * code.h - the position code: a bijection between (stream id, word index) and eight bytes.
 *
 * Eight observed bytes that are one whole word tell their stream and offset by the inverse, with no
 * table and no search. Lines use letters only, so their words carry 48 bits, the others 64:
 *
 *	bytes, frames   id 16 bits | index 48 bits   -> mix on 64 bits -> 8 bytes
 *	lines           id  8 bits | index 40 bits   -> mix on 48 bits -> 8 letters of six bits
 */
#ifndef MODEL_CODE_H
#define MODEL_CODE_H

#include <stdbool.h>
#include <stdint.h>

#include <droptest/target.h>

enum { CODE_WORD = 8, CODE_IDS = 256 };

/* The eight bytes of a word. id is below CODE_IDS. */
void code_word(enum dt_unit unit, uint64_t id, uint64_t index, unsigned char ret_bytes[CODE_WORD]);

/* One byte, by its offset in the stream. */
unsigned char code_byte(enum dt_unit unit, uint64_t id, uint64_t offset);

/* The code of offsets [0, size). */
void code_fill(enum dt_unit unit, uint64_t id, unsigned char *ret_bytes, uint64_t size);

/* The inverse: false when these eight bytes are no word of a stream id below CODE_IDS whose words
 * number `words`. Chance lets other bytes through once in 2^56 / words (lines: 2^40 / words). */
bool code_find(enum dt_unit unit, const unsigned char bytes[CODE_WORD], uint64_t words,
	       uint64_t *ret_id, uint64_t *ret_index);

#endif
