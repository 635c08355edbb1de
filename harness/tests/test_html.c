/*
 * test_html.c - the report is well-formed, escaped, bounded and always the same, whatever the
 * results are.
 */
#include "suite.h"

#include <errno.h>
#include <libxml/parser.h>
#include <libxml/xpath.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/rng.h"
#include "fixture_results.h"
#include "fixture_trial.h"
#include "html/report.h"
#include "scratch.h"

/* Links to failures that are not on the page. */
static const char dead_links[] =
	"/html/body/main/section[@id='matrix']//a[not(substring(@href, 2) = "
	"/html/body/main/section[@id='failures']/div/article/@id)]";

/* The page, owned. */
static char *written(const struct results *results, size_t *ret_size)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, ret_size);

	if (!out || report_html(results, out) || fclose(out))
		abort();
	return text;
}

/* How many nodes of the page answer to this; -1 when the page is not well-formed. */
static int nodes(const char *text, size_t size, const char *path)
{
	xmlDocPtr doc = xmlReadMemory(text, (int)size, "report", NULL,
				      XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING |
					      XML_PARSE_HUGE);
	xmlXPathContextPtr context = doc ? xmlXPathNewContext(doc) : NULL;
	xmlXPathObjectPtr found =
		context ? xmlXPathEvalExpression((const xmlChar *)path, context) : NULL;
	int count = !found ? -1 : found->nodesetval ? found->nodesetval->nodeNr : 0;

	xmlXPathFreeObject(found);
	xmlXPathFreeContext(context);
	xmlFreeDoc(doc);
	return count;
}

static void test_content(void)
{
	struct results results;
	size_t size;
	char *text;

	fixture_results(&results);
	text = written(&results, &size);
	CU_ASSERT_EQUAL(nodes(text, size, "//h1"), 1);
	CU_ASSERT_EQUAL(nodes(text, size, "//table[@class='matrix']"), 4);
	CU_ASSERT_EQUAL(nodes(text, size, "//article"), 12);
	CU_ASSERT_EQUAL(nodes(text, size, "//svg[@class='chart']"), 12);
	CU_ASSERT_EQUAL(nodes(text, size, "//table[@class='events']"), 12);
	CU_ASSERT_EQUAL(nodes(text, size, "//table[@class='hex']"), 12);
	CU_ASSERT_TRUE(nodes(text, size, "//path[@class='landed']") >= 8);
	CU_ASSERT_TRUE(nodes(text, size, "//pre[@class='command']") >= 16);
	CU_ASSERT_EQUAL(nodes(text, size, "//section[@id='contracts']//tbody/tr"), 16);
	CU_ASSERT_EQUAL(nodes(text, size, "//section[@id='skips']//details"), 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "replay --target './my own.so' 'dt1 target="));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "OpenSSL is not installed"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "Linux 6.18.0 x86_64"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "Showing 44 of 223 events"));
	free(text);
	results_finish(&results);
}

/* Nothing that runs, nothing that is loaded, every id once. */
static void test_self_contained(void)
{
	struct results results;
	size_t size;
	char *text;

	fixture_results(&results);
	text = written(&results, &size);
	CU_ASSERT_EQUAL(nodes(text, size, "//script | //link | //img | //iframe | //object"), 0);
	CU_ASSERT_EQUAL(nodes(text, size, "//@src | //@style | //@onclick | //@onload"), 0);
	CU_ASSERT_EQUAL(nodes(text, size, "//@href[not(starts-with(., '#'))]"), 0);
	CU_ASSERT_TRUE(nodes(text, size, "//a[starts-with(@href, '#failure-')]") > 5);
	CU_ASSERT_EQUAL(nodes(text, size, dead_links), 0);
	CU_ASSERT_EQUAL(nodes(text, size, "//meta[@http-equiv='Content-Security-Policy']"), 1);
	free(text);
	results_finish(&results);
}

