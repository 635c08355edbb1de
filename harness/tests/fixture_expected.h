/*
 * fixture_expected.h - what each scripted pair must look like: the operation's completion, the
 * cancel's, and the wire at that moment. One table, by point, mechanism and ring.
 */
#ifndef TESTS_FIXTURE_EXPECTED_H
#define TESTS_FIXTURE_EXPECTED_H

#include "fixture_subjects.h"

/* T, the operation. */
enum expected_t {
	T_CANCELED, /* -ECANCELED: it moved nothing */
	T_MOVED,    /* n > 0: it succeeded */
	T_SOME,	    /* 0 < k < n: a WAITALL operation that was cancelled half-way */
};

/* C, the cancel or the linked timeout. */
enum expected_c {
	C_ZERO,	    /* found, or, counted, none found; or there is no C (stop, drop) */
	C_ONE,	    /* a count: one was found */
	C_ENOENT,   /* nothing found: the operation is over */
	C_ETIME,    /* the timeout expired */
	C_ECANCELED /* the timeout was taken down by the operation's own completion */
};

/* The wire as the next operation will find it. */
enum expected_wire { WIRE_ANY, WIRE_BLOCKED, WIRE_READY };

struct expected {
	enum expected_t t;
	enum expected_c c;
	enum expected_wire wire;
};

/* Writes what is expected; the reason why not, or NULL. */
const char *expected_find(enum point point, enum mechanism mechanism, enum ring_mode ring, bool raw,
			  struct expected *ret);

/* NULL, or what is not as expected. `asked`: the operation's bytes. */
const char *expected_compare(const struct expected *expected, int32_t t, int32_t c, uint64_t asked,
			     bool ready);

#endif
