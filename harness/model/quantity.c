/*
 * quantity.c - one table of units, largest first.
 */
#include "model/quantity.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/macros.h"

struct unit {
	enum quantity quantity;
	const char *name;
	uint64_t factor;
};

static const struct unit units[] = {
	{ QUANTITY_COUNT, "", 1 },
	{ QUANTITY_SIZE, "GiB", UINT64_C(1) << 30 },
	{ QUANTITY_SIZE, "MiB", UINT64_C(1) << 20 },
	{ QUANTITY_SIZE, "KiB", UINT64_C(1) << 10 },
	{ QUANTITY_SIZE, "", 1 },
	{ QUANTITY_SIZE, "B", 1 },
	{ QUANTITY_TIME, "h", UINT64_C(3600000000000) },
	{ QUANTITY_TIME, "min", UINT64_C(60000000000) },
	{ QUANTITY_TIME, "s", UINT64_C(1000000000) },
	{ QUANTITY_TIME, "ms", UINT64_C(1000000) },
	{ QUANTITY_TIME, "us", UINT64_C(1000) },
	{ QUANTITY_TIME, "ns", 1 },
};

static const struct unit *unit_find(enum quantity quantity, const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(units); i++)
		if (units[i].quantity == quantity && !strcmp(units[i].name, name))
			return &units[i];
	return NULL;
}

int quantity_parse(enum quantity quantity, const char *text, uint64_t *ret_value)
{
	const struct unit *unit;
	uint64_t value = 0;
	bool overflow = false;

	if (*text < '0' || *text > '9')
		return -EINVAL;
	for (; *text >= '0' && *text <= '9'; text++) {
		overflow |= __builtin_mul_overflow(value, UINT64_C(10), &value);
		overflow |= __builtin_add_overflow(value, (uint64_t)(*text - '0'), &value);
	}
	text += strspn(text, " ");
	unit = unit_find(quantity, text);
	if (!unit)
		return -EINVAL;
	overflow |= __builtin_mul_overflow(value, unit->factor, &value);
	if (overflow)
		return -ERANGE;
	*ret_value = value;
	return 0;
}

char *quantity_format(enum quantity quantity, uint64_t value, char ret_text[QUANTITY_TEXT_MAX])
{
	const struct unit *unit = units;

	while (unit->quantity != quantity || value < unit->factor || value % unit->factor) {
		if (unit->quantity == quantity && unit->factor == 1)
			break;
		unit++;
	}
	snprintf(ret_text, QUANTITY_TEXT_MAX, "%" PRIu64 "%s%s", value / unit->factor,
		 *unit->name ? " " : "", unit->name);
	return ret_text;
}

const char *quantity_remedy(enum quantity quantity)
{
	static const char *const remedies[] = {
		[QUANTITY_COUNT] = "a whole number",
		[QUANTITY_SIZE] = "a size, as 4096 or 64 KiB",
		[QUANTITY_TIME] = "a time with ns, us, ms, s, min or h, as 30 s",
	};

	return remedies[quantity];
}
