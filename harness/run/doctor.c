/*
 * doctor.c - see doctor.h. What is wrong is told by the kernel's answer and by what the machine
 * says of itself: -EPERM with kernel.io_uring_disabled=2 has another remedy than -EPERM under a
 * seccomp filter.
 */
#include "run/doctor.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/macros.h"
#include "io/probe.h"
#include "run/machine.h"

enum { MEMLOCK_MIN = 1 << 20, FILES_MIN = 256 };

#define SECCOMP_REMEDY \
	"a seccomp filter forbids io_uring_setup, as Docker's default profile does. " \
	"Docker, Podman: run with --security-opt seccomp=unconfined, or with a profile that " \
	"allows io_uring_setup, io_uring_enter and io_uring_register. Kubernetes: " \
	"securityContext.seccompProfile.type: Unconfined. systemd: no SystemCallFilter on them."

struct checklist {
	struct check *checks;
	unsigned count;
	struct machine machine;
	struct probe probe;
};

__attribute__((format(printf, 3, 4))) static struct check *add(struct checklist *list,
							       const char *name,
							       const char *format, ...)
{
	struct check *check = &list->checks[list->count++];
	va_list arguments;

	*check = (struct check){ .name = name, .good = true };
	va_start(arguments, format);
	vsnprintf(check->found, sizeof(check->found), format, arguments);
	va_end(arguments);
	return check;
}

__attribute__((format(printf, 2, 3))) static void remedy(struct check *check, const char *format,
							 ...)
{
	va_list arguments;

	check->good = false;
	va_start(arguments, format);
	vsnprintf(check->remedy, sizeof(check->remedy), format, arguments);
	va_end(arguments);
}

/* Why a plain ring cannot be had, and what to do. */
static void advise_setup(const struct machine *machine, int error, char *text, size_t text_max)
{
	const char *advice;

	if (machine->io_uring_disabled == 2)
		advice = "kernel.io_uring_disabled is 2: as root run "
			 "'sysctl -w kernel.io_uring_disabled=0' (on the host, for a container)";
	else if (machine->io_uring_disabled == 1 && error == -EPERM && machine->seccomp != 2)
		advice = "kernel.io_uring_disabled is 1: run as root, or as a member of the group "
			 "kernel.io_uring_group, or as root run "
			 "'sysctl -w kernel.io_uring_disabled=0'";
	else if (error == -ENOMEM)
		advice = "not enough locked memory: raise it with 'ulimit -l unlimited' (as root), "
			 "or memlock in /etc/security/limits.conf";
	else if (machine->seccomp == 2)
		advice = SECCOMP_REMEDY;
	else if (error == -ENOSYS)
		advice = "this kernel has no io_uring (CONFIG_IO_URING is off, or it is not Linux "
			 "5.1 or newer): boot another kernel, or use a virtual machine";
	else if (error == -EMFILE || error == -ENFILE)
		advice = "too many open files: raise the limit with 'ulimit -n 4096'";
	else
		advice = "a security module may forbid it: look at 'dmesg' and the audit log";
	snprintf(text, text_max, "%s", advice);
}

static void check_kernel(struct checklist *list)
{
	const struct machine *machine = &list->machine;
	struct check *check = add(list, "kernel", "%s %s %s", machine->name.sysname,
				  machine->name.release, machine->name.machine);

	if (!machine_at_least(machine, 6, 1))
		remedy(check, "kernels before 6.1 lack ring modes and ways of cancelling, and lose "
			      "byte counts: use Linux 6.1 or newer; what is missing is skipped");
}

static void check_allowed(struct checklist *list)
{
	const struct machine *machine = &list->machine;
	int error = list->probe.rings[RING_PLAIN];
	struct check *check;

	check = machine->io_uring_disabled < 0
			? add(list, "io_uring_disabled", "no such setting in this kernel")
			: add(list, "io_uring_disabled", "kernel.io_uring_disabled = %d",
			      machine->io_uring_disabled);
	if (machine->io_uring_disabled > 0 && error < 0)
		remedy(check, "as root: sysctl -w kernel.io_uring_disabled=0");
	check = error < 0 ? add(list, "io_uring", "io_uring_setup: %s", strerror(-error))
			  : add(list, "io_uring", "io_uring_setup works");
	check->fatal = true;
	if (error < 0) {
		check->good = false;
		advise_setup(machine, error, check->remedy, sizeof(check->remedy));
	}
	check = add(list, "seccomp", "%s%s",
		    machine->seccomp == 2   ? "a filter is on"
		    : machine->seccomp == 0 ? "no filter"
					    : "unknown",
		    machine->container ? ", in a container" : "");
	if (machine->seccomp == 2 && (error == -EPERM || error == -ENOSYS))
		remedy(check, "the filter is what forbids io_uring: see there");
}

