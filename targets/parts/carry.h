/*
 * carry.h - bytes that a session carries from one attempt to the next, in the order they came.
 *
 *	data  | taken already | bytes carried |   room   |
 *	      0             begin            end      capacity
 */
#ifndef PARTS_CARRY_H
#define PARTS_CARRY_H

#include <stdlib.h>

#include <droptest/target.h>

struct carry {
	unsigned char *data; /* owned */
	size_t begin, end, capacity;
};

/* 0 or -ENOMEM. Release with carry_finish. */
static inline int carry_init(struct carry *carry, size_t capacity)
{
	*carry = (struct carry){ .data = malloc(capacity), .capacity = capacity };
	return carry->data ? 0 : -ENOMEM;
}

static inline void carry_finish(struct carry *carry)
{
	free(carry->data);
	carry->data = NULL;
}

static inline size_t carry_size(const struct carry *carry)
{
	return carry->end - carry->begin;
}

static inline unsigned char *carry_bytes(const struct carry *carry)
{
	return carry->data + carry->begin;
}

static inline size_t carry_room(const struct carry *carry)
{
	return carry->capacity - carry_size(carry);
}

/* Moves what is carried to the front, so that all the room is behind it. */
static inline void carry_compact(struct carry *carry)
{
	memmove(carry->data, carry->data + carry->begin, carry_size(carry));
	carry->end -= carry->begin;
	carry->begin = 0;
}

/* Makes it large enough to carry `capacity` bytes. 0 or -ENOMEM. */
static inline int carry_grow(struct carry *carry, size_t capacity)
{
	unsigned char *data;

	if (capacity <= carry->capacity)
		return 0;
	data = realloc(carry->data, capacity);
	if (!data)
		return -ENOMEM;
	carry->data = data;
	carry->capacity = capacity;
	return 0;
}

/* Appends as much as fits; returns how much that was. */
static inline size_t carry_put(struct carry *carry, const void *bytes, size_t size)
{
	if (size > carry_room(carry))
		size = carry_room(carry);
	carry_compact(carry);
	memcpy(carry->data + carry->end, bytes, size);
	carry->end += size;
	return size;
}

/* Forgets the first `size` bytes. */
static inline void carry_drop(struct carry *carry, size_t size)
{
	carry->begin += size;
	if (carry->begin == carry->end)
		carry->begin = carry->end = 0;
}

/* Hands over at most `size` bytes; returns how many. */
static inline size_t carry_take(struct carry *carry, void *bytes, size_t size)
{
	if (size > carry_size(carry))
		size = carry_size(carry);
	memcpy(bytes, carry_bytes(carry), size);
	carry_drop(carry, size);
	return size;
}

/* One read into the room, as dt_read returns it. There must be room. */
static inline ssize_t carry_read(struct carry *carry, struct dt_io *io)
{
	ssize_t n;

	carry_compact(carry);
	n = dt_read(io, carry->data + carry->end, carry_room(carry));
	if (n > 0)
		carry->end += (size_t)n;
	return n;
}

/* Writes until nothing is carried. 0 or -errno; what was not written is still carried. */
static inline int carry_flush(struct carry *carry, struct dt_io *io)
{
	while (carry_size(carry)) {
		ssize_t n = dt_write(io, carry_bytes(carry), carry_size(carry));

		if (n <= 0)
			return n < 0 ? (int)n : -EIO;
		carry_drop(carry, (size_t)n);
	}
	return 0;
}

#endif
