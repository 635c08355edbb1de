/*
 * check_ndebug.c - fails when assertions are compiled out: the harness asserts programmer errors,
 * so a build without them would report wrong verdicts instead of stopping.
 */
#include <assert.h>

int main(void)
{
	int alive = 0;

	assert((alive = 1));
	return alive ? 0 : 1;
}
