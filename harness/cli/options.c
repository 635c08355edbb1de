/*
 * options.c - getopt_long with messages of our own, and the values that options take.
 */
#include "cli/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "cli/command.h"
#include "cli/message.h"
#include "cli/options_help.h"
#include "model/nearest.h"
#include "model/quantity.h"

enum { KEY_LETTERS_END = 256 };

/* What getopt_long wants to know, made from the rows. */
struct parser {
	struct option options[OPTION_ROWS_MAX + 2];
	unsigned count;
	char letters[2 * OPTION_ROWS_MAX + 4];
};

static void parser_init(struct parser *parser, const struct usage *usage)
{
	char *letter = parser->letters;

	*letter++ = ':'; /* a missing argument is told apart */
	*letter++ = 'h';
	parser->count = 0;
	for (const struct option_row *row = usage->rows; row->name || row->help; row++) {
		if (!row->name)
			continue;
		parser->options[parser->count++] = (struct option){
			.name = row->name,
			.has_arg = row->argument ? required_argument : no_argument,
			.val = row->key,
		};
		if (row->key >= KEY_LETTERS_END)
			continue;
		*letter++ = (char)row->key;
		if (row->argument)
			*letter++ = ':';
	}
	*letter = '\0';
	parser->options[parser->count++] = (struct option){ .name = "help", .val = 'h' };
	parser->options[parser->count] = (struct option){ 0 };
}

/* "--wrie=unix" is none of the long options, or the beginning of several. */
static int complain_long(const struct parser *parser, const char *text)
{
	struct nearest nearest = { 0 };
	const char *also[2] = { NULL, NULL };
	unsigned matches = 0;
	char name[64];

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(text + 2, "="), text + 2);
	nearest.word = name;
	for (unsigned i = 0; i < parser->count; i++) {
		const char *known = parser->options[i].name;

		nearest_offer(&nearest, known);
		if (*name && !strncmp(known, name, strlen(name)) && matches++ < 2)
			also[matches - 1] = known;
	}
	if (matches > 1)
		return complain_usage("'--%s' may be '--%s' or '--%s'%s", name, also[0], also[1],
				      matches > 2 ? ", or yet another" : "");
	if (nearest.best)
		return complain_usage("there is no option '--%s'; did you mean '--%s'?", name,
				      nearest.best);
	return complain_usage("there is no option '--%s'", name);
}

static int complain_option(const struct parser *parser, char **argv)
{
	const char *text = argv[optind - 1];

	if (optopt && strncmp(text, "--", 2) != 0)
		return complain_usage("there is no option '-%c'", optopt);
	for (unsigned i = 0; optopt && i < parser->count; i++)
		if (parser->options[i].val == optopt)
			return complain_usage("--%s takes no value", parser->options[i].name);
	return complain_long(parser, text);
}

int options_parse(const struct usage *usage, int argc, char **argv, option_take take,
		  void *context, int *ret_first)
{
	struct parser parser;
	int key;

	message_speaker(usage->name);
	parser_init(&parser, usage);
	opterr = 0;
	while ((key = getopt_long(argc, argv, parser.letters, parser.options, NULL)) != -1) {
		if (key == 'h') {
			options_help(usage);
			return EXIT_AS_EXPECTED;
		}
		if (key == ':')
			return complain_usage("%s needs a value", argv[optind - 1]);
		if (key == '?')
			return complain_option(&parser, argv);
		if (!take(context, key, optarg))
			return EXIT_USAGE;
	}
	*ret_first = optind;
	return OPTIONS_GO_ON;
}

/* Digits, or 0x and hexadecimal ones: no signs, blanks or octal numbers. */
static bool parse_number(const char *text, uint64_t *ret_value)
{
	bool hexadecimal = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	const char *digits = hexadecimal ? text + 2 : text;
	const char *known = hexadecimal ? "0123456789abcdefABCDEF" : "0123456789";

	if (!*digits || digits[strspn(digits, known)] != '\0')
		return false;
	errno = 0;
	*ret_value = strtoull(digits, NULL, hexadecimal ? 16 : 10);
	return !errno;
}

bool option_number(const char *name, const char *text, uint64_t least, uint64_t most,
		   uint64_t *ret_value)
{
	uint64_t value;

	if (parse_number(text, &value) && value >= least && value <= most) {
		*ret_value = value;
		return true;
	}
	complain_usage("--%s: '%s' is not a number from %llu to %llu", name, text,
		       (unsigned long long)least, (unsigned long long)most);
	return false;
}

bool option_time(const char *name, const char *text, uint64_t *ret_ns)
{
	uint64_t value;

	if (!quantity_parse(QUANTITY_TIME, text, &value) && value) {
		*ret_ns = value;
		return true;
	}
	complain_usage("--%s: '%s' is not %s", name, text, quantity_remedy(QUANTITY_TIME));
	return false;
}

static void complain_word(const char *name, enum words set, const char *word)
{
	struct nearest nearest = { .word = word };
	char list[200] = "";
	size_t size = 0;

	for (unsigned i = 0; i < word_count(set); i++) {
		nearest_offer(&nearest, word_name(set, i));
		size += (size_t)snprintf(list + size, sizeof(list) - size, "%s%s", i ? ", " : "",
					 word_name(set, i));
	}
	if (nearest.best)
		complain_usage("--%s: there is no '%s'; did you mean '%s'?", name, word,
			       nearest.best);
	else
		complain_usage("--%s: there is no '%s'; it is one of: %s", name, word, list);
}

bool option_words(const char *name, enum words set, const char *text, unsigned *bits)
{
	char *parts = strdup(text), *rest = parts, *part;
	bool good = parts;

	while (good && (part = strsep(&rest, ","))) {
		int value = word_find(set, part);

		good = value >= 0 || !strcmp(part, "all");
		if (good)
			*bits |= value >= 0 ? BIT(value) : BIT(word_count(set)) - 1;
		else
			complain_word(name, set, part);
	}
	free(parts);
	return good;
}
