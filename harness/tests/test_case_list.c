/*
 * test_case_list.c - which cases a scenario has, which are skipped, and which mistakes are told.
 */
#include "base/macros.h"
#include "fixture_cases.h"
#include "suite.h"

static unsigned count_with(const struct fixture *fixture, const char *part, bool skipped)
{
	unsigned count = 0;

	for (unsigned i = 0; i < fixture->list.count; i++)
		count += strstr(fixture->list.cases[i].id, part) &&
			 !fixture->list.cases[i].skip[0] == !skipped;
	return count;
}

static void test_product(void)
{
	struct fixture fixture;

	fixture_init(&fixture, "scenario: all\ntargets: {basic: pass}\n", NULL);
	CU_ASSERT_EQUAL(fixture.result, 0);
	/* read, read_exact, liar, write: 3 wires x 4 rings; sockets: 2 wires; other: none */
	CU_ASSERT_EQUAL(fixture.list.count, 4 * 12 + 8);
	CU_ASSERT_EQUAL(count_with(&fixture, ".sockets:pipe", false), 0);
	CU_ASSERT_EQUAL(count_with(&fixture, ".sockets:pipe", true), 0);
	CU_ASSERT_EQUAL(count_with(&fixture, ".other:", false), 0);
	CU_ASSERT_STRING_EQUAL(fixture_case(&fixture, "read_exact:unix:plain")->id,
			       "suite/all:tame/basic.read_exact:unix:plain");
	fixture_finish(&fixture);
}

static void test_unique(void)
{
	struct fixture fixture;

	fixture_init(&fixture,
		     "scenario: ids\nconditions: [none, reset, eof-mid-unit]\n"
		     "targets:\n"
		     "  - {target: basic, expect: pass}\n"
		     "  - {target: basic.read, expect: pass, options: {speed: 2}}\n",
		     NULL);
	CU_ASSERT_EQUAL(fixture.result, 0);
	for (unsigned i = 0; i < fixture.list.count; i++)
		for (unsigned j = 0; j < i; j++)
			CU_ASSERT_STRING_NOT_EQUAL(fixture.list.cases[i].id,
						   fixture.list.cases[j].id);
	CU_ASSERT_PTR_NOT_NULL(fixture_case(&fixture, "basic[speed=2].read:tcp:plain:reset"));
	fixture_finish(&fixture);
}

/* A wire that was named and cannot be: a skip with its reason. */
static void test_named_wire(void)
{
	struct fixture fixture;
	struct case_filter filter = { .wires = BIT(WIRE_PIPE) };

	fixture_init(&fixture, "scenario: pipe\nwires: [pipe, unix]\ntargets: {basic: pass}\n",
		     NULL);
	CU_ASSERT_EQUAL(count_with(&fixture, ".sockets:pipe", true), 4);
	CU_ASSERT_EQUAL(count_with(&fixture, ".sockets:unix", false), 4);
	CU_ASSERT_STRING_EQUAL(fixture_case(&fixture, ".sockets:pipe:plain")->skip,
			       "the operation needs a socket");
	fixture_finish(&fixture);
	fixture_init(&fixture, "scenario: pipe\ntargets: {basic: pass}\n", &filter);
	CU_ASSERT_EQUAL(count_with(&fixture, ":unix", false), 0);
	CU_ASSERT_EQUAL(count_with(&fixture, ".sockets:pipe", true), 4);
	fixture_finish(&fixture);
}

