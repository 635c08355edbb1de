/*
 * machine.h - what the machine says of itself: kernel, limits, seccomp, containers.
 *
 * Read from files under /proc and /sys and from the C library; io/probe.h is about what the kernel
 * really does.
 */
#ifndef RUN_MACHINE_H
#define RUN_MACHINE_H

#include <stdbool.h>
#include <sys/utsname.h>

struct machine {
	struct utsname name;
	unsigned major, minor;	    /* of the kernel's release */
	unsigned cpus;		    /* that this process may run on */
	long long memlock, files;   /* soft limits; -1: unlimited */
	int io_uring_disabled;	    /* kernel.io_uring_disabled; -1: no such setting */
	int io_uring_group;	    /* kernel.io_uring_group; -1: none */
	int seccomp;		    /* 0 off, 1 strict, 2 filter; -1 unknown */
	bool container;
};

void machine_read(struct machine *ret_machine);

/* Is the kernel's release at least this? */
bool machine_at_least(const struct machine *machine, unsigned major, unsigned minor);

#endif
