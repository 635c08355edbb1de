/*
 * expect.c - judges a case.
 *
 * Only damage under the callers of the declared contract breaks a promise; the callers of stronger
 * contracts tell what is met beyond it. In order: the control run, damage, then whether enough
 * landed to say anything. Damage that was seen needs no further landings.
 */
#include "run/expect.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/macros.h"

static __attribute__((format(printf, 3, 4))) void
conclude(struct judgement *judgement, enum verdict verdict, const char *format, ...)
{
	va_list values;

	judgement->verdict = verdict;
	va_start(values, format);
	vsnprintf(judgement->reason, sizeof(judgement->reason), format, values);
	va_end(values);
}

static int append(char *text, size_t text_max, int length, const char *separator, const char *word)
{
	if (length < 0 || (size_t)length >= text_max)
		return length;
	return length + snprintf(text + length, text_max - (size_t)length, "%s%s",
				 length ? separator : "", word);
}

static int damage_format(unsigned bits, char *text, size_t text_max)
{
	int length = 0;

	text[0] = '\0';
	for (unsigned damage = 1; damage < DAMAGE_COUNT; damage++)
		if (bits & BIT(damage))
			length = append(text, text_max, length, ", ",
					word_name(WORDS_DAMAGE, damage));
	return length;
}

int contracts_format(unsigned met, char *text, size_t text_max)
{
	int length = 0;

	text[0] = '\0';
	for (unsigned contract = 0; contract < CONTRACT_COUNT; contract++)
		if (met & BIT(contract))
			length = append(text, text_max, length, "+",
					word_name(WORDS_CONTRACT, contract));
	return length ? length : snprintf(text, text_max, "unknown");
}

int expect_format(const struct expectation *expect, char *text, size_t text_max)
{
	char words[160], also[160] = "";

	if (expect->also) {
		damage_format(expect->also, words, sizeof(words));
		snprintf(also, sizeof(also), ", also: %.150s", words);
	}
	switch (expect->kind) {
	case EXPECT_MET:
		contracts_format(expect->met, words, sizeof(words));
		if (expect->retry != DAMAGE_NONE)
			return snprintf(text, text_max, "met: %s, retry: %s%s", words,
					word_name(WORDS_DAMAGE, expect->retry), also);
		return snprintf(text, text_max, "met: %s%s", words, also);
	case EXPECT_VIOLATION:
		return snprintf(text, text_max, "violation: %s%s",
				word_name(WORDS_DAMAGE, expect->violation), also);
	case EXPECT_CONTROL:
		return snprintf(text, text_max, "control: %s%s",
				word_name(WORDS_DAMAGE, expect->violation), also);
	case EXPECT_PASS:
		break;
	}
	return snprintf(text, text_max, "pass%s", also);
}

static unsigned seen_by(const struct tally *tally, unsigned callers)
{
	unsigned bits = 0;

	for (unsigned caller = 0; caller < CALLER_COUNT; caller++)
		for (unsigned damage = 1; damage < DAMAGE_COUNT; damage++)
			if (callers & BIT(caller) && tally->callers[caller].damage[damage])
				bits |= BIT(damage);
	return bits;
}

unsigned damage_seen(const struct tally *tally, enum dt_contract contract)
{
	return seen_by(tally, callers_of_contract(contract));
}

static const char *sentence_of(const struct evidence *evidence, unsigned damages)
{
	for (unsigned damage = 1; damage < DAMAGE_COUNT; damage++)
		if (damages & BIT(damage) && evidence->sentences[damage])
			return evidence->sentences[damage];
	return "see the failure";
}

static uint64_t landed_at(const struct tally *tally, unsigned point)
{
	uint64_t landed = 0;

	for (unsigned mechanism = 0; mechanism < MECH_COUNT; mechanism++)
		landed += tally->points[point][mechanism].landed;
	return landed;
}

