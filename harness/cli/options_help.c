/*
 * options_help.c - help in two columns: options on the left, what they do on the right.
 */
#include "cli/options_help.h"

#include <stdio.h>
#include <string.h>

#include "base/macros.h"
#include "cli/terminal.h"

enum { HELP_COLUMN = 26, WIDTH_DEFAULT = 80, WIDTH_MAX = 100 };

static unsigned width(void)
{
	unsigned columns = terminal_columns(stdout);

	return columns ? MIN(columns, (unsigned)WIDTH_MAX) : WIDTH_DEFAULT;
}

static void print_row(const struct option_row *row)
{
	char left[80];
	int used;

	if (row->key < 256)
		used = snprintf(left, sizeof(left), "  -%c, --%s", row->key, row->name);
	else
		used = snprintf(left, sizeof(left), "      --%s", row->name);
	if (row->argument)
		used += snprintf(left + used, sizeof(left) - (size_t)used, "=%s", row->argument);
	if (used + 2 > HELP_COLUMN)
		printf("%s\n%*s", left, HELP_COLUMN, "");
	else
		printf("%-*s", HELP_COLUMN, left);
	put_wrapped(stdout, width(), HELP_COLUMN, HELP_COLUMN, row->help);
	putchar('\n');
}

/* Paragraphs: each line of the text is wrapped by itself. */
static void print_paragraphs(const char *text)
{
	char line[1024];

	while (*text) {
		size_t size = strcspn(text, "\n");

		snprintf(line, sizeof(line), "%.*s", (int)size, text);
		put_wrapped(stdout, width(), 0, 0, line);
		putchar('\n');
		text += size;
		text += *text == '\n';
	}
}

static void print_examples(const char *text)
{
	puts("\nExamples:");
	while (*text) {
		size_t size = strcspn(text, "\n");

		printf("  %.*s\n", (int)size, text);
		text += size;
		text += *text == '\n';
	}
}

void options_help(const struct usage *usage)
{
	static const struct option_row help = { 'h', "help", NULL, "this text" };
	char exit_status[600];

	printf("Usage: %s [OPTION...]%s%s\n", usage->name, *usage->arguments ? " " : "",
	       usage->arguments);
	print_paragraphs(usage->summary);
	putchar('\n');
	for (const struct option_row *row = usage->rows; row->name || row->help; row++) {
		if (row->name)
			print_row(row);
		else
			printf("%s%s\n", row == usage->rows ? "" : "\n", row->help);
	}
	print_row(&help);
	if (usage->notes) {
		putchar('\n');
		print_paragraphs(usage->notes);
	}
	print_examples(usage->examples);
	snprintf(exit_status, sizeof(exit_status), "Exit status: %s", usage->exit_status);
	putchar('\n');
	print_paragraphs(exit_status);
}