static void test_conditions(void)
{
	static const struct {
		const char *operation;
		enum wire_kind wire;
		enum condition condition;
		bool possible;
	} rows[] = {
		{ "read", WIRE_UNIX, CONDITION_EOF_MID_UNIT, false },
		{ "read_exact", WIRE_UNIX, CONDITION_EOF_MID_UNIT, true },
		{ "write", WIRE_UNIX, CONDITION_EOF_MID_UNIT, false },
		{ "read", WIRE_UNIX, CONDITION_MALFORMED, false },
		{ "write", WIRE_UNIX, CONDITION_EPIPE, true },
		{ "read", WIRE_UNIX, CONDITION_EPIPE, false },
		{ "write", WIRE_PIPE, CONDITION_WRITE_ZERO, true },
		{ "read", WIRE_PIPE, CONDITION_WRITE_ZERO, false },
		{ "read", WIRE_TCP, CONDITION_RESET, true },
		{ "read", WIRE_PIPE, CONDITION_RESET, false },
		{ "other", WIRE_UNIX, CONDITION_NONE, false },
		{ "sockets", WIRE_PIPE, CONDITION_NONE, false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct dt_operation *operation =
			target_operation(fixture_tame, rows[i].operation);
		const char *why = case_obstacle(operation, DT_BYTES, rows[i].wire,
						rows[i].condition);

		CU_ASSERT_EQUAL(!why, rows[i].possible);
	}
	CU_ASSERT_PTR_NOT_NULL(case_obstacle(target_operation(fixture_tame, "read"), DT_LINES,
					     WIRE_UNIX, CONDITION_NONE));
}

/* A target that is named and has nothing for the scenario's unit does not vanish. */
static void test_wrong_unit(void)
{
	struct fixture fixture;

	fixture_init(&fixture, "scenario: unit\nwires: [unix]\nrings: [plain]\n"
			       "targets: {framed: pass}\n", NULL);
	CU_ASSERT_EQUAL(fixture.list.count, 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(fixture.list.cases[0].skip, "another unit"));
	fixture_finish(&fixture);
}

/* A plug-in that is not installed is a skip; a wrong name within one that is, a mistake. */
static void test_absent(void)
{
	struct fixture fixture;

	fixture_init(&fixture, "scenario: absent\ntargets: {elsewhere/thing: pass}\n", NULL);
	CU_ASSERT_EQUAL(fixture.result, 0);
	CU_ASSERT_EQUAL(fixture.list.count, 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(fixture.list.cases[0].skip, "not installed"));
	CU_ASSERT_STRING_EQUAL(fixture.list.cases[0].entry->name, "elsewhere/thing");
	fixture_finish(&fixture);
}

static void test_mistakes(void)
{
	static const struct {
		const char *targets, *told;
	} rows[] = {
		{ "{basik: pass}", "did you mean 'basic'?" },
		{ "{tame/baic: pass}", "did you mean 'tame/basic'?" },
		{ "{basic.raed: pass}", "has no operation 'raed'; did you mean 'read'?" },
		{ "[{target: basic, expect: pass, options: {sped: 1}}]",
		  "has no option 'sped'; did you mean 'speed'?" },
	};
	struct fixture fixture;
	char text[200];

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		snprintf(text, sizeof(text), "scenario: wrong\ntargets: %s\n", rows[i].targets);
		fixture_init(&fixture, text, NULL);
		CU_ASSERT_EQUAL(fixture.result, -EINVAL);
		CU_ASSERT_PTR_NOT_NULL(strstr(fixture.errors, rows[i].told));
		CU_ASSERT_EQUAL(strncmp(fixture.errors, "suite/test.yaml:2:", 18), 0);
		fixture_finish(&fixture);
	}
}

static void test_filters(void)
{
	static const struct {
		struct case_filter filter;
		unsigned count;
	} rows[] = {
		{ { .target = "basic" }, 56 },
		{ { .target = "tame/basic" }, 56 },
		{ { .target = "tame/*" }, 56 },
		{ { .target = "hostile/*" }, 0 },
		{ { .target = "read" }, 0 },
		{ { .target = "hostile/*,basic" }, 56 },
		{ { .target = "hostile/*,bas" }, 0 },
		{ { .rings = BIT(RING_DEFER) | BIT(RING_COOP) }, 28 },
		{ { .pattern = "read_exact" }, 12 },
		{ { .pattern = "read_exact,liar" }, 24 },
		{ { .pattern = "!sqpoll" }, 42 },
		{ { .pattern = "*.read:unix:*,!sqpoll" }, 3 },
	};
	struct fixture fixture;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		fixture_init(&fixture, "scenario: filter\ntargets: {basic: pass}\n",
			     &rows[i].filter);
		CU_ASSERT_EQUAL(fixture.result, 0);
		CU_ASSERT_EQUAL(fixture.list.count - count_with(&fixture, "", true),
				rows[i].count);
		fixture_finish(&fixture);
	}
}

int main(void)
{
	static const struct test_row rows[] = {
		{ "every wire and ring", test_product },
		{ "ids are unique", test_unique },
		{ "a wire that was named", test_named_wire },
		{ "conditions and their operations", test_conditions },
		{ "another unit", test_wrong_unit },
		{ "a plug-in that is not there", test_absent },
		{ "mistakes are told with their place", test_mistakes },
		{ "filters", test_filters },
	};

	return suite_run("case_list", rows, ARRAY_SIZE(rows));
}