/* Too little landed to say that nothing is wrong? Names the emptiest point. */
static bool vacuous(const struct evidence *evidence, struct judgement *judgement)
{
	uint64_t least = UINT64_MAX, beyond_before = 0;
	unsigned emptiest = POINT_COUNT;

	for (unsigned point = 0; point < POINT_COUNT; point++) {
		uint64_t landed = landed_at(evidence->tally, point);

		if (point != POINT_BEFORE || evidence->points == BIT(POINT_BEFORE))
			beyond_before += landed;
		if (evidence->points & BIT(point) && landed < least) {
			least = landed;
			emptiest = point;
		}
	}
	if (!beyond_before) {
		conclude(judgement, VERDICT_INCONCLUSIVE,
			 "not exercised: no cancellation landed in %" PRIu64 " trials",
			 evidence->tally->trials);
		return true;
	}
	if (evidence->budget < BUDGET_CONCLUSIVE || emptiest == POINT_COUNT ||
	    least >= evidence->threshold)
		return false;
	conclude(judgement, VERDICT_INCONCLUSIVE,
		 "not exercised: %" PRIu64 " cancellations landed at '%s' in %" PRIu64
		 " trials, fewer than %u",
		 least, word_name(WORDS_POINT, emptiest), evidence->tally->trials,
		 evidence->threshold);
	return true;
}

static void judge_pass(const struct expectation *expect, const struct evidence *evidence,
		       struct judgement *judgement)
{
	unsigned seen = damage_seen(evidence->tally, evidence->declared) & ~expect->also;
	unsigned firm = seen & ~evidence->unrepeated;

	if (firm)
		conclude(judgement, VERDICT_VIOLATION, "%s", sentence_of(evidence, firm));
	else if (seen)
		conclude(judgement, VERDICT_INCONCLUSIVE, "seen once, not again: %s",
			 sentence_of(evidence, seen));
	else
		vacuous(evidence, judgement);
}

/* Did a contract that was expected break? More trials would not mend it. */
static bool broke(const struct expectation *expect, const struct tally *tally)
{
	for (unsigned contract = DT_ATOMIC; contract < CONTRACT_COUNT; contract++)
		if (expect->met & BIT(contract) &&
		    tally_contract(tally, (enum dt_contract)contract) == VERDICT_VIOLATION)
			return true;
	return false;
}

/* What would be met without the damage that rests on time and did not come again. */
static unsigned met_otherwise(const struct evidence *evidence)
{
	struct tally tally = *evidence->tally;

	for (unsigned caller = 0; caller < CALLER_COUNT; caller++)
		for (unsigned damage = 1; damage < DAMAGE_COUNT; damage++)
			if (evidence->unrepeated & BIT(damage)) {
				uint64_t *counts = tally.callers[caller].damage;

				counts[DAMAGE_NONE] += counts[damage];
				counts[damage] = 0;
			}
	return tally_contracts_met(&tally);
}

static void judge_met(const struct expectation *expect, const struct evidence *evidence,
		      struct judgement *judgement)
{
	unsigned repeating = seen_by(evidence->tally, BIT(CALLER_SAME));
	unsigned allowed = BIT(expect->retry) | expect->also | evidence->unrepeated;
	char met[80], wanted[80], words[160];

	if (vacuous(evidence, judgement))
		return;
	contracts_format(judgement->met, met, sizeof(met));
	contracts_format(expect->met, wanted, sizeof(wanted));
	if (!judgement->met) {
		conclude(judgement, VERDICT_INCONCLUSIVE, "too little landed to tell contracts");
		return;
	}
	if (judgement->met != expect->met && evidence->unrepeated &&
	    met_otherwise(evidence) == expect->met) {
		conclude(judgement, VERDICT_INCONCLUSIVE, "seen once, not again: %s",
			 sentence_of(evidence, evidence->unrepeated));
		return;
	}
	if (judgement->met != expect->met && evidence->cut && !broke(expect, evidence->tally)) {
		conclude(judgement, VERDICT_INCONCLUSIVE,
			 "ended before its budget: expected to meet %s, met %s so far", wanted,
			 met);
		return;
	}
	if (judgement->met != expect->met) {
		conclude(judgement, VERDICT_VIOLATION, "declared %s, expected to meet %s, met %s",
			 word_name(WORDS_CONTRACT, evidence->declared), wanted, met);
		return;
	}
	if (expect->retry == DAMAGE_NONE)
		return;
	if (!(repeating & BIT(expect->retry))) {
		conclude(judgement, evidence->cut ? VERDICT_INCONCLUSIVE : VERDICT_VIOLATION,
			 "repeating the call was expected to show '%s' and did not",
			 word_name(WORDS_DAMAGE, expect->retry));
	} else if (repeating & ~allowed) {
		damage_format(repeating & ~allowed, words, sizeof(words));
		conclude(judgement, VERDICT_VIOLATION,
			 "repeating the call was expected to show '%s' only and also showed %s",
			 word_name(WORDS_DAMAGE, expect->retry), words);
	}
}

