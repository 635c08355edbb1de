/*
 * scenario_read.h - nodes become fields of a struct, driven by the table of keys.
 */
#ifndef MODEL_SCENARIO_READ_H
#define MODEL_SCENARIO_READ_H

#include "model/problems.h"
#include "model/quantity.h"
#include "model/scenario_doc.h"
#include "model/scenario_keys.h"

struct reader {
	struct problems *problems;
	struct scenario *scenario;
	int error; /* -ENOMEM; reading goes on, the result is thrown away */
};

/*
 * Reads a mapping into a record of the table's struct. `allowed`: bits of the keys, by their place
 * in the table, that may stand here. Returns the bits of those that were read.
 */
unsigned keys_read(struct reader *reader, const struct key *keys, unsigned allowed,
		   const struct node *node, void *record);

/* Writes the defaults of a table and of the mappings in it. */
void keys_initialize(struct reader *reader, const struct key *keys, void *record);

/* Says that a node is not what the key wants: "'size' must be a size, ..., not a list". */
void type_refuse(struct reader *reader, const struct key *key, const struct node *node,
		 const char *wanted);

/* A word to read, or says why not. */
bool word_given(struct reader *reader, const struct key *key, const struct node *node,
		const char *wanted);

/*
 * Readers of single values (scenario_values.c). Those that fail have said why and written nothing.
 */
void value_text(struct reader *reader, const struct key *key, const struct node *node,
		char **ret_text);
void value_tags(struct reader *reader, const struct key *key, const struct node *node);
bool value_quantity(struct reader *reader, const struct key *key, const struct node *node,
		    enum quantity quantity, uint64_t *ret_value);
void value_range(struct reader *reader, const struct key *key, const struct node *node,
		 enum quantity quantity, uint32_t ret_range[2]);
void value_words(struct reader *reader, const struct key *key, const struct node *node,
		 unsigned *ret_bits);

/* The bits of one word: several for a group, 0 when it failed. */
unsigned value_word(struct reader *reader, const struct key *key, const struct node *node);

/* Readers of the entries under `targets:` (scenario_targets.c). */
void targets_read(struct reader *reader, const struct key *key, const struct node *node);
void target_name_read(struct reader *reader, const struct key *key, const struct node *node,
		      struct target_choice *choice);
void expect_read(struct reader *reader, const struct node *node, struct target_choice *choice);
void options_read(struct reader *reader, const struct key *key, const struct node *node,
		  struct target_choice *choice);

#endif
