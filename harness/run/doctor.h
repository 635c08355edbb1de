/*
 * doctor.h - can this machine run droptest, and if not: what is wrong and what to do.
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

/* Fills ret_checks; returns how many. */
unsigned doctor_examine(struct check ret_checks[CHECKS_MAX]);

/* NULL, or a static sentence with the reason and the remedy why nothing can run here (exit 77). */
const char *doctor_obstacle(void);

/* The environment for run.json: kernel, cpu count, liburing version, features, K6 self-test. */
json_t *doctor_environment(void);

#endif
