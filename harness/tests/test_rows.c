/*
 * test_rows.c - rows.bin: every trial while there is room, then a uniform sample that does not
 * depend on the order of trials.
 */
#include "suite.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/macros.h"
#include "model/history.h"
#include "run/results_rows.h"
#include "scratch.h"

static struct scratch scratch;
static const char *page; /* docs/results.md */

static int folder(const char *name)
{
	mkdir(scratch_path(&scratch, name), 0700);
	return open(scratch_path(&scratch, name), O_RDONLY | O_DIRECTORY);
}

static struct row sample(uint32_t index, uint64_t trial)
{
	return (struct row){ .index = index, .trial = trial, .point = ROW_NONE,
			     .mechanism = ROW_NONE };
}

/* Writes `count` trials of four cases, forwards or backwards. */
static void fill(const char *name, uint64_t rows_max, uint32_t count, bool backwards)
{
	int directory = folder(name);
	struct rows *rows;

	CU_ASSERT_EQUAL_FATAL(rows_open(&rows, directory, 42, rows_max, false, NULL, 0), 0);
	for (uint32_t i = 0; i < count; i++) {
		uint32_t n = backwards ? count - 1 - i : i;
		struct row row = sample(n % 4, n / 4);

		CU_ASSERT_EQUAL(rows_add(rows, &row), 0);
	}
	CU_ASSERT_EQUAL(rows_flush(rows), 0);
	rows_close(rows);
	close(directory);
}

static int order(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	if (x->trial != y->trial)
		return x->trial < y->trial ? -1 : 1;
	return x->index < y->index ? -1 : x->index > y->index;
}

static struct row *load(const char *name, uint64_t *ret_count, unsigned *ret_level)
{
	char message[256];
	struct row *rows;

	CU_ASSERT_EQUAL_FATAL(rows_read(scratch_path(&scratch, name), &rows, ret_count, ret_level,
					message, sizeof(message)), 0);
	qsort(rows, *ret_count, sizeof(*rows), order);
	return rows;
}

static void test_row_round_trip(void)
{
	static const struct row row = {
		.trial = 0x0123456789abcdefULL, .offset = 0xfedcba9876543210ULL,
		.index = 0xdeadbeef, .damaged = 77, .verdict = 2, .damage = 3, .caller = 4,
		.asked = 5, .landed = 6, .point = 7, .mechanism = 8, .flags = 9,
	};
	unsigned char bytes[ROW_SIZE];
	struct row back;

	row_encode(&row, bytes);
	CU_ASSERT_EQUAL(bytes[0], 0xef);
	CU_ASSERT_EQUAL(bytes[31], 9);
	row_decode(bytes, &back);
	CU_ASSERT_EQUAL(memcmp(&row, &back, sizeof(row)), 0);
}

static void test_row_fill(void)
{
	struct outcome outcome = { .verdict = VERDICT_VIOLATION, .spent = true };
	struct plan plan;
	struct row row;

	plan_init(&plan);
	plan.cancellation_count = 3;
	plan.caller = CALLER_REST;
	outcome.finding = (struct finding){ .damage = DAMAGE_LOST, .from = 40, .to = 45 };
	outcome.records[1] = (struct landing_record){ .landing = LANDING_LANDED,
						      .point = POINT_RACED,
						      .mechanism = MECH_SYNC, .offset = 99 };
	outcome.records[2] = (struct landing_record){ .landing = LANDING_LANDED, .mid = true,
						      .point = POINT_LATE, .offset = 120 };
	row_fill(&row, 7, UINT64_MAX, &plan, &outcome);
	CU_ASSERT_EQUAL(row.index, 7);
	CU_ASSERT_EQUAL(row.verdict, VERDICT_VIOLATION);
	CU_ASSERT_EQUAL(row.damage, DAMAGE_LOST);
	CU_ASSERT_EQUAL(row.damaged, 5);
	CU_ASSERT_EQUAL(row.caller, CALLER_REST);
	CU_ASSERT_EQUAL(row.asked, 3);
	CU_ASSERT_EQUAL(row.landed, 2);
	CU_ASSERT_EQUAL(row.point, POINT_RACED);
	CU_ASSERT_EQUAL(row.mechanism, MECH_SYNC);
	CU_ASSERT_EQUAL(row.offset, 99);
	CU_ASSERT_EQUAL(row.flags, ROW_CONTROL | ROW_MID | ROW_SPENT);
}

static void test_all_kept(void)
{
	uint64_t count;
	unsigned level;
	struct row *rows;

	fill("all", 1000, 1000, false);
	rows = load("all", &count, &level);
	CU_ASSERT_EQUAL(count, 1000);
	CU_ASSERT_EQUAL(level, 0);
	for (uint32_t i = 0; i < count; i++)
		CU_ASSERT_TRUE(rows[i].trial == i / 4 && rows[i].index == i % 4);
	free(rows);
}

