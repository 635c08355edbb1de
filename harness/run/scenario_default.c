/*
 * scenario_default.c - writes the text of a scenario file and has it parsed, so that what users add
 * means what it means in a file, and is refused in the same words.
 *
 * A default stays away when the given lines have its key. Keys begin in the first column, so that
 * is all there is to look for:
 *
 *	calls: [1, 64]		left out: given below
 *	deliveries: [1, 17]
 *	calls: 16 KiB		given
 */
#include "run/scenario_default.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"

struct default_key {
	const char *key, *value;
};

static const struct default_key defaults[] = {
	{ "calls", "[1, 64]" },
	{ "deliveries", "[1, 17]" },
};

static const char *unit_value(enum dt_unit unit)
{
	switch (unit) {
	case DT_FRAMES:
		return "{frames: {header: u32be, size: [1, 300]}}";
	case DT_LINES:
		return "{lines: {size: [2, 80]}}";
	default:
		return "bytes";
	}
}

/* Does a line of the text begin with "key:"? */
static bool has_key(const char *text, const char *key)
{
	size_t length = strlen(key);

	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (!strncmp(line, key, length) && line[length] == ':')
			return true;
	}
	return false;
}

static void write_text(const struct scenario_default *wanted, FILE *out)
{
	size_t length = strlen(wanted->keys);

	if (!has_key(wanted->keys, "scenario"))
		fprintf(out, "scenario: %s\n", word_name(WORDS_UNIT, wanted->unit));
	if (!has_key(wanted->keys, "unit"))
		fprintf(out, "unit: %s\n", unit_value(wanted->unit));
	for (size_t i = 0; i < ARRAY_SIZE(defaults); i++)
		if (!has_key(wanted->keys, defaults[i].key))
			fprintf(out, "%s: %s\n", defaults[i].key, defaults[i].value);
	if (wanted->stream && !has_key(wanted->keys, "stream"))
		fprintf(out, "stream: %s\n", wanted->stream);
	fprintf(out, "%s%stargets:\n%s", wanted->keys,
		length && wanted->keys[length - 1] != '\n' ? "\n" : "", wanted->targets);
}

int scenario_default_make(const struct scenario_default *wanted, FILE *errors,
			  struct scenario **ret_scenario)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	int error;

	if (!out)
		return -ENOMEM;
	write_text(wanted, out);
	error = fclose(out) ? -ENOMEM : 0;
	if (!error)
		error = scenario_parse(wanted->path, text, size, errors, ret_scenario);
	free(text);
	return error;
}