static void check_limits(struct checklist *list)
{
	const struct machine *machine = &list->machine;
	struct check *check;

	check = machine->memlock < 0 ? add(list, "memlock", "RLIMIT_MEMLOCK is unlimited")
				     : add(list, "memlock", "RLIMIT_MEMLOCK is %lld KiB",
					   machine->memlock / 1024);
	if (machine->memlock >= 0 && machine->memlock < MEMLOCK_MIN &&
	    !machine_at_least(machine, 5, 12))
		remedy(check, "before Linux 5.12 rings count as locked memory: "
			      "'ulimit -l unlimited' (as root), or memlock in "
			      "/etc/security/limits.conf");
	check = machine->files < 0
			? add(list, "files", "RLIMIT_NOFILE is unlimited")
			: add(list, "files", "RLIMIT_NOFILE is %lld", machine->files);
	if (machine->files >= 0 && machine->files < FILES_MIN)
		remedy(check, "fewer than %d open files: 'ulimit -n 1024'", FILES_MIN);
	check = add(list, "cores", "%u", machine->cpus);
	if (machine->cpus < 2)
		remedy(check, "on one core SQPOLL rings are slow and racing points rarely race: "
			      "give the machine or the container two");
}

static void check_ring_modes(struct checklist *list)
{
	static const char *const names[RING_COUNT] = { "ring plain", "ring coop", "ring defer",
						       "ring sqpoll" };

	for (unsigned i = RING_COOP; i < RING_COUNT; i++) {
		int error = list->probe.rings[i];
		struct check *check = add(list, names[i], "%s",
					  error < 0 ? strerror(-error) : "set up and used");

		if (error < 0)
			remedy(check, "cases on %s rings are skipped; %s",
			       word_name(WORDS_RING, i),
			       i == RING_DEFER	  ? "they need Linux 6.1"
			       : i == RING_SQPOLL ? "they need Linux 5.11, or root"
						  : "they need Linux 5.19");
	}
}

static void check_wires(struct checklist *list)
{
	static const char *const names[WIRE_COUNT] = { "wire pipe", "wire unix", "wire tcp" };

	for (unsigned i = 0; i < WIRE_COUNT; i++) {
		int error = list->probe.wires[i];
		struct check *check = add(list, names[i], "%s",
					  error < 0 ? strerror(-error) : "a byte went across");

		if (error < 0)
			remedy(check, "cases on %s wires are skipped; %s",
			       word_name(WORDS_WIRE, i),
			       i == WIRE_TCP ? "bring the loopback up: 'ip link set lo up'"
					     : "look at 'ulimit -n' and the seccomp profile");
	}
}

/* " name" for each that is missing, into text; how many. */
static unsigned missing_opcodes(const struct probe *probe, bool needed, char *text, size_t text_max)
{
	unsigned count = 0;
	size_t size = 0;

	text[0] = '\0';
	for (unsigned i = 0; i < PROBE_OPCODES; i++)
		if (probe_opcodes[i].needed == needed && !probe->opcodes[i]) {
			size += (size_t)snprintf(text + size, text_max - size, " %s",
						 probe_opcodes[i].name);
			count++;
		}
	return count;
}

static void check_opcodes(struct checklist *list)
{
	struct check *check;
	char text[200];

	if (list->probe.opcodes_known < 0) {
		check = add(list, "operations", "not known: %s",
			    strerror(-list->probe.opcodes_known));
		remedy(check, "IORING_REGISTER_PROBE needs Linux 5.6");
		return;
	}
	if (missing_opcodes(&list->probe, true, text, sizeof(text))) {
		check = add(list, "operations", "missing:%s", text);
		check->fatal = true;
		remedy(check, "these are needed: use Linux 5.6 or newer");
	} else {
		add(list, "operations", "all that droptest submits are there");
	}
	if (missing_opcodes(&list->probe, false, text, sizeof(text))) {
		check = add(list, "raw operations", "missing:%s", text);
		remedy(check, "targets that use them fail here: SEND_ZC needs Linux 6.0");
	} else {
		add(list, "raw operations", "SEND_ZC and provided buffers too");
	}
}

