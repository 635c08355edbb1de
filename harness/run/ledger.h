/*
 * ledger.h - what the completions of a trial say about bytes: who moved them, and from where.
 * Part of the inside of a trial (bench.h).
 */
#ifndef RUN_LEDGER_H
#define RUN_LEDGER_H

#include "run/bench.h"

/* The attempt whose completion moved this byte, or UINT32_MAX. side: EVENT_SIDE_x. */
uint32_t ledger_mover(const struct trial *trial, uint8_t side, uint64_t offset);

/* Was that completion posted when its attempt had already returned? */
bool ledger_moved_afterwards(const struct trial *trial, uint8_t side, uint64_t offset);

/* The landed cancellation that hit the byte's mover, else the last that landed; -1: none did. */
int ledger_guilty(const struct trial *trial, uint8_t side, uint64_t from);

/*
 * Writers: is what was observed a message, or its beginning, that the ledger says was sent before?
 * True with the bytes that came twice. `trial->diverged_drained` says where the tail begins.
 */
bool ledger_repeated(const struct trial *trial, struct divergence *ret);

/*
 * Writers: is what was observed the beginning of a message just offered, again and again?
 * "a" and then "abcd" where "e" was owed: its writer kept "a" from a call before.
 */
bool ledger_begun_again(const struct trial *trial, struct divergence *ret);

/*
 * Readers: the place of bytes just handed over, if they begin with what a completion seen in this
 * attempt took, and go on from there; UINT64_MAX when they do not.
 */
uint64_t ledger_place(const struct trial *trial, const unsigned char *bytes, size_t size);

#endif
