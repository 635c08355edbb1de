/*
 * contracts.c - what each operation declares against what it met: one column for each contract.
 */
#include "html/sections.h"

#include <string.h>

#include "base/macros.h"

enum { ROWS_SHOWN = 1000 };

void contracts_write(struct page *page, unsigned bits)
{
	bool first = true;

	if (!bits)
		page_element(page, "span", "faint", "not known");
	for (unsigned i = 0; i < CONTRACT_COUNT; i++) {
		if (!(bits & BIT(i)))
			continue;
		page_textf(page, "%s%s", first ? "" : " and ", word_name(WORDS_CONTRACT, i));
		first = false;
	}
}

/* Held, broken or unknown, by the trials of the callers that the contract allows. */
static void write_contract(struct page *page, const struct heap *heap, enum dt_contract contract)
{
	enum verdict verdict = tally_contract(&heap->tally, contract);
	bool declared = heap->declared == contract;
	const char *word = verdict == VERDICT_PASS	  ? "\u2713 held"
			   : verdict == VERDICT_VIOLATION ? "\u2717 broken"
							  : "\u00b7 unknown";
	const char *class = verdict == VERDICT_PASS	   ? "held"
			    : verdict == VERDICT_VIOLATION ? "broken"
							   : "unknown";

	page_open(page, "td", class);
	page_element(page, declared ? "strong" : "span", declared ? "declared" : NULL, word);
	page_close(page);
}

/* What was met over all the cases; a contract that one of them broke was not met. */
static void write_met(struct page *page, const struct heap *heap)
{
	contracts_write(page, heap->met_differs ? tally_contracts_met(&heap->tally) : heap->met);
	if (heap->met_differs)
		page_element(page, "span", "note", " overall; cases differ");
}

static void write_row(struct page *page, const struct heap *heap)
{
	page_open(page, "tr", NULL);
	page_open(page, "th", NULL);
	page_attribute(page, "scope", "row");
	page_text(page, heap->target);
	page_elementf(page, "span", "operation", " %s", heap->operation);
	page_element(page, "span", "reason", heap->scenario);
	page_close(page);
	page_element(page, "td", NULL, word_name(WORDS_CONTRACT, heap->declared));
	page_open(page, "td", "met");
	write_met(page, heap);
	page_close(page);
	for (unsigned i = DT_ATOMIC; i < CONTRACT_COUNT; i++)
		write_contract(page, heap, (enum dt_contract)i);
	page_open(page, "td", "verdict");
	mark_write(page, heap->mark);
	page_element(page, "span", "reason", heap->expect_text);
	page_close(page);
	page_close(page);
	page_break(page);
}

static void write_head(struct page *page)
{
	static const char *const before[] = { "target, operation, scenario", "declared", "met" };

	page_open(page, "thead", NULL);
	page_open(page, "tr", NULL);
	for (unsigned i = 0; i < ARRAY_SIZE(before); i++)
		page_element(page, "th", NULL, before[i]);
	for (unsigned i = DT_ATOMIC; i < CONTRACT_COUNT; i++) {
		page_open(page, "th", "contract");
		page_attribute(page, "title", word_meaning(WORDS_CONTRACT, i));
		page_text(page, word_name(WORDS_CONTRACT, i));
		page_close(page);
	}
	page_element(page, "th", NULL, "verdict, and what was expected");
	page_close(page);
	page_close(page);
}

void section_contracts(struct page *page, const struct digest *digest)
{
	unsigned shown = 0, total = 0;

	section_open(page, "contracts", "Contracts: declared and met");
	page_element(page, "p", "note",
		     "What a cancelled attempt promises, and whether it held under the callers "
		     "that each contract allows. The declared contract is framed; breaking a "
		     "stronger one than that is no fault.");
	wide_open(page, "Contracts");
	page_open(page, "table", "contracts");
	write_head(page);
	page_open(page, "tbody", NULL);
	for (unsigned i = 0; i < digest->operation_count; i++) {
		if (digest->operations[i].mark == MARK_SKIP)
			continue;
		if (total++ < ROWS_SHOWN) {
			write_row(page, &digest->operations[i]);
			shown++;
		}
	}
	for (unsigned i = 0; i < 3; i++)
		page_close(page);
	note_shown(page, shown, total, "operations");
	section_close(page);
}
