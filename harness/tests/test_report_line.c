/*
 * test_report_line.c - the line that counts is found in whatever pieces it comes.
 */
#include <string.h>

#include "base/macros.h"
#include "run/report_line.h"
#include "tests/suite.h"

static const struct {
	const char *printed, *found;
} texts[] = {
	{ "==12==ERROR: AddressSanitizer: heap-buffer-overflow on address 0x6020001f\n"
	  "    #0 0x7f12 in read_all mine.c:27\n"
	  "SUMMARY: AddressSanitizer: heap-buffer-overflow mine.c:27 in read_all\n"
	  "Shadow bytes around the buggy address:\n",
	  "AddressSanitizer: heap-buffer-overflow mine.c:27 in read_all" },
	{ "hello\nmine.c:3:4: runtime error: load of misaligned address 0x7ffd12 for type 'int'\n",
	  "mine.c:3:4: runtime error: load of misaligned address 0x for type 'int'" },
	{ "a.c:1:2: runtime error: signed integer overflow\n"
	  "SUMMARY: UndefinedBehaviorSanitizer: undefined-behavior a.c:1:2 in f\n",
	  "a.c:1:2: runtime error: signed integer overflow" },
	{ "a.c:1:2: runtime error: shift\nSUMMARY: ThreadSanitizer: data race b.c:3 in g\n",
	  "ThreadSanitizer: data race b.c:3 in g" },
	{ "SUMMARY: UndefinedBehaviorSanitizer: undefined-behavior a.c:1:2 in f\n",
	  "UndefinedBehaviorSanitizer: undefined-behavior a.c:1:2 in f" },
	{ "SUMMARY: all is well\nruntime error\n", "" },
	{ "SUMMARY: AddressSanitizer: not a whole line", "" },
};

static void test_pieces(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		for (size_t piece = 1; piece < 80; piece++) {
			struct report_line report = { 0 };
			size_t size = strlen(texts[i].printed);

			for (size_t at = 0; at < size; at += piece)
				report_line_take(&report, texts[i].printed + at,
						 MIN(piece, size - at));
			CU_ASSERT_STRING_EQUAL(report.found, texts[i].found);
		}
}

/* Without line ends, with NULs: nothing is written beyond the end, and the next line counts. */
static void test_floods(void)
{
	static const char last[] = "\nSUMMARY: AddressSanitizer: bad-free a.c:1 in f\n";
	struct {
		struct report_line report;
		char guard[8];
	} room = { .guard = "guarded" };
	static char flood[5000];

	memset(flood, '0', sizeof(flood));
	memset(flood + 1000, 0, 1000);
	memcpy(flood, "SUMMARY: AddressSanitizer: 0x", 29);
	report_line_take(&room.report, flood, sizeof(flood));
	report_line_take(&room.report, "\n", 1);
	CU_ASSERT_STRING_EQUAL(room.report.found, "AddressSanitizer: 0x");
	report_line_take(&room.report, flood, sizeof(flood));
	report_line_take(&room.report, last, sizeof(last) - 1);
	CU_ASSERT_STRING_EQUAL(room.report.found, "AddressSanitizer: bad-free a.c:1 in f");
	CU_ASSERT_STRING_EQUAL(room.guard, "guarded");
}

int main(void)
{
	static const struct test_row rows[] = {
		{ "in pieces of any size", test_pieces },
		{ "floods", test_floods },
	};

	return suite_run("report_line", rows, ARRAY_SIZE(rows));
}
