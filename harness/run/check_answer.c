/*
 * check_answer.c - see check_answer.h. The sender was forked from the reader, so both agree about
 * the shape of everything.
 */
#include "run/check_answer.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/macros.h"

/* Where a result has its strings. */
static const size_t places[] = {
	offsetof(struct dt_check_result, message),   offsetof(struct dt_check_result, sentence),
	offsetof(struct dt_check_result, damage),    offsetof(struct dt_check_result, guilty),
	offsetof(struct dt_check_result, operation), offsetof(struct dt_check_result, declared),
	offsetof(struct dt_check_result, met),	     offsetof(struct dt_check_result, plan),
	offsetof(struct dt_check_result, replay),    offsetof(struct dt_check_result, trace),
	offsetof(struct dt_check_result, output),
};

struct letter {
	struct dt_check_result numbers;		/* its pointers mean nothing */
	size_t lengths[ARRAY_SIZE(places)]; /* each with its NUL */
};

static const char **string_at(struct dt_check_result *result, size_t place)
{
	return (const char **)(void *)((char *)result + place);
}

void check_answer_init(struct dt_check_result *ret_result)
{
	*ret_result = (struct dt_check_result){ .verdict = DT_ERROR };
	check_answer_release(ret_result);
}

void check_answer_release(struct dt_check_result *result)
{
	free(result->owned);
	result->owned = NULL;
	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		*string_at(result, places[i]) = "";
}

static int send_all(int fd, const void *bytes, size_t size)
{
	const char *next = bytes;

	while (size) {
		ssize_t sent = write(fd, next, size);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0)
			return -errno;
		next += sent;
		size -= (size_t)sent;
	}
	return 0;
}

int check_answer_send(int fd, const struct dt_check_result *result)
{
	struct letter letter = { .numbers = *result };
	int error;

	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		letter.lengths[i] = strlen(*string_at(&letter.numbers, places[i])) + 1;
	error = send_all(fd, &letter, sizeof(letter));
	for (size_t i = 0; i < ARRAY_SIZE(places) && !error; i++)
		error = send_all(fd, *string_at(&letter.numbers, places[i]), letter.lengths[i]);
	return error;
}

static int time_left_ms(const struct answer_line *line)
{
	uint64_t now = clock_now_ns();

	if (line->deadline_ns == UINT64_MAX)
		return -1;
	return now < line->deadline_ns ? (int)MIN((line->deadline_ns - now) / 1000000 + 1, INT_MAX)
				       : 0;
}

/*
 * The end of the pipe alone is not enough: a process that another thread forked at the wrong moment
 * may hold the other end open for as long as it likes.
 */
static int wait_for_bytes(const struct answer_line *line)
{
	struct pollfd fds[] = { { .fd = line->fd, .events = POLLIN },
				{ .fd = line->pidfd, .events = POLLIN } };

	for (;;) {
		int ready = poll(fds, ARRAY_SIZE(fds), time_left_ms(line));

		if (ready < 0 && errno != EINTR)
			return -errno;
		if (ready > 0)
			return fds[0].revents ? 0 : -EPIPE;
		if (!ready && !time_left_ms(line))
			return -ETIMEDOUT;
	}
}

static int receive_all(const struct answer_line *line, void *ret_bytes, size_t size)
{
	char *next = ret_bytes;

	while (size) {
		int error = wait_for_bytes(line);
		ssize_t got = error ? 0 : read(line->fd, next, size);

		if (got < 0 && errno == EINTR)
			continue;
		if (error || got <= 0)
			return error ? error : got ? -errno : -EPIPE;
		next += got;
		size -= (size_t)got;
	}
	return 0;
}

int check_answer_receive(const struct answer_line *line, struct dt_check_result *ret_result)
{
	struct letter letter;
	size_t size = 0;
	char *text;
	int error = receive_all(line, &letter, sizeof(letter));

	if (error)
		return error;
	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		size += letter.lengths[i];
	text = malloc(size);
	if (!text)
		return -ENOMEM;
	error = receive_all(line, text, size);
	if (error) {
		free(text);
		return error;
	}
	*ret_result = letter.numbers;
	ret_result->owned = text;
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		*string_at(ret_result, places[i]) = text;
		text += letter.lengths[i];
	}
	return 0;
}

int check_answer_mark(int fd)
{
	return send_all(fd, "", 1);
}

int check_answer_await_mark(const struct answer_line *line)
{
	char mark;

	return receive_all(line, &mark, 1);
}
