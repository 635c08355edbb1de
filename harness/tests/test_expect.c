/*
 * test_expect.c - what was expected against what was seen: one row for each way to judge.
 */
#include "base/macros.h"
#include "run/expect.h"
#include "suite.h"

enum { MANY = 100 };

/* Evidence in a few words; the rest is filled in. */
struct seen {
	enum dt_contract declared;
	uint64_t landed;	  /* at armed and at raced */
	uint64_t budget;
	unsigned damage[CALLER_COUNT]; /* bits, of the trials of each caller */
	enum damage control;
	unsigned unrepeated;
};

static void make_tally(const struct seen *seen, struct tally *tally)
{
	memset(tally, 0, sizeof(*tally));
	tally->trials = seen->budget;
	tally->points[POINT_ARMED][MECH_UD].landed = seen->landed;
	tally->points[POINT_RACED][MECH_SYNC].landed = seen->landed;
	tally->points[POINT_BEFORE][MECH_SYNC].landed = MANY;
	for (unsigned caller = 0; caller < CALLER_COUNT; caller++) {
		struct caller_counts *counts = &tally->callers[caller];

		counts->trials = counts->landed_trials = counts->mid_trials = seen->landed;
		counts->damage[DAMAGE_NONE] = seen->landed;
		for (unsigned damage = 1; damage < DAMAGE_COUNT; damage++)
			if (seen->damage[caller] & BIT(damage)) {
				counts->damage[damage]++;
				counts->trials++;
			}
	}
}

static void judge(const struct expectation *expect, const struct seen *seen, bool cut,
		  struct judgement *judgement)
{
	struct tally tally;
	struct evidence evidence = {
		.declared = seen->declared,
		.tally = &tally,
		.budget = seen->budget,
		.points = BIT(POINT_ARMED) | BIT(POINT_RACED),
		.threshold = 16,
		.unrepeated = seen->unrepeated,
		.cut = cut,
		.control = seen->control,
		.control_sentence = "the control sentence",
	};

	make_tally(seen, &tally);
	evidence.sentences[DAMAGE_LOST] = "the sentence of lost";
	evidence.sentences[DAMAGE_CRASH] = "the sentence of crash";
	evidence.sentences[DAMAGE_HANG] = "the sentence of hang";
	expect_judge(expect, &evidence, judgement);
}

#define PASS { .kind = EXPECT_PASS }
#define MET(bits, what) { .kind = EXPECT_MET, .met = bits, .retry = what }
#define SHOWS(what, more) { .kind = EXPECT_VIOLATION, .violation = what, .also = more }
#define CONTROL(what) { .kind = EXPECT_CONTROL, .violation = what }
#define LOST BIT(DAMAGE_LOST)
#define CRASH BIT(DAMAGE_CRASH)
#define HANG BIT(DAMAGE_HANG)
#define TERMINAL BIT(DT_TERMINAL)
#define SAME [CALLER_SAME]
#define ABANDON [CALLER_ABANDON]
/* What an operation that loses its progress shows to everybody who carries on. */
#define CARRYING_ON SAME = LOST, [CALLER_FRESH] = LOST, [CALLER_OTHER] = LOST, [CALLER_REST] = LOST

struct row {
	struct expectation expect;
	struct seen seen;
	enum verdict verdict;
	const char *told; /* a part of the reason; "" for none */
};

