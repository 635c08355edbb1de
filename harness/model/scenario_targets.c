/*
 * scenario_targets.c - the entries under `targets:` and what is expected of each.
 *
 *	targets:				targets:
 *	  read_exact: {met: terminal}		  - target: read_exact
 *	  broken/two_cut: {violation: lost}	    options: {chunk: 20000}
 *						    expect: {met: terminal}
 */
#include "model/scenario_read.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "model/nearest.h"
#include "model/utf8.h"

enum { ALSO_MAX = 3 };

#define KINDS (BIT(TARGET_EXPECT) | BIT(TARGET_MET) | BIT(TARGET_VIOLATION) | BIT(TARGET_CONTROL))
#define DETAILS (KINDS & ~BIT(TARGET_EXPECT)) | BIT(TARGET_RETRY) | BIT(TARGET_ALSO)

/* Letters, digits and a few signs. Returns how many bytes that is, 0 for none. */
static size_t plain_size(const char *text)
{
	return strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+");
}

/* "target", "plug-in/target", either with ".operation". */
void target_name_read(struct reader *reader, const struct key *key, const struct node *node,
		      struct target_choice *choice)
{
	const char *text = node->text, *dot;
	size_t size, end;

	if (!word_given(reader, key, node, "a target's name"))
		return;
	dot = strrchr(text, '.');
	size = dot ? (size_t)(dot - text) : strlen(text);
	end = plain_size(text);
	if (end && text[end] == '/' && plain_size(text + end + 1))
		end += 1 + plain_size(text + end + 1);
	if (!end || end != size || (dot && (!dot[1] || dot[1 + plain_size(dot + 1)]))) {
		problems_add(reader->problems, node->span,
			     "'%s' is not a target; write target, plug-in/target or "
			     "plug-in/target.operation",
			     QUOTED(text));
		return;
	}
	if (strlen(text) >= PLAN_NAME_MAX) {
		problems_add(reader->problems, node->span, "the name is longer than %d bytes",
			     PLAN_NAME_MAX - 1);
		return;
	}
	choice->name = strndup(text, size);
	choice->operation = dot ? strdup(dot + 1) : NULL;
	if (!choice->name || (dot && !choice->operation))
		reader->error = -ENOMEM;
}

/* The key of an option, or says what is wrong with it. */
static bool option_named(struct reader *reader, const struct node *options,
			 const struct node *value)
{
	const struct node *name = value->key, *first;

	if (name->kind != NODE_WORD) {
		problems_add(reader->problems, name->span, "a key must be a word");
		return false;
	}
	if (!*name->text || name->text[plain_size(name->text)]) {
		problems_add(reader->problems, name->span,
			     "'%s' is not an option's name; use letters, digits, _ and -",
			     QUOTED(name->text));
		return false;
	}
	first = node_find(options, name->text);
	if (first == value)
		return true;
	problems_add(reader->problems, name->span,
		     "duplicate key '%s'; it stands on line %u already", QUOTED(name->text),
		     first->key->span.line);
	return false;
}

/* One option; appended as "key=value". */
static void option_add(struct reader *reader, const struct node *node, char *options, size_t max)
{
	const char *name = node->key->text, *value = node->text;
	size_t used = strlen(options);

	for (const char *at = value; *at; at++) {
		if (*at > ' ' && *at < 0x7f && !strchr(",=\"'\\", *at))
			continue;
		problems_add(reader->problems, node->span,
			     "the value of option '%s' may not contain blanks, commas, quotes, "
			     "= or anything but ASCII",
			     QUOTED(name));
		return;
	}
	if (used + strlen(name) + strlen(value) + 2 >= max) {
		problems_add(reader->problems, node->span, "the options are longer than %u bytes",
			     (unsigned)max - 1);
		return;
	}
	snprintf(options + used, max - used, "%s%s=%s", used ? "," : "", name, value);
}

void options_read(struct reader *reader, const struct key *key, const struct node *node,
		  struct target_choice *choice)
{
	char options[PLAN_OPTIONS_MAX] = "";

