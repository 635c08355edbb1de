/*
 * bare.h - the loops that droptest is measured against: io_uring, one wire, nothing checked but
 * that the completions are those of the point.
 *
 * Each cycle cancels at its point and then moves the bytes, with the submission entries that
 * droptest uses and the fewest enters that land there: one for what is known beforehand, and one
 * more for what depends on the first one's result. Feeding and draining are plain system calls.
 */
#ifndef BENCH_BARE_H
#define BENCH_BARE_H

#include <liburing.h>

#include "io/wire.h"

enum { BARE_READ = 64, BARE_WRITE = 3000, BARE_ROOM = 1 << 16 };

struct bare {
	struct io_uring uring;
	struct wire wire;
	unsigned char sent[BARE_ROOM], received[BARE_ROOM];
};

void bare_init(struct bare *bare);
void bare_finish(struct bare *bare);

/* For whole trials: a wire towards the loop, and its two steps. One enter each: a read of at most
 * `size` bytes that is cancelled in the same submission; one that finds `fed` bytes. */
void bare_init_reader(struct bare *bare, enum wire_kind kind);
void bare_cancelled_read(struct bare *bare, size_t size);
void bare_fed_read(struct bare *bare, size_t fed, size_t size);

/* Contestants of a duel; the context is a struct bare. */
void bare_armed(void *context, unsigned cycles);
void bare_raced(void *context, unsigned cycles);
void bare_link_timeout(void *context, unsigned cycles);
void bare_stop(void *context, unsigned cycles);
void bare_blocked_write(void *context, unsigned cycles);

#endif
