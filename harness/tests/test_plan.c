/*
 * test_plan.c - plans keep their one-line form to the byte, and what is wrong with a line is said
 * with its column and a remedy.
 */
#include <errno.h>
#include <string.h>

#include "base/macros.h"
#include "base/rng.h"
#include "model/plan.h"
#include "tests/suite.h"

/* Lines as plan_format writes them. People keep them: these must never change. */
static const char *const golden[] = {
	"dt1 target=reference/read_exact op=read_exact wire=unix ring=plain unit=bytes stream=4096 "
	"seed=0x1 deliver=1-64 call=64-64 feed=late caller=same condition=none",

	"dt1 target=broken/local_progress op=read_exact wire=unix ring=plain unit=bytes "
	"stream=4096 seed=0x2a deliver=1-17 call=64-64 feed=late caller=same condition=none "
	"cancel=3.0:partial:5:async_cancel/ud cancel=retry.0:armed:link_timeout",

	"dt1 target=a op=b opt=max=4,name=x%20y wire=tcp ring=sqpoll unit=frames:u32be:1-300 "
	"stream=65536 seed=0xffffffffffffffff deliver=1-1048576 call=1-1048576 feed=mixed "
	"caller=abandon condition=eof-mid-unit cancel=0.7:partial:kernel:async_cancel/op+all "
	"cancel=4294967295.0:timer:34000:sync_cancel cancel=9.4294967295:async:drop",

	"dt1 target=%D0%B6%3A%25 op=x.y-z_@+,= wire=pipe ring=defer unit=lines:16-80 "
	"stream=67108864 seed=0x0 deliver=3-3 call=1-2 feed=early caller=rest "
	"condition=write-zero cancel=1.0:batch-blocked:async_cancel/any",
};

static void test_golden(void)
{
	char text[PLAN_TEXT_MAX], message[200] = "";
	struct plan plan;

	for (unsigned i = 0; i < ARRAY_SIZE(golden); i++) {
		CU_ASSERT_EQUAL_FATAL(plan_parse(golden[i], &plan, message, sizeof(message)), 0);
		CU_ASSERT_EQUAL(plan_format(&plan, text, sizeof(text)), (int)strlen(golden[i]));
		CU_ASSERT_STRING_EQUAL(text, golden[i]);
	}
}

static void test_fields(void)
{
	struct plan plan;
	char message[200];

	CU_ASSERT_EQUAL_FATAL(plan_parse(golden[2], &plan, message, sizeof(message)), 0);
	CU_ASSERT_STRING_EQUAL(plan.target, "a");
	CU_ASSERT_STRING_EQUAL(plan.operation, "b");
	CU_ASSERT_STRING_EQUAL(plan.options, "max=4,name=x y");
	CU_ASSERT_EQUAL(plan.wire, WIRE_TCP);
	CU_ASSERT_EQUAL(plan.ring, RING_SQPOLL);
	CU_ASSERT_EQUAL(plan.unit, DT_FRAMES);
	CU_ASSERT_EQUAL(plan.header, DT_U32BE);
	CU_ASSERT_EQUAL(plan.unit_min, 1);
	CU_ASSERT_EQUAL(plan.unit_max, 300);
	CU_ASSERT_EQUAL(plan.stream_size, 65536);
	CU_ASSERT_EQUAL(plan.seed, UINT64_MAX);
	CU_ASSERT_EQUAL(plan.deliver_max, 1 << 20);
	CU_ASSERT_EQUAL(plan.feed, FEED_MIXED);
	CU_ASSERT_EQUAL(plan.caller, CALLER_ABANDON);
	CU_ASSERT_EQUAL(plan.condition, CONDITION_EOF_MID_UNIT);
	CU_ASSERT_EQUAL_FATAL(plan.cancellation_count, 3);
	CU_ASSERT_EQUAL(plan.cancellations[0].primitive, 7);
	CU_ASSERT_EQUAL(plan.cancellations[0].point, POINT_PARTIAL_KERNEL);
	CU_ASSERT_EQUAL(plan.cancellations[0].mechanism, MECH_OP_ALL);
	CU_ASSERT_EQUAL(plan.cancellations[1].attempt, UINT32_MAX);
	CU_ASSERT_EQUAL(plan.cancellations[1].point, POINT_TIMER);
	CU_ASSERT_EQUAL(plan.cancellations[1].k, 34000);
	CU_ASSERT_EQUAL(plan.cancellations[2].mechanism, MECH_DROP);
	CU_ASSERT_FALSE(plan.cancellations[2].retry);
}

