/*
 * test_scenario_schema.c - the JSON Schema is valid JSON, names every key of the table where it
 * belongs, and describes each.
 */
#include <jansson.h>

#include "base/macros.h"
#include "model/scenario_keys.h"
#include "suite.h"

static json_t *schema(void)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	json_error_t error;
	json_t *root;

	CU_ASSERT_PTR_NOT_NULL_FATAL(out);
	CU_ASSERT_EQUAL(scenario_schema_print(out), 0);
	CU_ASSERT_EQUAL_FATAL(fclose(out), 0);
	root = json_loadb(text, size, JSON_REJECT_DUPLICATES, &error);
	if (!root)
		printf("\n%d:%d: %s\n", error.line, error.column, error.text);
	CU_ASSERT_PTR_NOT_NULL_FATAL(root);
	free(text);
	return root;
}

/* The object schema behind a value: itself, or the last of its alternatives. */
static json_t *object_of(json_t *value)
{
	json_t *any = json_object_get(value, "anyOf");

	return any ? json_array_get(any, json_array_size(any) - 1) : value;
}

static void walk(json_t *object, const struct key *keys, unsigned *count)
{
	json_t *properties = json_object_get(object, "properties");
	unsigned required = 0;

	CU_ASSERT_PTR_NOT_NULL_FATAL(properties);
	CU_ASSERT_TRUE(json_is_false(json_object_get(object, "additionalProperties")));
	CU_ASSERT_EQUAL(json_object_size(properties), keys_count(keys));
	for (const struct key *key = keys; key->name; key++) {
		json_t *value = json_object_get(properties, key->name);
		const char *text = json_string_value(json_object_get(value, "description"));

		CU_ASSERT_PTR_NOT_NULL_FATAL(text);
		CU_ASSERT_EQUAL(strncmp(text, key->meaning, strlen(key->meaning)), 0);
		if (key->initial)
			CU_ASSERT_PTR_NOT_NULL(strstr(text, key->initial));
		required += key->required;
		++*count;
		if (key->type == VALUE_TARGETS)
			walk(json_object_get(object_of(value), "items"), key->keys, count);
		else if (key->keys)
			walk(object_of(value), key->keys, count);
	}
	CU_ASSERT_EQUAL(json_array_size(json_object_get(object, "required")), required);
}

static void test_keys(void)
{
	json_t *root = schema();
	unsigned count = 0;

	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(root, "$schema")),
			       "https://json-schema.org/draft/2020-12/schema");
	walk(root, scenario_keys, &count);
	CU_ASSERT_TRUE(count > 30);
	json_decref(root);
}

/* Words and groups are offered with their meanings. */
static void test_words(void)
{
	json_t *root = schema();
	json_t *wires = json_object_get(json_object_get(root, "properties"), "wires");
	json_t *items = json_object_get(object_of(wires), "items");
	json_t *words = json_object_get(items, "oneOf");

	CU_ASSERT_EQUAL_FATAL(json_array_size(words), WIRE_COUNT + 1);
	CU_ASSERT_STRING_EQUAL(
		json_string_value(json_object_get(json_array_get(words, 0), "const")), "all");
	for (unsigned i = 0; i < WIRE_COUNT; i++) {
		json_t *word = json_array_get(words, i + 1);

		CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(word, "const")),
				       word_name(WORDS_WIRE, i));
		CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(word, "description")),
				       word_meaning(WORDS_WIRE, i));
	}
	json_decref(root);
}

int main(void)
{
	static const struct test_row rows[] = {
		{ "every key of the table", test_keys },
		{ "words and groups", test_words },
	};

	return suite_run("scenario-schema", rows, ARRAY_SIZE(rows));
}
