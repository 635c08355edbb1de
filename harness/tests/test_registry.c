/*
 * test_registry.c - sound tables are taken, unsound ones refused with the field that is wrong, and
 * plug-ins that crash while they are loaded do no harm.
 */
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/macros.h"
#include "run/registry.h"
#include "run/registry_check.h"
#include "suite.h"

/* Set by meson: where the modules are built. */
#define MODULE(name) MODULES "/" name ".so"

static ssize_t run(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	(void)session;
	return dt_read(io, buffer->data, buffer->size);
}

static const struct dt_operation good_operation = {
	.size = sizeof(struct dt_operation),
	.name = "read",
	.summary = "reads",
	.direction = DT_READER,
	.unit = DT_BYTES,
	.contract = DT_ATOMIC,
	.progress = DT_BY_RESULT,
	.run = run,
};

/* A table in which one thing at a time is broken. */
struct table {
	struct dt_operation operations[3];
	struct dt_option options[3];
	struct dt_target targets[3];
};

static void make_table(struct table *table)
{
	memset(table, 0, sizeof(*table));
	table->operations[0] = table->operations[1] = good_operation;
	table->operations[1].name = "second";
	table->options[0] = (struct dt_option){ "speed", "1", "how fast" };
	table->options[1] = (struct dt_option){ "depth", "", "how deep" };
	for (unsigned i = 0; i < 2; i++)
		table->targets[i] = (struct dt_target){ .size = sizeof(struct dt_target),
							.name = i ? "other" : "first",
							.summary = "a test's",
							.operations = table->operations,
							.options = table->options };
}

static void no_targets(struct table *table)
{
	table->targets[0].name = NULL;
}

static void target_size(struct table *table)
{
	table->targets[0].size = 8;
}

static void target_odd_size(struct table *table)
{
	table->targets[0].size = sizeof(struct dt_target) + 1;
}

static void target_name(struct table *table)
{
	table->targets[0].name = "First";
}

static void target_empty_name(struct table *table)
{
	table->targets[0].name = "";
}

static void target_twice(struct table *table)
{
	table->targets[1].name = "first";
}

static void target_summary(struct table *table)
{
	table->targets[0].summary = NULL;
}

static void target_session(struct table *table)
{
	table->targets[0].session_size = (size_t)1 << 40;
}

static void target_operations(struct table *table)
{
	table->targets[0].operations = NULL;
}

static void operation_size(struct table *table)
{
	table->operations[1].size = 0;
}

static void operation_twice(struct table *table)
{
	table->operations[1].name = "read";
}

static void operation_name(struct table *table)
{
	table->operations[1].name = "read it";
}

static void operation_direction(struct table *table)
{
	table->operations[0].direction = 0;
}

static void operation_unit(struct table *table)
{
	table->operations[0].unit = 9;
}

static void operation_contract(struct table *table)
{
	table->operations[0].contract = 0;
}

static void operation_progress(struct table *table)
{
	table->operations[0].progress = 3;
}

static void operation_flags(struct table *table)
{
	table->operations[0].flags = 1U << 31;
}

static void operation_run(struct table *table)
{
	table->operations[0].run = NULL;
}

static void operation_unstarted(struct table *table)
{
	table->operations[0].flags = table->operations[1].flags = DT_UNSTARTED;
}

static void option_name(struct table *table)
{
	table->options[1].name = "a=b";
}

static void option_twice(struct table *table)
{
	table->options[1].name = "speed";
}

static void option_initial(struct table *table)
{
	table->options[0].initial = NULL;
}

static const struct {
	void (*damage)(struct table *table);
	const char *told;
} faults[] = {
	{ no_targets, "has no targets" },
	{ target_size, "target 'first': its size" },
	{ target_odd_size, "target 'first': its size" },
	{ target_name, "target 'First': its name" },
	{ target_empty_name, "its name must be" },
	{ target_twice, "target 'first': two targets" },
	{ target_summary, "summary is NULL" },
	{ target_session, "session_size" },
	{ target_operations, "no operations" },
	{ operation_size, "an operation's size" },
	{ operation_twice, "operation 'read': two operations" },
	{ operation_name, "operation 'read it': its name" },
	{ operation_direction, "operation 'read': direction" },
	{ operation_unit, "operation 'read': unit" },
	{ operation_contract, "operation 'read': contract" },
	{ operation_progress, "operation 'read': progress" },
	{ operation_flags, "operation 'read': flags" },
	{ operation_run, "operation 'read': run is NULL" },
	{ operation_unstarted, "nothing to test" },
	{ option_name, "an option's name" },
	{ option_twice, "two options" },
	{ option_initial, "initial value" },
};

static void test_faults(void)
{
	struct table table;
	char message[512];

	make_table(&table);
	CU_ASSERT_EQUAL(table_check(table.targets, message, sizeof(message)), 0);
	for (size_t i = 0; i < ARRAY_SIZE(faults); i++) {
		message[0] = '\0';
		make_table(&table);
		faults[i].damage(&table);
		CU_ASSERT_EQUAL(table_check(table.targets, message, sizeof(message)), -EINVAL);
		CU_ASSERT_PTR_NOT_NULL(strstr(message, faults[i].told));
	}
}