/* Any order, missing keys, any white space, other spellings of numbers: one meaning. */
static void test_any_order(void)
{
	static const char line[] = " \tdt1  seed=42\tcancel=0x3.0:partial:5:async_cancel/ud\n"
				   "op=read_exact cancel=retry.0:armed:link_timeout deliver=1-17 "
				   "target=broken%2flocal_progress\r\n";
	char text[PLAN_TEXT_MAX], message[200];
	struct plan plan;

	CU_ASSERT_EQUAL_FATAL(plan_parse(line, &plan, message, sizeof(message)), 0);
	plan_format(&plan, text, sizeof(text));
	CU_ASSERT_STRING_EQUAL(text, golden[1]);
}

static const struct {
	const char *line, *message;
} wrong[] = {
	{ "", "column 1: a plan begins with 'dt1', the version of its form" },
	{ "dt2 target=a op=b", "column 1: a plan begins with 'dt1', the version of its form" },
	{ "dt1", "column 4: target= is missing; add target=NAME" },
	{ "dt1 target=a", "column 13: op= is missing; add op=NAME" },
	{ "dt1 target= op=b", "column 17: the target is missing: target=NAME" },
	{ "dt1 target=a op=b strem=4", "column 19: unknown key 'strem'; did you mean 'stream'?" },
	{ "dt1 target=a op=b caler=same",
	  "column 19: unknown key 'caler'; did you mean 'caller'?" },
	{ "dt1 target=a op=b zzzzzz=1",
	  "column 19: unknown key 'zzzzzz'; a plan is made of key=value words" },
	{ "dt1 target=a op=b wire", "column 23: wire needs a value, as in wire=..." },
	{ "dt1 target=a op=b op=c", "column 19: op= is there twice; leave one of them out" },
	{ "dt1 target=a op=b wire=tpc", "column 24: unknown wire 'tpc'; did you mean 'tcp'?" },
	{ "dt1 target=a op=b wire=radio",
	  "column 24: unknown wire 'radio'; there are: pipe, unix, tcp" },
	{ "dt1 target=a op=b wire=unix:1",
	  "column 28: nothing more is expected after the value of wire=" },
	{ "dt1 target=a op=b stream=0", "column 26: the number must be 1 to 67108864" },
	{ "dt1 target=a op=b stream=67108865", "column 26: the number must be 1 to 67108864" },
	{ "dt1 target=a op=b stream=99999999999999999999",
	  "column 26: the number must be 1 to 67108864" },
	{ "dt1 target=a op=b stream=-1", "column 26: a number is expected here, 1 to 67108864" },
	{ "dt1 target=a op=b stream=4k",
	  "column 27: nothing more is expected after the value of stream=" },
	{ "dt1 target=a op=b seed=0x", "column 24: a number is expected here, 0 to "
				       "18446744073709551615" },
	{ "dt1 target=a op=b deliver=7-3", "column 29: the number must be 7 to 1048576" },
	{ "dt1 target=a op=b deliver=7", "column 28: a range is written LOW-HIGH, as in 1-64" },
	{ "dt1 target=a op=b call=0-3", "column 24: the number must be 1 to 1048576" },
	{ "dt1 target=a op=b unit=none", "column 24: unknown unit 'none'; there are: bytes, "
					 "frames, lines" },
	{ "dt1 target=a op=b unit=frames",
	  "column 30: frames need a header and sizes: frames:u32be:1-300" },
	{ "dt1 target=a op=b unit=frames:u31be:1-300",
	  "column 31: unknown header 'u31be'; did you mean 'u32be'?" },
	{ "dt1 target=a op=b unit=frames:u8",
	  "column 33: sizes of the units are missing: LOW-HIGH, as in :1-300" },
	{ "dt1 target=a op=b unit=lines:0-3", "column 30: the number must be 1 to 65536" },
	{ "dt1 target=a op=b unit=lines:1-70000", "column 32: the number must be 1 to 65536" },
	{ "dt1 target=a op=b unit=lines:1-1 stream=67108864",
	  "column 49: more than 4194304 units: make the stream shorter or the units larger" },
	{ "dt1 target=a op=b opt=novalue", "column 30: options are written key=value,key=value" },
	{ "dt1 target=a op=b opt=a=1,", "column 27: options are written key=value,key=value" },
	{ "dt1 target=a%0A op=b", "column 21: names and options have no control characters" },
	{ "dt1 target=a%00 op=b",
	  "column 13: % must be followed by two hexadecimal digits, not 00" },
	{ "dt1 target=a%4 op=b",
	  "column 13: % must be followed by two hexadecimal digits, not 00" },
	{ "dt1 target=a op=b cancel=retry.0:armed:stop",
	  "column 31: retry needs an earlier cancellation that it can follow" },
	{ "dt1 target=a op=b cancel=3:armed:stop",
	  "column 27: the primitive is missing: ATTEMPT.PRIMITIVE, as in 3.0" },
	{ "dt1 target=a op=b cancel=4294967296.0:armed:stop",
	  "column 26: the number must be 0 to 4294967295" },
	{ "dt1 target=a op=b cancel=3.0",
	  "column 29: the point is missing: 3.0:armed:async_cancel/ud" },
	{ "dt1 target=a op=b cancel=3.0:amred:stop",
	  "column 30: unknown point 'amred'; did you mean 'armed'?" },
	{ "dt1 target=a op=b cancel=3.0:retry:stop",
	  "column 30: unknown point 'retry'; there are: before, batch-blocked, batch-ready, armed, "
	  "ready, partial, partial:kernel, raced, late, recovery, timer, async" },
	{ "dt1 target=a op=b cancel=3.0:armed",
	  "column 35: the mechanism is missing: 3.0:armed:async_cancel/ud" },
	{ "dt1 target=a op=b cancel=3.0:armed:sync_cancle",
	  "column 36: unknown mechanism 'sync_cancle'; did you mean 'sync_cancel'?" },
	{ "dt1 target=a op=b cancel=3.0:partial",
	  "column 37: partial needs bytes: partial:5, or partial:kernel" },
	{ "dt1 target=a op=b cancel=3.0:partial:0:stop",
	  "column 38: the number must be 1 to 67108864" },
	{ "dt1 target=a op=b cancel=3.0:timer:stop",
	  "column 36: a number is expected here, 0 to 10000000000" },
	{ "dt1 target=a op=b cancel=3.0:armed:stop:9",
	  "column 40: nothing more is expected after the value of cancel=" },
};

