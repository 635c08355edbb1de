/*
 * rng.h - a small deterministic generator (splitmix64): the same seed draws the same numbers on
 * every machine. Seeds are derived, never shared: rng_derive(seed, "what", index).
 */
#ifndef BASE_RNG_H
#define BASE_RNG_H

#include <stdint.h>

__extension__ typedef unsigned __int128 rng_wide;

struct rng {
	uint64_t state;
};

static inline uint64_t rng_mix(uint64_t z)
{
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

static inline void rng_init(struct rng *rng, uint64_t seed)
{
	rng->state = seed;
}

static inline uint64_t rng_next(struct rng *rng)
{
	rng->state += 0x9e3779b97f4a7c15ULL;
	return rng_mix(rng->state);
}

/* Uniform in [0, n) for n >= 1 (bias below 2^-32 for n < 2^32). */
static inline uint64_t rng_below(struct rng *rng, uint64_t n)
{
	return (uint64_t)(((rng_wide)rng_next(rng) * n) >> 64);
}

/* Uniform in [low, high]. */
static inline uint64_t rng_between(struct rng *rng, uint64_t low, uint64_t high)
{
	return low + rng_below(rng, high - low + 1);
}

/* Another seed, independent of this one, for a part of the work. */
static inline uint64_t rng_derive(uint64_t seed, uint64_t part)
{
	return rng_mix(rng_mix(seed + 0x9e3779b97f4a7c15ULL) ^ (part * 0xd1342543de82ef95ULL + 1));
}

#endif
