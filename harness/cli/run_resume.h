/*
 * run_resume.h - `droptest run --resume DIR`: the run that was begun there, as it was begun.
 */
#ifndef CLI_RUN_RESUME_H
#define CLI_RUN_RESUME_H

#include <jansson.h>

#include "cli/run_options.h"

struct resume {
	json_t *begun;	/* run.json of then, owned */
	char **suites;	/* owned; the texts are in `begun` */
	char *folder;	/* owned: the results folder by its whole name */
	char *html;	/* owned: where the report goes, by its whole name; or NULL */
	unsigned complete; /* cases that need not be run again */
	bool over;	   /* all of them are */
	double seconds;	   /* that were spent on them */
};

/*
 * Reads what was begun and puts its options in place of those that are not given anew. The working
 * folder becomes that of then, so that relative names mean what they meant. False: told.
 */
bool resume_begin(struct run_options *options, struct resume *ret_resume);

void resume_finish(struct resume *resume);

#endif
