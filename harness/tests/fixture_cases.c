/*
 * fixture_cases.c - the tame ones and the hostile ones.
 */
#include "fixture_cases.h"

#include <CUnit/CUnit.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/macros.h"

static ssize_t read_once(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	(void)session;
	return dt_read(io, buffer->data, buffer->size);
}

static ssize_t read_exact(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	size_t got = 0;

	(void)session;
	while (got < buffer->size) {
		ssize_t n = dt_read(io, buffer->data + got, buffer->size - got);

		if (n == 0 && got)
			return -EPROTO;
		if (n <= 0)
			return n;
		got += (size_t)n;
	}
	return (ssize_t)got;
}

static ssize_t write_once(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	(void)session;
	return dt_write(io, buffer->data, buffer->size);
}

static ssize_t receive(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	(void)session;
	return dt_recv(io, buffer->data, buffer->size, 0);
}

#define OPERATION(text, way, promise, what, bits)                                               \
	{                                                                                       \
		.size = sizeof(struct dt_operation), .name = text, .summary = "a test's",       \
		.direction = way, .unit = DT_BYTES, .contract = promise,                        \
		.progress = DT_BY_RESULT, .flags = bits, .run = what                            \
	}

static const struct dt_operation tame_operations[] = {
	OPERATION("read", DT_READER, DT_ATOMIC, read_once, 0),
	OPERATION("read_exact", DT_READER, DT_TERMINAL, read_exact, DT_EXACT),
	OPERATION("liar", DT_READER, DT_RESUMABLE, read_exact, DT_EXACT),
	OPERATION("write", DT_WRITER, DT_ATOMIC, write_once, 0),
	OPERATION("sockets", DT_READER, DT_ATOMIC, receive, DT_SOCKET),
	OPERATION("other", DT_READER, DT_ATOMIC, read_once, DT_UNSTARTED),
	{ 0 },
};

static const struct dt_operation frame_operations[] = {
	{ .size = sizeof(struct dt_operation),
	  .name = "frame",
	  .summary = "not run",
	  .direction = DT_READER,
	  .unit = DT_FRAMES,
	  .contract = DT_TERMINAL,
	  .progress = DT_BY_RESULT,
	  .run = read_once },
	{ 0 },
};

static const struct dt_option tame_options[] = { { "speed", "1", "how fast" },
						 { "depth", "2", "how deep" },
						 { 0 } };

const struct dt_target fixture_tame[] = {
	{ .size = sizeof(struct dt_target),
	  .name = "basic",
	  .summary = "a test's",
	  .operations = tame_operations,
	  .options = tame_options },
	{ .size = sizeof(struct dt_target),
	  .name = "framed",
	  .summary = "a test's",
	  .operations = frame_operations },
	{ 0 },
};

/* Hostile ones read well until a cancellation; then, in every third case, they strike. */
static ssize_t provoked(struct dt_io *io, struct dt_buffer *buffer, unsigned *count, bool *strike)
{
	ssize_t n = dt_read(io, buffer->data, buffer->size);

	*strike = n == -ECANCELED && ++*count % 3 == 0;
	return n;
}

static unsigned cancelled;

static ssize_t crash(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	/* Not NULL: of that a sanitizer tells before there is a signal. */
	static volatile int *volatile nowhere = (volatile int *)8;
	bool strike;
	ssize_t n = provoked(io, buffer, &cancelled, &strike);

	(void)session;
	if (strike)
		*nowhere = 1;
	return n;
}

static ssize_t leave(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	bool strike;
	ssize_t n = provoked(io, buffer, &cancelled, &strike);

	(void)session;
	if (strike)
		exit(7);
	return n;
}

static ssize_t spin(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	static volatile bool forever = true;
	bool strike;
	ssize_t n = provoked(io, buffer, &cancelled, &strike);

	(void)session;
	while (strike && forever)
		;
	return n;
}

static ssize_t hoard(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	bool strike;
	ssize_t n = provoked(io, buffer, &cancelled, &strike);

	(void)session;
	while (strike) {
		size_t size = 1 << 24;
		char *volatile piece = malloc(size); /* or a compiler leaves it out */

		if (!piece)
			abort();
		memset(piece, 1, size);
	}
	return n;
}

