/*
 * test_scenario.c - what a scenario file says ends up in the struct, with the defaults, and every
 * mistake is reported word by word.
 */
#include "model/scenario.h"

#include <errno.h>
#include <string.h>

#include "base/macros.h"
#include "scenario_mistakes.h"
#include "scenario_text.h"
#include "suite.h"

static const char full_text[] =
	"scenario: framed-read\n"
	"summary: length-prefixed frames\n"
	"tags: [quick, frames]\n"
	"unit: {frames: {header: u16le, size: [3, 200]}}\n"
	"stream: {size: 64 KiB}\n"
	"wires: [unix, tcp]\n"
	"rings: defer\n"
	"conditions: [none, eof-mid-unit]\n"
	"deliveries: {size: [1, 17]}\n"
	"calls: {size: 2 KiB}\n"
	"cancel: {mechanisms: [async_cancel, link_timeout], points: [armed, timer], depth: 2}\n"
	"targets:\n"
	"  frame_reader: pass\n"
	"  reference/read_exact.read: {met: [resumable, partial], also: hang}\n"
	"  read_exact: {met: terminal, retry: lost}\n"
	"  broken/local: {violation: lost, also: [hang, leak], options: {chunk: 20, mode: a/b}}\n"
	"  broken/error: {control: wrong-error}\n"
	"  nothing: {met: none}\n"
	"budget: {trials: 20000, max-time: 2 min}\n"
	"trial-timeout: 1200 ms\n"
	"threshold: 5\n";

static struct scenario *parse(const char *text)
{
	struct scenario *scenario = NULL;
	char *said;

	CU_ASSERT_EQUAL_FATAL(text_parse(text, strlen(text), &scenario, &said), 0);
	CU_ASSERT_STRING_EQUAL(said, "");
	free(said);
	return scenario;
}

static void test_everything(void)
{
	struct scenario *scenario = parse(full_text);

	CU_ASSERT_STRING_EQUAL(scenario->path, "f");
	CU_ASSERT_STRING_EQUAL(scenario->name, "framed-read");
	CU_ASSERT_STRING_EQUAL(scenario->summary, "length-prefixed frames");
	CU_ASSERT_EQUAL_FATAL(scenario->tag_count, 2);
	CU_ASSERT_STRING_EQUAL(scenario->tags[1], "frames");
	CU_ASSERT_EQUAL(scenario->unit, DT_FRAMES);
	CU_ASSERT_EQUAL(scenario->header, DT_U16LE);
	CU_ASSERT_EQUAL(scenario->unit_min, 3);
	CU_ASSERT_EQUAL(scenario->unit_max, 200);
	CU_ASSERT_EQUAL(scenario->stream_size, 65536);
	CU_ASSERT_EQUAL(scenario->wires, BIT(WIRE_UNIX) | BIT(WIRE_TCP));
	CU_ASSERT_EQUAL(scenario->rings, BIT(RING_DEFER));
	CU_ASSERT_EQUAL(scenario->conditions, BIT(CONDITION_NONE) | BIT(CONDITION_EOF_MID_UNIT));
	CU_ASSERT_EQUAL(scenario->deliver_min, 1);
	CU_ASSERT_EQUAL(scenario->deliver_max, 17);
	CU_ASSERT_EQUAL(scenario->call_min, 2048);
	CU_ASSERT_EQUAL(scenario->call_max, 2048);
	CU_ASSERT_EQUAL(scenario->points, BIT(POINT_ARMED) | BIT(POINT_TIMER));
	CU_ASSERT_TRUE(scenario->points_named);
	CU_ASSERT_EQUAL(scenario->mechanisms, (BIT(MECH_ANY + 1) - 1) | BIT(MECH_LINK_TIMEOUT));
	CU_ASSERT_EQUAL(scenario->depth_min, 2);
	CU_ASSERT_EQUAL(scenario->depth_max, 2);
	CU_ASSERT_EQUAL(scenario->trials, 20000);
	CU_ASSERT_EQUAL(scenario->max_time_ns, UINT64_C(120000000000));
	CU_ASSERT_EQUAL(scenario->trial_timeout_ns, UINT64_C(1200000000));
	CU_ASSERT_EQUAL(scenario->threshold, 5);
	scenario_destroy(scenario);
}

