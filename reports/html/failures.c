/*
 * failures.c - the groups of failures: what nobody expected first, then the planted bugs that were
 * found as expected, then what callers that ask for more than was promised would see.
 */
#include "html/sections.h"

#include <inttypes.h>
#include <string.h>

#include "base/macros.h"

enum { KINDS_SHOWN = 12, KINDS_NAMED = 8 };

static const struct part {
	const char *id, *heading, *note, *badge;
	enum mark mark;
} parts[CONCERN_COUNT] = {
	[CONCERN_UNEXPECTED] = { "unexpected", "Not as expected",
				 "These broke what their scenario expects.",
				 "not as expected", MARK_VIOLATION },
	[CONCERN_PLANTED] = { "planted", "Bugs found, as expected",
			      "These targets are broken on purpose, or known to be: their scenario "
			      "expects that the declared contract is broken, and here it is.",
			      "as expected", MARK_FOUND },
	[CONCERN_BEYOND] = { "beyond", "Beyond the declared contract",
			     "No fault: here the harness played callers that the declared contract "
			     "does not allow, to measure what the operation really promises.",
			     "no fault", MARK_PASS },
};

/* "tcp and unix, defer and plain" of the members. */
static void write_places(struct page *page, const struct group *group)
{
	unsigned wires = 0, rings = 0;
	bool first = true;

	for (unsigned i = 0; i < group->count; i++) {
		wires |= BIT(group->members[i].test->wire);
		rings |= BIT(group->members[i].test->ring);
	}
	for (unsigned i = 0; i < WIRE_COUNT + RING_COUNT; i++) {
		bool ring = i >= WIRE_COUNT;
		unsigned value = ring ? i - WIRE_COUNT : i;

		if (!((ring ? rings : wires) & BIT(value)))
			continue;
		page_text(page, first ? " on " : ring && !(rings & (BIT(value) - 1)) ? "; rings "
										     : ", ");
		page_text(page, word_name(ring ? WORDS_RING : WORDS_WIRE, value));
		first = false;
	}
}

static void write_kinds(struct page *page, const struct group *group)
{
	unsigned shown = MIN(group->kinds, KINDS_NAMED);

	page_open(page, "ul", "kinds");
	page_attribute(page, "aria-label", "Cancellations that led to it");
	for (unsigned i = 0; i < shown; i++) {
		const struct failure *failure = group->members[i].failure;

		if (guilty_point(failure) >= POINT_COUNT)
			page_element(page, "li", NULL, "no cancellation is to blame");
		else
			page_elementf(page, "li", NULL, "%s \u00d7 %s",
				      word_name(WORDS_POINT, guilty_point(failure)),
				      word_name(WORDS_MECHANISM, guilty_mechanism(failure)));
	}
	if (shown < group->kinds)
		page_elementf(page, "li", "more", "and %u more", group->kinds - shown);
	page_close(page);
}

static void write_summary(struct page *page, const struct group *group)
{
	const struct part *part = &parts[group->concern];

	page_open(page, "p", "about");
	page_open(page, "span", "badge");
	page_attribute(page, "data-mark", mark_class(part->mark));
	mark_draw(page, part->mark);
	page_elementf(page, "span", NULL, " %s", part->badge);
	page_close(page);
	page_text(page, group->concern == CONCERN_BEYOND ? " " : " 1 bug, ");
	if (group->control)
		page_text(page, "without any cancellation");
	else
		page_counted(page, group->trials, "trial", "trials");
	page_text(page, ", ");
	page_counted(page, group->cases, "case", "cases");
	write_places(page, group);
	page_textf(page, ". The scenario expects: %s.", group->test->expect_text);
	if (group->concern == CONCERN_UNEXPECTED && *group->test->reason)
		page_textf(page, " The case: %s.", group->test->reason);
	page_close(page);
}

static void write_group(struct page *page, const struct results *results,
			const struct group *group, unsigned number)
{
	unsigned shown = MIN(group->kinds, KINDS_SHOWN);

	page_open(page, "article", "group");
	page_attributef(page, "id", "failure-%u", number);
	page_attribute(page, "data-mark", mark_class(parts[group->concern].mark));
	page_open(page, "h4", NULL);
	page_textf(page, "%s ", group->target);
	page_elementf(page, "span", "operation", "%s", group->operation);
	page_elementf(page, "span", "damage-word", " %s",
		      group->damage ? word_name(WORDS_DAMAGE, group->damage) : "harness error");
	page_close(page);
	write_summary(page, group);
	write_kinds(page, group);
	failure_write(page, results, &group->members[0], true);
	if (shown > 1)
		page_element(page, "p", "also", "The same damage by other cancellations:");
	for (unsigned i = 1; i < shown; i++)
		failure_write(page, results, &group->members[i], false);
	note_shown(page, shown, group->count, "failures that were kept of this bug");
	page_close(page);
	page_break(page);
}

static void write_part(struct page *page, const struct results *results,
		       const struct groups *groups, enum concern concern)
{
	unsigned shown = 0, total = 0;

	for (unsigned i = 0; i < groups->count; i++) {
		if (groups->groups[i].concern != concern)
			continue;
		if (!total) {
			page_open(page, "div", "part");
			page_attribute(page, "id", parts[concern].id);
			page_element(page, "h3", NULL, parts[concern].heading);
			page_element(page, "p", "note", parts[concern].note);
		}
		total++;
		if (groups->groups[i].shown) {
			write_group(page, results, &groups->groups[i], i + 1);
			shown++;
		}
	}
	note_shown(page, shown, total, "groups of failures");
	if (total)
		page_close(page);
}

void section_failures(struct page *page, const struct results *results,
		      const struct groups *groups)
{
	section_open(page, "failures", "Failures");
	if (!groups->count)
		page_element(page, "p", "note", "No trial showed any damage.");
	for (unsigned i = 0; i < CONCERN_COUNT; i++)
		write_part(page, results, groups, (enum concern)i);
	if (results->failures_dropped) {
		page_open(page, "p", "note");
		page_count(page, results->failures_dropped);
		page_text(page, " more failures were counted and not kept.");
		page_close(page);
	}
	section_close(page);
}
