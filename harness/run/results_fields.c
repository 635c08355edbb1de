/*
 * results_fields.c - typed, bounded members of untrusted JSON objects.
 */
#include "run/results_fields.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "run/results_json.h"

void fields_refuse(struct fields *in, const char *key, const char *why)
{
	if (in->result)
		return;
	in->result = -EBADMSG;
	snprintf(in->message, in->message_max, "'%s' %s", key, why);
}

static const char *type_text(json_type type)
{
	switch (type) {
	case JSON_OBJECT:
		return "must be an object";
	case JSON_ARRAY:
		return "must be a list";
	case JSON_STRING:
		return "must be text";
	default:
		return "has the wrong type";
	}
}

json_t *fields_member(struct fields *in, const json_t *object, const char *key, json_type type,
		      bool needed)
{
	json_t *value = json_object_get(object, key);

	if (!value && needed)
		fields_refuse(in, key, "is missing");
	if (value && json_typeof(value) != type) {
		fields_refuse(in, key, type_text(type));
		value = NULL;
	}
	return value;
}

int number_decode(const json_t *value, uint64_t *ret_number)
{
	const char *text = json_string_value(value);
	char *end;

	if (json_is_integer(value)) {
		if (json_integer_value(value) < 0)
			return -EBADMSG;
		*ret_number = (uint64_t)json_integer_value(value);
		return 0;
	}
	if (!text || strncmp(text, "0x", 2) || !text[2] || strlen(text) > 18 ||
	    strspn(text + 2, "0123456789abcdef") != strlen(text + 2))
		return -EBADMSG;
	*ret_number = strtoull(text, &end, 16);
	return 0;
}

uint64_t fields_number(struct fields *in, const json_t *object, const char *key, uint64_t max,
		       bool needed)
{
	json_t *value = json_object_get(object, key);
	uint64_t number = 0;

	if (!value) {
		if (needed)
			fields_refuse(in, key, "is missing");
		return 0;
	}
	if (number_decode(value, &number)) {
		fields_refuse(in, key, "must be a number that is not negative");
		return 0;
	}
	if (number > max) {
		fields_refuse(in, key, "is beyond its limit");
		return 0;
	}
	return number;
}

int32_t fields_signed(struct fields *in, const json_t *object, const char *key)
{
	json_t *value = fields_member(in, object, key, JSON_INTEGER, true);
	json_int_t number = json_integer_value(value);

	if (number < INT32_MIN || number > INT32_MAX) {
		fields_refuse(in, key, "is beyond its limit");
		return 0;
	}
	return (int32_t)number;
}

bool fields_bool(struct fields *in, const json_t *object, const char *key)
{
	json_t *value = json_object_get(object, key);

	if (!json_is_boolean(value))
		fields_refuse(in, key, value ? "must be true or false" : "is missing");
	return json_is_true(value);
}

double fields_seconds(struct fields *in, const json_t *object, const char *key)
{
	json_t *value = json_object_get(object, key);
	double seconds = json_number_value(value);

	if (!json_is_number(value) || !(seconds >= 0 && seconds < 1e9)) {
		fields_refuse(in, key, "must be a number of seconds");
		return 0;
	}
	return seconds;
}

char *fields_text(struct fields *in, const json_t *object, const char *key)
{
	json_t *value = fields_member(in, object, key, JSON_STRING, true);
	char *text;

	if (!value)
		return NULL;
	if (json_string_length(value) > TEXT_FIELD_MAX) {
		fields_refuse(in, key, "is too long");
		return NULL;
	}
	text = strdup(json_string_value(value));
	if (!text && !in->result)
		in->result = -ENOMEM;
	return text;
}

static unsigned word_of(struct fields *in, const json_t *value, const char *key, enum words set)
{
	int word = json_is_string(value) ? word_find(set, json_string_value(value)) : -1;

	if (word < 0)
		fields_refuse(in, key, "is none of the words it may be");
	return word < 0 ? 0 : (unsigned)word;
}

unsigned fields_word(struct fields *in, const json_t *object, const char *key, enum words set)
{
	json_t *value = fields_member(in, object, key, JSON_STRING, true);

	return value ? word_of(in, value, key, set) : 0;
}

unsigned fields_words(struct fields *in, const json_t *object, const char *key, enum words set,
		      bool needed)
{
	json_t *list = fields_member(in, object, key, JSON_ARRAY, needed);
	unsigned bits = 0;

	if (json_array_size(list) > word_count(set)) {
		fields_refuse(in, key, "is too long");
		return 0;
	}
	for (size_t i = 0; i < json_array_size(list); i++)
		bits |= BIT(word_of(in, json_array_get(list, i), key, set));
	return bits;
}

static int nibble(char c)
{
	const char *digits = "0123456789abcdef", *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

uint32_t fields_hex(struct fields *in, const json_t *object, const char *key,
		    unsigned char *ret_bytes, size_t max)
{
	json_t *value = fields_member(in, object, key, JSON_STRING, true);
	const char *text = json_string_value(value);
	size_t size = json_string_length(value) / 2;

	if (!text)
		return 0;
	if (json_string_length(value) % 2 || size > max) {
		fields_refuse(in, key, "must be a few bytes in hexadecimal");
		return 0;
	}
	for (size_t i = 0; i < size; i++) {
		int high = nibble(text[2 * i]), low = nibble(text[2 * i + 1]);

		if (high < 0 || low < 0) {
			fields_refuse(in, key, "must be a few bytes in hexadecimal");
			return 0;
		}
		ret_bytes[i] = (unsigned char)(high << 4 | low);
	}
	return (uint32_t)size;
}