static void judge_violation(const struct expectation *expect, const struct evidence *evidence,
			    struct judgement *judgement)
{
	unsigned wanted = BIT(expect->violation);
	unsigned seen = damage_seen(evidence->tally, evidence->declared);
	unsigned other = seen & ~wanted & ~expect->also & ~evidence->unrepeated;
	char words[160];

	damage_format(other, words, sizeof(words));
	if (other && seen & wanted)
		conclude(judgement, VERDICT_VIOLATION,
			 "expected '%s' only, and also saw %s: %s",
			 word_name(WORDS_DAMAGE, expect->violation), words,
			 sentence_of(evidence, other));
	else if (other)
		conclude(judgement, VERDICT_VIOLATION, "expected '%s' and saw %s: %s",
			 word_name(WORDS_DAMAGE, expect->violation), words,
			 sentence_of(evidence, other));
	else if (seen & wanted & evidence->unrepeated)
		conclude(judgement, VERDICT_INCONCLUSIVE, "seen once, not again: %s",
			 sentence_of(evidence, wanted));
	else if (!(seen & wanted) && !vacuous(evidence, judgement))
		conclude(judgement, evidence->cut ? VERDICT_INCONCLUSIVE : VERDICT_VIOLATION,
			 "expected '%s', which did not appear in %" PRIu64 " trials",
			 word_name(WORDS_DAMAGE, expect->violation), evidence->tally->trials);
}

/* True when the control run decides. */
static bool judge_control(const struct expectation *expect, const struct evidence *evidence,
			  struct judgement *judgement)
{
	const char *sentence = evidence->control_sentence ? evidence->control_sentence : "";

	if (expect->kind != EXPECT_CONTROL && evidence->control == DAMAGE_NONE)
		return false;
	if (evidence->control != DAMAGE_NONE && evidence->unrepeated & BIT(evidence->control))
		conclude(judgement, VERDICT_INCONCLUSIVE,
			 "seen once without any cancellation, not again: %s", sentence);
	else if (expect->kind != EXPECT_CONTROL)
		conclude(judgement, VERDICT_VIOLATION, "broken without any cancellation: %s",
			 sentence);
	else if (evidence->control == DAMAGE_NONE)
		conclude(judgement, VERDICT_VIOLATION,
			 "expected '%s' without any cancellation, and the control run passed",
			 word_name(WORDS_DAMAGE, expect->violation));
	else if (!(BIT(evidence->control) & (BIT(expect->violation) | expect->also)))
		conclude(judgement, VERDICT_VIOLATION,
			 "expected '%s' without any cancellation and saw '%s': %s",
			 word_name(WORDS_DAMAGE, expect->violation),
			 word_name(WORDS_DAMAGE, evidence->control), sentence);
	return true;
}

void expect_judge(const struct expectation *expect, const struct evidence *evidence,
		  struct judgement *ret_judgement)
{
	*ret_judgement = (struct judgement){ .verdict = VERDICT_PASS };
	if (judge_control(expect, evidence, ret_judgement))
		return;
	ret_judgement->met = tally_contracts_met(evidence->tally);
	switch (expect->kind) {
	case EXPECT_MET:
		judge_met(expect, evidence, ret_judgement);
		break;
	case EXPECT_VIOLATION:
		judge_violation(expect, evidence, ret_judgement);
		break;
	case EXPECT_PASS:
	case EXPECT_CONTROL:
		judge_pass(expect, evidence, ret_judgement);
		break;
	}
}
