/*
 * message.c - a stream that escapes, and the two kinds of lines on it.
 */
#include "cli/message.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/terminal.h"
#include "model/utf8.h"

static const char *speaker = "droptest";
static const char *program = "droptest";

void message_speaker(const char *name)
{
	speaker = name;
}

void program_called(const char *path)
{
	if (path && strchr(path, '/'))
		program = path;
}

const char *program_name(void)
{
	return program;
}

/* Line-buffered, so that a character is seldom cut in two; one that is shows as bytes. */
static ssize_t write_shown(void *cookie, const char *text, size_t size)
{
	(void)cookie;
	for (size_t at = 0; at < size;) {
		char shown[UTF8_SHOWN_MAX];
		unsigned columns;

		if (text[at] == '\n') {
			fputc('\n', stderr);
			at++;
			continue;
		}
		at += utf8_show(text + at, size - at, shown, &columns);
		fputs(shown, stderr);
	}
	fflush(stderr);
	return (ssize_t)size;
}

FILE *messages(void)
{
	static const cookie_io_functions_t functions = { .write = write_shown };
	static FILE *stream;

	if (!stream) {
		stream = fopencookie(NULL, "w", functions);
		if (!stream)
			return stderr;
		setvbuf(stream, NULL, _IOLBF, BUFSIZ);
	}
	return stream;
}

void messages_quote(const char *text, size_t size, bool more)
{
	FILE *out = messages();

	fputs("  | ", out);
	for (size_t i = 0; i < size; i++) {
		if (text[i] == '\n' && i + 1 < size)
			fputs("\n  | ", out);
		else if (text[i] != '\n')
			fputc(text[i], out);
	}
	fputs(more ? "...\n" : "\n", out);
}

bool output_written(void)
{
	static bool told;
	int error = fflush(stdout) ? errno : 0;

	if (!error && !ferror(stdout))
		return true;
	if (!error && write(STDOUT_FILENO, "\n", 1) < 0)
		error = errno; /* it failed some time ago: this is how to learn why */
	if (!told)
		complain("cannot write to standard output%s%s", error ? ": " : "",
			 error ? strerror(error) : "");
	told = true;
	return false;
}

static void say(const char *who, const char *format, va_list values)
{
	char *text = NULL;

	if (vasprintf(&text, format, values) < 0)
		return;
	fprintf(stderr, "%s: ", who);
	put_shown(stderr, text);
	fputc('\n', stderr);
	free(text);
}

void complain(const char *format, ...)
{
	va_list values;

	va_start(values, format);
	say("droptest", format, values);
	va_end(values);
}

int complain_usage(const char *format, ...)
{
	va_list values;

	va_start(values, format);
	say(speaker, format, values);
	va_end(values);
	fprintf(stderr, "Try `%s --help'.\n", speaker);
	return EXIT_USAGE;
}
