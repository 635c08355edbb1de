/*
 * terminal.c - see terminal.h.
 */
#include "cli/terminal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "model/utf8.h"

enum { COLUMNS_LEAST = 40, COLUMNS_DEFAULT = 80 };

static bool is_dumb(void)
{
	const char *term = getenv("TERM");

	return term && !strcmp(term, "dumb");
}

bool paint_wanted(FILE *out)
{
	const char *no_color = getenv("NO_COLOR");

	return !(no_color && *no_color) && terminal_moves(out);
}

bool terminal_moves(FILE *out)
{
	return !is_dumb() && isatty(fileno(out));
}

void paint(FILE *out, bool wanted, enum paint colour, const char *text)
{
	static const char *const codes[] = {
		[PAINT_PLAIN] = "0", [PAINT_GOOD] = "32", [PAINT_BAD] = "1;31",
		[PAINT_DOUBT] = "33", [PAINT_FAINT] = "2",
	};

	if (wanted && colour != PAINT_PLAIN)
		fprintf(out, "\033[%sm%s\033[0m", codes[colour], text);
	else
		fputs(text, out);
}

unsigned terminal_columns(FILE *out)
{
	struct winsize size;

	if (!isatty(fileno(out)))
		return 0;
	if (ioctl(fileno(out), TIOCGWINSZ, &size) || !size.ws_col)
		return COLUMNS_DEFAULT;
	return size.ws_col < COLUMNS_LEAST ? COLUMNS_LEAST : size.ws_col;
}

void put_shown(FILE *out, const char *text)
{
	size_t size = strlen(text);

	for (size_t at = 0; at < size;) {
		char shown[UTF8_SHOWN_MAX];
		unsigned columns;

		at += utf8_show(text + at, size - at, shown, &columns);
		fputs(shown, out);
	}
}

void put_cut(FILE *out, unsigned columns, const char *text)
{
	size_t size = strlen(text);
	unsigned column = 0;

	for (size_t at = 0; at < size;) {
		char shown[UTF8_SHOWN_MAX];
		unsigned wanted;

		at += utf8_show(text + at, size - at, shown, &wanted);
		column += wanted;
		if (column > columns)
			return;
		fputs(shown, out);
	}
}

static unsigned columns_of(const char *text, size_t size)
{
	unsigned sum = 0;

	for (size_t at = 0; at < size;) {
		char shown[UTF8_SHOWN_MAX];
		unsigned columns;

		at += utf8_show(text + at, size - at, shown, &columns);
		sum += columns;
	}
	return sum;
}

unsigned shown_columns(const char *text)
{
	return columns_of(text, strlen(text));
}

void put_wrapped(FILE *out, unsigned columns, unsigned column, unsigned indent, const char *text)
{
	bool first = true;

	while (*text) {
		size_t size = strcspn(text, " ");
		unsigned wanted = columns_of(text, size);

		if (columns && !first && column + 1 + wanted > columns) {
			fprintf(out, "\n%*s", (int)indent, "");
			column = indent;
		} else if (!first) {
			fputc(' ', out);
			column++;
		}
		for (size_t at = 0; at < size;) {
			char shown[UTF8_SHOWN_MAX];
			unsigned one;

			at += utf8_show(text + at, size - at, shown, &one);
			fputs(shown, out);
		}
		column += wanted;
		text += size;
		text += strspn(text, " ");
		first = false;
	}
}

/* Control characters need the $'...' form: as escapes they reach no terminal. */
static void put_escaped_word(FILE *out, const char *text)
{
	fputs("$'", out);
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '\'' || c == '\\')
			fprintf(out, "\\%c", c);
		else if (c < ' ' || c >= 0x7f)
			fprintf(out, "\\x%02x", c);
		else
			fputc(c, out);
	}
	fputc('\'', out);
}

void put_shell_word(FILE *out, const char *text)
{
	static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				   "_-./,:=@%+";

	if (*text && text[strspn(text, safe)] == '\0') {
		fputs(text, out);
		return;
	}
	for (const char *c = text; *c; c++)
		if ((unsigned char)*c < ' ' || (unsigned char)*c >= 0x7f || *c == '\'') {
			put_escaped_word(out, text);
			return;
		}
	fprintf(out, "'%s'", text);
}
