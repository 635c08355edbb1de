/*
 * summary_table.c - see summary_table.h.
 */
#include "cli/summary_table.h"

#include <inttypes.h>
#include <string.h>

#include "base/macros.h"
#include "cli/table.h"
#include "run/expect.h"

enum { MET_MAX = 64, NAME_MAX_BYTES = 256 };

static bool same_group(const struct case_result *left, const struct case_result *right)
{
	return !strcmp(left->suite, right->suite) && !strcmp(left->scenario, right->scenario) &&
	       !strcmp(left->target, right->target) &&
	       !strcmp(left->operation, right->operation) &&
	       !strcmp(left->expect_text, right->expect_text);
}

void landings_add(struct landing_counts *sum, const struct landing_counts *more)
{
	sum->asked += more->asked;
	sum->landed += more->landed;
	sum->too_late += more->too_late;
	sum->never += more->never;
}

void case_group_find(const struct results *results, unsigned at, struct case_group *group)
{
	const struct case_result *first = &results->cases[at];

	*group = (struct case_group){ .first = first, .verdict = VERDICT_PASS };
	for (; at < results->case_count && same_group(first, &results->cases[at]); at++) {
		const struct case_result *test = &results->cases[at];
		struct landing_counts landings = tally_landings(&test->tally);

		group->count++;
		if (test->verdict == VERDICT_SKIP) {
			group->skipped++;
			continue;
		}
		group->met_varies |= group->run && test->met != group->met;
		group->met = test->met;
		group->run++;
		group->verdict = MAX(group->verdict, test->verdict);
		landings_add(&group->landings, &landings);
	}
	if (!group->run)
		group->verdict = VERDICT_SKIP;
}

const char *digits(uint64_t value, char text[DIGITS_MAX])
{
	char plain[DIGITS_MAX], *to = text;
	int length = snprintf(plain, sizeof(plain), "%" PRIu64, value);

	for (int i = 0; i < length; i++) {
		if (i && (length - i) % 3 == 0)
			*to++ = ',';
		*to++ = plain[i];
	}
	*to = '\0';
	return text;
}

const char *verdict_mark(enum verdict verdict, enum paint *ret_colour)
{
	switch (verdict) {
	case VERDICT_PASS:
		*ret_colour = PAINT_GOOD;
		return "ok";
	case VERDICT_INCONCLUSIVE:
		*ret_colour = PAINT_DOUBT;
		return "?";
	case VERDICT_SKIP:
		*ret_colour = PAINT_FAINT;
		return "skip";
	case VERDICT_VIOLATION:
		*ret_colour = PAINT_BAD;
		return "FAIL";
	default:
		*ret_colour = PAINT_BAD;
		return "ERR";
	}
}

static void add_row(struct table *table, const struct case_group *group)
{
	char met[MET_MAX] = "-", landed[DIGITS_MAX], asked[DIGITS_MAX];
	enum paint colour;
	const char *mark = verdict_mark(group->verdict, &colour);

	if (group->met_varies)
		snprintf(met, sizeof(met), "varies");
	else if (group->met)
		contracts_format(group->met, met, sizeof(met));
	table_cell(table, colour, mark);
	table_format(table, "%s.%s", group->first->target, group->first->operation);
	table_cell(table, PAINT_PLAIN, word_name(WORDS_CONTRACT, group->first->declared));
	table_cell(table, PAINT_PLAIN, met);
	if (group->skipped)
		table_format(table, "%u+%us", group->run, group->skipped);
	else
		table_format(table, "%u", group->run);
	if (group->landings.asked)
		table_format(table, "%s/%s", digits(group->landings.landed, landed),
			     digits(group->landings.asked, asked));
	else
		table_cell(table, PAINT_PLAIN, "-");
	table_cell(table, PAINT_PLAIN, group->first->expect_text);
}

void summary_print_table(FILE *out, const struct results *results, bool colours)
{
	static const struct table_column columns[] = {
		{ .title = "" },	 { .title = "target.operation", .name = true },
		{ .title = "declared" }, { .title = "met" },
		{ .title = "cases", .right = true },
		{ .title = "landed/asked", .right = true },
		{ .title = "expected" },
	};
	struct table *table = table_create(columns, ARRAY_SIZE(columns));
	const struct case_result *before = NULL;

	for (unsigned at = 0; table && at < results->case_count;) {
		struct case_group group;
		char name[NAME_MAX_BYTES];

		case_group_find(results, at, &group);
		if (!before || strcmp(before->suite, group.first->suite) ||
		    strcmp(before->scenario, group.first->scenario)) {
			snprintf(name, sizeof(name), "%s%s%s", group.first->suite,
				 *group.first->suite ? "/" : "", group.first->scenario);
			table_heading(table, name);
		}
		add_row(table, &group);
		before = group.first;
		at += group.count;
	}
	if (table)
		table_print(table, out, colours);
	table_destroy(table);
}
