/*
 * summary_json.c - the end of a run as one JSON object, for other programs.
 */
#include <inttypes.h>

#include "base/macros.h"
#include "cli/summary.h"
#include "run/results_json.h"

static json_t *bits_to_json(enum words set, unsigned bits, unsigned count)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < count; i++)
		if (bits & BIT(i))
			json_array_append_new(list, json_string(word_name(set, i)));
	return list;
}

static json_t *text_or_null(const char *text)
{
	return text ? text_encode(text) : json_null();
}

static json_t *failure_to_json(const struct failure *failure)
{
	const struct finding *finding = &failure->outcome.finding;

	return json_pack("{s:s, s:o, s:s, s:i, s:I, s:I, s:i, s:i, s:o, s:o, s:o}", "damage",
			 word_name(WORDS_DAMAGE, finding->damage), "sentence",
			 text_encode(finding->sentence), "caller",
			 word_name(WORDS_CALLER, failure->plan.caller), "guilty",
			 (int)finding->guilty, "from", (json_int_t)finding->from, "to",
			 (json_int_t)finding->to, "replays", (int)failure->replays, "reproduced",
			 (int)failure->reproduced, "plan", text_encode(failure->plan_text),
			 "smallest", text_or_null(failure->smallest), "nearest",
			 text_or_null(failure->nearest));
}

static json_t *case_to_json(const struct case_result *test)
{
	struct landing_counts landings = tally_landings(&test->tally);
	json_t *failures = json_array();

	for (unsigned i = 0; i < test->failure_count; i++)
		json_array_append_new(failures, failure_to_json(&test->failures[i]));
	return json_pack("{s:o, s:s, s:o, s:o, s:s, s:o, s:I, s:{s:I, s:I, s:I, s:I}, s:o}", "id",
			 text_encode(test->id), "verdict",
			 word_name(WORDS_VERDICT, test->verdict), "reason",
			 text_encode(test->reason), "expected", text_encode(test->expect_text),
			 "declared",
			 word_name(WORDS_CONTRACT, test->declared), "met",
			 bits_to_json(WORDS_CONTRACT, test->met, CONTRACT_COUNT), "trials",
			 (json_int_t)test->tally.trials, "cancellations", "asked",
			 (json_int_t)landings.asked, "landed", (json_int_t)landings.landed,
			 "too_late", (json_int_t)landings.too_late, "never",
			 (json_int_t)landings.never, "failures", failures);
}

int summary_print_json(FILE *out, const struct results *results,
		       const struct summary_options *options)
{
	struct summary_counts counts;
	json_t *cases = json_array(), *root;
	char seed[24];
	int r;

	summary_count(results, &counts);
	snprintf(seed, sizeof(seed), "0x%" PRIx64, options->seed);
	for (unsigned i = 0; i < results->case_count; i++)
		json_array_append_new(cases, case_to_json(&results->cases[i]));
	root = json_pack("{s:s, s:s, s:b, s:i, s:i, s:i, s:i, s:i, s:o}", "seed", seed, "verdict",
			 word_name(WORDS_VERDICT, results->verdict), "interrupted",
			 (int)results->interrupted, "left", (int)summary_left(results, options),
			 "passed", (int)counts.passed, "failed", (int)counts.failed, "skipped",
			 (int)counts.skipped, "inconclusive", (int)counts.inconclusive, "cases",
			 cases);
	r = root ? json_dumpf(root, out, JSON_INDENT(2)) : -1;
	fputc('\n', out);
	json_decref(root);
	return r;
}
