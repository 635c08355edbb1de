/*
 * guard.c - see guard.h.
 */
#include "io/guard.h"

#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/macros.h"

enum { PAGE = 4096 };

/* Numbered bytes: byte i of the front and the buffer behind it is i modulo 251, so that a shifted
 * copy shows. */
static unsigned char numbers[251 * 32];

/* Of a buffer of at most so many bytes. */
enum { NUMBERS_PERIOD = 251 * 16 };

static void number(unsigned char *bytes, size_t size, size_t from)
{
	for (size_t at = 0; at < size; at += NUMBERS_PERIOD)
		memcpy(bytes + at, numbers + from, MIN(size - at, (size_t)NUMBERS_PERIOD));
}

int guard_init(struct guard *guard, size_t room)
{
	size_t span = (room + GUARD_FRONT + PAGE - 1) / PAGE * PAGE;

	for (size_t i = 0; i < sizeof(numbers); i++)
		numbers[i] = (unsigned char)(i % 251);
	memset(guard, 0, sizeof(*guard));
	guard->shadow = malloc(room + GUARD_FRONT);
	if (!guard->shadow)
		return -ENOMEM;
	guard->map = mmap(NULL, span + PAGE, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (guard->map == MAP_FAILED || mprotect(guard->map + span, PAGE, PROT_NONE) < 0) {
		free(guard->shadow);
		guard->shadow = NULL;
		return -ENOMEM;
	}
	guard->room = span - GUARD_FRONT;
	guard->data = guard->map + span;
	guard->shadow = realloc(guard->shadow, span);
	return guard->shadow ? 0 : -ENOMEM;
}

void guard_finish(struct guard *guard)
{
	size_t span = guard->room + GUARD_FRONT;

	if (guard->shadow)
		munmap(guard->map, span + PAGE);
	free(guard->shadow);
	guard->shadow = NULL;
}

unsigned char *guard_lend(struct guard *guard, size_t size, const unsigned char *content)
{
	assert(size <= guard->room);
	guard->data = guard->map + guard->room + GUARD_FRONT - size;
	guard->size = size;
	guard->state = GUARD_LENT;
	number(guard->data - GUARD_FRONT, GUARD_FRONT + (content ? 0 : size), 0);
	if (content)
		memcpy(guard->data, content, size);
	return guard->data;
}

void guard_return(struct guard *guard, bool keep)
{
	if (keep)
		memcpy(guard->shadow, guard->data, guard->size);
	else
		number(guard->data, guard->size, GUARD_FRONT);
	guard->state = keep ? GUARD_KEPT : GUARD_NUMBERED;
}

void guard_relend(struct guard *guard)
{
	guard->state = GUARD_LENT;
}

/* False when they differ, with the first place added to *at. */
static bool same(const unsigned char *a, const unsigned char *b, size_t size, long *at)
{
	if (!memcmp(a, b, size))
		return true;
	for (; *a == *b; a++, b++)
		(*at)++;
	return false;
}

static bool still_numbered(const unsigned char *bytes, size_t size, long *at)
{
	for (size_t done = 0; done < size; done += NUMBERS_PERIOD) {
		size_t part = MIN(size - done, (size_t)NUMBERS_PERIOD);

		if (!same(numbers, bytes + done, part, at))
			return false;
		*at += (long)part;
	}
	return true;
}

bool guard_intact(const struct guard *guard, long *ret_at)
{
	size_t numbered = GUARD_FRONT + (guard->state == GUARD_NUMBERED ? guard->size : 0);

	if (!guard->size)
		return true;
	*ret_at = -GUARD_FRONT;
	if (!still_numbered(guard->data - GUARD_FRONT, numbered, ret_at))
		return false;
	return guard->state != GUARD_KEPT ||
	       same(guard->shadow, guard->data, guard->size, ret_at);
}
