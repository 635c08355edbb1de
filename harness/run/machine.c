/*
 * machine.c - see machine.h.
 */
#include "run/machine.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* The number in a file of one line, or -1. */
static int number_in(const char *path)
{
	FILE *file = fopen(path, "re");
	int number;

	if (!file)
		return -1;
	if (fscanf(file, "%d", &number) != 1)
		number = -1;
	fclose(file);
	return number;
}

/* The number behind "Key:" in /proc/self/status, or -1. */
static int number_of_status(const char *key)
{
	FILE *file = fopen("/proc/self/status", "re");
	size_t size = strlen(key);
	char line[256];
	int number = -1;

	if (!file)
		return -1;
	while (number < 0 && fgets(line, sizeof(line), file))
		if (!strncmp(line, key, size) && line[size] == ':')
			number = atoi(line + size + 1);
	fclose(file);
	return number;
}

static long long soft_limit(int resource)
{
	struct rlimit limit;

	if (getrlimit((__rlimit_resource_t)resource, &limit) < 0 ||
	    limit.rlim_cur == RLIM_INFINITY)
		return -1;
	return (long long)limit.rlim_cur;
}

static unsigned cpus(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set) < 0)
		return 1;
	return (unsigned)CPU_COUNT(&set);
}

/* The marks that container engines leave. */
static bool in_container(void)
{
	return access("/.dockerenv", F_OK) == 0 || access("/run/.containerenv", F_OK) == 0 ||
	       getenv("KUBERNETES_SERVICE_HOST") || getenv("container");
}

void machine_read(struct machine *ret_machine)
{
	memset(ret_machine, 0, sizeof(*ret_machine));
	uname(&ret_machine->name);
	if (sscanf(ret_machine->name.release, "%u.%u", &ret_machine->major,
		   &ret_machine->minor) != 2)
		ret_machine->major = ret_machine->minor = 0;
	ret_machine->cpus = cpus();
	ret_machine->memlock = soft_limit(RLIMIT_MEMLOCK);
	ret_machine->files = soft_limit(RLIMIT_NOFILE);
	ret_machine->io_uring_disabled = number_in("/proc/sys/kernel/io_uring_disabled");
	ret_machine->io_uring_group = number_in("/proc/sys/kernel/io_uring_group");
	ret_machine->seccomp = number_of_status("Seccomp");
	ret_machine->container = in_container();
}

bool machine_at_least(const struct machine *machine, unsigned major, unsigned minor)
{
	return machine->major > major || (machine->major == major && machine->minor >= minor);
}
