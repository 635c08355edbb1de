/*
 * list.h - the lists of `droptest list`, on standard output. Each returns an exit code.
 */
#ifndef CLI_LIST_H
#define CLI_LIST_H

#include "cli/selection.h"

struct list_options {
	struct selection_options selection;
	bool verbose;
};

/* list_choices.c */
int list_targets(const struct list_options *options);
int list_scenarios(const struct list_options *options);
int list_cases(const struct list_options *options);

/* list_words.c */
int list_points(const struct list_options *options);
int list_wires(const struct list_options *options);
int list_rings(const struct list_options *options);

#endif
