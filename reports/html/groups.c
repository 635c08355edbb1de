/*
 * groups.c - sorts failures into groups, the unexpected ones first, and picks for each kind the
 * failure that is the easiest to read: fewest cancellations, then fewest events.
 */
#include "html/groups.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"

static const struct cancellation *guilty(const struct failure *failure)
{
	int32_t at = failure->outcome.finding.guilty;

	return at < 0 || at >= (int32_t)failure->plan.cancellation_count
		       ? NULL
		       : &failure->plan.cancellations[at];
}

enum point guilty_point(const struct failure *failure)
{
	const struct cancellation *step = guilty(failure);

	return step ? step->point : POINT_ROWS;
}

enum mechanism guilty_mechanism(const struct failure *failure)
{
	const struct cancellation *step = guilty(failure);

	return step ? step->mechanism : MECH_COUNT;
}

static bool is_control(const struct failure *failure)
{
	return failure->trial == UINT64_MAX || !failure->plan.cancellation_count;
}

static enum concern concern(const struct case_result *test, const struct failure *failure)
{
	return concern_of(test, failure->plan.caller, failure->outcome.finding.damage,
			  is_control(failure));
}

static int compare(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

/* Which group a member belongs to: 0 for the same. */
static int compare_group(const struct member *a, const struct member *b)
{
	int r = compare(concern(a->test, a->failure), concern(b->test, b->failure));

	if (!r)
		r = strcmp(a->test->target, b->test->target);
	if (!r)
		r = strcmp(a->test->operation, b->test->operation);
	if (!r)
		r = compare(a->failure->outcome.finding.damage, b->failure->outcome.finding.damage);
	if (!r)
		r = compare(is_control(a->failure), is_control(b->failure));
	return r;
}

static int compare_kind(const struct member *a, const struct member *b)
{
	int r = compare(guilty_point(a->failure), guilty_point(b->failure));

	return r ? r : compare(guilty_mechanism(a->failure), guilty_mechanism(b->failure));
}

/* By group, kind, simplicity, and then as they came. */
static int order_members(const void *a, const void *b)
{
	const struct member *x = a, *y = b;
	int r = compare_group(x, y);

	if (!r)
		r = compare_kind(x, y);
	if (!r)
		r = compare(x->failure->plan.cancellation_count,
			    y->failure->plan.cancellation_count);
	if (!r)
		r = compare(x->failure->event_count, y->failure->event_count);
	if (!r)
		r = compare(x->test->index, y->test->index);
	return r ? r : compare(x->failure->trial, y->failure->trial);
}

static int order_groups(const void *a, const void *b)
{
	const struct group *x = a, *y = b;

	if (x->concern != y->concern)
		return compare(x->concern, y->concern);
	if (x->test->index != y->test->index)
		return compare(x->test->index, y->test->index);
	return x->members < y->members ? -1 : x->members > y->members;
}

/* The trials of a case that showed the damage of the group. */
static uint64_t trials_of(const struct group *group, const struct case_result *test)
{
	uint64_t trials = 0;

	for (unsigned caller = 0; caller < CALLER_COUNT && !group->control; caller++)
		if (concern_of(test, caller, group->damage, false) == group->concern)
			trials += test->tally.callers[caller].damage[group->damage];
	return trials;
}

/* The first member of each kind moves to the front; the others keep their order behind them. */
static int kinds_first(struct group *group)
{
	struct member *others = calloc(group->count, sizeof(*others));
	unsigned kept = 0, other = 0;

	if (!others)
		return -ENOMEM;
	for (unsigned i = 0; i < group->count; i++)
		if (!kept || compare_kind(&group->members[kept - 1], &group->members[i]))
			group->members[kept++] = group->members[i];
		else
			others[other++] = group->members[i];
	memcpy(group->members + kept, others, other * sizeof(*others));
	free(others);
	group->kinds = kept;
	return 0;
}

/* The cases of a group, told by their indices, and their trials. */
static void count_cases(struct group *group)
{
	for (unsigned i = 0; i < group->count; i++) {
		const struct case_result *test = group->members[i].test;
		bool before = false;

		for (unsigned j = 0; j < i && !before; j++)
			before = group->members[j].test == test;
		if (before)
			continue;
		group->cases++;
		group->trials += trials_of(group, test);
		if (test->index < group->test->index)
			group->test = test;
	}
}

static int fill(struct groups *groups)
{
	for (unsigned i = 0; i < groups->member_count;) {
		struct member *first = &groups->members[i];
		struct group *group = &groups->groups[groups->count++];

		*group = (struct group){
			.concern = concern(first->test, first->failure),
			.target = first->test->target,
			.operation = first->test->operation,
			.damage = first->failure->outcome.finding.damage,
			.control = is_control(first->failure),
			.test = first->test,
			.members = first,
		};
		while (i < groups->member_count &&
		       !compare_group(first, &groups->members[i])) {
			group->count++;
			i++;
		}
		count_cases(group);
		if (kinds_first(group))
			return -ENOMEM;
	}
	qsort(groups->groups, groups->count, sizeof(*groups->groups), order_groups);
	for (unsigned i = 0; i < groups->count; i++)
		groups->groups[i].shown =
			i < GROUPS_SHOWN ||
			groups->groups[i - GROUPS_SHOWN].concern != groups->groups[i].concern;
	return 0;
}

int groups_init(struct groups *groups, const struct results *results)
{
	unsigned count = 0;
	int r = -ENOMEM;

	for (unsigned i = 0; i < results->case_count; i++)
		count += results->cases[i].failure_count;
	*groups = (struct groups){
		.groups = calloc(count + 1, sizeof(struct group)),
		.members = calloc(count + 1, sizeof(struct member)),
	};
	for (unsigned i = 0; i < results->case_count && groups->members; i++)
		for (unsigned j = 0; j < results->cases[i].failure_count; j++)
			groups->members[groups->member_count++] = (struct member){
				.test = &results->cases[i],
				.failure = &results->cases[i].failures[j],
			};
	if (groups->groups && groups->members) {
		qsort(groups->members, count, sizeof(*groups->members), order_members);
		r = fill(groups);
	}
	if (r)
		groups_finish(groups);
	return r;
}

void groups_finish(struct groups *groups)
{
	free(groups->groups);
	free(groups->members);
	*groups = (struct groups){ .groups = NULL };
}