static void test_expectations(void)
{
	static const struct expectation expected[] = {
		{ .kind = EXPECT_PASS },
		{ .kind = EXPECT_MET, .met = BIT(DT_RESUMABLE) | BIT(DT_PARTIAL),
		  .also = BIT(DAMAGE_HANG) },
		{ .kind = EXPECT_MET, .met = BIT(DT_TERMINAL), .retry = DAMAGE_LOST },
		{ .kind = EXPECT_VIOLATION, .violation = DAMAGE_LOST,
		  .also = BIT(DAMAGE_HANG) | BIT(DAMAGE_LEAK) },
		{ .kind = EXPECT_CONTROL, .violation = DAMAGE_WRONG_ERROR },
		{ .kind = EXPECT_MET, .met = BIT(DT_NONE_MET) },
	};
	struct scenario *scenario = parse(full_text);
	const struct target_choice *targets = scenario->targets;

	CU_ASSERT_EQUAL_FATAL(scenario->target_count, ARRAY_SIZE(expected));
	for (unsigned i = 0; i < scenario->target_count; i++) {
		CU_ASSERT_EQUAL(targets[i].expect.kind, expected[i].kind);
		CU_ASSERT_EQUAL(targets[i].expect.met, expected[i].met);
		CU_ASSERT_EQUAL(targets[i].expect.retry, expected[i].retry);
		CU_ASSERT_EQUAL(targets[i].expect.violation, expected[i].violation);
		CU_ASSERT_EQUAL(targets[i].expect.also, expected[i].also);
		CU_ASSERT_EQUAL(targets[i].line, 13 + i);
		CU_ASSERT_EQUAL(targets[i].column, 3);
	}
	CU_ASSERT_STRING_EQUAL(targets[1].name, "reference/read_exact");
	CU_ASSERT_STRING_EQUAL(targets[1].operation, "read");
	CU_ASSERT_PTR_NULL(targets[0].operation);
	CU_ASSERT_PTR_NULL(targets[0].options);
	CU_ASSERT_STRING_EQUAL(targets[3].options, "chunk=20,mode=a/b");
	scenario_destroy(scenario);
}

static void test_defaults(void)
{
	struct scenario *scenario = parse("scenario: a\ntargets: {b: pass}\n");

	CU_ASSERT_PTR_NULL(scenario->summary);
	CU_ASSERT_EQUAL(scenario->tag_count, 0);
	CU_ASSERT_EQUAL(scenario->unit, DT_BYTES);
	CU_ASSERT_EQUAL(scenario->header, 0);
	CU_ASSERT_EQUAL(scenario->unit_min, 0);
	CU_ASSERT_EQUAL(scenario->unit_max, 0);
	CU_ASSERT_EQUAL(scenario->stream_size, 4096);
	CU_ASSERT_EQUAL(scenario->wires, BIT(WIRE_COUNT) - 1);
	CU_ASSERT_EQUAL(scenario->rings, BIT(RING_COUNT) - 1);
	CU_ASSERT_EQUAL(scenario->conditions, BIT(CONDITION_NONE));
	CU_ASSERT_EQUAL(scenario->deliver_min, 1);
	CU_ASSERT_EQUAL(scenario->deliver_max, 64);
	CU_ASSERT_EQUAL(scenario->call_min, 64);
	CU_ASSERT_EQUAL(scenario->call_max, 64);
	CU_ASSERT_EQUAL(scenario->mechanisms, BIT(MECH_COUNT) - 1);
	CU_ASSERT_EQUAL(scenario->points,
			(BIT(POINT_COUNT) - 1) & ~BIT(POINT_TIMER) & ~BIT(POINT_ASYNC));
	CU_ASSERT_FALSE(scenario->points_named);
	CU_ASSERT_EQUAL(scenario->depth_min, 1);
	CU_ASSERT_EQUAL(scenario->depth_max, 4);
	CU_ASSERT_EQUAL(scenario->trials, 400);
	CU_ASSERT_EQUAL(scenario->max_time_ns, 0);
	CU_ASSERT_EQUAL(scenario->trial_timeout_ns, 0);
	CU_ASSERT_EQUAL(scenario->threshold, 16);
	scenario_destroy(scenario);
}