static void test_wrong(void)
{
	struct plan plan, untouched;

	memset(&untouched, 0x5a, sizeof(untouched));
	for (unsigned i = 0; i < ARRAY_SIZE(wrong); i++) {
		char message[300] = "";

		memset(&plan, 0x5a, sizeof(plan));
		CU_ASSERT_EQUAL(plan_parse(wrong[i].line, &plan, message, sizeof(message)),
				-EINVAL);
		if (strcmp(message, wrong[i].message))
			printf("\n%s\n  expected %s\n  was      %s\n", wrong[i].line,
			       wrong[i].message, message);
		CU_ASSERT_STRING_EQUAL(message, wrong[i].message);
		CU_ASSERT_EQUAL(memcmp(&plan, &untouched, sizeof(plan)), 0);
	}
}

static void test_too_long(void)
{
	char line[12000], message[300];
	struct plan plan;
	size_t used;

	used = (size_t)sprintf(line, "dt1 op=b target=");
	memset(line + used, 'x', PLAN_NAME_MAX);
	line[used + PLAN_NAME_MAX] = 0;
	CU_ASSERT_EQUAL(plan_parse(line, &plan, message, sizeof(message)), -EINVAL);
	CU_ASSERT_STRING_EQUAL(message, "column 112: the text is longer than 95 bytes");
	line[used + PLAN_NAME_MAX - 1] = 0;
	CU_ASSERT_EQUAL(plan_parse(line, &plan, message, sizeof(message)), 0);
	for (unsigned i = 0; i < PLAN_CANCELLATIONS_MAX; i++)
		strcat(line, " cancel=1.0:armed:stop");
	CU_ASSERT_EQUAL(plan_parse(line, &plan, message, sizeof(message)), 0);
	CU_ASSERT_EQUAL(plan.cancellation_count, PLAN_CANCELLATIONS_MAX);
	strcat(line, " cancel=1.0:armed:stop");
	CU_ASSERT_EQUAL(plan_parse(line, &plan, message, sizeof(message)), -EINVAL);
	CU_ASSERT_PTR_NOT_NULL(strstr(message, "a plan has at most 64 cancellations"));
	/* A message that does not fit is cut, and nothing behind it is touched. */
	memset(message, '#', sizeof(message));
	CU_ASSERT_EQUAL(plan_parse("dt1", &plan, message, 10), -EINVAL);
	CU_ASSERT_EQUAL(message[9], 0);
	CU_ASSERT_EQUAL(message[10], '#');
}

static void draw_text(struct rng *rng, char *text, size_t size_max)
{
	size_t size = rng_between(rng, 1, size_max - 1);

	for (size_t i = 0; i < size; i++) {
		text[i] = (char)rng_between(rng, ' ', 255);
		if (text[i] == 0x7f)
			text[i] = '%';
	}
	text[size] = 0;
}

