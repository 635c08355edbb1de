/*
 * scenario_schema.c - the table of keys as a JSON Schema (2020-12), for editors.
 *
 * Editors complete and underline by it; the program itself never reads it, so a schema can at most
 * be less strict than the parser, never different.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "base/macros.h"
#include "model/quantity.h"
#include "model/scenario_keys.h"

/* Writes members and elements with commas and indentation where they belong. */
struct emitter {
	FILE *out;
	unsigned depth;
	bool started; /* the innermost object or array has a member */
};

static void text_emit(struct emitter *emitter, const char *text)
{
	fputc('"', emitter->out);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			fputc('\\', emitter->out);
		if ((unsigned char)*text < 0x20)
			fprintf(emitter->out, "\\u%04x", (unsigned)*text);
		else
			fputc(*text, emitter->out);
	}
	fputc('"', emitter->out);
}

/* Begins a member, or an element when name is NULL. */
static void begin(struct emitter *emitter, const char *name)
{
	fprintf(emitter->out, "%s\n%*s", emitter->started ? "," : "", (int)emitter->depth * 2, "");
	if (name) {
		text_emit(emitter, name);
		fputs(": ", emitter->out);
	}
	emitter->started = true;
}

static void enter(struct emitter *emitter, const char *name, char bracket)
{
	if (emitter->depth)
		begin(emitter, name);
	fputc(bracket, emitter->out);
	emitter->depth++;
	emitter->started = false;
}

static void leave(struct emitter *emitter, char bracket)
{
	emitter->depth--;
	fprintf(emitter->out, "\n%*s%c", (int)emitter->depth * 2, "", bracket);
	emitter->started = true;
}

static void member(struct emitter *emitter, const char *name, const char *text)
{
	begin(emitter, name);
	text_emit(emitter, text);
}

static void number(struct emitter *emitter, const char *name, uint64_t value)
{
	begin(emitter, name);
	fprintf(emitter->out, "%" PRIu64, value);
}

static void flag(struct emitter *emitter, const char *name, bool value)
{
	begin(emitter, name);
	fputs(value ? "true" : "false", emitter->out);
}

/* The members of the schema of one value; the caller opens and closes the object. */
static void value_emit(struct emitter *emitter, const struct key *key);

static void pattern_emit(struct emitter *emitter, const char *pattern, uint64_t size_max)
{
	member(emitter, "type", "string");
	if (pattern)
		member(emitter, "pattern", pattern);
	if (size_max)
		number(emitter, "maxLength", size_max);
}

static void quantity_emit(struct emitter *emitter, const struct key *key, enum quantity quantity)
{
	if (quantity == QUANTITY_TIME) {
		pattern_emit(emitter, "^[0-9]+ *(ns|us|ms|s|min|h)$", 0);
		return;
	}
	enter(emitter, "anyOf", '[');
	enter(emitter, NULL, '{');
	member(emitter, "type", "integer");
	number(emitter, "minimum", key->min);
	number(emitter, "maximum", key->max);
	leave(emitter, '}');
	enter(emitter, NULL, '{');
	pattern_emit(emitter,
		     quantity == QUANTITY_SIZE ? "^[0-9]+ *(B|KiB|MiB|GiB)?$" : "^[0-9]+$", 0);
	leave(emitter, '}');
	leave(emitter, ']');
}

static void range_emit(struct emitter *emitter, const struct key *key, enum quantity quantity)
{
	enter(emitter, "anyOf", '[');
	enter(emitter, NULL, '{');
	quantity_emit(emitter, key, quantity);
	leave(emitter, '}');
	enter(emitter, NULL, '{');
	member(emitter, "type", "array");
	number(emitter, "minItems", 2);
	number(emitter, "maxItems", 2);
	enter(emitter, "items", '{');
	quantity_emit(emitter, key, quantity);
	leave(emitter, '}');
	leave(emitter, '}');
	leave(emitter, ']');
}

