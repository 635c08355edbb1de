/*
 * test_probe.c - the probe says of this kernel what is true of it, and what is not there fails.
 */
#include <errno.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/macros.h"
#include "io/probe.h"
#include "tests/suite.h"

static struct probe probe;

static void rings(void)
{
	for (unsigned i = 0; i < RING_COUNT; i++)
		CU_ASSERT_EQUAL(probe.rings[i], 0);
	CU_ASSERT_EQUAL(probe_ring(), 0);
}

static void wires(void)
{
	for (unsigned i = 0; i < WIRE_COUNT; i++)
		CU_ASSERT_EQUAL(probe.wires[i], 0);
}

/* By operation code came last, with Linux 6.6: before, the flag is refused. */
static void mechanisms(void)
{
	for (unsigned i = 0; i < MECH_COUNT; i++)
		CU_ASSERT(probe.mechanisms[i] == 0 || ((i == MECH_OP || i == MECH_OP_ALL) &&
						       probe.mechanisms[i] == -EINVAL));
}

static void opcodes(void)
{
	CU_ASSERT_EQUAL(probe.opcodes_known, 0);
	for (unsigned i = 0; i < PROBE_OPCODES; i++)
		CU_ASSERT(probe.opcodes[i] || !probe_opcodes[i].needed);
}

/* K6: a cancel that succeeded, of an operation that moved 40 bytes. */
static void waitall(void)
{
	CU_ASSERT_EQUAL(probe.waitall, WAITALL_KEPT);
	CU_ASSERT_EQUAL(probe.waitall_t, 40);
	CU_ASSERT_EQUAL(probe.waitall_c, 0);
}

/* Without descriptors nothing works, and the probe says so instead of guessing. */
static void says_what_fails(void)
{
	struct rlimit none = { 0, 0 };
	pid_t child = fork();
	int status;

	if (child == 0) {
		struct probe bare;

		if (setrlimit(RLIMIT_NOFILE, &none) < 0)
			_exit(2);
		probe_run(&bare);
		_exit(bare.rings[RING_PLAIN] == -EMFILE && bare.wires[WIRE_TCP] == -EMFILE &&
				      bare.mechanisms[MECH_FD] == -EMFILE &&
				      bare.opcodes_known == -EMFILE &&
				      bare.waitall == WAITALL_UNKNOWN &&
				      probe_ring() == -EMFILE
			      ? 0
			      : 1);
	}
	CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
	CU_ASSERT_EQUAL(status, 0);
}

int main(void)
{
	static const struct test_row rows[] = {
		{ "every ring mode is set up", rings },
		{ "every wire carries a byte", wires },
		{ "every mechanism cancels a parked read", mechanisms },
		{ "needed operations are there", opcodes },
		{ "a cancelled partial recv keeps its count", waitall },
		{ "failures are told with their errno", says_what_fails },
	};

	if (probe_ring() < 0)
		return 77;
	probe_run(&probe);
	return suite_run("probe", rows, ARRAY_SIZE(rows));
}
