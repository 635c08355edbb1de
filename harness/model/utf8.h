/*
 * utf8.h - text that somebody sent: is it UTF-8, and how is it shown without harm.
 *
 * A message that quotes a file must not let that file write escape sequences to a terminal or
 * turn the line around, so everything unprintable is shown as an escape.
 */
#ifndef MODEL_UTF8_H
#define MODEL_UTF8_H

#include <stddef.h>
#include <stdint.h>

enum { UTF8_SHOWN_MAX = 12 }; /* bytes of one character made printable, with its NUL */

/*
 * The character at the start of the text. Returns its length, 1 to 4 bytes, or 0 when the bytes
 * are not UTF-8: overlong forms, surrogates and values above U+10FFFF included. size > 0.
 */
unsigned utf8_decode(const char *text, size_t size, uint32_t *ret_character);

/*
 * One character, or one invalid byte, made printable. Returns how many bytes of text it was;
 * ret_columns is what it takes on a terminal. A tab becomes one space.
 */
unsigned utf8_show(const char *text, size_t size, char ret_shown[UTF8_SHOWN_MAX],
		   unsigned *ret_columns);

/* The text made printable and cut, with "..." then, to fit. Returns ret_shown. max >= 16. */
char *utf8_quote(const char *text, size_t size, char *ret_shown, size_t max);

#endif
