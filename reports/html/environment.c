/*
 * environment.c - run.json as a list of terms: what was run, where, with which seed. Its members
 * may be anything; what is deep or long is cut, and said to be.
 */
#include "html/sections.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"

enum { DEPTH_SHOWN = 5, MEMBERS_SHOWN = 200, LINE_MEMBERS = 6, BUDGET = 2000 };

/* How many more values may be written, over the whole of run.json. */
struct budget {
	unsigned left;
};

static void write_value(struct page *page, const json_t *value, unsigned depth,
			struct budget *budget);

static const char **sorted_keys(const json_t *object, size_t *ret_count)
{
	const char **keys = malloc((json_object_size(object) + 1) * sizeof(*keys)), *key;
	size_t count = 0;
	json_t *value;

	if (!keys)
		return NULL;
	json_object_foreach((json_t *)object, key, value) {
		size_t at = count++;

		for (; at && strcmp(keys[at - 1], key) > 0; at--)
			keys[at] = keys[at - 1];
		keys[at] = key;
	}
	*ret_count = count;
	return keys;
}

/* Nothing to say against it: the doctor's way to write "works". */
static bool is_fine(const json_t *value)
{
	return json_is_true(value) || (json_is_string(value) && !*json_string_value(value));
}

/* Is it a list of what works, in the main? Then the names of that are written in one line. */
static bool is_checklist(const json_t *object)
{
	size_t fine = 0;
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)object, key, value)
		fine += is_fine(value);
	return fine * 2 > json_object_size(object);
}

static void write_fine(struct page *page, const json_t *object, const char **keys, size_t count)
{
	const char *space = "";

	for (size_t i = 0; i < count; i++)
		if (is_fine(json_object_get(object, keys[i]))) {
			page_textf(page, "%s%.100s", space, keys[i]);
			space = " ";
		}
}

static void write_object(struct page *page, const json_t *object, unsigned depth,
			 struct budget *budget)
{
	size_t count = 0, shown = MIN(json_object_size(object), MEMBERS_SHOWN);
	const char **keys = json_object_size(object) <= 10 * MEMBERS_SHOWN
				    ? sorted_keys(object, &count)
				    : NULL;

	if (!keys) {
		page_elementf(page, "span", "note", "%zu members", json_object_size(object));
		return;
	}
	if (is_checklist(object))
		write_fine(page, object, keys, shown);
	page_open(page, "dl", "terms");
	for (size_t i = 0; i < shown && budget->left; i++) {
		if (is_checklist(object) && is_fine(json_object_get(object, keys[i])))
			continue;
		page_element(page, "dt", NULL, keys[i]);
		page_open(page, "dd", NULL);
		write_value(page, json_object_get(object, keys[i]), depth + 1, budget);
		page_close(page);
		page_break(page);
	}
	page_close(page);
	note_shown(page, shown, count, "members");
	free(keys);
}

static bool is_plain(const json_t *value)
{
	return !json_is_object(value) && !json_is_array(value);
}

/* A small object in a list: its values in one line, "name read, path scenarios/..." */
static bool write_line(struct page *page, const json_t *object, struct budget *budget)
{
	const char **keys, *key;
	json_t *value;
	size_t count;

	if (!json_is_object(object) || json_object_size(object) > LINE_MEMBERS)
		return false;
	json_object_foreach((json_t *)object, key, value)
		if (!is_plain(value))
			return false;
	keys = sorted_keys(object, &count);
	for (size_t i = 0; keys && i < count; i++) {
		page_text(page, i ? ", " : "");
		page_elementf(page, "span", "faint", "%.100s ", keys[i]);
		write_value(page, json_object_get(object, keys[i]), DEPTH_SHOWN, budget);
	}
	free(keys);
	return true;
}

static void write_list(struct page *page, const json_t *list, unsigned depth,
		       struct budget *budget)
{
	size_t shown = MIN(json_array_size(list), MEMBERS_SHOWN);
	bool plain = true;

	for (size_t i = 0; i < shown; i++)
		plain = plain && is_plain(json_array_get(list, i));
	if (!plain)
		page_open(page, "ul", NULL);
	for (size_t i = 0; i < shown && budget->left; i++) {
		if (plain && i)
			page_text(page, " ");
		if (!plain)
			page_open(page, "li", NULL);
		if (!write_line(page, json_array_get(list, i), budget))
			write_value(page, json_array_get(list, i), depth + 1, budget);
		if (!plain)
			page_close(page);
	}
	if (!plain)
		page_close(page);
	note_shown(page, shown, json_array_size(list), "entries");
}

static void write_value(struct page *page, const json_t *value, unsigned depth,
			struct budget *budget)
{
	char text[COUNT_TEXT_MAX];

	if (!budget->left)
		return;
	budget->left--;
	switch (json_typeof(value)) {
	case JSON_STRING:
		page_textf(page, "%.4000s", json_string_value(value));
		break;
	case JSON_INTEGER:
		snprintf(text, sizeof(text), "%" JSON_INTEGER_FORMAT, json_integer_value(value));
		page_text(page, text);
		break;
	case JSON_REAL:
		page_textf(page, "%.0f", json_real_value(value));
		break;
	case JSON_TRUE:
	case JSON_FALSE:
		page_text(page, json_is_true(value) ? "yes" : "no");
		break;
	case JSON_OBJECT:
	case JSON_ARRAY:
		if (depth >= DEPTH_SHOWN)
			page_element(page, "span", "note", "not shown");
		else if (json_is_object(value))
			write_object(page, value, depth, budget);
		else
			write_list(page, value, depth, budget);
		break;
	default:
		page_text(page, "\u2013");
	}
}

void section_environment(struct page *page, const struct results *results)
{
	struct budget budget = { .left = BUDGET };

	section_open(page, "environment", "Environment");
	write_value(page, results->run, 0, &budget);
	if (!budget.left)
		page_element(page, "p", "note", "The rest of run.json is not shown.");
	section_close(page);
}
