/*
 * utf8.c - decoding by the table of well-formed byte ranges, and escapes for what must not reach
 * a terminal: controls, line separators, bidirectional and invisible characters.
 */
#include "model/utf8.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/macros.h"

struct block {
	uint32_t first, last;
};

/* Shown as escapes. */
static const struct block unprintable[] = {
	{ 0x00, 0x1f },	    { 0x7f, 0x9f },	{ 0xad, 0xad },	    { 0x61c, 0x61c },
	{ 0x180e, 0x180e }, { 0x200b, 0x200f }, { 0x2028, 0x202e }, { 0x2060, 0x206f },
	{ 0xe000, 0xf8ff }, { 0xfe00, 0xfe0f }, { 0xfeff, 0xfeff }, { 0xfff0, 0xffff },
	{ 0xe0000, 0x10ffff },
};

/* Two columns on a terminal. */
static const struct block wide[] = {
	{ 0x1100, 0x115f },   { 0x2e80, 0xa4cf },   { 0xac00, 0xd7a3 },	  { 0xf900, 0xfaff },
	{ 0xfe30, 0xfe6f },   { 0xff00, 0xff60 },   { 0xffe0, 0xffe6 },	  { 0x1f300, 0x1f64f },
	{ 0x1f680, 0x1f6ff }, { 0x1f900, 0x1f9ff }, { 0x20000, 0x3fffd },
};

/* No column of their own. */
static const struct block combining[] = {
	{ 0x300, 0x36f }, { 0x483, 0x489 }, { 0x1ab0, 0x1aff }, { 0x1dc0, 0x1dff },
	{ 0x20d0, 0x20ff }, { 0xfe20, 0xfe2f },
};

static bool listed(uint32_t character, const struct block *blocks, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (character >= blocks[i].first && character <= blocks[i].last)
			return true;
	return false;
}

/* Length of a sequence by its first byte, and the limits of the second: they are what excludes
 * overlong forms, surrogates and values above U+10FFFF. */
static unsigned lead(unsigned char byte, unsigned char *ret_low, unsigned char *ret_high)
{
	*ret_low = 0x80;
	*ret_high = 0xbf;
	if (byte < 0x80)
		return 1;
	if (byte < 0xc2 || byte > 0xf4)
		return 0;
	if (byte < 0xe0)
		return 2;
	if (byte == 0xe0)
		*ret_low = 0xa0;
	else if (byte == 0xed)
		*ret_high = 0x9f;
	else if (byte == 0xf0)
		*ret_low = 0x90;
	else if (byte == 0xf4)
		*ret_high = 0x8f;
	return byte < 0xf0 ? 3 : 4;
}

unsigned utf8_decode(const char *text, size_t size, uint32_t *ret_character)
{
	const unsigned char *bytes = (const unsigned char *)text;
	unsigned char low, high;
	unsigned length = lead(bytes[0], &low, &high);
	uint32_t character;

	if (length == 1) {
		*ret_character = bytes[0];
		return 1;
	}
	if (!length || length > size || bytes[1] < low || bytes[1] > high)
		return 0;
	character = bytes[0] & (0x7fU >> length);
	for (unsigned i = 1; i < length; i++) {
		if ((bytes[i] & 0xc0) != 0x80)
			return 0;
		character = character << 6 | (bytes[i] & 0x3f);
	}
	*ret_character = character;
	return length;
}

unsigned utf8_show(const char *text, size_t size, char ret_shown[UTF8_SHOWN_MAX],
		   unsigned *ret_columns)
{
	uint32_t character;
	unsigned length = utf8_decode(text, size, &character);
	int shown;

	if (!length) {
		*ret_columns = (unsigned)snprintf(ret_shown, UTF8_SHOWN_MAX, "\\x%02x",
						  (unsigned char)text[0]);
		return 1;
	}
	if (character == '\t') {
		strcpy(ret_shown, " ");
		*ret_columns = 1;
	} else if (listed(character, unprintable, ARRAY_SIZE(unprintable))) {
		if (character < 0x80)
			shown = snprintf(ret_shown, UTF8_SHOWN_MAX, "\\x%02x", (unsigned)character);
		else
			shown = snprintf(ret_shown, UTF8_SHOWN_MAX, "\\u{%x}", (unsigned)character);
		*ret_columns = (unsigned)shown;
	} else {
		memcpy(ret_shown, text, length);
		ret_shown[length] = '\0';
		*ret_columns = listed(character, combining, ARRAY_SIZE(combining)) ? 0
			     : listed(character, wide, ARRAY_SIZE(wide))	   ? 2
										   : 1;
	}
	return length;
}

char *utf8_quote(const char *text, size_t size, char *ret_shown, size_t max)
{
	size_t used = 0, cut = 0; /* cut: where the dots would still fit */

	for (size_t at = 0; at < size;) {
		char shown[UTF8_SHOWN_MAX];
		unsigned columns;

		at += utf8_show(text + at, size - at, shown, &columns);
		if (used + strlen(shown) >= max) {
			strcpy(ret_shown + cut, "...");
			return ret_shown;
		}
		memcpy(ret_shown + used, shown, strlen(shown));
		used += strlen(shown);
		if (used + 3 < max)
			cut = used;
	}
	ret_shown[used] = '\0';
	return ret_shown;
}
