/*
 * header.h - length headers of frames: reading and writing one.
 *
 * A varint has seven bits in each byte, least significant first; all bytes but the last have the
 * top bit set: 300 is ac 02.
 */
#ifndef PARTS_HEADER_H
#define PARTS_HEADER_H

#include <stdbool.h>

#include <droptest/target.h>

enum { HEADER_MOST = 5 };

/* Bytes of a fixed header; 1, the least there can be, for a varint. */
static inline size_t header_least(enum dt_header header)
{
	switch (header) {
	case DT_U16BE:
	case DT_U16LE:
		return 2;
	case DT_U32BE:
	case DT_U32LE:
		return 4;
	default:
		return 1;
	}
}

/*
 * Looks at the first `size` bytes of a frame. Returns the length of its header and writes what the
 * payload is said to have; 0 when the header is not complete; -EPROTO when it can never be one.
 */
static inline int header_parse(enum dt_header header, const unsigned char *bytes, size_t size,
			       size_t *ret_payload)
{
	size_t length = header_least(header), value = 0;

	if (header == DT_VARINT) {
		for (size_t i = 0; i < size && i < HEADER_MOST; i++) {
			value |= (size_t)(bytes[i] & 0x7f) << 7 * i;
			if (bytes[i] & 0x80)
				continue;
			*ret_payload = value;
			return (int)i + 1;
		}
		return size < HEADER_MOST ? 0 : -EPROTO;
	}
	if (size < length)
		return 0;
	for (size_t i = 0; i < length; i++) {
		bool little = header == DT_U16LE || header == DT_U32LE;

		value = value << 8 | bytes[little ? length - 1 - i : i];
	}
	*ret_payload = value;
	return (int)length;
}

/* Writes the header of a payload of that size; returns its length, at most HEADER_MOST. */
static inline size_t header_put(enum dt_header header, size_t payload, unsigned char *ret_bytes)
{
	size_t length = header_least(header);

	if (header == DT_VARINT) {
		for (length = 0; payload > 0x7f; payload >>= 7)
			ret_bytes[length++] = (unsigned char)(payload | 0x80);
		ret_bytes[length++] = (unsigned char)payload;
		return length;
	}
	for (size_t i = 0; i < length; i++) {
		bool little = header == DT_U16LE || header == DT_U32LE;

		ret_bytes[little ? i : length - 1 - i] = (unsigned char)(payload >> 8 * i);
	}
	return length;
}

#endif
