/*
 * bad_plugin.c - plug-ins that cannot be loaded, one for each value of BAD; test_registry.c says
 * what is to be told of each.
 */
#include <droptest/target.h>
#include <signal.h>
#include <stdlib.h>

static ssize_t run(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	(void)session;
	return dt_read(io, buffer->data, buffer->size);
}

static const struct dt_operation operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "read",
	  .summary = "reads",
	  .direction = DT_READER,
	  .unit = DT_BYTES,
	  .contract = DT_ATOMIC,
	  .progress = DT_BY_RESULT,
	  .run = run },
	{ 0 },
};

#if BAD == 1 /* the symbol has another name */
#define dt_targets_v1 dt_targets_v9
extern DT_EXPORT const struct dt_target dt_targets_v9[];
#endif

const struct dt_target dt_targets_v1[] = {
	{
#if BAD != 2 /* the size was forgotten */
		.size = sizeof(struct dt_target),
#endif
#if BAD == 3 /* a pointer to nowhere */
		.name = (const char *)8,
#else
		.name = "fine",
#endif
		.summary = "a test's",
		.operations = operations },
	{ 0 },
};

#if BAD == 4 /* the constructor crashes */
static void __attribute__((constructor)) begin(void)
{
	raise(SIGSEGV);
}
#elif BAD == 5 /* the constructor ends the process */
static void __attribute__((constructor)) begin(void)
{
	exit(3);
}
#elif BAD == 6 /* needs a function that nobody has */
void dt_nobody_has_this(void);
void dt_use_it(void);
void dt_use_it(void)
{
	dt_nobody_has_this();
}
#endif
