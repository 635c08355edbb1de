/*
 * test_doctor.c - checks are good on a machine that can run, and each way of having no io_uring
 * earns its own remedy: a child makes io_uring_setup fail by a seccomp filter or by limits.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/macros.h"
#include "run/doctor.h"
#include "run/machine.h"
#include "tests/suite.h"

static void good_machine(void)
{
	struct check checks[CHECKS_MAX];
	unsigned count = doctor_examine(checks);

	CU_ASSERT(count > 10);
	CU_ASSERT_PTR_NULL(doctor_obstacle());
	for (unsigned i = 0; i < count; i++) {
		CU_ASSERT(strlen(checks[i].name) > 0);
		CU_ASSERT(strlen(checks[i].found) > 0);
		CU_ASSERT(checks[i].good == !checks[i].remedy[0]);
		CU_ASSERT(checks[i].good || !checks[i].fatal);
	}
}

static void environment(void)
{
	json_t *root = doctor_environment();
	const char *kernel, *plain, *partial;

	CU_ASSERT_PTR_NOT_NULL_FATAL(root);
	CU_ASSERT_EQUAL(json_unpack(root, "{s:s, s:{s:s}, s:{s:s}}", "kernel", &kernel, "rings",
				    "plain", &plain, "waitall", "partial", &partial),
			0);
	CU_ASSERT_STRING_EQUAL(plain, "");
	CU_ASSERT_STRING_EQUAL(partial, "kept");
	json_decref(root);
}

/* From here on io_uring_setup fails with that error, as under a container's profile. */
static int forbid(int error)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_io_uring_setup, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)error),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { .len = ARRAY_SIZE(code), .filter = code };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0 ? -errno : 0;
}

static bool mentions(const char *text, const char *part)
{
	return text && strstr(text, part);
}

/* The child's half: 0 when doctor says what it must. */
static int forbidden(int error, const char *part)
{
	struct check checks[CHECKS_MAX];
	bool fatal = false;
	unsigned count;

	if (error == EMFILE) {
		struct rlimit none = { 0, 0 };

		if (setrlimit(RLIMIT_NOFILE, &none) < 0)
			return 2;
	} else if (forbid(error) < 0) {
		return 2;
	}
	if (!mentions(doctor_obstacle(), part))
		return 3;
	count = doctor_examine(checks);
	for (unsigned i = 0; i < count; i++)
		if (!checks[i].good && checks[i].fatal && mentions(checks[i].remedy, part))
			fatal = true;
	return fatal ? 0 : 4;
}

static void remedies(void)
{
	static const struct {
		int error;
		const char *part;
	} rows[] = {
		{ EPERM, "--security-opt seccomp=unconfined" },
		{ ENOSYS, "--security-opt seccomp=unconfined" },
		{ ENOMEM, "ulimit -l" },
		{ EMFILE, "ulimit -n" },
	};

	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		pid_t child = fork();
		int status;

		if (child == 0)
			_exit(forbidden(rows[i].error, rows[i].part));
		CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
		CU_ASSERT_EQUAL(status, 0);
	}
}

static void releases(void)
{
	struct machine machine = { .major = 6, .minor = 1 };

	CU_ASSERT(machine_at_least(&machine, 5, 19));
	CU_ASSERT(machine_at_least(&machine, 6, 1));
	CU_ASSERT(!machine_at_least(&machine, 6, 2));
	CU_ASSERT(!machine_at_least(&machine, 7, 0));
	machine_read(&machine);
	CU_ASSERT(machine.major >= 5);
	CU_ASSERT(machine.cpus >= 1);
}

int main(void)
{
	static const struct test_row rows[] = {
		{ "a machine that can run has good checks", good_machine },
		{ "the environment tells rings and self-test", environment },
		{ "each obstacle has its own remedy", remedies },
		{ "releases compare by major, then minor", releases },
	};

	if (doctor_obstacle())
		return 77;
	return suite_run("doctor", rows, ARRAY_SIZE(rows));
}
