/*
 * suite.h - the main() of a CUnit test program: a table of rows, run in basic mode.
 */
#ifndef TESTS_SUITE_H
#define TESTS_SUITE_H

#include <CUnit/Basic.h>
#include <CUnit/CUnit.h>

struct test_row {
	const char *name;
	void (*run)(void);
};

static inline int suite_run(const char *name, const struct test_row *rows, unsigned count)
{
	unsigned failures;
	CU_pSuite suite;

	if (CU_initialize_registry() != CUE_SUCCESS)
		return 99;
	suite = CU_add_suite(name, NULL, NULL);
	for (unsigned i = 0; suite && i < count; i++)
		if (!CU_add_test(suite, rows[i].name, rows[i].run))
			suite = NULL;
	if (!suite)
		return 99;
	CU_basic_set_mode(CU_BRM_VERBOSE);
	CU_basic_run_tests();
	failures = CU_get_number_of_failures() + CU_get_number_of_tests_failed();
	CU_cleanup_registry();
	return failures ? 1 : 0;
}

#endif
