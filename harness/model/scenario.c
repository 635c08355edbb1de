/*
 * scenario.c - text in, struct out: the tree is read by the table of keys, then what no single
 * key can tell is checked.
 */
#include "model/scenario.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/macros.h"
#include "model/scenario_read.h"

static_assert((int)SCENARIO_ERRORS_MAX == (int)PROBLEMS_MAX, "one limit, two names");

/* Ranges are read into two fields at once. */
#define ADJACENT(low, high)                                                                 \
	static_assert(offsetof(struct scenario, high) ==                                     \
			      offsetof(struct scenario, low) + sizeof(uint32_t),             \
		      "a range is two fields in a row: " #low)

ADJACENT(unit_min, unit_max);
ADJACENT(deliver_min, deliver_max);
ADJACENT(call_min, call_max);
ADJACENT(depth_min, depth_max);

/* Where a key's value is, for a message about how keys fit together. */
static struct span span_of(const struct node *root, const char *outer, const char *inner)
{
	const struct node *node = node_find(root, outer);
	const struct node *deeper = node_find(node, inner);

	return deeper ? deeper->span : node ? node->span : root->span;
}

/* The largest payload that a header can tell, and the header's bytes for that payload. */
static uint32_t header_limit(enum dt_header header, uint32_t payload, uint32_t *ret_bytes)
{
	switch (header) {
	case DT_U8:
		*ret_bytes = 1;
		return UINT8_MAX;
	case DT_U16BE:
	case DT_U16LE:
		*ret_bytes = 2;
		return UINT16_MAX;
	case DT_VARINT:
		*ret_bytes = 1;
		for (; payload > 0x7f; payload >>= 7)
			++*ret_bytes;
		return UINT32_MAX;
	default:
		*ret_bytes = 4;
		return UINT32_MAX;
	}
}

static void unit_check(struct reader *reader, const struct node *root)
{
	const struct scenario *scenario = reader->scenario;
	uint32_t bytes = 0, limit = UINT32_MAX;

	if (scenario->unit == DT_FRAMES)
		limit = header_limit(scenario->header, scenario->unit_max, &bytes);
	if (scenario->unit_max > limit)
		problems_add(reader->problems, span_of(root, "unit", "frames"),
			     "a header %s counts to %u, a frame has up to %u bytes",
			     word_name(WORDS_HEADER, scenario->header), limit, scenario->unit_max);
	if (scenario->stream_size < (uint64_t)scenario->unit_max + bytes)
		problems_add(reader->problems, span_of(root, "stream", "size"),
			     "the stream is smaller than its largest unit; at least %u bytes",
			     scenario->unit_max + bytes);
	if (scenario->unit_min && scenario->stream_size / scenario->unit_min > PLAN_UNITS_MAX)
		problems_add(reader->problems, span_of(root, "unit", ""),
			     "the stream may have more than %d units; make it shorter, or its "
			     "smallest unit larger",
			     PLAN_UNITS_MAX);
	if (!(scenario->conditions & BIT(CONDITION_MALFORMED)))
		return;
	if (scenario->unit != DT_FRAMES)
		problems_add(reader->problems, span_of(root, "conditions", ""),
			     "'malformed' is about frames; write unit: frames");
	else if (scenario->unit_max == limit)
		problems_add(reader->problems, span_of(root, "conditions", ""),
			     "'malformed' needs a header beyond the limit, and %s ends at %u",
			     word_name(WORDS_HEADER, scenario->header), limit);
}

/* Points are named one by one unless the group of all scripted ones is among them. */
static bool points_named(const struct node *root)
{
	const struct node *points = node_find(node_find(root, "cancel"), "points");

	if (!points)
		return false;
	if (points->kind == NODE_WORD)
		return points->text && strcmp(points->text, "all") != 0;
	for (const struct node *item = points->first; item; item = item->next)
		if (item->text && !strcmp(item->text, "all"))
			return false;
	return true;
}

static void root_read(struct reader *reader, const struct doc *doc)
{
	const struct node *root = doc->root;

	if (!root)
		return;
	if (node_empty(root)) {
		problems_add(reader->problems, root->span,
			     "the file is empty; a scenario has at least 'scenario' and 'targets'");
	} else if (root->kind != NODE_MAPPING) {
		if (!root->refused)
			problems_add(reader->problems, root->span,
				     "a scenario is a mapping of keys, as scenario: NAME");
	} else {
		keys_initialize(reader, scenario_keys, reader->scenario);
		keys_read(reader, scenario_keys, ~0U, root, reader->scenario);
		reader->scenario->points_named = points_named(root);
		unit_check(reader, root);
	}
}

static int read_all(struct scenario *scenario, struct problems *problems)
{
	struct reader reader = { .problems = problems, .scenario = scenario };
	struct doc doc;
	int error = doc_read(&doc, problems);

	if (!error)
		root_read(&reader, &doc);
	doc_finish(&doc);
	return error ? error : reader.error;
}

int scenario_parse(const char *path, const char *text, size_t size, FILE *errors,
		   struct scenario **ret_scenario)
{
	struct scenario *scenario = calloc(1, sizeof(*scenario));
	struct problems *problems = malloc(sizeof(*problems));
	size_t marked;
	int error = -ENOMEM;

	if (!scenario || !problems)
		goto out;
	/* A byte order mark is no character of the first line. */
	marked = size >= 3 && !memcmp(text, "\xef\xbb\xbf", 3) ? 3 : 0;
	problems_init(problems, path, size ? text + marked : "", size - marked);
	scenario->path = strdup(path);
	if (!scenario->path)
		goto out;
	if (size > SCENARIO_FILE_MAX) {
		problems->size = 0;
		problems_add(problems, (struct span){ 1, 1, 0 },
			     "the file is larger than 1 MiB; a scenario is a short text");
		error = 0;
	} else {
		error = read_all(scenario, problems);
		scenario->hash = XXH3_64bits(text, size);
	}
	if (!error && problems->count) {
		problems_print(problems, errors);
		error = -EINVAL;
	}
	if (!error) {
		*ret_scenario = scenario;
		scenario = NULL;
	}
out:
	free(problems);
	scenario_destroy(scenario);
	return error;
}

void scenario_destroy(struct scenario *scenario)
{
	if (!scenario)
		return;
	for (unsigned i = 0; i < scenario->tag_count; i++)
		free(scenario->tags[i]);
	for (unsigned i = 0; i < scenario->target_count; i++) {
		free(scenario->targets[i].name);
		free(scenario->targets[i].operation);
		free(scenario->targets[i].options);
	}
	free(scenario->targets);
	free(scenario->path);
	free(scenario->name);
	free(scenario->summary);
	free(scenario);
}
