/*
 * scenario_read.c - the walk over a mapping's keys, and the defaults.
 */
#include "model/scenario_read.h"

#include <assert.h>
#include <string.h>

#include "base/macros.h"
#include "model/nearest.h"
#include "model/utf8.h"

enum { WORDS_TEXT_MAX = 256 };

static void mapping_read(struct reader *reader, const struct key *key, const struct node *node,
			 char *record);

/* `bytes`, `lines`, `frames`, {frames: {...}} or {lines: {...}}. */
static void unit_read(struct reader *reader, const struct key *key, const struct node *node)
{
	struct scenario *scenario = reader->scenario;
	const struct node *named = node, *settings = NULL;
	struct key word = { .name = key->name, .set = WORDS_UNIT,
			    .allowed = BIT(DT_BYTES) | BIT(DT_FRAMES) | BIT(DT_LINES) };
	const struct key *unit;
	unsigned bits;

	if (node->kind == NODE_MAPPING && node->first && !node->first->next) {
		settings = node->first;
		named = settings->key;
	} else if (node->kind != NODE_WORD) {
		if (!node->cut)
			type_refuse(reader, key, node,
				    "bytes, lines, frames, {frames: {...}} or {lines: {...}}");
		return;
	}
	bits = value_word(reader, &word, named);
	if (!bits)
		return;
	unit = keys_find(key->keys, named->text);
	scenario->unit = (enum dt_unit)__builtin_ctz(bits);
	if (unit)
		keys_initialize(reader, unit->keys, scenario);
	if (unit && settings)
		mapping_read(reader, unit, settings, (char *)scenario);
	else if (settings)
		problems_add(reader->problems, named->span, "the unit bytes has no settings");
}

static void value_read(struct reader *reader, const struct key *key, const struct node *node,
		       char *record)
{
	void *field = record + key->offset;
	uint64_t value;
	unsigned bits;

	switch (key->type) {
	case VALUE_NAME:
	case VALUE_TEXT:
		value_text(reader, key, node, field);
		break;
	case VALUE_TAGS:
		value_tags(reader, key, node);
		break;
	case VALUE_COUNT:
		value_quantity(reader, key, node, QUANTITY_COUNT, field);
		break;
	case VALUE_SMALL:
		if (value_quantity(reader, key, node, QUANTITY_COUNT, &value))
			*(unsigned *)field = (unsigned)value;
		break;
	case VALUE_COUNT_RANGE:
		value_range(reader, key, node, QUANTITY_COUNT, field);
		break;
	case VALUE_SIZE:
		value_quantity(reader, key, node, QUANTITY_SIZE, field);
		break;
	case VALUE_SIZE_RANGE:
		value_range(reader, key, node, QUANTITY_SIZE, field);
		break;
	case VALUE_TIME:
		value_quantity(reader, key, node, QUANTITY_TIME, field);
		break;
	case VALUE_WORD:
		bits = value_word(reader, key, node);
		if (bits)
			*(unsigned *)field = (unsigned)__builtin_ctz(bits);
		break;
	case VALUE_WORDS:
		value_words(reader, key, node, field);
		break;
	case VALUE_MAPPING:
		mapping_read(reader, key, node, record);
		break;
	case VALUE_UNIT:
		unit_read(reader, key, node);
		break;
	case VALUE_TARGETS:
		targets_read(reader, key, node);
		break;
	case VALUE_TARGET:
		target_name_read(reader, key, node, (struct target_choice *)(void *)record);
		break;
	case VALUE_EXPECT:
		expect_read(reader, node, (struct target_choice *)(void *)record);
		break;
	case VALUE_OPTIONS:
		options_read(reader, key, node, (struct target_choice *)(void *)record);
		break;
	}
}

static void mapping_read(struct reader *reader, const struct key *key, const struct node *node,
			 char *record)
{
	struct key shorthand;

	if (node->kind == NODE_MAPPING) {
		keys_read(reader, key->keys, ~0U, node, record);
	} else if (key->shorthand) {
		shorthand = *keys_find(key->keys, key->shorthand);
		shorthand.name = key->name;
		value_read(reader, &shorthand, node, record);
	} else {
		type_refuse(reader, key, node, "a mapping");
	}
}