/* 200,000 trials in 1,000 rows: bounded, spread evenly, and the same whatever the order. */
static void test_sampled(void)
{
	uint64_t count, other, per_case[4] = { 0 }, early = 0;
	unsigned level, other_level;
	struct row *rows, *others;
	struct stat st;

	fill("forwards", 1000, 200000, false);
	fill("backwards", 1000, 200000, true);
	rows = load("forwards", &count, &level);
	others = load("backwards", &other, &other_level);
	CU_ASSERT_TRUE(count <= 1000 && count > 350);
	CU_ASSERT_TRUE(level == 8 || level == 9);
	CU_ASSERT_EQUAL(level, other_level);
	CU_ASSERT_TRUE(count == other && !memcmp(rows, others, count * sizeof(*rows)));
	for (uint64_t i = 0; i < count; i++) {
		per_case[rows[i].index]++;
		early += rows[i].trial < 25000;
	}
	for (unsigned i = 0; i < 4; i++)
		CU_ASSERT_TRUE(per_case[i] > count / 8 && per_case[i] < count * 3 / 8);
	CU_ASSERT_TRUE(early > count * 2 / 5 && early < count * 3 / 5);
	CU_ASSERT_EQUAL(stat(scratch_path(&scratch, "forwards/rows.bin"), &st), 0);
	CU_ASSERT_EQUAL(st.st_size, (off_t)(32 + count * ROW_SIZE));
	free(rows);
	free(others);
}

/* Rows of cases that were not complete go away; they will be run again. */
static void test_resume(void)
{
	static const struct rows_kept done[] = { { 1, ROWS_ALL }, { 3, ROWS_ALL } };
	struct rows *writer;
	struct row *rows, row = sample(0, 5);
	uint64_t count;
	unsigned level;
	int directory;

	fill("resume", 1000, 400, false);
	CU_ASSERT_EQUAL(truncate(scratch_path(&scratch, "resume/rows.bin"), 32 + 400 * 32 - 5), 0);
	directory = folder("resume");
	CU_ASSERT_EQUAL_FATAL(rows_open(&writer, directory, 42, 1000, true, done, 2), 0);
	CU_ASSERT_EQUAL(rows_add(writer, &row), 0);
	CU_ASSERT_EQUAL(rows_flush(writer), 0);
	rows_close(writer);
	rows = load("resume", &count, &level);
	CU_ASSERT_EQUAL(count, 200); /* 100 and 99 that were not torn, and the new one */
	for (uint64_t i = 0; i < count; i++)
		CU_ASSERT_TRUE(rows[i].index % 2 == 1 || rows[i].trial == 5);
	free(rows);
	CU_ASSERT_EQUAL_FATAL(rows_open(&writer, directory, 42, 20, true, done, 2), 0);
	rows_close(writer);
	rows = load("resume", &count, &level);
	CU_ASSERT_TRUE(count <= 20 && level >= 3);
	free(rows);
	close(directory);
}

static void test_not_rows(void)
{
	static const struct {
		off_t at;
		unsigned char byte;
	} lies[] = { { 0, 'X' }, { 8, 31 }, { 12, 200 }, { 31, 1 }, { 32 + 24, 9 },
		     { 32 + 25, 77 }, { 32 + 28, 3 }, { 32 + 29, 4 } };

	for (unsigned i = 0; i < ARRAY_SIZE(lies); i++) {
		char message[256] = "";
		struct row *rows;
		uint64_t count;
		unsigned level;
		int fd;

		fill("lie", 10, 4, false);
		fd = open(scratch_path(&scratch, "lie/rows.bin"), O_WRONLY);
		CU_ASSERT_EQUAL(pwrite(fd, &lies[i].byte, 1, lies[i].at), 1);
		close(fd);
		CU_ASSERT_EQUAL(rows_read(scratch_path(&scratch, "lie"), &rows, &count, &level,
					  message, sizeof(message)), -EBADMSG);
		CU_ASSERT_PTR_NOT_NULL(strstr(message, "not a file of rows"));
	}
}

/* "- caller: `same` `fresh` ..." as the page must have it. */
static void words_line(enum words set, const char *name, char *line, size_t max)
{
	size_t used = (size_t)snprintf(line, max, "\n- %s:", name);

	for (unsigned i = 0; i < word_count(set); i++)
		used += (size_t)snprintf(line + used, max - used, " `%s`", word_name(set, i));
	snprintf(line + used, max - used, "\n");
}

/* The numbers that files hold are written down as they are. */
static void test_documented(void)
{
	static const struct {
		enum words set;
		const char *name;
	} sets[] = { { WORDS_VERDICT, "verdict" }, { WORDS_DAMAGE, "damage" },
		     { WORDS_CALLER, "caller" },   { WORDS_POINT, "point" },
		     { WORDS_LANDING, "landing" }, { WORDS_MECHANISM, "mechanism" } };
	char line[1024], text[32768];
	FILE *file = fopen(page, "r");
	size_t size;

	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	size = fread(text, 1, sizeof(text) - 1, file);
	text[size] = '\0';
	fclose(file);
	for (unsigned i = 0; i < ARRAY_SIZE(sets); i++) {
		words_line(sets[i].set, sets[i].name, line, sizeof(line));
		CU_ASSERT_PTR_NOT_NULL(strstr(text, line));
	}
	for (unsigned kind = 0; kind < EVENT_KINDS; kind++) {
		snprintf(line, sizeof(line), "`%s`", event_name((enum event_kind)kind));
		CU_ASSERT_PTR_NOT_NULL(strstr(text, line));
	}
}

int main(int argc, char **argv)
{
	static const struct test_row rows[] = {
		{ "a row's bytes", test_row_round_trip },
		{ "a row from a trial", test_row_fill },
		{ "all are kept", test_all_kept },
		{ "a uniform sample", test_sampled },
		{ "resume", test_resume },
		{ "not a file of rows", test_not_rows },
		{ "the page on results names the numbers", test_documented },
	};
	int r;

	if (argc != 2 || scratch_init(&scratch))
		return 99;
	page = argv[1];
	r = suite_run("rows", rows, ARRAY_SIZE(rows));
	scratch_finish(&scratch);
	return r;
}
