/*
 * test_results_lies.c - results that somebody made up: refused with a message that names the
 * field, or read without harm; never a crash, never unbounded memory.
 */
#include "suite.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/macros.h"
#include "base/rng.h"
#include "fixture_results.h"
#include "run/results.h"
#include "scratch.h"

static struct scratch scratch;
static char *log_text, *run_text;
static size_t log_size, run_size;

/* A new file each time: one that is truncated and written again is flushed to the disk by ext4. */
static void store(const char *name, const char *text, size_t size)
{
	FILE *file;

	unlink(scratch_path(&scratch, name));
	file = fopen(scratch_path(&scratch, name), "wb");
	if (!file || fwrite(text, 1, size, file) != size || fclose(file))
		abort();
}

/* Reads the folder "lie" with this log; the result of results_read. */
static int read_lie(const char *log, size_t size, char message[512])
{
	struct results results;
	int r;

	store("lie/log.jsonl", log, size);
	r = results_read(scratch_path(&scratch, "lie"), &results, message, 512);
	if (!r)
		results_finish(&results);
	return r;
}

/* The log with the first `what` replaced, or NULL. */
static char *replaced(const char *what, const char *with, size_t *ret_size)
{
	char *at = strstr(log_text, what), *text;

	if (!at)
		return NULL;
	*ret_size = log_size - strlen(what) + strlen(with);
	text = malloc(*ret_size + 1);
	if (!text)
		abort();
	sprintf(text, "%.*s%s%s", (int)(at - log_text), log_text, with, at + strlen(what));
	return text;
}

static const struct lie {
	const char *what, *with, *message;
} lies[] = {
	{ "\"verdict\":\"pass\"", "\"verdict\":\"fine\"", "'verdict'" },
	{ "\"verdict\":\"pass\"", "\"verdict\":3", "'verdict'" },
	{ "\"declared\":\"atomic\"", "\"declared\":[]", "'declared'" },
	{ "\"wire\":\"pipe\"", "\"wire\":\"carrier pigeon\"", "'wire'" },
	{ "\"index\":0", "\"index\":-1", "'index'" },
	{ "\"index\":0", "\"index\":99999999999", "'index'" },
	{ "\"index\":0", "\"index\":1e300", "'index'" },
	{ "\"id\":\"", "\"id\":7,\"x\":\"", "'id'" },
	{ "\"seconds\":1.25", "\"seconds\":-1", "'seconds'" },
	{ "\"trials\":2000", "\"trials\":7", "'verdicts'" },
	{ "\"trials\":2000", "\"trials\":\"0xffffffffffffffff\"", "'trials'" },
	{ "\"trials\":2000", "\"trials\":\"0xq\"", "'trials'" },
	{ "\"async_cancel/ud\":[", "\"async_cancel/ud\":[1,", "'points'" },
	{ "\"async_cancel/ud\":[", "\"async_cancel/no\":[", "'points'" },
	{ "\"async_cancel/ud\":[1", "\"async_cancel/ud\":[9", "'points'" },
	{ "\"armed\":{", "\"harmed\":{", "'points'" },
	{ "\"armed\":{", "\"armed\":7,\"x\":{", "'points'" },
	{ "\"mid\":", "\"mid\":9", "'callers'" },
	{ "\"callers\":{\"", "\"callers\":{\"x", "'callers'" },
	{ "\"met\":[\"atomic\"]", "\"met\":[\"atomic\",\"a\",\"a\",\"a\",\"a\",\"a\"]", "'met'" },
	{ "\"kind\":\"pass\"", "\"kind\":\"any failure\"", "'kind'" },
	{ "\"expect\":{", "\"expect\":[],\"x\":{", "'expect'" },
	{ "\"plan\":\"dt1 ", "\"plan\":\"dt9 ", "'plan'" },
	{ "\"plan\":\"", "\"plan\":\"%s", "'plan'" },
	{ "\"guilty\":0", "\"guilty\":3", "'guilty'" },
	{ "\"guilty\":0", "\"guilty\":-2", "'guilty'" },
	{ "\"guilty\":0", "\"guilty\":4294967296", "'guilty'" },
	{ "\"records\":[{", "\"records\":[{},{", "'records'" },
	{ "\"point\":\"armed\"", "\"point\":\"retry\"", "'point'" },
	{ "\"landed\":1", "\"landed\":4", "'landed'" },
	{ "\"reproduced\":3", "\"reproduced\":4", "'reproduced'" },
	{ "[\"attempt\",0", "[\"attempt\",256", "'events'" },
	{ "[\"attempt\",0,0", "[\"attempt\",0,2", "'events'" },
	{ "[\"attempt\",", "[\"attack\",", "'events'" },
	{ "[\"attempt\",", "[", "'events'" },
	{ "\"expected\":\"", "\"expected\":\"0", "'expected'" },
	{ "\"expected\":\"", "\"expected\":\"zz", "'expected'" },
	{ "\"from\":", "\"from\":9", "'from'" },
	{ "\"interrupted\":false", "\"interrupted\":0", "'interrupted'" },
	{ "\"t\":\"case\"", "\"t\":\"end\"", "'" },
	{ "\"t\":\"case\"", "\"u\":\"case\"", "'t'" },
	{ "\"t\":\"case\"", "\"t\":\"case\",\"t\":\"case\"", "not a JSON object" },
	{ "\n", "\n[1]\n", "not a JSON object" },
	{ "\n", "\nnull\n", "not a JSON object" },
	{ "\n", "\n\n", "not a JSON object" },
};

