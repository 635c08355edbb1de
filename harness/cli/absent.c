/*
 * absent.c - stands in for commands whose file is not compiled yet.
 */
#include "cli/command.h"
#include "html/report.h"

#include <errno.h>

__attribute__((weak)) int cmd_report(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return EXIT_HARNESS;
}

__attribute__((weak)) int report_html(const struct results *results, FILE *out)
{
	(void)results;
	(void)out;
	return -ENOSYS;
}