static void draw_range(struct rng *rng, uint32_t limit, uint32_t *low, uint32_t *high)
{
	*low = (uint32_t)rng_between(rng, 1, limit);
	*high = (uint32_t)rng_between(rng, *low, limit);
}

static void draw_cancellation(struct rng *rng, uint32_t at, struct cancellation *step)
{
	step->retry = at && rng_below(rng, 3) == 0;
	step->attempt = step->retry ? 0 : (uint32_t)rng_next(rng);
	step->primitive = (uint32_t)rng_next(rng);
	step->point = (enum point)rng_below(rng, POINT_COUNT);
	step->mechanism = (enum mechanism)rng_below(rng, MECH_COUNT);
	if (step->point == POINT_PARTIAL)
		step->k = rng_between(rng, 1, PLAN_STREAM_MAX);
	if (step->point == POINT_TIMER)
		step->k = rng_between(rng, 0, PLAN_DELAY_MAX_NS);
}

static void draw_plan(struct rng *rng, struct plan *plan)
{
	plan_init(plan);
	draw_text(rng, plan->target, PLAN_NAME_MAX);
	draw_text(rng, plan->operation, PLAN_NAME_MAX);
	if (rng_below(rng, 2)) {
		strcpy(plan->options, "a=,b=");
		draw_text(rng, plan->options + 5, 40);
		for (char *at = plan->options + 5; *at; at++)
			*at = *at == ',' ? ';' : *at;
	}
	plan->wire = (enum wire_kind)rng_below(rng, WIRE_COUNT);
	plan->ring = (enum ring_mode)rng_below(rng, RING_COUNT);
	plan->unit = (enum dt_unit)rng_between(rng, DT_BYTES, DT_LINES);
	plan->stream_size = rng_between(rng, 1, PLAN_UNITS_MAX);
	if (plan->unit == DT_FRAMES)
		plan->header = (enum dt_header)rng_between(rng, DT_U8, DT_VARINT);
	if (plan->unit != DT_BYTES)
		draw_range(rng, PLAN_UNIT_MAX, &plan->unit_min, &plan->unit_max);
	plan->seed = rng_next(rng);
	draw_range(rng, PLAN_STEP_MAX, &plan->deliver_min, &plan->deliver_max);
	draw_range(rng, PLAN_STEP_MAX, &plan->call_min, &plan->call_max);
	plan->feed = (enum feed)rng_below(rng, FEED_COUNT);
	plan->caller = (enum caller)rng_below(rng, CALLER_COUNT);
	plan->condition = (enum condition)rng_below(rng, CONDITION_COUNT);
	plan->cancellation_count = rng_below(rng, 50) ? (uint32_t)rng_below(rng, 5) :
							PLAN_CANCELLATIONS_MAX;
	for (uint32_t i = 0; i < plan->cancellation_count; i++)
		draw_cancellation(rng, i, &plan->cancellations[i]);
}

static void test_round_trip(void)
{
	char text[PLAN_TEXT_MAX], again[PLAN_TEXT_MAX], message[300] = "";
	struct rng rng = { .state = 31 };
	static struct plan plan, read;

	for (unsigned i = 0; i < 100000; i++) {
		int length;

		draw_plan(&rng, &plan);
		length = plan_format(&plan, text, sizeof(text));
		CU_ASSERT_FATAL(length > 0 && text[length] == 0);
		CU_ASSERT_EQUAL_FATAL(plan_parse(text, &read, message, sizeof(message)), 0);
		CU_ASSERT_EQUAL_FATAL(plan_format(&read, again, sizeof(again)), length);
		CU_ASSERT_STRING_EQUAL_FATAL(again, text);
		CU_ASSERT_STRING_EQUAL_FATAL(read.target, plan.target);
		CU_ASSERT_STRING_EQUAL_FATAL(read.options, plan.options);
		CU_ASSERT_EQUAL_FATAL(read.seed, plan.seed);
		CU_ASSERT_EQUAL_FATAL(memcmp(read.cancellations, plan.cancellations,
					     plan.cancellation_count *
						     sizeof(*plan.cancellations)), 0);
	}
}