	if (node->kind != NODE_MAPPING) {
		type_refuse(reader, key, node, "a mapping, as {key: value}");
		return;
	}
	for (const struct node *value = node->first; value; value = value->next) {
		const struct key own = { .name = value->key->text };

		if (!value->key->refused && option_named(reader, node, value) &&
		    word_given(reader, &own, value, "a word or a number"))
			option_add(reader, value, options, sizeof(options));
	}
	if (!*options)
		return;
	choice->options = strdup(options);
	if (!choice->options)
		reader->error = -ENOMEM;
}

/* `met`: the strongest ones only, and `none` alone. */
static void met_check(struct reader *reader, const struct node *node, unsigned seen,
		      const struct expectation *expect)
{
	unsigned met = expect->met;
	struct span span = node_find(node, "met")->span;
	const char *implied = NULL;

	if ((met & BIT(DT_NONE_MET)) && met != BIT(DT_NONE_MET)) {
		problems_add(reader->problems, span, "'none' stands alone; it lies below terminal");
		return;
	}
	if ((met & BIT(DT_TERMINAL)) && met != BIT(DT_TERMINAL))
		implied = "terminal";
	else if ((met & BIT(DT_ATOMIC)) && met != BIT(DT_ATOMIC))
		implied = met & BIT(DT_RESUMABLE) ? "resumable" : "partial";
	if (implied)
		problems_add(reader->problems, span,
			     "'%s' is implied by a stronger contract; name the strongest only",
			     implied);
	else if ((seen & BIT(TARGET_RETRY)) && (met & (BIT(DT_ATOMIC) | BIT(DT_RESUMABLE))))
		problems_add(reader->problems, node_find(node, "retry")->span,
			     "repeating the call does no damage when '%s' is met; remove 'retry'",
			     word_name(WORDS_CONTRACT,
				       met & BIT(DT_ATOMIC) ? DT_ATOMIC : DT_RESUMABLE));
}

static void also_check(struct reader *reader, const struct node *node, unsigned seen,
		       const struct expectation *expect)
{
	struct span span = node_find(node, "also")->key->span;

	if (__builtin_popcount(expect->also) > ALSO_MAX)
		problems_add(reader->problems, span,
			     "'also' names more than %d classes; an expectation that accepts any "
			     "failure is forbidden",
			     ALSO_MAX);
	else if (!(seen & BIT(TARGET_MET)) && (expect->also & BIT(expect->violation)))
		problems_add(reader->problems, span, "'%s' is expected already",
			     word_name(WORDS_DAMAGE, expect->violation));
}

/* The keys of one expectation fit together; says so and sets its kind. */
static void expectation_check(struct reader *reader, const struct node *node, unsigned seen,
			      struct expectation *expect)
{
	unsigned kinds = seen & KINDS;

	if (__builtin_popcount(kinds) != 1) {
		if (kinds || !node->cut)
			problems_add(reader->problems, node->span,
				     "%s; write one of expect: pass, met: CONTRACT, "
				     "violation: DAMAGE, control: DAMAGE",
				     kinds ? "more than one expectation" : "no expectation");
		return;
	}
	if ((seen & BIT(TARGET_RETRY)) && !(seen & BIT(TARGET_MET)))
		problems_add(reader->problems, node_find(node, "retry")->key->span,
			     "'retry' goes with 'met' only");
	if ((seen & BIT(TARGET_ALSO)) && (seen & BIT(TARGET_EXPECT)))
		problems_add(reader->problems, node_find(node, "also")->key->span,
			     "'also' goes with 'met', 'violation' or 'control' only");
	else if (seen & BIT(TARGET_ALSO))
		also_check(reader, node, seen, expect);
	if (seen & BIT(TARGET_MET)) {
		expect->kind = EXPECT_MET;
		met_check(reader, node, seen, expect);
	} else if (seen & BIT(TARGET_VIOLATION)) {
		expect->kind = EXPECT_VIOLATION;
	} else if (seen & BIT(TARGET_CONTROL)) {
		expect->kind = EXPECT_CONTROL;
	}
}