static void test_lies(void)
{
	for (unsigned i = 0; i < ARRAY_SIZE(lies); i++) {
		char message[512] = "";
		size_t size = 0;
		char *text = replaced(lies[i].what, lies[i].with, &size);

		if (!text || read_lie(text, size, message) != -EBADMSG ||
		    !strstr(message, lies[i].message) || !strstr(message, "line ")) {
			printf("\n    %s -> %s: '%s'", lies[i].what, lies[i].with, message);
			CU_FAIL("a lie was not refused by name");
		}
		free(text);
	}
}

/* The record of a later version with the same schema is passed over. */
static void test_unknown_record(void)
{
	char message[512];
	size_t size;
	char *text = replaced("\n", "\n{\"t\":\"weather\",\"sun\":true}\n", &size);

	CU_ASSERT_EQUAL(read_lie(text, size, message), 0);
	free(text);
}

static void test_case_twice(void)
{
	const char *line = strstr(log_text, "{\"");
	size_t length = (size_t)(strchr(line, '\n') + 1 - line);
	char *text = malloc(log_size + length), message[512];

	if (!text)
		abort();
	memcpy(text, line, length);
	memcpy(text + length, log_text, log_size);
	CU_ASSERT_EQUAL(read_lie(text, log_size + length, message), -EBADMSG);
	CU_ASSERT_PTR_NOT_NULL(strstr(message, "already"));
	free(text);
}

static void test_run_lies(void)
{
	static const struct lie rows[] = {
		{ "", "[]", "object" },
		{ "", "{}", "version" },
		{ "", "{\"version\": 2}", "another version" },
		{ "", "{\"version\": \"1\"}", "version" },
		{ "", "{\"version\": 1", "object" },
		{ "", "", "object" },
	};

	store("lie/log.jsonl", log_text, log_size);
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		struct results results;
		char message[512] = "";

		store("lie/run.json", rows[i].with, strlen(rows[i].with));
		CU_ASSERT_EQUAL(results_read(scratch_path(&scratch, "lie"), &results, message,
					     sizeof(message)),
				-EBADMSG);
		CU_ASSERT_PTR_NOT_NULL(strstr(message, rows[i].message));
	}
	store("lie/run.json", run_text, run_size);
}

/* A gigabyte, a pipe, a folder: refused at once. */
static void test_not_a_log(void)
{
	struct results results;
	char message[512] = "";

	store("lie/log.jsonl", "", 0);
	CU_ASSERT_EQUAL(truncate(scratch_path(&scratch, "lie/log.jsonl"), 1L << 30), 0);
	CU_ASSERT_EQUAL(results_read(scratch_path(&scratch, "lie"), &results, message, 512),
			-EFBIG);
	unlink(scratch_path(&scratch, "lie/log.jsonl"));
	CU_ASSERT_EQUAL(mkfifo(scratch_path(&scratch, "lie/log.jsonl"), 0600), 0);
	CU_ASSERT_EQUAL(results_read(scratch_path(&scratch, "lie"), &results, message, 512),
			-EFBIG);
	unlink(scratch_path(&scratch, "lie/log.jsonl"));
	CU_ASSERT_EQUAL(results_read(scratch_path(&scratch, "lie"), &results, message, 512),
			-ENOENT);
	CU_ASSERT_PTR_NOT_NULL(strstr(message, "log.jsonl"));
	CU_ASSERT_EQUAL(results_read(scratch_path(&scratch, "none"), &results, message, 512),
			-ENOENT);
}

static void test_deep(void)
{
	size_t depth = 1000000;
	char *text = malloc(depth + 2), message[512];

	if (!text)
		abort();
	memset(text, '[', depth);
	text[depth] = '\n';
	CU_ASSERT_EQUAL(read_lie(text, depth + 1, message), -EBADMSG);
	free(text);
}

/* One change at a random place: what it may be is whatever happens to be elsewhere in the log. */
static size_t mutate(struct rng *rng, char *text, size_t size)
{
	size_t at = rng_below(rng, size), length = 1 + rng_below(rng, 12);
	size_t from = rng_below(rng, size);

	length = MIN(length, size - MAX(at, from));
	switch (rng_below(rng, 4)) {
	case 0:
		text[at] = (char)rng_below(rng, 256);
		return size;
	case 1:
		memmove(text + at, text + from, length);
		return size;
	case 2:
		memmove(text + at, text + at + length, size - at - length);
		return size - length;
	default:
		text[at] = "0123456789-[]{},:\"\\ntf"[rng_below(rng, 22)];
		return size;
	}
}