/* The longest plan fits PLAN_TEXT_MAX; a shorter text is refused, and never overrun. */
static void test_room(void)
{
	char text[PLAN_TEXT_MAX + 1];
	struct plan plan;
	int length;

	plan_init(&plan);
	memset(plan.target, ' ', PLAN_NAME_MAX - 1);
	memset(plan.operation, ' ', PLAN_NAME_MAX - 1);
	memset(plan.options, ' ', PLAN_OPTIONS_MAX - 1);
	plan.options[1] = '=';
	plan.unit = DT_FRAMES;
	plan.header = DT_U16BE;
	plan.unit_min = plan.unit_max = plan.stream_size = PLAN_UNIT_MAX;
	plan.seed = UINT64_MAX;
	plan.cancellation_count = PLAN_CANCELLATIONS_MAX;
	for (unsigned i = 0; i < PLAN_CANCELLATIONS_MAX; i++)
		plan.cancellations[i] = (struct cancellation){
			.attempt = UINT32_MAX,
			.primitive = UINT32_MAX,
			.point = POINT_PARTIAL,
			.mechanism = MECH_FD_ALL,
			.k = PLAN_STREAM_MAX,
		};
	CU_ASSERT_PTR_NULL(plan_problem(&plan));
	length = plan_format(&plan, text, PLAN_TEXT_MAX);
	CU_ASSERT_FATAL(length > 0);
	for (int room = 0; room <= length; room++) {
		text[room] = '#';
		CU_ASSERT_EQUAL_FATAL(plan_format(&plan, text, (size_t)room), -ENOSPC);
		CU_ASSERT_EQUAL_FATAL(text[room], '#');
	}
	CU_ASSERT_EQUAL(plan_format(&plan, text, (size_t)length + 1), length);
}

static void test_defaults(void)
{
	struct plan plan;

	plan_init(&plan);
	CU_ASSERT_STRING_EQUAL(plan_problem(&plan), "the target is missing: target=NAME");
	strcpy(plan.target, "a");
	CU_ASSERT_STRING_EQUAL(plan_problem(&plan), "the operation is missing: op=NAME");
	strcpy(plan.operation, "b");
	CU_ASSERT_PTR_NULL(plan_problem(&plan));
}

/* Plans that are not made from text are checked as well. */
static void test_problems(void)
{
	static const struct {
		size_t offset;
		uint32_t value;
		const char *words;
	} problems[] = {
		{ offsetof(struct plan, wire), WIRE_COUNT, "wire" },
		{ offsetof(struct plan, ring), RING_COUNT, "ring" },
		{ offsetof(struct plan, unit), 0, "unit" },
		{ offsetof(struct plan, unit), DT_FRAMES, "frames need a header" },
		{ offsetof(struct plan, unit), DT_LINES, "units must be" },
		{ offsetof(struct plan, header), DT_U8, "neither a header" },
		{ offsetof(struct plan, deliver_min), 0, "deliveries" },
		{ offsetof(struct plan, deliver_min), 65, "deliveries" },
		{ offsetof(struct plan, call_max), 63, "calls" },
		{ offsetof(struct plan, feed), FEED_COUNT, "feed" },
		{ offsetof(struct plan, caller), CALLER_COUNT, "caller" },
		{ offsetof(struct plan, condition), CONDITION_COUNT, "condition" },
		{ offsetof(struct plan, cancellation_count), 65, "at most 64" },
		{ offsetof(struct plan, cancellations[0].retry), 1, "retry" },
		{ offsetof(struct plan, cancellations[0].point), POINT_RETRY, "point" },
		{ offsetof(struct plan, cancellations[0].point), POINT_PARTIAL, "at least one" },
		{ offsetof(struct plan, cancellations[0].mechanism), MECH_COUNT, "mechanism" },
	};

	for (unsigned i = 0; i < ARRAY_SIZE(problems); i++) {
		struct plan plan;

		plan_init(&plan);
		strcpy(plan.target, "a");
		strcpy(plan.operation, "b");
		plan.cancellation_count = 1;
		CU_ASSERT_PTR_NULL(plan_problem(&plan));
		/* One byte is enough for every value here, also for the bool. */
		*((unsigned char *)&plan + problems[i].offset) = (unsigned char)problems[i].value;
		CU_ASSERT_PTR_NOT_NULL_FATAL(plan_problem(&plan));
		CU_ASSERT_PTR_NOT_NULL(strstr(plan_problem(&plan), problems[i].words));
	}
}

static const struct test_row rows[] = {
	{ "lines that must never change", test_golden },
	{ "every field is read", test_fields },
	{ "any order of keys", test_any_order },
	{ "what is wrong is said with its column", test_wrong },
	{ "too much of anything", test_too_long },
	{ "100,000 random plans there and back", test_round_trip },
	{ "room for the longest", test_room },
	{ "what a plan is by default", test_defaults },
	{ "plans that cannot be run", test_problems },
};

int main(void)
{
	return suite_run("plan", rows, ARRAY_SIZE(rows));
}
