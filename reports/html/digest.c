/*
 * digest.c - one pass over the cases; heaps are found by a hash of their names, so that 20,000
 * cases are no matter.
 */
#include "html/digest.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"

/* Open addressing over indices into an array of heaps; 0 is empty. */
struct finder {
	uint32_t *slots;
	size_t mask;
};

static uint64_t mix(uint64_t hash, const char *text)
{
	for (; text && *text; text++)
		hash = (hash ^ (unsigned char)*text) * 0x100000001b3ULL;
	return (hash ^ 0xff) * 0x100000001b3ULL;
}

static bool same(const struct heap *heap, const struct case_result *test, bool apart)
{
	return !strcmp(heap->target, test->target) && !strcmp(heap->scenario, test->scenario) &&
	       !strcmp(heap->suite, test->suite) &&
	       (!apart || !strcmp(heap->operation, test->operation));
}

/* The heap of a case, made when it is new. */
static struct heap *find(struct finder *finder, struct heap *heaps, unsigned *count,
			 const struct case_result *test, bool apart)
{
	uint64_t hash = mix(mix(mix(0xcbf29ce484222325ULL, test->suite), test->scenario),
			    test->target);
	size_t at;

	if (apart)
		hash = mix(hash, test->operation);
	for (at = hash & finder->mask; finder->slots[at]; at = (at + 1) & finder->mask)
		if (same(&heaps[finder->slots[at] - 1], test, apart))
			return &heaps[finder->slots[at] - 1];
	heaps[*count] = (struct heap){
		.suite = test->suite,
		.scenario = test->scenario,
		.target = test->target,
		.operation = apart ? test->operation : NULL,
		.declared = test->declared,
		.expect_text = test->expect_text,
		.mark = MARK_SKIP,
	};
	finder->slots[at] = ++*count;
	return &heaps[*count - 1];
}

static void add(struct heap *heap, const struct case_result *test)
{
	enum mark mark = mark_of_case(test);

	heap->cases++;
	heap->marks[mark]++;
	heap->mark = mark_merge(heap->mark, mark);
	tally_merge(&heap->tally, &test->tally);
	if (!test->met)
		return;
	if (heap->met_cases++ && heap->met != test->met)
		heap->met_differs = true;
	heap->met = heap->met_cases == 1 ? test->met : heap->met & test->met;
}

/* Suites in order of first appearance; there are few. */
static int add_suite(struct digest *digest, const char *suite)
{
	const char **suites;

	for (unsigned i = 0; i < digest->suite_count; i++)
		if (!strcmp(digest->suites[i], suite))
			return 0;
	suites = reallocarray(digest->suites, digest->suite_count + 1, sizeof(*suites));
	if (!suites)
		return -ENOMEM;
	suites[digest->suite_count++] = suite;
	digest->suites = suites;
	return 0;
}

static int order(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* How many different targets had their planted bug found. */
static int count_planted(struct digest *digest)
{
	const char **names = calloc(digest->target_count + 1, sizeof(*names));
	unsigned count = 0;

	if (!names)
		return -ENOMEM;
	for (unsigned i = 0; i < digest->target_count; i++)
		if (digest->targets[i].marks[MARK_FOUND])
			names[count++] = digest->targets[i].target;
	qsort(names, count, sizeof(*names), order);
	for (unsigned i = 0; i < count; i++)
		digest->planted += i == 0 || strcmp(names[i], names[i - 1]);
	free(names);
	return 0;
}

static int fill(struct digest *digest, const struct results *results, struct finder *targets,
		struct finder *operations)
{
	for (unsigned i = 0; i < results->case_count; i++) {
		const struct case_result *test = &results->cases[i];

		digest->marks[mark_of_case(test)]++;
		digest->incomplete += !test->complete;
		tally_merge(&digest->tally, &test->tally);
		add(find(targets, digest->targets, &digest->target_count, test, false), test);
		add(find(operations, digest->operations, &digest->operation_count, test, true),
		    test);
		if (add_suite(digest, test->suite))
			return -ENOMEM;
	}
	digest->landings = tally_landings(&digest->tally);
	return count_planted(digest);
}

int digest_init(struct digest *digest, const struct results *results)
{
	struct finder targets = { .mask = 1 }, operations;
	int r = -ENOMEM;

	while (targets.mask < 2UL * results->case_count + 1)
		targets.mask = targets.mask << 1 | 1;
	operations.mask = targets.mask;
	targets.slots = calloc(targets.mask + 1, sizeof(uint32_t));
	operations.slots = calloc(targets.mask + 1, sizeof(uint32_t));
	*digest = (struct digest){
		.targets = calloc(results->case_count + 1, sizeof(struct heap)),
		.operations = calloc(results->case_count + 1, sizeof(struct heap)),
	};
	if (targets.slots && operations.slots && digest->targets && digest->operations)
		r = fill(digest, results, &targets, &operations);
	free(targets.slots);
	free(operations.slots);
	if (r)
		digest_finish(digest);
	return r;
}

void digest_finish(struct digest *digest)
{
	free(digest->targets);
	free(digest->operations);
	free(digest->suites);
	*digest = (struct digest){ .targets = NULL };
}
