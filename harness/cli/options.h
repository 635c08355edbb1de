/*
 * options.h - the command line of one command as a table: parsed, and told by --help, from the same
 * rows.
 *
 *	static const struct option_row rows[] = {
 *		{ .help = "What is run:" },
 *		{ 'w', "wire", "WIRE", "only these wires" },
 *		{ 0 },
 *	};
 *
 * Long options may be cut short while they are unique; a mistyped one is answered with the nearest.
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "model/words.h"

enum { OPTION_ROWS_MAX = 40, OPTIONS_GO_ON = -1 };

/* One option; a heading when it has a text only; the end when it has nothing. */
struct option_row {
	int key;	      /* its letter; 256 and more: it has none */
	const char *name;     /* without dashes */
	const char *argument; /* "FILE"; NULL: it takes none */
	const char *help;
};

struct usage {
	const char *name;      /* "droptest run" */
	const char *arguments; /* "[SUITE|FILE...]" */
	const char *summary;   /* a paragraph */
	const struct option_row *rows;
	const char *notes;	 /* paragraphs, separated by line ends; or NULL */
	const char *examples;	 /* lines, printed as they are */
	const char *exit_status; /* a paragraph */
};

/* Takes one option. False: it said what is wrong. */
typedef bool (*option_take)(void *context, int key, char *text);

/*
 * Parses; --help and -h are known without a row. OPTIONS_GO_ON with the place of the first argument
 * that is no option (argv is sorted so that they come last), or the exit code to leave with.
 */
int options_parse(const struct usage *usage, int argc, char **argv, option_take take,
		  void *context, int *ret_first);

/* Values of options. False: told, with the option's name. */
bool option_number(const char *name, const char *text, uint64_t least, uint64_t most,
		   uint64_t *ret_value);
bool option_time(const char *name, const char *text, uint64_t *ret_ns);
/* Adds the bits of "a,b,c", or of "all". */
bool option_words(const char *name, enum words set, const char *text, unsigned *bits);

#endif
