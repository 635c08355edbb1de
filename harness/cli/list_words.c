/*
 * list_words.c - lists that are the same everywhere: points with their mechanisms, wires, rings.
 */
#include "cli/list.h"

#include "base/macros.h"
#include "cli/command.h"
#include "cli/table.h"
#include "model/pairs.h"

/* What a pair is over all wires, rings and sides: scripted somewhere, racing, or impossible. */
static enum pair_kind best_kind(enum point point, enum mechanism mechanism, bool raw,
				const char **ret_reason)
{
	enum pair_kind best = PAIR_IMPOSSIBLE;
	bool first = true;

	for (unsigned i = 0; i < WIRE_COUNT * RING_COUNT * 4; i++) {
		struct pair_place place = { .wire = i % WIRE_COUNT,
					    .ring = i / WIRE_COUNT % RING_COUNT,
					    .raw = raw,
					    .waitall = i / WIRE_COUNT / RING_COUNT % 2,
					    .several = true,
					    .own_timeout = true,
					    .writes = i / WIRE_COUNT / RING_COUNT / 2 };
		const char *reason;
		enum pair_kind kind = pair_kind(point, mechanism, &place, &reason);

		if (first || (kind != PAIR_IMPOSSIBLE && best == PAIR_IMPOSSIBLE) ||
		    (kind == PAIR_SCRIPTED && best == PAIR_RACING)) {
			best = kind;
			*ret_reason = reason;
		}
		first = false;
	}
	return best;
}

static void add_pairs(struct table *table, enum point point, bool raw)
{
	static const char *const kinds[] = { [PAIR_IMPOSSIBLE] = "impossible",
					     [PAIR_SCRIPTED] = "scripted",
					     [PAIR_RACING] = "racing" };

	for (unsigned mechanism = 0; mechanism < MECH_COUNT; mechanism++) {
		const char *reason = "";
		enum pair_kind kind = best_kind(point, mechanism, raw, &reason);

		table_cell(table, PAINT_PLAIN, raw ? "raw" : "cooked");
		table_cell(table, PAINT_PLAIN, word_name(WORDS_MECHANISM, mechanism));
		table_cell(table, kind == PAIR_IMPOSSIBLE ? PAINT_FAINT : PAINT_PLAIN, kinds[kind]);
		table_cell(table, PAINT_PLAIN, reason);
	}
}

static void add_point(struct table *table, unsigned point)
{
	char text[200];

	snprintf(text, sizeof(text), "%s: %s", word_name(WORDS_POINT, point),
		 word_meaning(WORDS_POINT, point));
	table_heading(table, text);
}

int list_points(const struct list_options *options)
{
	static const struct table_column columns[4] = { { .title = NULL } };
	struct table *table = table_create(columns, ARRAY_SIZE(columns));

	(void)options;
	if (!table)
		return EXIT_HARNESS;
	for (unsigned point = 0; point < POINT_COUNT; point++) {
		add_point(table, point);
		add_pairs(table, point, false);
		add_pairs(table, point, true);
	}
	add_point(table, POINT_RETRY);
	table_print(table, stdout, paint_wanted(stdout));
	table_destroy(table);
	return EXIT_AS_EXPECTED;
}

int list_wires(const struct list_options *options)
{
	for (unsigned wire = 0; wire < WIRE_COUNT; wire++)
		if (!options->selection.wires || options->selection.wires & BIT(wire))
			printf("%-8s %s\n", word_name(WORDS_WIRE, wire),
			       word_meaning(WORDS_WIRE, wire));
	return EXIT_AS_EXPECTED;
}

int list_rings(const struct list_options *options)
{
	struct case_list list;

	case_list_init(&list);
	for (unsigned ring = 0; ring < RING_COUNT; ring++)
		if (!options->selection.rings || options->selection.rings & BIT(ring))
			printf("%-8s %s%s%s\n", word_name(WORDS_RING, ring),
			       word_meaning(WORDS_RING, ring),
			       list.rings[ring] ? "; NOT HERE: " : "",
			       list.rings[ring] ? list.rings[ring] : "");
	case_list_finish(&list);
	return EXIT_AS_EXPECTED;
}
