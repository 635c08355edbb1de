/*
 * scenario_values.c - one reader for each type of value: words, texts, numbers, ranges.
 *
 * A reader that cannot use a node says so and leaves the field as it is: every problem of a file
 * is found in one pass.
 */
#include "model/scenario_read.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "model/nearest.h"
#include "model/quantity.h"
#include "model/utf8.h"

enum { WORDS_TEXT_MAX = 256 };

static const char *kind_name(const struct node *node)
{
	if (node_empty(node))
		return "nothing";
	if (node->kind == NODE_WORD)
		return "a word";
	return node->kind == NODE_LIST ? "a list" : "a mapping";
}

void type_refuse(struct reader *reader, const struct key *key, const struct node *node,
		 const char *wanted)
{
	problems_add(reader->problems, node->span, "'%s' must be %s, not %s", key->name, wanted,
		     kind_name(node));
}

/* A word to read, or says why not. */
bool word_given(struct reader *reader, const struct key *key, const struct node *node,
		       const char *wanted)
{
	if (node->refused)
		return false;
	if (node->kind == NODE_WORD && !node_empty(node))
		return true;
	type_refuse(reader, key, node, wanted);
	return false;
}

bool value_quantity(struct reader *reader, const struct key *key, const struct node *node,
			  enum quantity quantity, uint64_t *ret_value)
{
	const char *remedy = quantity_remedy(quantity);
	char limit[QUANTITY_TEXT_MAX];
	uint64_t value;
	int error;

	if (!word_given(reader, key, node, remedy))
		return false;
	error = quantity_parse(quantity, node->text, &value);
	if (error == -EINVAL) {
		problems_add(reader->problems, node->span, "'%s' must be %s, not '%s'", key->name,
			     remedy, QUOTED(node->text));
	} else if (error || value > key->max) {
		problems_add(reader->problems, node->span, "%s is too large for '%s'; at most %s",
			     QUOTED(node->text), key->name,
			     quantity_format(quantity, key->max, limit));
	} else if (value < key->min) {
		problems_add(reader->problems, node->span, "%s is too small for '%s'; at least %s",
			     QUOTED(node->text), key->name,
			     quantity_format(quantity, key->min, limit));
	} else {
		*ret_value = value;
		return true;
	}
	return false;
}

void value_range(struct reader *reader, const struct key *key, const struct node *node,
		       enum quantity quantity, uint32_t ret_range[2])
{
	const struct node *first = node->first, *last = first ? first->next : NULL;
	uint64_t low, high;
	bool good;

	if (node->kind == NODE_WORD) {
		if (!value_quantity(reader, key, node, quantity, &low))
			return;
		high = low;
	} else if (node->kind == NODE_MAPPING) {
		type_refuse(reader, key, node, "one number or a range, as [1, 17]");
		return;
	} else {
		if (!last || last->next) {
			if (!node->cut)
				problems_add(reader->problems, node->span,
					     "'%s' must be one number or a range of two, as "
					     "[1, 17]",
					     key->name);
			return;
		}
		good = value_quantity(reader, key, first, quantity, &low);
		if (!value_quantity(reader, key, last, quantity, &high) || !good)
			return;
		if (low > high) {
			problems_add(reader->problems, node->span,
				     "the range of '%s' is upside down; write [%s, %s]", key->name,
				     QUOTED(last->text), QUOTED(first->text));
			return;
		}
	}
	ret_range[0] = (uint32_t)low;
	ret_range[1] = (uint32_t)high;
}

/* Everything that may be named, for messages. */
static const char *words_list(const struct key *key, char ret_text[WORDS_TEXT_MAX])
{
	size_t used = 0;

	ret_text[0] = '\0';
	for (unsigned i = 0; i < word_count(key->set) && used < WORDS_TEXT_MAX; i++)
		if (key->allowed & BIT(i))
			used += (size_t)snprintf(ret_text + used, WORDS_TEXT_MAX - used, "%s%s",
						 used ? ", " : "", word_name(key->set, i));
	for (const struct group *group = key->groups;
	     group && group->name && used < WORDS_TEXT_MAX; group++)
		used += (size_t)snprintf(ret_text + used, WORDS_TEXT_MAX - used, ", %s",
					 group->name);
	return ret_text;
}

