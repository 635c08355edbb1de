/*
 * probe.h - what this kernel can do, found by doing it on private rings and wires.
 *
 * Nothing is concluded from version numbers: a mechanism is there when it cancelled a parked read,
 * a ring mode when such a ring was set up, a wire when a byte crossed it.
 */
#ifndef IO_PROBE_H
#define IO_PROBE_H

#include <stdbool.h>
#include <stdint.h>

#include "model/words.h"

/* What becomes of the byte count of a MSG_WAITALL recv that is cancelled half-way. */
enum waitall {
	WAITALL_KEPT,	 /* T=+40: the completion tells what moved */
	WAITALL_LOST,	 /* T=-ECANCELED and the bytes are gone: the kernel's loss, no target's */
	WAITALL_LEFT,	 /* T=-ECANCELED and the bytes are still in the socket */
	WAITALL_UNKNOWN, /* it could not be tried */
};

/* One operation code that droptest or its targets use. */
struct probe_opcode {
	const char *name; /* "ASYNC_CANCEL" */
	unsigned code;
	bool needed; /* nothing can run without it */
};

enum { PROBE_OPCODES = 16 };

struct probe {
	int rings[RING_COUNT];		/* 0 or -errno, by mode */
	int wires[WIRE_COUNT];		/* 0 or -errno */
	int mechanisms[MECH_COUNT];	/* 0 or -errno; stop and drop need no kernel: 0 */
	int opcodes_known;		/* 0 or -errno: may `opcodes` be believed? */
	bool opcodes[PROBE_OPCODES];	/* by place in probe_opcodes */
	unsigned features;		/* IORING_FEAT_* */
	enum waitall waitall;
	int32_t waitall_t, waitall_c;	/* its results; valid unless UNKNOWN */
};

extern const struct probe_opcode probe_opcodes[PROBE_OPCODES];

/* Can a plain ring be set up? 0 or -errno. Cheap. */
int probe_ring(void);

/* Tries everything; a few milliseconds. */
void probe_run(struct probe *ret_probe);

#endif
