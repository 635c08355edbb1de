/*
 * test_quantity.c - numbers with units: what is understood, what is not, what has no room.
 */
#include "model/quantity.h"

#include <errno.h>

#include "base/macros.h"
#include "suite.h"

static void test_parse(void)
{
	static const struct {
		enum quantity quantity;
		const char *text;
		int error;
		uint64_t value;
	} rows[] = {
		{ QUANTITY_COUNT, "0", 0, 0 },
		{ QUANTITY_COUNT, "18446744073709551615", 0, UINT64_MAX },
		{ QUANTITY_COUNT, "18446744073709551616", -ERANGE, 0 },
		{ QUANTITY_COUNT, "4 KiB", -EINVAL, 0 },
		{ QUANTITY_COUNT, "-1", -EINVAL, 0 },
		{ QUANTITY_COUNT, "+1", -EINVAL, 0 },
		{ QUANTITY_COUNT, "0x10", -EINVAL, 0 },
		{ QUANTITY_COUNT, "1.5", -EINVAL, 0 },
		{ QUANTITY_COUNT, "", -EINVAL, 0 },
		{ QUANTITY_SIZE, "4096", 0, 4096 },
		{ QUANTITY_SIZE, "12 B", 0, 12 },
		{ QUANTITY_SIZE, "64 KiB", 0, 65536 },
		{ QUANTITY_SIZE, "64KiB", 0, 65536 },
		{ QUANTITY_SIZE, "1 MiB", 0, 1 << 20 },
		{ QUANTITY_SIZE, "3 GiB", 0, UINT64_C(3) << 30 },
		{ QUANTITY_SIZE, "17179869184 GiB", -ERANGE, 0 },
		{ QUANTITY_SIZE, "64 KB", -EINVAL, 0 },
		{ QUANTITY_SIZE, "64 kib", -EINVAL, 0 },
		{ QUANTITY_SIZE, "64 KiB ", -EINVAL, 0 },
		{ QUANTITY_SIZE, "KiB", -EINVAL, 0 },
		{ QUANTITY_TIME, "30", -EINVAL, 0 },
		{ QUANTITY_TIME, "7 ns", 0, 7 },
		{ QUANTITY_TIME, "5 us", 0, 5000 },
		{ QUANTITY_TIME, "200 ms", 0, 200000000 },
		{ QUANTITY_TIME, "30 s", 0, UINT64_C(30000000000) },
		{ QUANTITY_TIME, "2 min", 0, UINT64_C(120000000000) },
		{ QUANTITY_TIME, "1 h", 0, UINT64_C(3600000000000) },
		{ QUANTITY_TIME, "9999999999 h", -ERANGE, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint64_t value = 0;

		CU_ASSERT_EQUAL(quantity_parse(rows[i].quantity, rows[i].text, &value),
				rows[i].error);
		CU_ASSERT_EQUAL(value, rows[i].value);
	}
}

static void test_format(void)
{
	static const struct {
		enum quantity quantity;
		uint64_t value;
		const char *text;
	} rows[] = {
		{ QUANTITY_COUNT, 0, "0" },	       { QUANTITY_COUNT, 4096, "4096" },
		{ QUANTITY_SIZE, 0, "0" },	       { QUANTITY_SIZE, 300, "300" },
		{ QUANTITY_SIZE, 65536, "64 KiB" },    { QUANTITY_SIZE, 65537, "65537" },
		{ QUANTITY_SIZE, 1 << 26, "64 MiB" },  { QUANTITY_TIME, 0, "0 ns" },
		{ QUANTITY_TIME, 1500000, "1500 us" }, { QUANTITY_TIME, 10000000, "10 ms" },
		{ QUANTITY_TIME, UINT64_C(86400000000000), "24 h" },
		{ QUANTITY_COUNT, UINT64_MAX, "18446744073709551615" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char text[QUANTITY_TEXT_MAX];

		CU_ASSERT_STRING_EQUAL(quantity_format(rows[i].quantity, rows[i].value, text),
				       rows[i].text);
	}
}

int main(void)
{
	static const struct test_row rows[] = {
		{ "parse", test_parse },
		{ "format", test_format },
	};

	return suite_run("quantity", rows, ARRAY_SIZE(rows));
}