static void check_mechanisms(struct checklist *list)
{
	struct check *check;
	char text[200] = "";
	size_t size = 0;

	for (unsigned i = 0; i < MECH_COUNT; i++)
		if (list->probe.mechanisms[i] < 0)
			size += (size_t)snprintf(text + size, sizeof(text) - size, " %s",
						 word_name(WORDS_MECHANISM, i));
	if (!size) {
		add(list, "mechanisms", "every way of cancelling ended a parked read");
		return;
	}
	check = add(list, "mechanisms", "not here:%s", text);
	remedy(check, "fd and any need Linux 5.19, sync_cancel 6.0, op 6.6; leave the missing ones "
		      "out of the scenario's cancel.mechanisms");
}

static void check_waitall(struct checklist *list)
{
	const struct probe *probe = &list->probe;
	struct check *check;

	if (probe->waitall == WAITALL_UNKNOWN) {
		check = add(list, "waitall", "the self-test could not run");
		remedy(check, "without it partial:kernel results cannot be judged");
		return;
	}
	check = add(list, "waitall",
		    "recv of 100 bytes with MSG_WAITALL, 40 arrived, cancelled: C=%d, T=%d",
		    probe->waitall_c, probe->waitall_t);
	if (probe->waitall == WAITALL_LOST)
		remedy(check, "this kernel loses the byte count of a cancelled partial operation: "
			      "partial:kernel results are the kernel's, not the target's. Use "
			      "Linux 6.1 or newer");
	else if (probe->waitall == WAITALL_LEFT)
		remedy(check, "this kernel gives the bytes back to the socket: partial:kernel does "
			      "not land here");
}

unsigned doctor_examine(struct check ret_checks[CHECKS_MAX])
{
	struct checklist list = { .checks = ret_checks };

	machine_read(&list.machine);
	probe_run(&list.probe);
	check_kernel(&list);
	check_allowed(&list);
	check_limits(&list);
	check_wires(&list);
	if (list.probe.rings[RING_PLAIN] == 0) {
		check_ring_modes(&list);
		check_opcodes(&list);
		check_mechanisms(&list);
		check_waitall(&list);
	}
	return list.count;
}

const char *doctor_obstacle(void)
{
	static char sentence[768];
	struct machine machine;
	int r = probe_ring();
	int size;

	if (r == 0)
		return NULL;
	machine_read(&machine);
	size = snprintf(sentence, sizeof(sentence), "io_uring is not available (%s): ",
			strerror(-r));
	advise_setup(&machine, r, sentence + size, sizeof(sentence) - (size_t)size);
	return sentence;
}

/* {"plain": "", "coop": "Invalid argument", ...} */
static json_t *results_of(enum words set, const int *results, unsigned count)
{
	json_t *object = json_object();

	for (unsigned i = 0; i < count; i++)
		json_object_set_new(object, word_name(set, i),
				    json_string(results[i] < 0 ? strerror(-results[i]) : ""));
	return object;
}

static json_t *opcodes_of(const struct probe *probe)
{
	json_t *object = json_object();

	for (unsigned i = 0; i < PROBE_OPCODES; i++)
		json_object_set_new(object, probe_opcodes[i].name, json_boolean(probe->opcodes[i]));
	return object;
}

json_t *doctor_environment(void)
{
	static const char *const partial[] = { "kept", "lost", "left", "unknown" };
	struct machine machine;
	struct probe probe;

	machine_read(&machine);
	probe_run(&probe);
	return json_pack(
		"{s:s, s:s, s:s, s:i, s:s, s:b, s:i, s:I, s:I, s:i, s:o, s:o, s:o, s:o, s:i, "
		"s:{s:s, s:i, s:i}}",
		"droptest", DROPTEST_VERSION, "kernel", machine.name.release, "machine",
		machine.name.machine, "cpus", (int)machine.cpus, "liburing", LIBURING_VERSION,
		"container", (int)machine.container, "seccomp", machine.seccomp, "memlock",
		(json_int_t)machine.memlock, "files", (json_int_t)machine.files,
		"io_uring_disabled", machine.io_uring_disabled, "rings",
		results_of(WORDS_RING, probe.rings, RING_COUNT), "wires",
		results_of(WORDS_WIRE, probe.wires, WIRE_COUNT), "mechanisms",
		results_of(WORDS_MECHANISM, probe.mechanisms, MECH_COUNT), "opcodes",
		opcodes_of(&probe), "features", (int)probe.features, "waitall", "partial",
		partial[probe.waitall], "t", probe.waitall_t, "c", probe.waitall_c);
}
