/*
 * concern.c - expectations read caller by caller: which callers must see no damage, and which
 * damage may the others see.
 */
#include "html/concern.h"

#include "base/macros.h"

static unsigned allowed_callers(const struct case_result *test)
{
	return test->declared ? callers_of_contract(test->declared) : 0;
}

/* The callers for whom `met:` says that nothing breaks. */
static unsigned safe_callers(const struct expectation *expect)
{
	unsigned callers = 0;

	for (unsigned contract = DT_ATOMIC; contract < CONTRACT_COUNT; contract++)
		if (expect->met & BIT(contract))
			callers |= callers_of_contract((enum dt_contract)contract);
	return callers;
}

bool concern_expects_bug(const struct case_result *test)
{
	const struct expectation *expect = &test->expect;

	if (expect->kind == EXPECT_MET)
		return allowed_callers(test) & ~safe_callers(expect);
	return expect->kind == EXPECT_VIOLATION || expect->kind == EXPECT_CONTROL;
}

/* Is this class of damage one that the scenario names? */
static bool named(const struct expectation *expect, enum damage damage)
{
	enum damage wanted = expect->kind == EXPECT_MET ? expect->retry : expect->violation;

	return expect->also & BIT(damage) || (wanted && wanted == damage);
}

static bool expected(const struct case_result *test, enum caller caller, enum damage damage)
{
	const struct expectation *expect = &test->expect;
	bool allowed = allowed_callers(test) & BIT(caller);

	switch (expect->kind) {
	case EXPECT_MET:
		if (safe_callers(expect) & BIT(caller))
			return expect->also & BIT(damage);
		return caller != CALLER_SAME || !expect->retry || named(expect, damage);
	case EXPECT_VIOLATION:
		return !allowed || named(expect, damage);
	case EXPECT_CONTROL:
		return !allowed;
	default:
		return !allowed || expect->also & BIT(damage);
	}
}

enum concern concern_of(const struct case_result *test, enum caller caller, enum damage damage,
			bool control)
{
	if (damage == DAMAGE_NONE)
		return CONCERN_UNEXPECTED;
	if (control)
		return test->expect.kind == EXPECT_CONTROL && named(&test->expect, damage)
			       ? CONCERN_PLANTED
			       : CONCERN_UNEXPECTED;
	if (!expected(test, caller, damage))
		return CONCERN_UNEXPECTED;
	return allowed_callers(test) & BIT(caller) ? CONCERN_PLANTED : CONCERN_BEYOND;
}
