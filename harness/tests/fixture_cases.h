/*
 * fixture_cases.h - targets, a scenario and its cases for tests of the runner.
 *
 * The targets are tables in this program; workers inherit them by fork.
 */
#ifndef TESTS_FIXTURE_CASES_H
#define TESTS_FIXTURE_CASES_H

#include "run/case_list.h"

/*
 * "tame": read, read_exact (terminal), liar (read_exact that claims resumable), write, frames,
 * sockets (recv), other (DT_UNSTARTED).
 * "hostile": each operation does its worst in every third of its calls after a cancellation.
 */
extern const struct dt_target fixture_tame[], fixture_hostile[];

struct fixture {
	struct registry registry;
	struct scenario *scenario;
	struct case_list list;
	char *errors; /* what case_list_add printed; owned */
	int result;   /* of case_list_add */
};

/* `text` is the scenario's file. Asserts that it is right. */
void fixture_init(struct fixture *fixture, const char *text, const struct case_filter *filter);
void fixture_finish(struct fixture *fixture);

/* The case with this part in its id; asserts that there is one. */
const struct test_case *fixture_case(const struct fixture *fixture, const char *part);

#endif
