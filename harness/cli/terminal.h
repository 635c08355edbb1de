/*
 * terminal.h - text for people: colours, the width of the terminal, and names that somebody else
 * chose, shown so that they cannot steer the terminal.
 *
 * Whatever comes from a target, a file or an argument goes through put_shown(), or through
 * messages() of message.h, which does the same.
 */
#ifndef CLI_TERMINAL_H
#define CLI_TERMINAL_H

#include <stdbool.h>
#include <stdio.h>

/* Colours: only on a terminal, and not when NO_COLOR is set. */
enum paint { PAINT_PLAIN, PAINT_GOOD, PAINT_BAD, PAINT_DOUBT, PAINT_FAINT };
bool paint_wanted(FILE *out);
/* Prints the text in a colour when `wanted`. The text is ours. */
void paint(FILE *out, bool wanted, enum paint colour, const char *text);

/* The columns of the terminal behind `out`; 0: it is none, and lines may be as long as they are. */
unsigned terminal_columns(FILE *out);

/* Is something a terminal that can move its cursor? */
bool terminal_moves(FILE *out);

/* Prints text with everything unprintable as an escape, line ends too. */
void put_shown(FILE *out, const char *text);

/* The same, cut where it would pass that many columns. */
void put_cut(FILE *out, unsigned columns, const char *text);

/* How many columns put_shown() takes. */
unsigned shown_columns(const char *text);

/*
 * Prints text like put_shown, with line ends between words where a line would pass `columns`
 * (0: never); each new line is indented. The cursor stands at `column`. No newline at the end.
 */
void put_wrapped(FILE *out, unsigned columns, unsigned column, unsigned indent, const char *text);

/* Prints one word of a shell command, quoted where that is needed. */
void put_shell_word(FILE *out, const char *text);

#endif