static ssize_t close_all(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	bool strike;
	ssize_t n = provoked(io, buffer, &cancelled, &strike);

	(void)session;
	if (strike)
		close_range(0, ~0U, 0);
	return n;
}

/* All of the slate is in the way of one who writes everywhere it can. */
static ssize_t scribble(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	bool strike;
	ssize_t n = provoked(io, buffer, &cancelled, &strike);
	unsigned char *from = buffer->data;

	(void)session;
	for (size_t i = 0; strike && i < 1 << 26; i++)
		from[i] = 0xee;
	return n;
}

static ssize_t flood(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	char text[4096];
	bool strike;
	ssize_t n = provoked(io, buffer, &cancelled, &strike);

	(void)session;
	memset(text, '!', sizeof(text));
	while (strike)
		if (write(STDOUT_FILENO, text, sizeof(text)) < 0)
			break;
	return n;
}

static ssize_t talk(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	(void)session;
	if (write(STDERR_FILENO, "hello\n", 6) < 0)
		return -EIO;
	return dt_read(io, buffer->data, buffer->size);
}

static ssize_t overflow(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	volatile char room[4096];
	bool strike;
	ssize_t n = provoked(io, buffer, &cancelled, &strike);
	volatile char *at = &room[cancelled % sizeof(room)]; /* or a compiler keeps one byte */

	*at = 1;
	while (strike) {
		cancelled += 2;
		strike = overflow(session, io, buffer) != *at;
	}
	return n;
}

static const struct dt_operation hostile_operations[] = {
	OPERATION("crash", DT_READER, DT_ATOMIC, crash, 0),
	OPERATION("leave", DT_READER, DT_ATOMIC, leave, 0),
	OPERATION("spin", DT_READER, DT_ATOMIC, spin, 0),
	OPERATION("hoard", DT_READER, DT_ATOMIC, hoard, 0),
	OPERATION("close", DT_READER, DT_ATOMIC, close_all, 0),
	OPERATION("scribble", DT_READER, DT_ATOMIC, scribble, 0),
	OPERATION("flood", DT_READER, DT_ATOMIC, flood, 0),
	OPERATION("talk", DT_READER, DT_ATOMIC, talk, 0),
	OPERATION("overflow", DT_READER, DT_ATOMIC, overflow, 0),
	{ 0 },
};

const struct dt_target fixture_hostile[] = {
	{ .size = sizeof(struct dt_target),
	  .name = "worst",
	  .summary = "a test's",
	  .operations = hostile_operations },
	{ 0 },
};

void fixture_init(struct fixture *fixture, const char *text, const struct case_filter *filter)
{
	static const struct case_filter everything;
	char message[256];
	size_t size;
	FILE *errors;

	memset(fixture, 0, sizeof(*fixture));
	registry_init(&fixture->registry);
	CU_ASSERT_FATAL(!registry_add(&fixture->registry, "tame", fixture_tame, message,
				      sizeof(message)));
	CU_ASSERT_FATAL(!registry_add(&fixture->registry, "hostile", fixture_hostile, message,
				      sizeof(message)));
	CU_ASSERT_FATAL(!scenario_parse("suite/test.yaml", text, strlen(text), stderr,
					&fixture->scenario));
	case_list_init(&fixture->list);
	errors = open_memstream(&fixture->errors, &size);
	CU_ASSERT_PTR_NOT_NULL_FATAL(errors);
	fixture->result = case_list_add(&fixture->list, fixture->scenario, &fixture->registry,
					filter ? filter : &everything, errors);
	fclose(errors);
}

void fixture_finish(struct fixture *fixture)
{
	case_list_finish(&fixture->list);
	scenario_destroy(fixture->scenario);
	registry_finish(&fixture->registry);
	free(fixture->errors);
}

const struct test_case *fixture_case(const struct fixture *fixture, const char *part)
{
	for (unsigned i = 0; i < fixture->list.count; i++)
		if (strstr(fixture->list.cases[i].id, part))
			return &fixture->list.cases[i];
	CU_FAIL_FATAL("no such case");
	abort();
}