static void test_units(void)
{
	static const struct {
		const char *text;
		enum dt_unit unit;
		enum dt_header header;
		uint32_t min, max;
	} rows[] = {
		{ "bytes", DT_BYTES, 0, 0, 0 },
		{ "frames", DT_FRAMES, DT_U32BE, 1, 300 },
		{ "lines", DT_LINES, 0, 2, 80 },
		{ "{frames: {}}", DT_FRAMES, DT_U32BE, 1, 300 },
		{ "{frames: {header: varint}}", DT_FRAMES, DT_VARINT, 1, 300 },
		{ "{frames: {header: u8, size: 255}}", DT_FRAMES, DT_U8, 255, 255 },
		{ "{lines: {size: [4, 1 KiB]}}", DT_LINES, 0, 4, 1024 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char text[128];
		struct scenario *scenario;

		snprintf(text, sizeof(text), "scenario: a\nunit: %s\ntargets: {b: pass}\n",
			 rows[i].text);
		scenario = parse(text);
		CU_ASSERT_EQUAL(scenario->unit, rows[i].unit);
		CU_ASSERT_EQUAL(scenario->header, rows[i].header);
		CU_ASSERT_EQUAL(scenario->unit_min, rows[i].min);
		CU_ASSERT_EQUAL(scenario->unit_max, rows[i].max);
		scenario_destroy(scenario);
	}
}

/* A target may be run twice in the form of a list, with different options. */
static void test_list_of_targets(void)
{
	struct scenario *scenario = parse("scenario: a\n"
					  "targets:\n"
					  "  - {target: real/openssl, options: {moving: 1}, "
					  "expect: pass}\n"
					  "  - target: real/openssl\n"
					  "    expect: {met: terminal, retry: duplicated}\n"
					  "  - {target: b.write, violation: stale}\n");

	CU_ASSERT_EQUAL_FATAL(scenario->target_count, 3);
	CU_ASSERT_STRING_EQUAL(scenario->targets[0].name, "real/openssl");
	CU_ASSERT_STRING_EQUAL(scenario->targets[0].options, "moving=1");
	CU_ASSERT_EQUAL(scenario->targets[0].expect.kind, EXPECT_PASS);
	CU_ASSERT_EQUAL(scenario->targets[1].expect.retry, DAMAGE_DUPLICATED);
	CU_ASSERT_EQUAL(scenario->targets[1].line, 4);
	CU_ASSERT_STRING_EQUAL(scenario->targets[2].operation, "write");
	CU_ASSERT_EQUAL(scenario->targets[2].expect.violation, DAMAGE_STALE);
	scenario_destroy(scenario);
}

/* `all` beside racing points: not one by one. */
static void test_points(void)
{
	struct scenario *scenario = parse("scenario: a\ncancel: {points: [all, async]}\n"
					  "targets: {b: pass}\n");

	CU_ASSERT_EQUAL(scenario->points, (BIT(POINT_COUNT) - 1) & ~BIT(POINT_TIMER));
	CU_ASSERT_FALSE(scenario->points_named);
	scenario_destroy(scenario);
}

static void test_same_bytes_same_hash(void)
{
	struct scenario *left = parse("scenario: a\ntargets: {b: pass}\n");
	struct scenario *right = parse("scenario: a\ntargets: {b: pass}\n");
	struct scenario *other = parse("scenario: a\ntargets: {b: pass} \n");

	CU_ASSERT_EQUAL(left->hash, right->hash);
	CU_ASSERT_NOT_EQUAL(left->hash, other->hash);
	scenario_destroy(left);
	scenario_destroy(right);
	scenario_destroy(other);
}

/* A byte order mark and carriage returns do not move the columns. */
static void test_foreign_line_ends(void)
{
	const char *text = "\xef\xbb\xbfscenerio: a\r\ntargets: {b: pas}\r\n";
	struct scenario *scenario = NULL;
	char *said;

	CU_ASSERT_EQUAL(text_parse(text, strlen(text), &scenario, &said), -EINVAL);
	CU_ASSERT_STRING_EQUAL(said, "f:1:1: error: unknown key 'scenerio'; did you mean "
				     "'scenario'?\nscenerio: a\n^~~~~~~~\n"
				     "f:1:1: error: missing key 'scenario': the scenario's name: "
				     "a-z, 0-9 and -\nscenerio: a\n^\n"
				     "f:2:14: error: unknown expectation 'pas'; did you mean "
				     "'pass'?\ntargets: {b: pas}\n             ^~~\n");
	CU_ASSERT_PTR_NULL(scenario);
	free(said);
}

static void test_mistakes(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(mistakes); i++) {
		const struct mistake *mistake = &mistakes[i];
		struct scenario *scenario = NULL;
		char *said;

		CU_ASSERT_EQUAL(text_parse(mistake->text, strlen(mistake->text), &scenario, &said),
				-EINVAL);
		CU_ASSERT_PTR_NULL(scenario);
		CU_ASSERT_STRING_EQUAL(said, mistake->said);
		if (strcmp(said, mistake->said) != 0)
			printf("\n%s: expected\n%s\nfound\n%s\n", mistake->name, mistake->said,
			       said);
		free(said);
	}
}

int main(void)
{
	static const struct test_row rows[] = {
		{ "everything that can be said", test_everything },
		{ "expectations", test_expectations },
		{ "defaults", test_defaults },
		{ "units", test_units },
		{ "targets as a list", test_list_of_targets },
		{ "points", test_points },
		{ "hash", test_same_bytes_same_hash },
		{ "byte order mark and carriage returns", test_foreign_line_ends },
		{ "mistakes, word by word", test_mistakes },
	};

	return suite_run("scenario", rows, ARRAY_SIZE(rows));
}
