/*
 * write_report.c - writes the report of made-up results, for tests that open it in a browser.
 *
 *	write_report {bugs|passed|evil} FILE [FOLDER]	FOLDER: the results themselves as well
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/macros.h"
#include "fixture_results.h"
#include "html/report.h"

static const struct kind {
	const char *name;
	void (*make)(struct results *ret_results);
} kinds[] = {
	{ "bugs", fixture_results },
	{ "passed", fixture_results_passed },
	{ "evil", fixture_results_evil },
};

static int write_report(const struct kind *kind, const char *path, const char *folder)
{
	struct results results;
	FILE *out = fopen(path, "w");
	int r;

	if (!out)
		return -errno;
	kind->make(&results);
	r = report_html(&results, out);
	if (fclose(out) && !r)
		r = -errno;
	if (!r && folder)
		r = fixture_results_write(&results, folder);
	results_finish(&results);
	return r;
}

int main(int argc, char **argv)
{
	for (unsigned i = 0; argc > 2 && i < ARRAY_SIZE(kinds); i++)
		if (!strcmp(argv[1], kinds[i].name)) {
			int r = write_report(&kinds[i], argv[2], argc > 3 ? argv[3] : NULL);

			if (r)
				fprintf(stderr, "write_report: %s\n", strerror(-r));
			return r ? 99 : 0;
		}
	fprintf(stderr, "usage: write_report {bugs|passed|evil} FILE [FOLDER]\n");
	return 2;
}