static const struct row rows[] = {
	/* pass */
	{ PASS, { DT_ATOMIC, MANY, 400, { 0 }, 0, 0 }, VERDICT_PASS, "" },
	{ PASS, { DT_ATOMIC, MANY, 400, { SAME = LOST }, 0, 0 }, VERDICT_VIOLATION,
	  "the sentence of lost" },
	{ PASS, { DT_TERMINAL, MANY, 400, { CARRYING_ON }, 0, 0 }, VERDICT_PASS, "" },
	{ PASS, { DT_TERMINAL, MANY, 400, { ABANDON = LOST }, 0, 0 }, VERDICT_VIOLATION, "lost" },
	{ PASS, { DT_RESUMABLE, MANY, 400, { [CALLER_REST] = LOST }, 0, 0 }, VERDICT_PASS, "" },
	{ PASS, { DT_RESUMABLE, MANY, 400, { SAME = LOST }, 0, 0 }, VERDICT_VIOLATION, "lost" },
	{ PASS, { DT_PARTIAL, MANY, 400, { SAME = LOST }, 0, 0 }, VERDICT_PASS, "" },
	{ PASS, { DT_PARTIAL, MANY, 400, { [CALLER_REST] = LOST }, 0, 0 }, VERDICT_VIOLATION, "" },
	/* vacuous */
	{ PASS, { DT_ATOMIC, 15, 400, { 0 }, 0, 0 }, VERDICT_INCONCLUSIVE,
	  "15 cancellations landed at 'armed' in 400 trials, fewer than 16" },
	{ PASS, { DT_ATOMIC, 16, 400, { 0 }, 0, 0 }, VERDICT_PASS, "" },
	{ PASS, { DT_ATOMIC, 15, 199, { 0 }, 0, 0 }, VERDICT_PASS, "" },
	{ PASS, { DT_ATOMIC, 0, 10, { 0 }, 0, 0 }, VERDICT_INCONCLUSIVE, "no cancellation" },
	{ PASS, { DT_ATOMIC, 1, 400, { SAME = LOST }, 0, 0 }, VERDICT_VIOLATION, "lost" },
	/* what rests on time */
	{ PASS, { DT_ATOMIC, MANY, 400, { SAME = HANG }, 0, HANG }, VERDICT_INCONCLUSIVE,
	  "not again: the sentence of hang" },
	{ PASS, { DT_ATOMIC, MANY, 400, { SAME = HANG }, 0, 0 }, VERDICT_VIOLATION, "of hang" },
	{ PASS, { DT_ATOMIC, MANY, 400, { SAME = HANG | LOST }, 0, HANG }, VERDICT_VIOLATION,
	  "of lost" },
	{ MET(BIT(DT_ATOMIC), 0), { DT_ATOMIC, MANY, 400, { SAME = HANG }, 0, HANG },
	  VERDICT_INCONCLUSIVE, "not again: the sentence of hang" },
	{ MET(BIT(DT_ATOMIC), 0), { DT_ATOMIC, MANY, 400, { SAME = HANG }, 0, 0 },
	  VERDICT_VIOLATION, "met partial" },
	{ MET(BIT(DT_ATOMIC), 0), { DT_ATOMIC, MANY, 400, { SAME = HANG | LOST }, 0, HANG },
	  VERDICT_VIOLATION, "met partial" },
	{ MET(BIT(DT_RESUMABLE), 0), { DT_ATOMIC, MANY, 400, { SAME = HANG }, 0, HANG },
	  VERDICT_VIOLATION, "met partial" },
	/* the control run */
	{ PASS, { DT_ATOMIC, 0, 400, { 0 }, DAMAGE_LOST, 0 }, VERDICT_VIOLATION,
	  "broken without any cancellation: the control sentence" },
	{ PASS, { DT_ATOMIC, 0, 400, { 0 }, DAMAGE_HANG, HANG }, VERDICT_INCONCLUSIVE,
	  "not again: the control sentence" },
	{ PASS, { DT_ATOMIC, 0, 400, { 0 }, DAMAGE_HANG, 0 }, VERDICT_VIOLATION, "broken without" },
	{ PASS, { DT_ATOMIC, 0, 400, { 0 }, DAMAGE_LOST, HANG }, VERDICT_VIOLATION, "broken with" },
	{ CONTROL(DAMAGE_HANG), { DT_ATOMIC, 0, 400, { 0 }, DAMAGE_HANG, HANG },
	  VERDICT_INCONCLUSIVE, "not again" },
	{ CONTROL(DAMAGE_LOST), { DT_ATOMIC, 0, 0, { 0 }, DAMAGE_LOST, 0 }, VERDICT_PASS, "" },
	{ CONTROL(DAMAGE_LOST), { DT_ATOMIC, 0, 0, { 0 }, 0, 0 }, VERDICT_VIOLATION, "passed" },
	{ CONTROL(DAMAGE_LOST), { DT_ATOMIC, 0, 0, { 0 }, DAMAGE_CRASH, 0 }, VERDICT_VIOLATION,
	  "expected 'lost' without any cancellation and saw 'crash'" },
	{ SHOWS(DAMAGE_LOST, 0), { DT_ATOMIC, 0, 400, { 0 }, DAMAGE_LOST, 0 }, VERDICT_VIOLATION,
	  "without any cancellation" },
	/* met, exactly */
	{ MET(TERMINAL, DAMAGE_NONE), { DT_TERMINAL, MANY, 400, { CARRYING_ON }, 0, 0 },
	  VERDICT_PASS, "" },
	{ MET(TERMINAL, DAMAGE_LOST), { DT_TERMINAL, MANY, 400, { CARRYING_ON }, 0, 0 },
	  VERDICT_PASS, "" },
	{ MET(TERMINAL, DAMAGE_DUPLICATED), { DT_TERMINAL, MANY, 400, { CARRYING_ON }, 0, 0 },
	  VERDICT_VIOLATION, "expected to show 'duplicated' and did not" },
	{ MET(TERMINAL, DAMAGE_LOST),
	  { DT_TERMINAL, MANY, 400, { SAME = LOST | CRASH, [CALLER_REST] = LOST }, 0, 0 },
	  VERDICT_VIOLATION, "'lost' only and also showed crash" },
	{ MET(BIT(DT_ATOMIC), DAMAGE_NONE), { DT_ATOMIC, MANY, 400, { CARRYING_ON }, 0, 0 },
	  VERDICT_VIOLATION, "declared atomic, expected to meet atomic, met terminal" },
	{ MET(TERMINAL, DAMAGE_NONE), { DT_TERMINAL, MANY, 400, { 0 }, 0, 0 },
	  VERDICT_VIOLATION, "expected to meet terminal, met atomic" },
	{ MET(BIT(DT_NONE_MET), DAMAGE_NONE),
	  { DT_TERMINAL, MANY, 400, { CARRYING_ON, ABANDON = LOST }, 0, 0 }, VERDICT_PASS, "" },
	{ MET(BIT(DT_RESUMABLE), DAMAGE_NONE),
	  { DT_RESUMABLE, MANY, 400, { [CALLER_FRESH] = LOST, [CALLER_REST] = LOST }, 0, 0 },
	  VERDICT_PASS, "" },
	{ MET(BIT(DT_RESUMABLE) | BIT(DT_PARTIAL), DAMAGE_NONE),
	  { DT_RESUMABLE, MANY, 400, { [CALLER_FRESH] = LOST }, 0, 0 }, VERDICT_PASS, "" },
	{ MET(TERMINAL, DAMAGE_NONE), { DT_TERMINAL, 3, 400, { CARRYING_ON }, 0, 0 },
	  VERDICT_INCONCLUSIVE, "fewer than 16" },
	/* a violation that is wanted */
	{ SHOWS(DAMAGE_LOST, 0),
	  { DT_ATOMIC, MANY, 400, { SAME = LOST }, 0, 0 }, VERDICT_PASS, "" },
	{ SHOWS(DAMAGE_LOST, 0), { DT_ATOMIC, 3, 400, { SAME = LOST }, 0, 0 }, VERDICT_PASS, "" },
	{ SHOWS(DAMAGE_LOST, 0), { DT_ATOMIC, MANY, 400, { 0 }, 0, 0 }, VERDICT_VIOLATION,
	  "expected 'lost', which did not appear in 400 trials" },
	{ SHOWS(DAMAGE_LOST, 0), { DT_ATOMIC, 3, 400, { 0 }, 0, 0 }, VERDICT_INCONCLUSIVE, "" },
	{ SHOWS(DAMAGE_LOST, 0), { DT_TERMINAL, MANY, 400, { SAME = LOST }, 0, 0 },
	  VERDICT_VIOLATION, "did not appear" },
	{ SHOWS(DAMAGE_LOST, 0), { DT_ATOMIC, MANY, 400, { SAME = CRASH }, 0, 0 },
	  VERDICT_VIOLATION, "expected 'lost' and saw crash: the sentence of crash" },
	{ SHOWS(DAMAGE_LOST, 0), { DT_ATOMIC, MANY, 400, { SAME = CRASH | LOST }, 0, 0 },
	  VERDICT_VIOLATION, "expected 'lost' only, and also saw crash" },
	{ SHOWS(DAMAGE_LOST, CRASH), { DT_ATOMIC, MANY, 400, { SAME = CRASH | LOST }, 0, 0 },
	  VERDICT_PASS, "" },
	{ SHOWS(DAMAGE_LOST, CRASH), { DT_ATOMIC, MANY, 400, { SAME = CRASH }, 0, 0 },
	  VERDICT_VIOLATION, "did not appear" },
	{ SHOWS(DAMAGE_HANG, 0), { DT_ATOMIC, MANY, 400, { SAME = HANG }, 0, HANG },
	  VERDICT_INCONCLUSIVE, "not again" },
};

