/*
 * test_scenario_hostile.c - texts made to hurt: each is refused with its reason, in bounded time
 * and memory.
 *
 * Every text is parsed in a child whose growth in memory is measured and whose time is limited, so
 * that a bomb fails the test instead of the machine.
 */
#include "model/scenario.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/macros.h"
#include "scenario_text.h"
#include "suite.h"

/* Of one parse: the pool of nodes is 1.2 MiB, texts at most the file's size, libyaml's buffers.
 * A sanitizer's shadow and its freed blocks kept aside take a few times that. */
enum { GROWTH_MAX_KB = 48 * 1024, SECONDS_MAX = 20, SAID_MAX = 1 << 17 };

struct hostile {
	const char *name;
	const char *before, *repeated, *after;
	unsigned times;
	const char *said; /* must be among what is said */
};

static const struct hostile texts[] = {
	{ "deep flow", "", "[", "", 10000, "f:1:9: error: nested deeper than 8 levels" },
	{ "deep mappings", "", "{a: ", "", 10000, "nested deeper than 8 levels" },
	{ "deep dashes", "", "- ", "x\n", 10000, "nested deeper than 8 levels" },
	{ "deep keys", "", "? ", "x\n", 10000, "nested deeper than 8 levels" },
	{ "alias bomb",
	  "a: &a [x, x, x, x]\nb: &b [*a, *a, *a, *a]\nc: &c [*b, *b, *b, *b]\nscenario: x\n",
	  "", "targets: *c\n", 0, "f:5:10: error: aliases are not allowed" },
	{ "merge key", "x: &x {a: b}\nscenario: x\n<<: *x\n", "", "", 0, "unknown key '<<'" },
	{ "many keys", "scenario: a\n", "a: b\n", "", 200000,
	  "f: and " },
	{ "many items", "scenario: a\nsummary: [", "a,", "]\n", 200000, "too many values" },
	{ "many targets", "scenario: a\ntargets:\n", "  - {target: x, expect: pass}\n", "", 3000,
	  "f: and 462 more" },
	{ "long word", "scenario: ", "x", "\ntargets: {b: pass}\n", 1000000,
	  "'scenario' is longer than 64 bytes" },
	{ "long key", "scenario: a\n", "x", ": 1\ntargets: {b: pass}\n", 1000000,
	  "not valid YAML" },
	{ "long comment", "#", "x", "\n", 1000000, "the file is empty" },
	{ "long options", "scenario: a\ntargets: {b: {expect: pass, options: {k: ", "x", "}}}\n",
	  5000, "the options are longer than 255 bytes" },
	{ "quotes without an end", "scenario: \"", "\\n", "", 400000, "not valid YAML" },
	{ "folded blanks", "scenario: >", "\n ", "\n", 400000, "'scenario'" },
	{ "overlong slash", "scenario: \xc0\xaf\n", "", "", 0,
	  "f:1:11: error: bytes that are not UTF-8" },
	{ "overlong NUL", "scenario: \xe0\x80\x80\n", "", "", 0, "not UTF-8" },
	{ "surrogate", "scenario: \xed\xa0\x80\n", "", "", 0, "not UTF-8" },
	{ "beyond Unicode", "scenario: \xf4\x90\x80\x80\n", "", "", 0, "not UTF-8" },
	{ "cut character", "scenario: \xf0\x9f\x98", "", "", 0, "not UTF-8" },
	{ "UTF-16", "\xff\xfes", "", "", 0, "f:1:1: error: bytes that are not UTF-8" },
	{ "escape sequence", "scenario: a \x1b]0;x\x07\n", "", "", 0,
	  "scenario: a \\x1b]0;x\\x07\n" },
	{ "turned around", "scen\xe2\x80\xaeoira: a\n", "", "", 0, "scen\\u{202e}oira: a\n" },
	{ "C1 control", "scenario: a\xc2\x9b\n", "", "", 0, "a control character" },
	{ "line separator", "scenario: a\xe2\x80\xa8\n", "", "", 0, "a line separator" },
	{ "lone carriage return", "scenario: a\rtargets: b\n", "", "", 0, "a carriage return" },
	{ "many empties", "[", ",", "]", 1000000, "not valid YAML" },
	{ "many blanks", "? ", "\n?", "", 500000, "f: and " },
	{ "problems without number", "scenario: a\ntargets:\n", "  x: oops\n", "", 500,
	  "f: and 450 more\n" },
};

static char *build(const struct hostile *hostile, size_t *ret_size)
{
	size_t before = strlen(hostile->before), after = strlen(hostile->after);
	size_t repeated = strlen(hostile->repeated);
	char *text = malloc(before + after + repeated * hostile->times + 1);
	char *at = text;

	CU_ASSERT_PTR_NOT_NULL_FATAL(text);
	at = mempcpy(at, hostile->before, before);
	for (unsigned i = 0; i < hostile->times; i++)
		at = mempcpy(at, hostile->repeated, repeated);
	at = mempcpy(at, hostile->after, after);
	*ret_size = (size_t)(at - text);
	return text;
}

struct report {
	int result;
	long growth_kb;
	size_t said_size;
	char said[SAID_MAX];
};

static long memory_kb(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_maxrss;
}