/* What is expected reads so and comes after what is not. */
static void test_order(void)
{
	struct results results;
	const char *unexpected, *planted, *beyond;
	size_t size;
	char *text;

	fixture_results(&results);
	text = written(&results, &size);
	unexpected = strstr(text, "id=\"unexpected\"");
	planted = strstr(text, "id=\"planted\"");
	beyond = strstr(text, "id=\"beyond\"");
	CU_ASSERT_TRUE(unexpected && planted && beyond);
	CU_ASSERT_TRUE(unexpected < planted && planted < beyond);
	CU_ASSERT_EQUAL(nodes(text, size, "//*[@id='unexpected']/article"), 1);
	CU_ASSERT_EQUAL(nodes(text, size, "//*[@id='planted']/article"), 5);
	CU_ASSERT_EQUAL(nodes(text, size, "//*[@id='beyond']/article"), 6);
	free(text);
	results_finish(&results);
	fixture_results_passed(&results);
	text = written(&results, &size);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "All 78 cases went as expected."));
	CU_ASSERT_PTR_NULL(strstr(text, "not as expected"));
	CU_ASSERT_PTR_NULL(strstr(text, "id=\"attention\""));
	CU_ASSERT_EQUAL(nodes(text, size, "//*[@id='planted']/article"), 5);
	free(text);
	results_finish(&results);
}

/* No byte of the page is one that text must not have. */
static bool harmless(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (((unsigned char)text[i] < ' ' && text[i] != '\n') || text[i] == 0x7f)
			return false;
	return !memmem(text, size, "\xe2\x80\xae", 3) && !memmem(text, size, "\xe2\x80\xa8", 3) &&
	       !memmem(text, size, "\xff", 1) && !strstr(text, "<script") &&
	       !strstr(text, "<img") && !strstr(text, "<!--") && !strstr(text, "<b>");
}

static void test_evil(void)
{
	struct results results;
	size_t size;
	char *text;

	fixture_results_evil(&results);
	text = written(&results, &size);
	CU_ASSERT_TRUE(nodes(text, size, "//section") > 5);
	CU_ASSERT_EQUAL(nodes(text, size, "//script | //img | //b"), 0);
	CU_ASSERT_TRUE(harmless(text, size));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "&lt;/script&gt;&lt;script&gt;"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "\\u{202e} bidi \\x1b[31m ansi"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "\\xff\\xfe bad \\xc0\\x80"));
	free(text);
	results_finish(&results);
}

/* Twice, and from a folder: the same bytes. */
static void test_same_bytes(void)
{
	struct results results, read;
	struct scratch scratch;
	size_t size, again_size, read_size;
	char *text, *again, *from_folder, message[512];

	CU_ASSERT_EQUAL_FATAL(scratch_init(&scratch), 0);
	fixture_results(&results);
	text = written(&results, &size);
	again = written(&results, &again_size);
	CU_ASSERT_EQUAL(fixture_results_write(&results, scratch_path(&scratch, "r")), 0);
	CU_ASSERT_EQUAL_FATAL(results_read(scratch_path(&scratch, "r"), &read, message,
					   sizeof(message)), 0);
	from_folder = written(&read, &read_size);
	CU_ASSERT_TRUE(size == again_size && !memcmp(text, again, size));
	CU_ASSERT_TRUE(size == read_size && !memcmp(text, from_folder, size));
	free(text);
	free(again);
	free(from_folder);
	results_finish(&read);
	results_finish(&results);
	scratch_finish(&scratch);
}

static void test_nothing(void)
{
	struct results results = { .run = json_object(), .verdict = VERDICT_SKIP,
				   .complete = true };
	size_t size;
	char *text = written(&results, &size);

	CU_ASSERT_EQUAL(nodes(text, size, "//h1[. = 'Nothing could run here.']"), 1);
	free(text);
	results.complete = false;
	results.verdict = VERDICT_INCONCLUSIVE;
	text = written(&results, &size);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "The run was cut off"));
	free(text);
	results_finish(&results);
}