static void test_byte_mutations(void)
{
	unsigned refused = 0, read = 0;
	char *text = malloc(log_size + 1), message[512];
	struct rng rng;

	if (!text)
		abort();
	rng_init(&rng, 42);
	for (unsigned i = 0; i < 1500; i++) {
		size_t size = log_size;
		int r;

		memcpy(text, log_text, size);
		for (uint64_t n = 1 + rng_below(&rng, 3); n; n--)
			size = mutate(&rng, text, size);
		r = read_lie(text, size, message);
		*(r ? &refused : &read) += 1;
		if (r && (r != -EBADMSG || !*message))
			CU_FAIL("refused without saying why");
	}
	free(text);
	CU_ASSERT_TRUE(refused > 400 && read > 20);
}

/* Puts something else in the place of a random value, somewhere below `value`. */
static void distort(struct rng *rng, json_t *value)
{
	static const char *const odd[] = {
		"-1", "0", "1", "7", "255", "4096", "4294967296", "9223372036854775807",
		"\"0xffffffffffffffff\"", "\"0xffffffff\"", "\"\"", "\"pass\"", "\"lost\"",
		"\"armed\"", "\"control\"", "\"%n%s\"", "[]", "[[]]", "{}", "null", "true",
		"1e308", "-0.5",
	};
	size_t size = json_is_object(value) ? json_object_size(value) : json_array_size(value);
	size_t at = rng_below(rng, MAX(size, 1));
	const char *key = NULL;
	json_t *inner, *other;
	void *place;

	if (json_is_object(value)) {
		place = json_object_iter(value);
		while (at-- && place)
			place = json_object_iter_next(value, place);
		key = place ? json_object_iter_key(place) : NULL;
		inner = place ? json_object_iter_value(place) : NULL;
	} else {
		inner = json_array_get(value, at);
	}
	if ((json_object_size(inner) || json_array_size(inner)) && rng_below(rng, 8)) {
		distort(rng, inner);
		return;
	}
	other = json_loads(odd[rng_below(rng, ARRAY_SIZE(odd))], JSON_DECODE_ANY, NULL);
	if (key && !rng_below(rng, 6))
		json_object_del(value, key);
	else if (key)
		json_object_set(value, key, other);
	else if (size)
		json_array_set(value, at, other);
	json_decref(other);
}

/* Valid JSON that means something else: gets past the syntax, to every check of a field. */
static void test_value_mutations(void)
{
	unsigned refused = 0, read = 0;
	char message[512], *out = malloc(log_size * 4);
	struct rng rng;

	if (!out)
		abort();
	rng_init(&rng, 43);
	for (unsigned i = 0; i < 3000; i++) {
		const char *line = log_text;
		size_t size = 0;
		int r;

		for (uint64_t skip = rng_below(&rng, 5); line[0]; line = strchr(line, '\n') + 1) {
			json_t *record = json_loadb(line, strcspn(line, "\n"), 0, NULL);

			if (!skip--)
				distort(&rng, record);
			size += json_dumpb(record, out + size, log_size * 4 - size, JSON_COMPACT);
			out[size++] = '\n';
			json_decref(record);
		}
		r = read_lie(out, size, message);
		*(r ? &refused : &read) += 1;
		if (r && (r != -EBADMSG || !*message))
			CU_FAIL("refused without saying why");
	}
	free(out);
	CU_ASSERT_TRUE(refused > 400 && read > 200);
}

/* A log with three cases and their first failures, so that each mutation is cheap. */
static void make_log(void)
{
	static const unsigned wanted[] = { 0, 12, 42 };
	struct case_result cases[ARRAY_SIZE(wanted)];
	struct results results, few;

	fixture_results(&results);
	few = results;
	few.cases = cases;
	few.case_count = ARRAY_SIZE(wanted);
	for (unsigned i = 0; i < few.case_count; i++) {
		cases[i] = results.cases[wanted[i]];
		cases[i].index = i;
		cases[i].failure_count = cases[i].failure_count ? 1 : 0;
		if (cases[i].failure_count)
			cases[i].failures[0].event_count = 40;
	}
	if (fixture_results_write(&few, scratch_path(&scratch, "lie")))
		abort();
	results_finish(&results);
	log_text = scratch_load(&scratch, "lie/log.jsonl", &log_size);
	run_text = scratch_load(&scratch, "lie/run.json", &run_size);
}

int main(void)
{
	static const struct test_row rows[] = {
		{ "lies are refused by name", test_lies },
		{ "unknown records are passed over", test_unknown_record },
		{ "a case twice", test_case_twice },
		{ "run.json", test_run_lies },
		{ "not a log at all", test_not_a_log },
		{ "deep nesting", test_deep },
		{ "mutated bytes", test_byte_mutations },
		{ "mutated values", test_value_mutations },
	};
	int r;

	if (scratch_init(&scratch))
		return 99;
	make_log();
	r = suite_run("results_lies", rows, ARRAY_SIZE(rows));
	free(log_text);
	free(run_text);
	scratch_finish(&scratch);
	return r;
}
