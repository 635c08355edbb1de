/*
 * test_utf8.c - every boundary of well-formed UTF-8, and what is shown instead of the rest.
 */
#include "model/utf8.h"

#include <stdbool.h>
#include <string.h>

#include "base/macros.h"
#include "suite.h"

static void test_decode(void)
{
	static const struct {
		const char *text;
		unsigned length;
		uint32_t character;
	} rows[] = {
		{ "a", 1, 'a' },
		{ "\x7f", 1, 0x7f },
		{ "\xc2\x80", 2, 0x80 },
		{ "\xdf\xbf", 2, 0x7ff },
		{ "\xe0\xa0\x80", 3, 0x800 },
		{ "\xed\x9f\xbf", 3, 0xd7ff },
		{ "\xee\x80\x80", 3, 0xe000 },
		{ "\xef\xbf\xbf", 3, 0xffff },
		{ "\xf0\x90\x80\x80", 4, 0x10000 },
		{ "\xf4\x8f\xbf\xbf", 4, 0x10ffff },
		{ "\x80", 0, 0 },
		{ "\xc0\x80", 0, 0 },
		{ "\xc1\xbf", 0, 0 },
		{ "\xc2", 0, 0 },
		{ "\xc2 ", 0, 0 },
		{ "\xe0\x9f\xbf", 0, 0 },
		{ "\xed\xa0\x80", 0, 0 },
		{ "\xe2\x82", 0, 0 },
		{ "\xf0\x8f\xbf\xbf", 0, 0 },
		{ "\xf4\x90\x80\x80", 0, 0 },
		{ "\xf0\x9f\x98 ", 0, 0 },
		{ "\xf5\x80\x80\x80", 0, 0 },
		{ "\xff", 0, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint32_t character = 0;

		CU_ASSERT_EQUAL(utf8_decode(rows[i].text, strlen(rows[i].text), &character),
				rows[i].length);
		CU_ASSERT_EQUAL(character, rows[i].character);
	}
}

/* Every character that is encoded by hand comes back, and surrogates do not. */
static void test_every_character(void)
{
	unsigned wrong = 0;

	for (uint32_t character = 0x80; character <= 0x10ffff; character++) {
		bool surrogate = character >= 0xd800 && character <= 0xdfff;
		unsigned length = character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
		uint32_t decoded = 0, left = character;
		char text[4];

		for (unsigned i = length - 1; i; i--, left >>= 6)
			text[i] = (char)(0x80 | (left & 0x3f));
		text[0] = (char)((0xf0 << (4 - length)) | left);
		if (utf8_decode(text, length, &decoded) != (surrogate ? 0 : length))
			wrong++;
		else if (!surrogate && decoded != character)
			wrong++;
	}
	CU_ASSERT_EQUAL(wrong, 0);
}

static void test_show(void)
{
	static const struct {
		const char *text, *shown;
		unsigned length, columns;
	} rows[] = {
		{ "a", "a", 1, 1 },
		{ "\t", " ", 1, 1 },
		{ "\x1b", "\\x1b", 1, 4 },
		{ "\xff", "\\xff", 1, 4 },
		{ "\xc2\x9b", "\\u{9b}", 2, 6 },
		{ "\xe2\x80\xae", "\\u{202e}", 3, 8 },
		{ "\xf3\xa0\x80\x81", "\\u{e0001}", 4, 9 },
		{ "\xc3\xa4", "\xc3\xa4", 2, 1 },
		{ "\xcc\x88", "\xcc\x88", 2, 0 },
		{ "\xe6\xbc\xa2", "\xe6\xbc\xa2", 3, 2 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char shown[UTF8_SHOWN_MAX];
		unsigned columns;

		CU_ASSERT_EQUAL(utf8_show(rows[i].text, strlen(rows[i].text), shown, &columns),
				rows[i].length);
		CU_ASSERT_STRING_EQUAL(shown, rows[i].shown);
		CU_ASSERT_EQUAL(columns, rows[i].columns);
	}
}

/* Whatever the bytes, nothing below a blank is shown. */
static void test_quote(void)
{
	char all[256], shown[4096], small[16];

	for (unsigned i = 0; i < sizeof(all); i++)
		all[i] = (char)i;
	utf8_quote(all, sizeof(all), shown, sizeof(shown));
	for (const char *at = shown; *at; at++)
		CU_ASSERT_TRUE((unsigned char)*at >= ' ' && *at != 0x7f);
	CU_ASSERT_STRING_EQUAL(utf8_quote("", 0, small, sizeof(small)), "");
	CU_ASSERT_STRING_EQUAL(utf8_quote("123456789012345", 15, small, sizeof(small)),
			       "123456789012345");
	CU_ASSERT_STRING_EQUAL(utf8_quote("1234567890123456", 16, small, sizeof(small)),
			       "123456789012...");
	CU_ASSERT_STRING_EQUAL(utf8_quote("123456789\x1b\x1b\x1b", 12, small, sizeof(small)),
			       "123456789...");
}

int main(void)
{
	static const struct test_row rows[] = {
		{ "decode", test_decode },
		{ "every character", test_every_character },
		{ "show", test_show },
		{ "quote", test_quote },
	};

	return suite_run("utf8", rows, ARRAY_SIZE(rows));
}
