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

enum { PAGE = 4096 };

/* Numbered bytes: byte i tells i modulo 251, so that a shifted copy shows. */
static void number(unsigned char *bytes, size_t size)
{
	static unsigned char numbers[251 * 16];

	if (!numbers[1])
		for (size_t i = 0; i < sizeof(numbers); i++)
			numbers[i] = (unsigned char)(i % 251);
	for (size_t at = 0; at < size; at += sizeof(numbers))
		memcpy(bytes + at, numbers,
		       size - at < sizeof(numbers) ? size - at : sizeof(numbers));
}

int guard_init(struct guard *guard, size_t room)
{
	size_t span = (room + GUARD_FRONT + PAGE - 1) / PAGE * PAGE;

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

unsigned char *guard_lend(struct guard *guard, size_t size)
{
	assert(size <= guard->room);
	guard->data = guard->map + guard->room + GUARD_FRONT - size;
	guard->size = size;
	guard->returned = false;
	number(guard->data - GUARD_FRONT, GUARD_FRONT);
	number(guard->data, size);
	return guard->data;
}

void guard_return(struct guard *guard, bool keep)
{
	if (!keep)
		number(guard->data, guard->size);
	memcpy(guard->shadow, guard->data, guard->size);
	guard->returned = true;
}

void guard_relend(struct guard *guard)
{
	guard->returned = false;
}

static long first_difference(const unsigned char *a, const unsigned char *b, size_t size)
{
	size_t i = 0;

	while (i < size && a[i] == b[i])
		i++;
	return (long)i;
}

bool guard_intact(const struct guard *guard, long *ret_at)
{
	unsigned char front[GUARD_FRONT];

	if (!guard->size)
		return true;
	number(front, sizeof(front));
	if (memcmp(front, guard->data - GUARD_FRONT, sizeof(front))) {
		*ret_at = first_difference(front, guard->data - GUARD_FRONT, sizeof(front)) -
			  GUARD_FRONT;
		return false;
	}
	if (guard->returned && memcmp(guard->shadow, guard->data, guard->size)) {
		*ret_at = first_difference(guard->shadow, guard->data, guard->size);
		return false;
	}
	return true;
}
