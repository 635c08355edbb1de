#!/usr/bin/env python3
"""Targets that are built with a sanitizer: its report of what a cancelled call did is a verdict,
with the line that says what it was; the correct twin passes."""
import os
import re
import subprocess
import sys

import cli_bench
from cli_bench import NARROW, Case, build, droptest, scenario

TARGETS = cli_bench.OPERATIONS + r"""
#include <string.h>
static ssize_t bounce(struct dt_io *io, struct dt_buffer *buffer, size_t beyond)
{
	char *copy = malloc(buffer->size);
	ssize_t n;
	if (!copy)
		return -ENOMEM;
	n = dt_read(io, copy, buffer->size);
	if (n > 0)
		memcpy(buffer->data, copy, n);
	if (n == -ECANCELED)
		((volatile char *)copy)[buffer->size - 1 + beyond] = 1;
	free(copy);
	return n;
}
static ssize_t within(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	(void)session;
	return bounce(io, buffer, 0);
}
static ssize_t beyond(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	(void)session;
	return bounce(io, buffer, 1);
}
static ssize_t count(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	static volatile int most = 0x7fffffff, sum;
	ssize_t n = dt_read(io, buffer->data, buffer->size);
	(void)session;
	if (n == -ECANCELED)
		sum = most + 1;
	return n;
}
static const struct dt_operation operations[] = { OP("within", within), OP("beyond", beyond),
	OP("count", count), { 0 } };
const struct dt_target dt_targets_v1[] = { TARGET("t", operations), { 0 } };
"""


def runtime(name):
    """The file of a sanitizer's runtime, or None."""
    # clang knows of gcc's, too: its own ones first
    for file in (f"libclang_rt.{name}-x86_64.so", f"libclang_rt.{name}_standalone-x86_64.so",
                 f"lib{name}.so"):
        done = subprocess.run([cli_bench.COMPILER, f"-print-file-name={file}"], text=True,
                              stdout=subprocess.PIPE, check=False)
        if os.path.isabs(done.stdout.strip()):
            return done.stdout.strip()
    return None


class Sanitizer(Case):
    def built(self, name, *flags):
        try:
            return build(name, TARGETS, "-g", *flags)
        except subprocess.CalledProcessError:
            self.skipTest(f"{cli_bench.COMPILER} cannot build with {flags[0]}")

    def verdict(self, plugin, preload, operation, code):
        """A run of that operation of the plug-in; what it printed."""
        done = droptest("run", "--target", plugin, *NARROW, "--filter", f".{operation}:",
                        "--trials", "200", env=dict(os.environ, LD_PRELOAD=preload or ""))
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout

    def test_address(self):
        plugin = self.built("heap", "-fsanitize=address")
        preload = runtime("asan")
        if not preload:
            self.skipTest("AddressSanitizer's runtime is no shared object here")
        self.refused("it was built with a sanitizer, whose runtime must be there first", "run",
                     "--target", plugin, *NARROW)
        out = self.verdict(plugin, preload, "beyond", 1)
        self.assertRegex(out, r"crash: a sanitizer ended the target's process: AddressSanitizer: "
                              r"heap-buffer-overflow .*\(reproduced 10/10\)")
        again = self.verdict(plugin, preload, "beyond", 1)
        self.assertEqual(out[out.index("FAIL default"):], again[again.index("FAIL default"):])
        self.verdict(plugin, preload, "within", 0)
        self.verdict(plugin, preload, "count", 0)

    def test_undefined(self):
        plugin = self.built("undefined", "-fsanitize=undefined", "-fno-sanitize-recover=all")
        # gcc's runtime comes with the plug-in; clang's does not.
        preload = None if "libubsan" in (runtime("ubsan") or "") else runtime("ubsan")
        out = self.verdict(plugin, preload, "count", 1)
        self.assertRegex(out, r"crash: a sanitizer ended the target's process: \S*undefined\.c:"
                              r"\d+:\d+: runtime error: signed integer overflow: .*"
                              r"\(reproduced 10/10\)")
        self.verdict(plugin, preload, "within", 0)

    def test_expected(self):
        """As planted bugs are: by a scenario that expects a crash; a replay says the same."""
        plugin = self.built("planted", "-fsanitize=undefined", "-fno-sanitize-recover=all")
        if "libubsan" not in (runtime("ubsan") or ""):
            self.skipTest("the runtime would have to be preloaded")
        path = scenario("planted", "targets: {planted/t.count: {violation: crash}, "
                        "planted/t.within: pass}")
        environment = dict(os.environ, DROPTEST_TARGET_PATH=cli_bench.FOLDER)
        done = self.check(0, "run", path, *NARROW, "-v", env=environment)
        plan = re.search(r"droptest replay --trace '(dt1 [^']*)'", done.stdout)
        self.assertTrue(plan, done.stdout)
        replay = self.check(1, "replay", "--target", plugin, plan[1])
        self.assertIn("runtime error: signed integer overflow", replay.stdout)


if __name__ == "__main__":
    sys.exit(cli_bench.main())