/* A newer header's structures are larger: what is known of them is read, the rest passed over. */
static void test_stride(void)
{
	struct newer {
		struct dt_target target;
		void *more[3];
	} targets[3] = { 0 };
	struct registry registry;
	struct table table;
	char message[512];

	make_table(&table);
	for (unsigned i = 0; i < 2; i++) {
		targets[i].target = table.targets[i];
		targets[i].target.size = sizeof(struct newer);
		targets[i].more[0] = targets;
	}
	registry_init(&registry);
	CU_ASSERT_EQUAL(registry_add(&registry, "newer", &targets[0].target, message,
				     sizeof(message)),
			0);
	CU_ASSERT_EQUAL(registry.count, 2);
	CU_ASSERT_PTR_NOT_NULL(registry_find(&registry, "newer/other", message, sizeof(message)));
	registry_finish(&registry);
}

static void test_names(void)
{
	CU_ASSERT(table_name_sound("read_exact-2"));
	CU_ASSERT(!table_name_sound(""));
	CU_ASSERT(!table_name_sound("a/b"));
	CU_ASSERT(!table_name_sound("a.b"));
	CU_ASSERT(!table_name_sound("abcdefghijabcdefghijabcdefghijabcdefghijx"));
}

static void test_find(void)
{
	struct registry registry;
	struct table table;
	char message[512];
	const struct entry *entry;

	make_table(&table);
	registry_init(&registry);
	CU_ASSERT_EQUAL(registry_add(&registry, "one", table.targets, message, sizeof(message)), 0);
	entry = registry_find(&registry, "first", message, sizeof(message));
	CU_ASSERT_PTR_NOT_NULL_FATAL(entry);
	CU_ASSERT_STRING_EQUAL(entry->name, "one/first");
	CU_ASSERT_PTR_NULL(registry_find(&registry, "frist", message, sizeof(message)));
	CU_ASSERT_PTR_NOT_NULL(strstr(message, "did you mean 'first'"));
	CU_ASSERT_EQUAL(registry_add(&registry, "one", table.targets, message, sizeof(message)),
			-EEXIST);
	CU_ASSERT_EQUAL(registry_add(&registry, "two", table.targets, message, sizeof(message)), 0);
	CU_ASSERT_PTR_NULL(registry_find(&registry, "first", message, sizeof(message)));
	CU_ASSERT_PTR_NOT_NULL(strstr(message, "'one/first' or 'two/first'"));
	CU_ASSERT_PTR_NOT_NULL(registry_find(&registry, "two/first", message, sizeof(message)));
	CU_ASSERT_EQUAL(registry_add(&registry, "Bad", table.targets, message, sizeof(message)),
			-EINVAL);
	registry_finish(&registry);
}

static void test_operations(void)
{
	struct table table;

	make_table(&table);
	CU_ASSERT_PTR_EQUAL(target_operation(table.targets, NULL), &table.operations[0]);
	CU_ASSERT_PTR_EQUAL(target_operation(table.targets, "second"), &table.operations[1]);
	CU_ASSERT_PTR_NULL(target_operation(table.targets, "third"));
}

static const struct {
	const char *path, *told;
} files[] = {
	{ MODULE("bad1"), "exports no dt_targets_v1" },
	{ MODULE("bad2"), "its size must be" },
	{ MODULE("bad3"), "crashed while it was loaded" },
	{ MODULE("bad4"), "crashed while it was loaded" },
	{ MODULE("bad5"), "ended the process with status 3" },
	{ MODULE("bad6"), "dt_nobody_has_this" },
	{ "/nonexistent/fine.so", "cannot be opened" },
	{ "/tmp", "is not a file" },
	{ "/proc/self/status", "cannot be loaded" },
};

static void test_files(void)
{
	struct registry registry;
	char message[512];

	registry_init(&registry);
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		message[0] = '\0';
		CU_ASSERT(registry_load(&registry, files[i].path, message, sizeof(message)) < 0);
		if (!strstr(message, files[i].told))
			printf("\n    %s: %s\n", files[i].path, message);
		CU_ASSERT_PTR_NOT_NULL(strstr(message, files[i].told));
	}
	CU_ASSERT_EQUAL(registry.count, 0);
	CU_ASSERT_EQUAL(registry_load(&registry, MODULE("good"), message, sizeof(message)), 0);
	CU_ASSERT_EQUAL(registry_load(&registry, MODULE("good"), message, sizeof(message)), 0);
	CU_ASSERT_EQUAL(registry.count, 1);
	CU_ASSERT_STRING_EQUAL(registry.entries[0].name, "good/fine");
	registry_finish(&registry);
}

static void test_search_path(void)
{
	struct registry registry;
	char message[512], *told = NULL;
	size_t size;
	FILE *errors = open_memstream(&told, &size);

	CU_ASSERT_FATAL(!setenv("DROPTEST_TARGET_PATH", MODULE("good") "::/nonexistent.so:" MODULES,
				1));
	registry_init(&registry);
	CU_ASSERT(registry_load_all(&registry, errors) >= 1);
	fclose(errors);
	CU_ASSERT_PTR_NOT_NULL(registry_find(&registry, "good/fine", message, sizeof(message)));
	CU_ASSERT_PTR_NOT_NULL(strstr(told, "/nonexistent.so"));
	CU_ASSERT_PTR_NOT_NULL(strstr(told, "bad1"));
	CU_ASSERT_PTR_NULL(strstr(told, "good"));
	free(told);
	registry_finish(&registry);
	unsetenv("DROPTEST_TARGET_PATH");
}

int main(void)
{
	static const struct test_row rows[] = {
		{ "each fault is told by its field", test_faults },
		{ "larger structures", test_stride },
		{ "names", test_names },
		{ "finding by name", test_find },
		{ "operations of a target", test_operations },
		{ "files that are no plug-ins", test_files },
		{ "the search path", test_search_path },
	};

	return suite_run("registry", rows, ARRAY_SIZE(rows));
}
