/*
 * test_scenario_file.c - files are looked at before they are read, and folders walked in order.
 */
#include "run/scenario_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/macros.h"
#include "scratch.h"
#include "suite.h"

static const char good[] = "scenario: a\ntargets: {b: pass}\n";

static void put(struct scratch *scratch, const char *name, const char *text)
{
	FILE *file = fopen(scratch_path(scratch, name), "w");

	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	fputs(text, file);
	CU_ASSERT_EQUAL_FATAL(fclose(file), 0);
}

/* Loads, and gives what was said; owned by the caller. */
static int load(const char *path, char **ret_said)
{
	struct scenario *scenario = NULL;
	size_t size;
	FILE *errors = open_memstream(ret_said, &size);
	int error;

	CU_ASSERT_PTR_NOT_NULL_FATAL(errors);
	error = scenario_load(path, errors, &scenario);
	CU_ASSERT_EQUAL(error == 0, scenario != NULL);
	if (scenario)
		CU_ASSERT_STRING_EQUAL(scenario->path, path);
	scenario_destroy(scenario);
	CU_ASSERT_EQUAL_FATAL(fclose(errors), 0);
	return error;
}

static void expect(const char *path, int error, const char *what)
{
	char *said;

	CU_ASSERT_EQUAL(load(path, &said), error);
	CU_ASSERT_PTR_NOT_NULL(strstr(said, what));
	if (!strstr(said, what))
		printf("\n%s: said %s\n", path, said);
	free(said);
}

static void test_load(void)
{
	struct scratch scratch;
	int fd;

	CU_ASSERT_EQUAL_FATAL(scratch_init(&scratch), 0);
	put(&scratch, "good.yaml", good);
	put(&scratch, "bad.yaml", "scenario: A\n");
	expect(scratch_path(&scratch, "good.yaml"), 0, "");
	expect(scratch_path(&scratch, "bad.yaml"), -EINVAL, "bad.yaml:1:11: error: 'A' is not");
	expect(scratch_path(&scratch, "none.yaml"), -ENOENT, "none.yaml: error: No such file");
	expect(scratch.root, -EINVAL, "error: a folder");
	expect("/dev/zero", -EINVAL, "/dev/zero: error: not a regular file");
	/* A FIFO without a writer must not be waited for. */
	CU_ASSERT_EQUAL_FATAL(mkfifo(scratch_path(&scratch, "fifo"), 0600), 0);
	expect(scratch_path(&scratch, "fifo"), -EINVAL, "not a regular file");
	/* 100 MiB, none of it read. */
	fd = open(scratch_path(&scratch, "huge.yaml"), O_CREAT | O_WRONLY, 0600);
	CU_ASSERT_TRUE_FATAL(fd >= 0);
	CU_ASSERT_EQUAL_FATAL(ftruncate(fd, 100 << 20), 0);
	close(fd);
	expect(scratch_path(&scratch, "huge.yaml"), -EINVAL, "error: larger than 1 MiB");
	scratch_finish(&scratch);
}

static void test_limit(void)
{
	struct scratch scratch;
	FILE *file;

	CU_ASSERT_EQUAL_FATAL(scratch_init(&scratch), 0);
	file = fopen(scratch_path(&scratch, "full.yaml"), "w");
	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	fputs(good, file);
	for (size_t i = sizeof(good) - 1; i < SCENARIO_FILE_MAX; i++)
		fputc('\n', file);
	fclose(file);
	expect(scratch_path(&scratch, "full.yaml"), 0, "");
	file = fopen(scratch_path(&scratch, "full.yaml"), "a");
	fputc('\n', file);
	fclose(file);
	expect(scratch_path(&scratch, "full.yaml"), -EINVAL, "larger than 1 MiB");
	scratch_finish(&scratch);
}

static void folder(struct scratch *scratch, const char *name)
{
	CU_ASSERT_EQUAL_FATAL(mkdir(scratch_path(scratch, name), 0700), 0);
}

static void test_list(void)
{
	static const char *const expected[] = {
		"/a.yaml", "/deep/er/c.yaml", "/deep/x.yml", "/link.yaml", "/z.yaml",
	};
	struct scratch scratch;
	char **paths;
	unsigned count;

	CU_ASSERT_EQUAL_FATAL(scratch_init(&scratch), 0);
	folder(&scratch, "deep");
	folder(&scratch, "deep/er");
	folder(&scratch, "empty");
	put(&scratch, "z.yaml", good);
	put(&scratch, "a.yaml", good);
	put(&scratch, "README.md", "text");
	put(&scratch, ".hidden.yaml", good);
	put(&scratch, "deep/x.yml", good);
	put(&scratch, "deep/er/c.yaml", good);
	/* Round and round, were it followed. */
	CU_ASSERT_EQUAL_FATAL(symlink("..", scratch_path(&scratch, "deep/loop.yaml")), 0);
	CU_ASSERT_EQUAL_FATAL(symlink("a.yaml", scratch_path(&scratch, "link.yaml")), 0);
	CU_ASSERT_EQUAL_FATAL(suite_list(scratch.root, &paths, &count), 0);
	CU_ASSERT_EQUAL_FATAL(count, ARRAY_SIZE(expected));
	for (unsigned i = 0; i < count; i++)
		CU_ASSERT_STRING_EQUAL(paths[i] + strlen(scratch.root), expected[i]);
	suite_list_free(paths, count);
	CU_ASSERT_EQUAL(suite_list(scratch_path(&scratch, "README.md"), &paths, &count), 0);
	CU_ASSERT_EQUAL(count, 1);
	suite_list_free(paths, count);
	CU_ASSERT_EQUAL(suite_list(scratch_path(&scratch, "empty"), &paths, &count), -ENOENT);
	CU_ASSERT_EQUAL(suite_list(scratch_path(&scratch, "none"), &paths, &count), -ENOENT);
	scratch_finish(&scratch);
}

static void test_list_limits(void)
{
	struct scratch scratch;
	char name[128] = "d", **paths;
	unsigned count;

	CU_ASSERT_EQUAL_FATAL(scratch_init(&scratch), 0);
	for (unsigned i = 0; i <= SUITE_DEPTH_MAX; i++) {
		folder(&scratch, name);
		strcat(name, "/d");
	}
	CU_ASSERT_EQUAL(suite_list(scratch.root, &paths, &count), -ELOOP);
	folder(&scratch, "many");
	for (unsigned i = 0; i <= SUITE_FILES_MAX; i++) {
		snprintf(name, sizeof(name), "many/%u.yaml", i);
		put(&scratch, name, good);
	}
	CU_ASSERT_EQUAL(suite_list(scratch_path(&scratch, "many"), &paths, &count), -E2BIG);
	scratch_finish(&scratch);
}

int main(void)
{
	static const struct test_row rows[] = {
		{ "load", test_load },
		{ "the largest file", test_limit },
		{ "list", test_list },
		{ "limits of a list", test_list_limits },
	};

	return suite_run("scenario-file", rows, ARRAY_SIZE(rows));
}