/* A key of the file's outermost mapping may have been meant for one further in. */
static const struct key *outer_find(const struct key *keys, const char *name,
				    struct nearest *nearest, const char **ret_outer)
{
	const struct key *found = NULL;

	for (const struct key *key = keys; keys == scenario_keys && key->name; key++) {
		if (key->type != VALUE_MAPPING)
			continue;
		for (const struct key *inner = key->keys; inner->name; inner++) {
			const char *best = nearest->best;

			nearest_offer(nearest, inner->name);
			if (nearest->best != best) {
				*ret_outer = key->name;
				if (!strcmp(inner->name, name))
					found = inner;
			}
		}
	}
	return found;
}

static void key_refuse(struct reader *reader, const struct key *keys, unsigned allowed,
		       const struct node *name)
{
	struct nearest nearest = { .word = name->text };
	char list[WORDS_TEXT_MAX] = "";
	const char *outer = NULL;
	size_t used = 0;

	for (unsigned i = 0; keys[i].name; i++) {
		if (!(allowed & BIT(i)))
			continue;
		nearest_offer(&nearest, keys[i].name);
		if (used < sizeof(list))
			used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s",
						 used ? ", " : "", keys[i].name);
	}
	if (outer_find(keys, name->text, &nearest, &outer))
		problems_add(reader->problems, name->span,
			     "unknown key '%s' here; it belongs under '%s'", name->text, outer);
	else if (outer)
		problems_add(reader->problems, name->span,
			     "unknown key '%s'; did you mean '%s' under '%s'?", QUOTED(name->text),
			     nearest.best, outer);
	else if (nearest.best)
		problems_add(reader->problems, name->span,
			     "unknown key '%s'; did you mean '%s'?", QUOTED(name->text),
			     nearest.best);
	else
		problems_add(reader->problems, name->span, "unknown key '%s'; the keys here are %s",
			     QUOTED(name->text), list);
}

unsigned keys_read(struct reader *reader, const struct key *keys, unsigned allowed,
		   const struct node *node, void *record)
{
	unsigned seen = 0;

	assert(node->kind == NODE_MAPPING);
	for (const struct node *value = node->first; value; value = value->next) {
		const struct node *name = value->key;
		const struct key *key;
		unsigned bit;

		if (name->refused)
			continue;
		if (name->kind != NODE_WORD) {
			problems_add(reader->problems, name->span, "a key must be a word");
			continue;
		}
		key = keys_find(keys, name->text);
		bit = key ? BIT(key - keys) : 0;
		if (!(bit & allowed)) {
			key_refuse(reader, keys, allowed, name);
		} else if (seen & bit) {
			problems_add(reader->problems, name->span,
				     "duplicate key '%s'; it stands on line %u already", name->text,
				     node_find(node, name->text)->key->span.line);
		} else if (node_empty(value)) {
			seen |= bit;
			problems_add(reader->problems, name->span, "'%s' has no value", name->text);
		} else {
			seen |= bit;
			if (!value->refused)
				value_read(reader, key, value, record);
		}
	}
	for (unsigned i = 0; !node->cut && keys[i].name; i++)
		if (keys[i].required && (allowed & ~seen & BIT(i)))
			problems_add(reader->problems, node->span, "missing key '%s': %s",
				     keys[i].name, keys[i].meaning);
	return seen;
}

void keys_initialize(struct reader *reader, const struct key *keys, void *record)
{
	for (const struct key *key = keys; key->name; key++) {
		struct problems problems;
		struct reader own = { &problems, reader->scenario, 0 };
		struct doc doc;

		if (key->type == VALUE_MAPPING)
			keys_initialize(reader, key->keys, record);
		if (!key->initial)
			continue;
		problems_init(&problems, "default", key->initial, strlen(key->initial));
		own.error = doc_read(&doc, &problems);
		if (!own.error)
			value_read(&own, key, doc.root, record);
		assert(!problems.count);
		if (own.error)
			reader->error = own.error;
		doc_finish(&doc);
	}
}
