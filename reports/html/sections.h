/*
 * sections.h - the parts of the page, from top to bottom; each writes one <section> or nothing.
 */
#ifndef HTML_SECTIONS_H
#define HTML_SECTIONS_H

#include "html/digest.h"
#include "html/groups.h"
#include "html/page.h"

/* The verdict in one sentence, and the numbers that it rests on. */
void section_verdict(struct page *page, const struct results *results,
		     const struct digest *digest, const struct groups *groups);
void section_numbers(struct page *page, const struct results *results,
		     const struct digest *digest);

/* Cases that did not go as expected, with their reasons. */
void section_attention(struct page *page, const struct results *results,
		       const struct digest *digest);

void section_matrix(struct page *page, const struct digest *digest, const struct groups *groups);
void section_contracts(struct page *page, const struct digest *digest);
void section_failures(struct page *page, const struct results *results,
		      const struct groups *groups);
void section_landings(struct page *page, const struct digest *digest);
void section_cells(struct page *page, const struct digest *digest);
void section_skips(struct page *page, const struct results *results, const struct digest *digest);
void section_cases(struct page *page, const struct results *results);
void section_environment(struct page *page, const struct results *results);

/* Begins a section with its heading, and ends it. */
void section_open(struct page *page, const char *id, const char *heading);
void section_close(struct page *page);

/* A region that scrolls sideways on narrow screens, reachable by keyboard. */
void wide_open(struct page *page, const char *name);

/* "showing n of N", when n < N. */
void note_shown(struct page *page, uint64_t shown, uint64_t total, const char *what);

/* One failure: its sentence, its bytes, its drawing, its cancellations, how to replay it. */
void failure_write(struct page *page, const struct results *results, const struct member *member,
		   bool whole);
void window_write(struct page *page, const struct finding *finding);

/* "atomic", "resumable and partial", "none", "not known". */
void contracts_write(struct page *page, unsigned bits);

#endif