/* A case that ended before its budget: what is missing might still have come. */
static const struct row cut_rows[] = {
	{ SHOWS(DAMAGE_LOST, 0), { DT_ATOMIC, MANY, 400, { 0 }, 0, 0 },
	  VERDICT_INCONCLUSIVE, "did not appear" },
	{ SHOWS(DAMAGE_LOST, 0), { DT_ATOMIC, MANY, 400, { SAME = CRASH }, 0, 0 },
	  VERDICT_VIOLATION, "saw crash" },
	{ MET(TERMINAL, DAMAGE_NONE), { DT_TERMINAL, MANY, 400, { 0 }, 0, 0 },
	  VERDICT_INCONCLUSIVE, "ended before its budget: expected to meet terminal, met atomic" },
	{ MET(BIT(DT_ATOMIC), DAMAGE_NONE),
	  { DT_ATOMIC, MANY, 400, { CARRYING_ON }, 0, 0 }, VERDICT_VIOLATION,
	  "expected to meet atomic, met terminal" },
	{ MET(TERMINAL, DAMAGE_DUPLICATED),
	  { DT_TERMINAL, MANY, 400, { CARRYING_ON }, 0, 0 }, VERDICT_INCONCLUSIVE,
	  "expected to show 'duplicated'" },
	{ PASS, { DT_ATOMIC, MANY, 400, { SAME = LOST }, 0, 0 }, VERDICT_VIOLATION,
	  "of lost" },
	{ PASS, { DT_ATOMIC, MANY, 400, { 0 }, 0, 0 }, VERDICT_PASS, "" },
};