static void word_refuse(struct reader *reader, const struct key *key, const struct node *node)
{
	struct nearest nearest = { .word = node->text };
	const char *text = node->text;
	char list[WORDS_TEXT_MAX];

	if (key->set == WORDS_DAMAGE &&
	    (!strcmp(text, "any") || !strcmp(text, "all") || !strcmp(text, "*"))) {
		problems_add(reader->problems, node->span,
			     "an expectation that accepts any failure is forbidden; name the class "
			     "of damage: %s",
			     words_list(key, list));
		return;
	}
	for (unsigned i = 0; i < word_count(key->set); i++)
		if (key->allowed & BIT(i))
			nearest_offer(&nearest, word_name(key->set, i));
	for (const struct group *group = key->groups; group && group->name; group++)
		nearest_offer(&nearest, group->name);
	if (nearest.best)
		problems_add(reader->problems, node->span,
			     "unknown word '%s' for '%s'; did you mean '%s'?", QUOTED(text),
			     key->name, nearest.best);
	else
		problems_add(reader->problems, node->span, "unknown word '%s' for '%s'; use %s",
			     QUOTED(text), key->name, words_list(key, list));
}

/* The bits of one word, or 0 after saying what is wrong. */
unsigned value_word(struct reader *reader, const struct key *key, const struct node *node)
{
	int value;

	if (!word_given(reader, key, node, "a word"))
		return 0;
	for (const struct group *group = key->groups; group && group->name; group++)
		if (!strcmp(group->name, node->text))
			return group->bits;
	value = word_find(key->set, node->text);
	if (value >= 0 && (key->allowed & BIT(value)))
		return BIT(value);
	word_refuse(reader, key, node);
	return 0;
}

void value_words(struct reader *reader, const struct key *key, const struct node *node,
		       unsigned *ret_bits)
{
	unsigned bits = 0;

	if (node->kind == NODE_MAPPING) {
		type_refuse(reader, key, node, "a word or a list of words");
		return;
	}
	if (node->kind == NODE_WORD) {
		bits = value_word(reader, key, node);
	} else if (!node->first && !node->cut) {
		problems_add(reader->problems, node->span,
			     "'%s' is an empty list; leave the key out for the default", key->name);
	}
	for (const struct node *item = node->first; item; item = item->next) {
		unsigned more = value_word(reader, key, item);

		if (more && (bits & more) == more)
			problems_add(reader->problems, item->span, "'%s' is listed already",
				     QUOTED(item->text));
		bits |= more;
	}
	if (bits)
		*ret_bits = bits;
}

/* Only a-z, 0-9 and '-', and a length. */
static bool name_good(struct reader *reader, const struct key *key, const struct node *node)
{
	if (!word_given(reader, key, node, "a name"))
		return false;
	if (strlen(node->text) > key->max)
		problems_add(reader->problems, node->span, "'%s' is longer than %u bytes",
			     key->name, (unsigned)key->max);
	else if (!*node->text ||
		 node->text[strspn(node->text, "abcdefghijklmnopqrstuvwxyz0123456789-")])
		problems_add(reader->problems, node->span,
			     "'%s' is not a name for '%s'; use a-z, 0-9 and '-' only",
			     QUOTED(node->text), key->name);
	else
		return true;
	return false;
}

static bool text_good(struct reader *reader, const struct key *key, const struct node *node)
{
	size_t size;

	if (!word_given(reader, key, node, "one line of text"))
		return false;
	size = strlen(node->text);
	if (size > key->max) {
		problems_add(reader->problems, node->span, "'%s' is longer than %u bytes",
			     key->name, (unsigned)key->max);
		return false;
	}
	for (size_t at = 0; at < size; at++) {
		if ((unsigned char)node->text[at] >= 0x20 && node->text[at] != 0x7f)
			continue;
		problems_add(reader->problems, node->span,
			     "'%s' must be one line of text without control characters",
			     key->name);
		return false;
	}
	return true;
}

void value_text(struct reader *reader, const struct key *key, const struct node *node,
	       char **ret_text)
{
	bool good = key->type == VALUE_NAME ? name_good(reader, key, node)
					    : text_good(reader, key, node);
	char *copy;

	if (!good)
		return;
	copy = strdup(node->text);
	if (!copy) {
		reader->error = -ENOMEM;
		return;
	}
	free(*ret_text);
	*ret_text = copy;
}

void value_tags(struct reader *reader, const struct key *key, const struct node *node)
{
	struct scenario *scenario = reader->scenario;
	const struct node *tag = node->kind == NODE_LIST ? node->first : node;

	if (node->kind == NODE_MAPPING) {
		type_refuse(reader, key, node, "a name or a list of names");
		return;
	}
	for (; tag; tag = tag->next) {
		if (!name_good(reader, key, tag))
			continue;
		if (scenario->tag_count == SCENARIO_TAGS_MAX) {
			problems_add(reader->problems, tag->span, "more than %d tags",
				     SCENARIO_TAGS_MAX);
			return;
		}
		scenario->tags[scenario->tag_count] = strdup(tag->text);
		if (scenario->tags[scenario->tag_count])
			scenario->tag_count++;
		else
			reader->error = -ENOMEM;
		if (node->kind == NODE_WORD)
			return;
	}
}
