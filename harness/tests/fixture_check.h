/*
 * fixture_check.h - targets for tests of check.h, as a user's test program would have them: only
 * public headers, a table of its own.
 */
#ifndef TESTS_FIXTURE_CHECK_H
#define TESTS_FIXTURE_CHECK_H

#include <droptest/check.h>
#include <stdio.h>

/*
 * "mine": read_all keeps its count in the session (resumable), loses keeps it in the call and
 * claims to be resumable, receive needs a socket, next_line is fine, logs writes to fixture_log
 * with every call, helper is DT_UNSTARTED; dies, leaves, spins, retries, forks and talks do what
 * they say when they are cancelled. Its option: "step", the most bytes of one dt_read.
 */
extern const struct dt_target fixture_mine;

/* "mine" again, where `loses` is repaired. */
extern const struct dt_target fixture_repaired;

/*
 * Shared with all processes. Once cancelled, `forks` leaves its child's number here when this is 0,
 * and `spins` its worker's.
 */
extern _Atomic(pid_t) *fixture_child;

/* A stream of the program; may be NULL. */
extern FILE *fixture_log;

/* Before the first check. */
void fixture_prepare(void);

#endif