static void parse_in_child(const char *text, size_t size, int fd)
{
	static struct report report;
	struct scenario *scenario = NULL;
	long before = memory_kb();
	char *said;

	alarm(SECONDS_MAX);
	report.result = text_parse(text, size, &scenario, &said);
	report.growth_kb = memory_kb() - before;
	report.said_size = strlen(said);
	memcpy(report.said, said, MIN(report.said_size, (size_t)SAID_MAX - 1));
	if (write(fd, &report, sizeof(report)) != sizeof(report))
		_exit(2);
	free(said);
	scenario_destroy(scenario);
	_exit(0);
}

/* False when the child died. */
static bool parse_apart(const char *text, size_t size, struct report *ret_report)
{
	size_t got = 0;
	int pipes[2], status;
	pid_t child;

	CU_ASSERT_EQUAL_FATAL(pipe(pipes), 0);
	fflush(NULL);
	child = fork();
	CU_ASSERT_TRUE_FATAL(child >= 0);
	if (!child)
		parse_in_child(text, size, pipes[1]);
	close(pipes[1]);
	while (got < sizeof(*ret_report)) {
		ssize_t more = read(pipes[0], (char *)ret_report + got, sizeof(*ret_report) - got);

		if (more <= 0)
			break;
		got += (size_t)more;
	}
	close(pipes[0]);
	CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
	return WIFEXITED(status) && !WEXITSTATUS(status) && got == sizeof(*ret_report);
}

static void test_texts(void)
{
	static struct report report;

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		size_t size;
		char *text = build(&texts[i], &size);
		bool good;

		CU_ASSERT_TRUE_FATAL(size <= SCENARIO_FILE_MAX);
		good = parse_apart(text, size, &report) && report.result == -EINVAL &&
		       strstr(report.said, texts[i].said) && report.growth_kb < GROWTH_MAX_KB &&
		       report.said_size < SAID_MAX;
		CU_ASSERT_TRUE(good);
		if (!good)
			printf("\n%s: result %d, %ld KiB more, said:\n%.2000s\n", texts[i].name,
			       report.result, report.growth_kb, report.said);
		free(text);
	}
}

/* The measure itself: a text of a gibibyte would be seen. */
static void test_measure(void)
{
	static struct report report;
	size_t size = (size_t)GROWTH_MAX_KB * 1024 * 2;
	long before = memory_kb(); /* before malloc, which may fill what it gives */
	char *text = malloc(size);

	CU_ASSERT_PTR_NOT_NULL_FATAL(text);
	memset(text, 'x', size);
	CU_ASSERT_TRUE(memory_kb() - before > GROWTH_MAX_KB);
	/* A text of that size is refused unread. */
	CU_ASSERT_TRUE(parse_apart(text, size, &report));
	CU_ASSERT_EQUAL(report.result, -EINVAL);
	CU_ASSERT_STRING_EQUAL(report.said, "f:1:1: error: the file is larger than 1 MiB; a "
					    "scenario is a short text\n");
	free(text);
}

/* A NUL anywhere, and no text at all. */
static void test_bytes(void)
{
	static const char text[] = "scenario: a\ntargets: {b: pass}\n";
	char copy[sizeof(text)];
	struct scenario *scenario = NULL;
	char *said;

	for (size_t i = 0; i < sizeof(text) - 1; i++) {
		memcpy(copy, text, sizeof(text));
		copy[i] = '\0';
		CU_ASSERT_EQUAL(text_parse(copy, sizeof(text) - 1, &scenario, &said), -EINVAL);
		CU_ASSERT_PTR_NOT_NULL(strstr(said, "error: a NUL byte"));
		free(said);
	}
	CU_ASSERT_EQUAL(text_parse(NULL, 0, &scenario, &said), -EINVAL);
	CU_ASSERT_PTR_NOT_NULL(strstr(said, "the file is empty"));
	free(said);
	CU_ASSERT_PTR_NULL(scenario);
}

/* Every prefix of a good text, and every byte of it replaced: a verdict, never a crash. */
static void test_mutations(void)
{
	static const char text[] = "scenario: a\nunit: {frames: {header: u8, size: [1, 9]}}\n"
				   "cancel: {points: [armed, raced], depth: [1, 2]}\n"
				   "targets:\n  - target: b/c.d\n    options: {k: v}\n"
				   "    expect: {met: terminal, retry: lost}\n";
	static const char bytes[] = "\"'[]{}:,-?*&!|>%@#\n\t\\ \xff~9a";
	char copy[sizeof(text)];
	unsigned good = 0, bad = 0;

	for (size_t i = 0; i < sizeof(text); i++) {
		for (size_t j = 0; j < sizeof(bytes); j++) {
			struct scenario *scenario = NULL;
			size_t size = j ? sizeof(text) - 1 : i;
			char *said;
			int result;

			memcpy(copy, text, sizeof(text));
			if (j)
				copy[i] = bytes[j - 1];
			result = text_parse(copy, size, &scenario, &said);
			CU_ASSERT_TRUE(result == 0 || result == -EINVAL);
			CU_ASSERT_EQUAL(result == 0, scenario != NULL);
			CU_ASSERT_EQUAL(result == 0, *said == '\0');
			*(result ? &bad : &good) += 1;
			scenario_destroy(scenario);
			free(said);
		}
	}
	CU_ASSERT_TRUE(good > 100);
	CU_ASSERT_TRUE(bad > 1000);
}

int main(void)
{
	static const struct test_row rows[] = {
		{ "texts made to hurt", test_texts },
		{ "the measure of memory", test_measure },
		{ "NUL bytes and nothing", test_bytes },
		{ "mutations", test_mutations },
	};

	return suite_run("scenario-hostile", rows, ARRAY_SIZE(rows));
}