static void choice_emit(struct emitter *emitter, const char *word, const char *meaning)
{
	enter(emitter, NULL, '{');
	member(emitter, "const", word);
	member(emitter, "description", meaning);
	leave(emitter, '}');
}

static void word_emit(struct emitter *emitter, const struct key *key)
{
	enter(emitter, "oneOf", '[');
	for (const struct group *group = key->groups; group && group->name; group++)
		choice_emit(emitter, group->name, group->meaning);
	for (unsigned i = 0; i < word_count(key->set); i++)
		if (key->allowed & BIT(i))
			choice_emit(emitter, word_name(key->set, i), word_meaning(key->set, i));
	leave(emitter, ']');
}

/* One of something, or a list of it. */
static void list_emit(struct emitter *emitter, const struct key *key,
		      void (*item)(struct emitter *emitter, const struct key *key))
{
	enter(emitter, "anyOf", '[');
	enter(emitter, NULL, '{');
	item(emitter, key);
	leave(emitter, '}');
	enter(emitter, NULL, '{');
	member(emitter, "type", "array");
	number(emitter, "minItems", 1);
	flag(emitter, "uniqueItems", true);
	enter(emitter, "items", '{');
	item(emitter, key);
	leave(emitter, '}');
	leave(emitter, '}');
	leave(emitter, ']');
}

static void name_emit(struct emitter *emitter, const struct key *key)
{
	pattern_emit(emitter, "^[a-z0-9-]+$", key->max);
}

/* An object with those keys of a table whose bits are allowed. */
static void object_emit(struct emitter *emitter, const struct key *keys, unsigned allowed)
{
	char text[256];

	member(emitter, "type", "object");
	flag(emitter, "additionalProperties", false);
	enter(emitter, "properties", '{');
	for (unsigned i = 0; keys[i].name; i++) {
		if (!(allowed & BIT(i)))
			continue;
		enter(emitter, keys[i].name, '{');
		begin(emitter, "description");
		snprintf(text, sizeof(text), keys[i].initial ? "%s (default: %s)" : "%s",
			 keys[i].meaning, keys[i].initial);
		text_emit(emitter, text);
		value_emit(emitter, &keys[i]);
		leave(emitter, '}');
	}
	leave(emitter, '}');
	enter(emitter, "required", '[');
	for (unsigned i = 0; keys[i].name; i++)
		if (keys[i].required && (allowed & BIT(i)))
			member(emitter, NULL, keys[i].name);
	leave(emitter, ']');
}

static void mapping_emit(struct emitter *emitter, const struct key *key)
{
	if (!key->shorthand) {
		object_emit(emitter, key->keys, ~0U);
		return;
	}
	enter(emitter, "anyOf", '[');
	enter(emitter, NULL, '{');
	value_emit(emitter, keys_find(key->keys, key->shorthand));
	leave(emitter, '}');
	enter(emitter, NULL, '{');
	object_emit(emitter, key->keys, ~0U);
	leave(emitter, '}');
	leave(emitter, ']');
}

static void unit_emit(struct emitter *emitter, const struct key *key)
{
	enter(emitter, "anyOf", '[');
	enter(emitter, NULL, '{');
	enter(emitter, "enum", '[');
	member(emitter, NULL, word_name(WORDS_UNIT, DT_BYTES));
	for (const struct key *unit = key->keys; unit->name; unit++)
		member(emitter, NULL, unit->name);
	leave(emitter, ']');
	leave(emitter, '}');
	enter(emitter, NULL, '{');
	object_emit(emitter, key->keys, ~0U);
	number(emitter, "minProperties", 1);
	number(emitter, "maxProperties", 1);
	leave(emitter, '}');
	leave(emitter, ']');
}

