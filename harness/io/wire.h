/*
 * wire.h - byte channels between target and peer: pipe, unix, tcp on the loopback.
 *
 * Both ends belong to the harness. The target's end is blocking, so that io_uring waits on it; the
 * peer's end never blocks. Wires for writers are small, so that writes really block.
 */
#ifndef IO_WIRE_H
#define IO_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "model/words.h"

struct wire {
	enum wire_kind kind;
	int target_fd; /* what operations run on; -1: not open */
	int peer_fd;
};

/* Which way bytes will flow: a pipe has one way only. */
enum wire_way { WIRE_TO_TARGET, WIRE_FROM_TARGET };

/* Sockets carry both ways. `small`: as small as the kernel makes it, for writers. 0 or -errno. */
int wire_open(struct wire *wire, enum wire_kind kind, enum wire_way way, bool small);
void wire_close(struct wire *wire);

/* The peer puts bytes on the wire: how many went, 0 when it is full, or -errno. */
ssize_t wire_feed(struct wire *wire, const void *data, size_t size);

/* The peer takes bytes: how many came, 0 when there are none now (or at the end), or -errno. */
ssize_t wire_drain(struct wire *wire, void *data, size_t size);

/* Fills the target's own way out without blocking; how many went, 0 when full, or -errno. */
ssize_t wire_fill(struct wire *wire, const void *data, size_t size);

/* The peer says end of stream. */
int wire_shutdown(struct wire *wire);

/* The peer stops reading: the target's writes fail with EPIPE (or ECONNRESET). */
void wire_hang_up(struct wire *wire);

/* The peer resets the connection: the target's reads fail with ECONNRESET. Sockets. */
int wire_reset(struct wire *wire);

/* Bytes in the wire towards the target that it has not read, or -errno. */
ssize_t wire_unread(const struct wire *wire);

/*
 * What was sent by the target and is still under way inside the kernel, in bytes. TCP only: until
 * the receiver has acknowledged them they will make room by themselves, up to 40 ms later; so the
 * receiver is asked to do it now. (Measured: a full way out had room for 12 to 24 KiB after that.)
 */
size_t wire_under_way(const struct wire *wire);

/* Bytes sent by the target that the peer has not taken, as TCP counts them; others: 0. */
size_t wire_unsent(const struct wire *wire);

/*
 * TCP: is a full way out one that stays full? The window must be used up: less of it than a segment
 * is not used before a timer of 200 ms has run out. (Measured: room for 12 KiB then, 2 times of
 * 30.) And the receiver must have none to offer, which it does when half of its memory is free.
 */
bool wire_closed(const struct wire *wire);

/* Is there something for an operation of that side to do: bytes, their end, room, an error? */
bool wire_acts(const struct wire *wire, enum dt_side side);

#endif
