/*
 * doctor.h - can this machine run droptest, and if not: what is wrong and what to do.
 *
 * Each check says what was found and, when that is not good, its remedy. `fatal` ones are the
 * reasons for exit status 77; the others take cases, mechanisms or certainty away.
 */
#ifndef RUN_DOCTOR_H
#define RUN_DOCTOR_H

#include <jansson.h>
#include <stdbool.h>

struct check {
	const char *name; /* "io_uring", "kernel", "memlock", "seccomp", "waitall" ... */
	bool good;
	bool fatal;	  /* nothing can run while this is bad */
	char found[256];  /* what was found */
	char remedy[512]; /* what to do; "" when good */
};

enum { CHECKS_MAX = 32 };

/* Tries everything (a few milliseconds) and fills ret_checks; returns how many. */
unsigned doctor_examine(struct check ret_checks[CHECKS_MAX]);

/* NULL, or a static sentence with the reason and the remedy why nothing can run here (exit 77).
 * Tries a ring and no more. */
const char *doctor_obstacle(void);

/*
 * The environment for run.json; a new reference, NULL without memory:
 *
 *	{"droptest": "0.1.0", "kernel": "6.1.0-18-amd64", "machine": "x86_64", "cpus": 2,
 *	 "liburing": "2.3", "container": false, "seccomp": 0, "memlock": 8388608, "files": 1024,
 *	 "io_uring_disabled": 0,
 *	 "rings": {"plain": "", ...}, "wires": {...}, "mechanisms": {...},
 *	 "opcodes": {"NOP": true, ...}, "features": 16383,
 *	 "waitall": {"partial": "kept", "t": 40, "c": 0}}
 *
 * In rings, wires and mechanisms "" means that it works; otherwise the text is the error. A limit
 * of -1 is "unlimited"; io_uring_disabled is -1 where the kernel has no such setting. waitall is
 * the self-test: "kept", "lost", "left" or "unknown"; "lost" means that the results of
 * partial:kernel are the kernel's and not the target's.
 */
json_t *doctor_environment(void);

#endif