/* 3,000 cases that all differ, each with failures: a few megabytes, the rest is counted. */
static void test_bounded(void)
{
	enum { CASES = 3000 };
	struct results results = { .run = json_object(), .verdict = VERDICT_VIOLATION };
	struct fixture_failure shape = { .target = "x/y", .operation = "read", .guilty = 3,
					 .damage = DAMAGE_LOST, .mechanism = MECH_UD,
					 .point = POINT_ARMED, .attempts = 9, .k = 5 };
	size_t size;
	char *text;

	results.cases = calloc(CASES, sizeof(struct case_result));
	for (unsigned i = 0; i < CASES; i++) {
		struct case_result *test = &results.cases[i];
		char *name = NULL;

		if (asprintf(&name, "suite%u", i % 100) < 0)
			abort();
		test->suite = name;
		if (asprintf(&name, "name%u", i) < 0)
			abort();
		test->id = name;
		test->scenario = strdup(name);
		test->target = strdup(name);
		test->operation = strdup(name);
		test->expect_text = strdup("pass");
		test->reason = strdup(name);
		test->declared = DT_ATOMIC;
		test->verdict = i % 2 ? VERDICT_VIOLATION : VERDICT_SKIP;
		test->index = i;
		test->failures = calloc(1, sizeof(struct failure));
		test->failure_count = 1;
		fixture_failure(&shape, test->failures);
	}
	results.case_count = CASES;
	text = written(&results, &size);
	CU_ASSERT_TRUE(size < 8 << 20);
	CU_ASSERT_EQUAL(nodes(text, size, "//article"), 60);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "Showing 60 of 3,000 groups of failures."));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "Showing 2,000 of 3,000 cases."));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "Showing 60 of 100 suites."));
	CU_ASSERT_EQUAL(nodes(text, size, dead_links), 0);
	free(text);
	results_finish(&results);
}

/* Events with any numbers at all are drawn without harm. */
static void test_wild_events(void)
{
	struct fixture_failure shape = { .target = "x/y", .operation = "read", .guilty = 3,
					 .damage = DAMAGE_LOST, .mechanism = MECH_UD,
					 .point = POINT_ARMED, .attempts = 12, .k = 5 };
	struct results results, few;
	struct rng rng;

	rng_init(&rng, 7);
	fixture_results(&results);
	few = results;
	few.cases = &results.cases[12]; /* one that has failures */
	few.case_count = 1;
	for (unsigned round = 0; round < 200; round++) {
		struct failure *failure = &few.cases[0].failures[0];
		size_t size;
		char *text;

		free(failure->events);
		fixture_failure(&shape, failure);
		for (unsigned i = 0; i < 40; i++) {
			struct event *event = &failure->events[rng_below(&rng,
									 failure->event_count)];

			event->kind = (uint8_t)rng_below(&rng, EVENT_KINDS);
			event->detail = (uint8_t)rng_next(&rng);
			event->offset = rng_next(&rng) >> rng_below(&rng, 64);
			event->size = (uint32_t)(rng_next(&rng) >> rng_below(&rng, 64));
			event->result = (int32_t)rng_next(&rng);
		}
		failure->event_count = (uint32_t)rng_below(&rng, failure->event_count + 1);
		failure->outcome.finding.from = rng_next(&rng) >> rng_below(&rng, 64);
		failure->outcome.finding.to = UINT64_MAX - rng_below(&rng, 2);
		failure->outcome.finding.guilty = (int32_t)rng_below(&rng, 4) - 1;
		text = written(&few, &size);
		if (nodes(text, size, "//svg[@class='chart']") < 0 || strstr(text, "nan") ||
		    !harmless(text, size))
			CU_FAIL("events broke the page");
		free(text);
	}
	results_finish(&results);
}

static void test_full_disk(void)
{
	struct results results;
	FILE *out = fopen("/dev/full", "w");

	CU_ASSERT_PTR_NOT_NULL_FATAL(out);
	fixture_results(&results);
	CU_ASSERT_EQUAL(report_html(&results, out), -ENOSPC);
	fclose(out);
	results_finish(&results);
}

int main(void)
{
	static const struct test_row rows[] = {
		{ "what the page holds", test_content },
		{ "self-contained", test_self_contained },
		{ "unexpected first", test_order },
		{ "evil text", test_evil },
		{ "same results, same bytes", test_same_bytes },
		{ "nothing ran", test_nothing },
		{ "bounded", test_bounded },
		{ "wild events", test_wild_events },
		{ "a full disk", test_full_disk },
	};
	int r = suite_run("html", rows, ARRAY_SIZE(rows));

	xmlCleanupParser();
	return r;
}