static void check_rows(const struct row *table, size_t count, bool cut)
{
	for (size_t i = 0; i < count; i++) {
		struct judgement judgement;
		bool good;

		judge(&table[i].expect, &table[i].seen, cut, &judgement);
		good = judgement.verdict == table[i].verdict &&
		       strstr(judgement.reason, table[i].told) &&
		       (judgement.verdict == VERDICT_PASS) == !judgement.reason[0];
		if (!good)
			printf("\n    row %zu: %s: %s\n", i,
			       word_name(WORDS_VERDICT, judgement.verdict), judgement.reason);
		CU_ASSERT(good);
	}
}

static void test_rows(void)
{
	check_rows(rows, ARRAY_SIZE(rows), false);
}

static void test_cut(void)
{
	check_rows(cut_rows, ARRAY_SIZE(cut_rows), true);
}

static void test_format(void)
{
	static const struct {
		struct expectation expect;
		const char *text;
	} texts[] = {
		{ PASS, "pass" },
		{ MET(BIT(DT_RESUMABLE) | BIT(DT_PARTIAL), 0), "met: resumable+partial" },
		{ MET(TERMINAL, DAMAGE_LOST), "met: terminal, retry: lost" },
		{ MET(BIT(DT_NONE_MET), 0), "met: none" },
		{ SHOWS(DAMAGE_LATE_WRITE, 0), "violation: late-write" },
		{ SHOWS(DAMAGE_LOST, CRASH | HANG), "violation: lost, also: hang, crash" },
		{ CONTROL(DAMAGE_FALSE_EOF), "control: false-eof" },
	};
	char text[256];

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		CU_ASSERT_EQUAL(expect_format(&texts[i].expect, text, sizeof(text)),
				(int)strlen(texts[i].text));
		CU_ASSERT_STRING_EQUAL(text, texts[i].text);
	}
	contracts_format(0, text, sizeof(text));
	CU_ASSERT_STRING_EQUAL(text, "unknown");
}

int main(void)
{
	static const struct test_row tests[] = {
		{ "every way to judge", test_rows },
		{ "cases that were cut", test_cut },
		{ "expectations as text", test_format },
	};

	return suite_run("expect", tests, ARRAY_SIZE(tests));
}
