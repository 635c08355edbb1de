/*
 * test_words.c - every value of every set has one name, found again, and one line of meaning.
 */
#include <errno.h>
#include <string.h>

#include "base/macros.h"
#include "model/words.h"
#include "model/words_read.h"
#include "tests/suite.h"

/* The words are in files that people keep: a changed spelling breaks their plans. */
static const struct {
	enum words set;
	const char *names;
} golden[] = {
	{ WORDS_WIRE, "pipe unix tcp" },
	{ WORDS_RING, "plain coop defer sqpoll" },
	{ WORDS_POINT, "before batch-blocked batch-ready armed ready partial partial:kernel raced "
		       "late recovery timer async retry" },
	{ WORDS_MECHANISM, "async_cancel/ud async_cancel/fd async_cancel/fd+all async_cancel/op "
			   "async_cancel/op+all async_cancel/any sync_cancel link_timeout stop "
			   "drop" },
	{ WORDS_CALLER, "same fresh other rest abandon" },
	{ WORDS_CONDITION, "none eof-mid-unit epipe reset malformed write-zero" },
	{ WORDS_DAMAGE, "none lost duplicated reordered corrupted stale truncated false-eof "
			"misreported late-write leak hang crash wrong-error" },
	{ WORDS_EXPECT, "pass met violation control" },
	{ WORDS_VERDICT, "pass inconclusive violation error skip" },
	{ WORDS_LANDING, "never too-late landed" },
	{ WORDS_FEED, "late early mixed" },
	{ WORDS_CONTRACT, "none atomic resumable partial terminal" },
	{ WORDS_UNIT, "none bytes frames lines" },
	{ WORDS_HEADER, "none u8 u16be u16le u32be u32le varint" },
	{ WORDS_DIRECTION, "none reader writer relay duplex" },
	{ WORDS_PROGRESS, "none result used" },
};

static void test_spelling(void)
{
	char line[400];

	CU_ASSERT_EQUAL(ARRAY_SIZE(golden), WORDS_SETS);
	for (unsigned i = 0; i < ARRAY_SIZE(golden); i++) {
		line[0] = 0;
		for (unsigned value = 0; value < word_count(golden[i].set); value++) {
			strcat(line, value ? " " : "");
			strcat(line, word_name(golden[i].set, value));
		}
		CU_ASSERT_STRING_EQUAL(line, golden[i].names);
	}
}

static void test_found_again(void)
{
	for (enum words set = 0; set < WORDS_SETS; set++)
		for (unsigned value = 0; value < word_count(set); value++) {
			const char *name = word_name(set, value);

			CU_ASSERT_PTR_NOT_NULL_FATAL(name);
			CU_ASSERT_EQUAL(word_find(set, name), (int)value);
			CU_ASSERT(strlen(word_meaning(set, value)) > 3);
			CU_ASSERT(strlen(word_meaning(set, value)) < 72);
			CU_ASSERT_PTR_NULL(strchr(word_meaning(set, value), '\n'));
		}
}

static void test_outside(void)
{
	CU_ASSERT_STRING_EQUAL(word_name(WORDS_WIRE, WIRE_COUNT), "?");
	CU_ASSERT_STRING_EQUAL(word_meaning(WORDS_WIRE, 1U << 31), "");
	CU_ASSERT_EQUAL(word_find(WORDS_WIRE, "udp"), -1);
	CU_ASSERT_EQUAL(word_find(WORDS_WIRE, ""), -1);
	CU_ASSERT_EQUAL(word_find(WORDS_WIRE, "unix "), -1);
}

/* Whoever a weaker contract allows, the stronger one allows too; nobody bears a "none". */
static void test_callers(void)
{
	unsigned atomic = callers_of_contract(DT_ATOMIC);
	unsigned resumable = callers_of_contract(DT_RESUMABLE);
	unsigned partial = callers_of_contract(DT_PARTIAL);
	unsigned terminal = callers_of_contract(DT_TERMINAL);

	CU_ASSERT_EQUAL(atomic, BIT(CALLER_SAME) | BIT(CALLER_FRESH) | BIT(CALLER_OTHER) |
					BIT(CALLER_REST) | BIT(CALLER_ABANDON));
	CU_ASSERT_EQUAL(resumable, BIT(CALLER_SAME) | BIT(CALLER_ABANDON));
	CU_ASSERT_EQUAL(partial, BIT(CALLER_REST) | BIT(CALLER_ABANDON));
	CU_ASSERT_EQUAL(terminal, BIT(CALLER_ABANDON));
	CU_ASSERT_EQUAL(callers_of_contract((enum dt_contract)DT_NONE_MET), 0);
}

static void test_lists(void)
{
	static const struct {
		enum words set;
		const char *text;
		unsigned bits;
		const char *message; /* NULL: it is right */
	} lists[] = {
		{ WORDS_WIRE, "unix", BIT(WIRE_UNIX), NULL },
		{ WORDS_WIRE, "tcp,pipe,tcp", BIT(WIRE_TCP) | BIT(WIRE_PIPE), NULL },
		{ WORDS_RING, "all", BIT(RING_COUNT) - 1, NULL },
		{ WORDS_WIRE, "unxi", 0, "unknown word 'unxi'; did you mean 'unix'?" },
		{ WORDS_WIRE, "x", 0, "unknown word 'x'; it is one of: pipe, unix, tcp" },
		{ WORDS_WIRE, "", 0, "unknown word ''; it is one of: pipe, unix, tcp" },
		{ WORDS_WIRE, "unix, tcp", BIT(WIRE_UNIX), "unknown word ' tcp'" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		char message[400] = "";
		unsigned bits = 0;
		int error = words_read(lists[i].set, lists[i].text, &bits, message,
				       sizeof(message));

		CU_ASSERT_EQUAL(error, lists[i].message ? -EINVAL : 0);
		CU_ASSERT_EQUAL(bits, lists[i].bits);
		CU_ASSERT_PTR_NOT_NULL(strstr(message, lists[i].message ? lists[i].message : ""));
	}
}

static const struct test_row rows[] = {
	{ "the spelling of every word", test_spelling },
	{ "every name leads back to its value", test_found_again },
	{ "values and names outside the sets", test_outside },
	{ "the callers of each contract", test_callers },
	{ "lists of words", test_lists },
};

int main(void)
{
	return suite_run("words", rows, ARRAY_SIZE(rows));
}
