/*
 * test_problems.c - problems come out in order of place, the first fifty of them, each with its
 * line cut to what can be read.
 */
#include "model/problems.h"

#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "suite.h"

static char *print(const struct problems *problems)
{
	size_t size;
	char *text;
	FILE *out = open_memstream(&text, &size);

	CU_ASSERT_PTR_NOT_NULL_FATAL(out);
	problems_print(problems, out);
	CU_ASSERT_EQUAL_FATAL(fclose(out), 0);
	return text;
}

static void test_order(void)
{
	static const char text[] = "one\ntwo\nthree\n";
	struct problems problems;
	char *said;

	problems_init(&problems, "f", text, strlen(text));
	problems_add(&problems, (struct span){ 3, 2, 4 }, "late");
	problems_add(&problems, (struct span){ 1, 3, 4 }, "early");
	problems_add(&problems, (struct span){ 1, 1, 4 }, "first");
	problems_add(&problems, (struct span){ 3, 2, 0 }, "%s", "latest");
	said = print(&problems);
	CU_ASSERT_STRING_EQUAL(said, "f:1:1: error: first\none\n^~~\n"
				     "f:1:3: error: early\none\n  ^\n"
				     "f:3:2: error: late\nthree\n ^~\n"
				     "f:3:2: error: latest\nthree\n ^\n");
	free(said);
}

/* The ones kept are the first by place, whatever the order they were found in. */
static void test_limit(void)
{
	struct problems problems;
	char *said;

	problems_init(&problems, "f", "", 0);
	for (uint32_t line = 200; line; line--)
		problems_add(&problems, (struct span){ line, 1, 0 }, "here");
	CU_ASSERT_EQUAL(problems.count, PROBLEMS_MAX);
	CU_ASSERT_EQUAL(problems.more, 150);
	for (unsigned i = 0; i < problems.count; i++)
		CU_ASSERT_EQUAL(problems.kept[i].span.line, i + 1);
	said = print(&problems);
	CU_ASSERT_PTR_NOT_NULL(strstr(said, "f:50:1: error: here\nf: and 150 more\n"));
	free(said);
}

static void test_long_message(void)
{
	struct problems problems;
	char text[1000];

	memset(text, 'x', sizeof(text));
	problems_init(&problems, "f", "", 0);
	problems_add(&problems, (struct span){ 1, 1, 0 }, "%.*s", (int)sizeof(text), text);
	CU_ASSERT_EQUAL(strlen(problems.kept[0].text), PROBLEM_TEXT_MAX - 1);
}

/* Wherever the caret is in a line, what is printed stays narrow and the caret under its place. */
static void test_long_line(void)
{
	char line[1000];

	for (unsigned column = 1; column <= sizeof(line) + 1; column += 7) {
		struct problems problems;
		char *said, *shown, *caret;

		memset(line, '.', sizeof(line));
		if (column <= sizeof(line))
			line[column - 1] = '!';
		problems_init(&problems, "f", line, sizeof(line));
		problems_add(&problems, (struct span){ 1, column, column + 1 }, "x");
		said = print(&problems);
		shown = strchr(said, '\n') + 1;
		caret = strchr(shown, '\n') + 1;
		CU_ASSERT_TRUE(caret - shown <= 107);
		if (column <= sizeof(line))
			CU_ASSERT_EQUAL(strchr(shown, '!') - shown, strchr(caret, '^') - caret);
		free(said);
	}
}

/* Escapes and wide characters move the caret along. */
static void test_caret(void)
{
	static const struct {
		const char *text;
		struct span span;
		const char *said;
	} rows[] = {
		{ "\x1b!", { 1, 2, 3 }, "\\x1b!\n    ^\n" },
		{ "\t!", { 1, 2, 3 }, " !\n ^\n" },
		{ "\xe6\xbc\xa2!", { 1, 2, 3 }, "\xe6\xbc\xa2!\n  ^\n" },
		{ "\xff\xfe", { 1, 2, 3 }, "\\xff\\xfe\n    ^~~~\n" },
		{ "ab\r\n", { 1, 9, 9 }, "ab\n  ^\n" },
		{ "ab", { 1, 3, 0 }, "ab\n  ^\n" },
		{ "ab", { 2, 1, 0 }, "" },
		{ "a\n\nb", { 2, 1, 0 }, "\n^\n" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct problems problems;
		char *said;

		problems_init(&problems, "f", rows[i].text, strlen(rows[i].text));
		problems_add(&problems, rows[i].span, "x");
		said = print(&problems);
		CU_ASSERT_STRING_EQUAL(strchr(said, '\n') + 1, rows[i].said);
		free(said);
	}
}

static void test_span_at(void)
{
	static const char text[] = "a\xe6\xbc\xa2z\n\xff\xffx";
	static const struct {
		size_t offset;
		uint32_t line, column;
	} rows[] = {
		{ 0, 1, 1 }, { 1, 1, 2 }, { 4, 1, 3 }, { 6, 2, 1 }, { 8, 2, 3 }, { 99, 2, 4 },
	};
	struct problems problems;

	problems_init(&problems, "f", text, sizeof(text) - 1);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct span span = problems_span_at(&problems, rows[i].offset);

		CU_ASSERT_EQUAL(span.line, rows[i].line);
		CU_ASSERT_EQUAL(span.column, rows[i].column);
	}
}

int main(void)
{
	static const struct test_row rows[] = {
		{ "order", test_order },
		{ "limit", test_limit },
		{ "long message", test_long_message },
		{ "long line", test_long_line },
		{ "caret", test_caret },
		{ "place of a byte", test_span_at },
	};

	return suite_run("problems", rows, ARRAY_SIZE(rows));
}
