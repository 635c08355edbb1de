/*
 * code.c - the position code. Both mixes are chains of steps that can be undone one by one: a
 * multiplication by an odd number (undone by its inverse modulo 2^n) and x ^= x >> half or more
 * (undone by the same step), or by rng_mix, whose shifts are shorter and need two.
 */
#include "model/code.h"

#include <assert.h>
#include <endian.h>
#include <string.h>

#include "base/rng.h"

/* Word 0 of stream 0 must not be eight zero bytes, which empty buffers are full of. */
static const uint64_t key = 0x6a09e667f3bcc908ULL;

static const uint64_t mask48 = (1ULL << 48) - 1;
static const uint64_t odd48[2] = { 0x9e3779b97f4bULL, 0xbf58476d1ce5ULL };
static const uint64_t inverse48[2] = { 0x393dee219263ULL, 0x30b52c8740edULL };

static const char letters[65] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				"abcdefghijklmnopqrstuvwxyz-_";

static uint64_t unmix64(uint64_t z)
{
	z ^= z >> 31 ^ z >> 62;
	z *= 0x319642b2d24d8ec3ULL;
	z ^= z >> 27 ^ z >> 54;
	z *= 0x96de1b173f119089ULL;
	return z ^ z >> 30 ^ z >> 60;
}

static uint64_t mix48(uint64_t z)
{
	z ^= z >> 24;
	z = z * odd48[0] & mask48;
	z ^= z >> 25;
	z = z * odd48[1] & mask48;
	return z ^ z >> 24;
}

static uint64_t unmix48(uint64_t z)
{
	z ^= z >> 24;
	z = z * inverse48[1] & mask48;
	z ^= z >> 25;
	z = z * inverse48[0] & mask48;
	return z ^ z >> 24;
}

static int letter_value(unsigned char letter)
{
	if (letter >= '0' && letter <= '9')
		return letter - '0';
	if (letter >= 'A' && letter <= 'Z')
		return letter - 'A' + 10;
	if (letter >= 'a' && letter <= 'z')
		return letter - 'a' + 36;
	return letter == '-' ? 62 : letter == '_' ? 63 : -1;
}

static uint64_t number64(uint64_t id, uint64_t index)
{
	return rng_mix((id << 48 | index) ^ key);
}

static uint64_t number48(uint64_t id, uint64_t index)
{
	return mix48(((id << 40 | index) ^ key) & mask48);
}

void code_word(enum dt_unit unit, uint64_t id, uint64_t index, unsigned char ret_bytes[CODE_WORD])
{
	uint64_t word;

	assert(id < CODE_IDS);
	if (unit == DT_LINES) {
		word = number48(id, index);
		for (unsigned i = 0; i < CODE_WORD; i++)
			ret_bytes[i] = (unsigned char)letters[word >> 6 * i & 63];
		return;
	}
	word = htole64(number64(id, index));
	memcpy(ret_bytes, &word, sizeof(word));
}

unsigned char code_byte(enum dt_unit unit, uint64_t id, uint64_t offset)
{
	uint64_t index = offset / CODE_WORD, place = offset % CODE_WORD;

	if (unit == DT_LINES)
		return (unsigned char)letters[number48(id, index) >> 6 * place & 63];
	return (unsigned char)(number64(id, index) >> 8 * place);
}

void code_fill(enum dt_unit unit, uint64_t id, unsigned char *ret_bytes, uint64_t size)
{
	uint64_t whole = size / CODE_WORD;
	unsigned char last[CODE_WORD];

	for (uint64_t i = 0; i < whole; i++)
		code_word(unit, id, i, ret_bytes + i * CODE_WORD);
	code_word(unit, id, whole, last);
	memcpy(ret_bytes + whole * CODE_WORD, last, size % CODE_WORD);
}

static bool find_letters(const unsigned char bytes[CODE_WORD], uint64_t *ret_id,
			 uint64_t *ret_index)
{
	uint64_t word = 0;

	for (unsigned i = 0; i < CODE_WORD; i++) {
		int value = letter_value(bytes[i]);

		if (value < 0)
			return false;
		word |= (uint64_t)value << 6 * i;
	}
	word = (unmix48(word) ^ key) & mask48;
	*ret_id = word >> 40;
	*ret_index = word & ((1ULL << 40) - 1);
	return true;
}

bool code_find(enum dt_unit unit, const unsigned char bytes[CODE_WORD], uint64_t words,
	       uint64_t *ret_id, uint64_t *ret_index)
{
	uint64_t word, id, index;

	if (unit == DT_LINES) {
		if (!find_letters(bytes, &id, &index))
			return false;
	} else {
		memcpy(&word, bytes, sizeof(word));
		word = unmix64(le64toh(word)) ^ key;
		id = word >> 48;
		index = word & mask48;
	}
	if (id >= CODE_IDS || index >= words)
		return false;
	*ret_id = id;
	*ret_index = index;
	return true;
}
