/*
 * scenario_doc.h - a YAML text as a bounded tree of nodes with their places.
 *
 * Only what a scenario needs: one document of mappings, lists and words. Anchors, aliases, tags
 * and directives are refused, depth and number of nodes are limited, the text must be UTF-8.
 */
#ifndef MODEL_SCENARIO_DOC_H
#define MODEL_SCENARIO_DOC_H

#include <stdbool.h>
#include <stddef.h>

#include "model/problems.h"

enum { DOC_DEPTH_MAX = 8, DOC_NODES_MAX = 1 << 14 };

enum node_kind { NODE_WORD, NODE_LIST, NODE_MAPPING };

struct node {
	enum node_kind kind;
	bool plain;   /* a word without quotes */
	bool refused; /* reported already: readers pass over it */
	bool cut;     /* reading stopped inside: what is missing may have come later */
	struct span span;
	char *text;	   /* words: owned, NUL-terminated, no NUL inside */
	struct node *key;  /* in a mapping: the word or other node in front of this value */
	struct node *next; /* sibling */
	struct node *first, *last;
};

struct doc {
	struct node *root; /* NULL: nothing to read */
	bool cut;	   /* reading stopped early, with the reason among the problems */
	struct node *nodes; /* owned */
	unsigned node_count, node_max;
};

/*
 * 0, with everything that is wrong in `problems` and whatever could be read in the tree; or
 * -ENOMEM. The text of `problems` is what is read. Release with doc_finish in both cases.
 */
int doc_read(struct doc *doc, struct problems *problems);
void doc_finish(struct doc *doc);

/* The value under a key of a mapping, or NULL; node may be NULL. */
const struct node *node_find(const struct node *node, const char *key);

/* A value that was left out or says so: `key:`, `~`, `null`. */
bool node_empty(const struct node *node);

#endif
