/*
 * let_go.c - see let_go.h.
 *
 * Why descriptors are not just closed: the program has numbers and streams in its variables. Were
 * the numbers free, rings and wires would get them, and a target that logs to the program's file
 * would write into its own wire. And what the program has not flushed yet is here too, as a copy:
 * it must come out there once, and never here.
 *
 *	before	0 tty  1 tty  2 tty  3 log  4 -     5 socket  6 answer
 *	after	0 null 1 null 2 null 3 null 4 null  5 null    6 answer
 */
#include "run/let_go.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/macros.h"

/* Numbers from here on are closed after all: a program may have any number of descriptors. */
enum { HELD_MIN = 3, HELD_MAX = 256 };

int let_go_of_parent(int parent)
{
	sigset_t none;

	if (prctl(PR_SET_PDEATHSIG, SIGKILL))
		return -errno;
	if (getppid() != parent)
		return -ESRCH;
	/* Handlers first: until the mask is cleared no signal comes through. */
	for (int number = 1; number <= SIGRTMAX; number++)
		signal(number, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	return setpgid(0, 0) ? -errno : 0;
}

/* One more than the highest number below HELD_MAX; all of them where that cannot be found out. */
static int count_held(int except)
{
	DIR *folder = opendir("/proc/self/fd");
	struct dirent *entry;
	int held = HELD_MIN;

	if (!folder)
		return HELD_MAX;
	while ((entry = readdir(folder))) {
		int fd = atoi(entry->d_name); /* "." is 0 */

		if (fd < HELD_MAX && fd != except && fd != dirfd(folder))
			held = MAX(held, fd + 1);
	}
	closedir(folder);
	return held;
}

int let_go_of_descriptors(int *fd, unsigned *ret_held)
{
	int held = count_held(*fd), moved = fcntl(*fd, F_DUPFD_CLOEXEC, held), null;

	if (moved < 0)
		return -errno;
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null < 0)
		return -errno;
	for (int number = 0; number < held; number++)
		if (number != null && dup2(null, number) < 0)
			return -errno;
	fflush(NULL);
	if (moved > held)
		close_range((unsigned)held, (unsigned)moved - 1, 0);
	close_range((unsigned)moved + 1, ~0U, 0);
	*fd = moved;
	*ret_held = (unsigned)held;
	return 0;
}