static void expect_emit(struct emitter *emitter, unsigned allowed)
{
	enter(emitter, "anyOf", '[');
	enter(emitter, NULL, '{');
	member(emitter, "const", "pass");
	leave(emitter, '}');
	enter(emitter, NULL, '{');
	object_emit(emitter, target_keys, allowed);
	leave(emitter, '}');
	leave(emitter, ']');
}

static void targets_emit(struct emitter *emitter)
{
	unsigned all = BIT(TARGET_KEYS) - 1;

	enter(emitter, "anyOf", '[');
	enter(emitter, NULL, '{');
	member(emitter, "type", "object");
	number(emitter, "minProperties", 1);
	number(emitter, "maxProperties", SCENARIO_TARGETS_MAX);
	enter(emitter, "additionalProperties", '{');
	expect_emit(emitter, all & ~BIT(TARGET_NAME));
	leave(emitter, '}');
	leave(emitter, '}');
	enter(emitter, NULL, '{');
	member(emitter, "type", "array");
	number(emitter, "minItems", 1);
	number(emitter, "maxItems", SCENARIO_TARGETS_MAX);
	enter(emitter, "items", '{');
	object_emit(emitter, target_keys, all);
	leave(emitter, '}');
	leave(emitter, '}');
	leave(emitter, ']');
}

static void value_emit(struct emitter *emitter, const struct key *key)
{
	switch (key->type) {
	case VALUE_NAME:
		name_emit(emitter, key);
		break;
	case VALUE_TEXT:
		pattern_emit(emitter, NULL, key->max);
		break;
	case VALUE_TAGS:
		list_emit(emitter, key, name_emit);
		break;
	case VALUE_COUNT:
	case VALUE_SMALL:
		quantity_emit(emitter, key, QUANTITY_COUNT);
		break;
	case VALUE_COUNT_RANGE:
		range_emit(emitter, key, QUANTITY_COUNT);
		break;
	case VALUE_SIZE:
		quantity_emit(emitter, key, QUANTITY_SIZE);
		break;
	case VALUE_SIZE_RANGE:
		range_emit(emitter, key, QUANTITY_SIZE);
		break;
	case VALUE_TIME:
		quantity_emit(emitter, key, QUANTITY_TIME);
		break;
	case VALUE_WORD:
		word_emit(emitter, key);
		break;
	case VALUE_WORDS:
		list_emit(emitter, key, word_emit);
		break;
	case VALUE_MAPPING:
		mapping_emit(emitter, key);
		break;
	case VALUE_UNIT:
		unit_emit(emitter, key);
		break;
	case VALUE_TARGETS:
		targets_emit(emitter);
		break;
	case VALUE_TARGET:
		pattern_emit(emitter, "^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)?(\\.[A-Za-z0-9_+-]+)?$",
			     PLAN_NAME_MAX - 1);
		break;
	case VALUE_EXPECT:
		expect_emit(emitter, BIT(TARGET_MET) | BIT(TARGET_VIOLATION) |
					     BIT(TARGET_CONTROL) | BIT(TARGET_RETRY) |
					     BIT(TARGET_ALSO));
		break;
	case VALUE_OPTIONS:
		member(emitter, "type", "object");
		enter(emitter, "additionalProperties", '{');
		enter(emitter, "type", '[');
		member(emitter, NULL, "string");
		member(emitter, NULL, "number");
		member(emitter, NULL, "boolean");
		leave(emitter, ']');
		leave(emitter, '}');
		break;
	}
}

int scenario_schema_print(FILE *out)
{
	struct emitter emitter = { .out = out };

	enter(&emitter, NULL, '{');
	member(&emitter, "$schema", "https://json-schema.org/draft/2020-12/schema");
	member(&emitter, "title", "droptest scenario");
	member(&emitter, "description",
	       "What to run, how to cancel it and what is expected.");
	object_emit(&emitter, scenario_keys, ~0U);
	leave(&emitter, '}');
	fputc('\n', out);
	return ferror(out) ? -EIO : 0;
}
