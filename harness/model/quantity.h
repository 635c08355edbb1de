/*
 * quantity.h - numbers with units as people write them: `64 KiB`, `200 ms`, `400`.
 */
#ifndef MODEL_QUANTITY_H
#define MODEL_QUANTITY_H

#include <stddef.h>
#include <stdint.h>

enum quantity { QUANTITY_COUNT, QUANTITY_SIZE, QUANTITY_TIME };

enum { QUANTITY_TEXT_MAX = 32 };

/*
 * Digits, then perhaps blanks and a unit. Sizes may and times must have one; sizes are in bytes,
 * times in nanoseconds. Returns 0, -EINVAL when it is not understood, -ERANGE when it has no room.
 */
int quantity_parse(enum quantity quantity, const char *text, uint64_t *ret_value);

/* The value with the largest unit that divides it. Returns ret_text. */
char *quantity_format(enum quantity quantity, uint64_t value, char ret_text[QUANTITY_TEXT_MAX]);

/* What to write instead, for messages: "a size, as 4096 or 64 KiB". Static. */
const char *quantity_remedy(enum quantity quantity);

#endif
