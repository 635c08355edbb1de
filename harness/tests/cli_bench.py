"""What the tests of the command line share: the program in a folder of its own, and files for it.

A test calls `main()` with its arguments: the program, the folder of public headers, the C compiler.
Scenarios stand in the folder "suite", so that ids of cases, and with them trials, are the same in
every run: nothing depends on the name of the temporary folder.
"""
import os
import re
import subprocess
import sys
import tempfile
import unittest

TAIL = re.compile(r"^droptest: (\d+) passed, (\d+) failed, (\d+) skipped$")
NARROW = ["--wire", "unix", "--ring", "plain", "--seed", "7"]
NOTHING_RAN = 77
PATIENCE_S = 120

# Filled in by main().
PROGRAM = INCLUDE = COMPILER = FOLDER = ""
EXTRA = []

OPERATIONS = r"""
#include <droptest/target.h>
#include <stdio.h>
#include <stdlib.h>
#define OP(n, f) { .size = sizeof(struct dt_operation), .name = n, .summary = SUMMARY, \
	.direction = DT_READER, .unit = DT_BYTES, .contract = DT_ATOMIC, \
	.progress = DT_BY_RESULT, .run = f }
#define TARGET(n, o) { .size = sizeof(struct dt_target), .name = n, .summary = SUMMARY, \
	.operations = o }
#ifndef SUMMARY
#define SUMMARY ""
#endif
static ssize_t once(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	(void)session;
	return dt_read(io, buffer->data, buffer->size);
}
"""

MINE = OPERATIONS + r"""
static ssize_t loses(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	ssize_t n = dt_read(io, buffer->data, buffer->size > 4 ? 4 : buffer->size), more;
	(void)session;
	if (n <= 0)
		return n;
	more = dt_read(io, buffer->data + n, buffer->size - n);
	return more < 0 ? more : n + more;
}
static ssize_t dies(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	ssize_t n = dt_read(io, buffer->data, buffer->size);
	(void)session;
	if (n == -ECANCELED)
		abort();
	return n;
}
static const struct dt_operation good[] = { OP("read", once), { 0 } };
static const struct dt_operation bad[] = { OP("read", loses), { 0 } };
static const struct dt_operation fatal[] = { OP("read", dies), { 0 } };
const struct dt_target dt_targets_v1[] = { TARGET("good", good), TARGET("bad", bad),
	TARGET("fatal", fatal), { 0 } };
"""


def droptest(*arguments, program=None, **more):
    """Runs it in the folder; returns the finished process."""
    more.setdefault("cwd", FOLDER)
    more.setdefault("stdout", subprocess.PIPE)
    more.setdefault("text", True)
    return subprocess.run([*(program or [PROGRAM]), *arguments], stderr=subprocess.PIPE,
                          stdin=subprocess.DEVNULL, timeout=PATIENCE_S, check=False, **more)


def start(*arguments, **more):
    """Begins a run; the caller ends it."""
    return subprocess.Popen([PROGRAM, *arguments], cwd=FOLDER, text=True, bufsize=1,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)


def path_of(name):
    return os.path.join(FOLDER, name)


def write(name, text):
    """A file in the folder; its path."""
    os.makedirs(os.path.dirname(path_of(name)), exist_ok=True)
    with open(path_of(name), "w", encoding="utf-8") as file:
        file.write(text)
    return path_of(name)


def read(name):
    with open(path_of(name), encoding="utf-8") as file:
        return file.read()


def scenario(name, body):
    """A scenario with a small stream; its path as it is given to droptest."""
    write(f"suite/{name}.yaml", f"scenario: {name}\nstream: 512\n{body}\n")
    return f"suite/{name}.yaml"


def build(name, text, *flags):
    """A plug-in in the folder; its path as it is given to droptest."""
    write(f"{name}.c", text)
    folder = os.path.dirname(path_of(f"{name}.so"))
    os.makedirs(folder, exist_ok=True)
    subprocess.run([COMPILER, "-shared", "-fPIC", f"-I{INCLUDE}", *flags, "-o",
                    path_of(f"{name}.so"), path_of(f"{name}.c")], check=True)
    return f"./{name}.so"


def with_mine(**more):
    """An environment in which the targets of mine.so are found by their names."""
    return dict(os.environ, DROPTEST_TARGET_PATH=FOLDER, **more)


class Case(unittest.TestCase):
    """Checks of finished processes."""

    def check(self, expected, *arguments, **more):
        done = droptest(*arguments, **more)
        self.assertEqual(done.returncode, expected,
                         f"{arguments}\n{done.stderr}\n{done.stdout or ''}")
        return done

    def refused(self, told, *arguments, code=2, **more):
        """It must end with that message and no output."""
        done = self.check(code, *arguments, **more)
        self.assertIn(told, done.stderr)
        self.assertEqual(done.stdout, "")
        return done

    def tail(self, done):
        lines = done.stdout.splitlines()
        match = TAIL.match(lines[-1])
        self.assertTrue(match, lines[-1])
        return tuple(map(int, match.groups()))

    def assert_clean(self, text):
        """No control characters but line ends."""
        found = re.findall(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e]", text)
        self.assertEqual(found, [], text)


def main(needs_io_uring=True):
    """Runs the tests of the module that calls it. Returns an exit code."""
    global PROGRAM, INCLUDE, COMPILER, FOLDER, EXTRA
    PROGRAM, INCLUDE = map(os.path.abspath, sys.argv[1:3])
    COMPILER, EXTRA = sys.argv[3], [os.path.abspath(name) for name in sys.argv[4:]
                                  if os.path.exists(name)]
    done = subprocess.run([PROGRAM, "doctor"], stdout=subprocess.PIPE, text=True, check=False)
    if needs_io_uring and done.returncode == NOTHING_RAN:
        print(done.stdout.splitlines()[-1])
        return NOTHING_RAN
    with tempfile.TemporaryDirectory() as place:
        os.chmod(place, 0o755)
        # The folder's name is part of the cases' names, and those of what their seeds draw.
        FOLDER = os.path.join(place, "suite")
        os.mkdir(FOLDER, 0o755)
        build("mine", MINE)
        chosen = [name for name in sys.argv[4:] if os.path.abspath(name) not in EXTRA]
        program = unittest.main(argv=sys.argv[:1] + chosen, exit=False, verbosity=2)
    return 0 if program.result.wasSuccessful() else 1
