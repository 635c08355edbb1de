/*
 * test_nearest.c - the word that was meant, and silence where a guess would only confuse.
 */
#include "model/nearest.h"

#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "suite.h"

static void test_distance(void)
{
	static const struct {
		const char *left, *right;
		unsigned distance;
	} rows[] = {
		{ "", "", 0 },	       { "", "abc", 3 },	  { "abc", "abc", 0 },
		{ "abc", "acb", 1 },   { "trails", "trials", 1 }, { "unx", "unix", 1 },
		{ "wires", "rings", 3 }, { "abcd", "badc", 2 },	  { "ca", "abc", 3 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CU_ASSERT_EQUAL(nearest_distance(rows[i].left, rows[i].right), rows[i].distance);
		CU_ASSERT_EQUAL(nearest_distance(rows[i].right, rows[i].left), rows[i].distance);
	}
}

static void test_offer(void)
{
	static const char *const words[] = { "wires", "rings", "trials", "unit", "tags" };
	static const struct {
		const char *typed, *meant;
	} rows[] = {
		{ "trails", "trials" }, { "wire", "wires" },   { "ring", "rings" },
		{ "uint", "unit" },	{ "tag", "tags" },     { "x", NULL },
		{ "", NULL },		{ "budget", NULL },    { "unit", "unit" },
		{ "rnigs", "rings" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct nearest nearest = { .word = rows[i].typed };

		for (size_t j = 0; j < ARRAY_SIZE(words); j++)
			nearest_offer(&nearest, words[j]);
		CU_ASSERT_TRUE(rows[i].meant ? nearest.best && !strcmp(nearest.best, rows[i].meant)
					     : !nearest.best);
	}
}

static void test_long_words(void)
{
	char *left = calloc(1, 100001), *right = calloc(1, 100001);

	CU_ASSERT_PTR_NOT_NULL_FATAL(left);
	CU_ASSERT_PTR_NOT_NULL_FATAL(right);
	memset(left, 'a', 100000);
	memset(right, 'b', 100000);
	CU_ASSERT_EQUAL(nearest_distance(left, right), 64);
	free(left);
	free(right);
}

int main(void)
{
	static const struct test_row rows[] = {
		{ "distance", test_distance },
		{ "offer", test_offer },
		{ "long words", test_long_words },
	};

	return suite_run("nearest", rows, ARRAY_SIZE(rows));
}