/* `pass`, or a mapping without further `expect`. */
void expect_read(struct reader *reader, const struct node *node, struct target_choice *choice)
{
	struct nearest nearest = { .word = node->text };
	unsigned seen;

	choice->expect.kind = EXPECT_PASS;
	if (node->kind == NODE_MAPPING) {
		seen = keys_read(reader, target_keys, DETAILS, node, choice);
		expectation_check(reader, node, seen, &choice->expect);
	} else if (node->kind == NODE_LIST || node_empty(node)) {
		problems_add(reader->problems, node->span,
			     "an expectation is pass, or a mapping with met, violation or control");
	} else if (strcmp(node->text, "pass")) {
		nearest_offer(&nearest, "pass");
		if (nearest.best)
			problems_add(reader->problems, node->span,
				     "unknown expectation '%s'; did you mean 'pass'?",
				     QUOTED(node->text));
		else
			problems_add(reader->problems, node->span,
				     "unknown expectation '%s'; write pass, {met: CONTRACT}, "
				     "{violation: DAMAGE} or {control: DAMAGE}",
				     QUOTED(node->text));
	}
}

static bool same(const char *left, const char *right)
{
	return left && right ? !strcmp(left, right) : left == right;
}

/* Two entries that would make the same cases. */
static void overlap_check(struct reader *reader, const struct target_choice *choice,
			  struct span span)
{
	const struct scenario *scenario = reader->scenario;

	for (unsigned i = 0; choice->name && i < scenario->target_count; i++) {
		const struct target_choice *other = &scenario->targets[i];

		if (!same(other->name, choice->name) || !same(other->options, choice->options))
			continue;
		if (other->operation && choice->operation &&
		    strcmp(other->operation, choice->operation) != 0)
			continue;
		problems_add(reader->problems, span,
			     "'%s' is run by line %u already; give it other options or another "
			     "operation",
			     QUOTED(choice->name), other->line);
		return;
	}
}

/* name: the key in front of the entry; NULL in the form of a list. */
static void entry_read(struct reader *reader, const struct node *name, const struct node *node)
{
	const struct node *place = name ? name : node;
	struct target_choice choice = { .line = place->span.line, .column = place->span.column };
	struct scenario *scenario = reader->scenario;
	unsigned allowed = BIT(TARGET_KEYS) - 1;
	unsigned seen;

	if (name) {
		target_name_read(reader, &target_keys[TARGET_NAME], name, &choice);
		allowed &= ~BIT(TARGET_NAME);
	}
	if (node->kind == NODE_MAPPING) {
		seen = keys_read(reader, target_keys, allowed, node, &choice);
		expectation_check(reader, node, seen, &choice.expect);
	} else if (name) {
		expect_read(reader, node, &choice);
	} else {
		problems_add(reader->problems, node->span,
			     "an entry of the list is a mapping, as {target: NAME, expect: pass}");
	}
	overlap_check(reader, &choice, place->span);
	scenario->targets[scenario->target_count++] = choice;
}

void targets_read(struct reader *reader, const struct key *key, const struct node *node)
{
	struct scenario *scenario = reader->scenario;

	if (node->kind == NODE_WORD) {
		type_refuse(reader, key, node, "a mapping of targets, or a list");
		return;
	}
	if (!node->first && !node->cut)
		problems_add(reader->problems, node->span, "no targets; name at least one");
	scenario->targets = calloc(SCENARIO_TARGETS_MAX, sizeof(*scenario->targets));
	if (!scenario->targets) {
		reader->error = -ENOMEM;
		return;
	}
	for (const struct node *entry = node->first; entry; entry = entry->next) {
		if (entry->refused || (entry->key && entry->key->refused))
			continue;
		if (scenario->target_count == SCENARIO_TARGETS_MAX) {
			problems_add(reader->problems, entry->span, "more than %d targets",
				     SCENARIO_TARGETS_MAX);
			return;
		}
		if (entry->key && entry->key->kind != NODE_WORD)
			problems_add(reader->problems, entry->key->span, "a key must be a word");
		else if (entry->key && node_find(node, entry->key->text) != entry)
			problems_add(reader->problems, entry->key->span,
				     "duplicate key '%s'; it stands on line %u already. To run a "
				     "target twice write a list: - {target: NAME, ...}",
				     QUOTED(entry->key->text),
				     node_find(node, entry->key->text)->key->span.line);
		else
			entry_read(reader, entry->key, entry);
	}
}
