#!/usr/bin/env python3
"""`droptest replay` from outside: the same again, crashes, rates of plans that race, traces."""
import json
import re
import subprocess
import sys

import cli_bench
from cli_bench import NARROW, Case, build, droptest, path_of, scenario, with_mine, write

RACING = ("dt1 target=reference/read op=read wire=unix stream=512 "
          "cancel=3.0:timer:20000:link_timeout")

# A second stop, when the first one has cancelled an operation with a linked timeout: whether the
# timeout is still in flight must not depend on the kernel's thread.
SECOND_STOP = ("dt1 target=reference/raw_recv_timeout op=recv wire=unix ring={} stream=512 "
               "deliver=1-40 call=2-100 caller=abandon cancel=3.0:armed:stop "
               "cancel=3.0:recovery:stop")

HANGS = cli_bench.OPERATIONS + r"""
static ssize_t spins(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	ssize_t n = dt_read(io, buffer->data, buffer->size);
	(void)session;
	while (n == -ECANCELED)
		;
	return n;
}
static const struct dt_operation operations[] = { OP("read", spins), { 0 } };
const struct dt_target dt_targets_v1[] = { TARGET("t", operations), { 0 } };
"""


class Replay(Case):
    def failure_of(self, target):
        path = scenario("plans", f"targets: {{{target}: pass}}")
        done = droptest("run", path, *NARROW, "--json", env=with_mine())
        return json.loads(done.stdout)["cases"][0]["failures"][0]

    def replay(self, expected, *arguments):
        return self.check(expected, "replay", *arguments, "--target", "./mine.so").stdout

    def test_again(self):
        failure = self.failure_of("mine/bad")
        self.assertEqual((failure["replays"], failure["reproduced"]), (10, 10))
        first = self.replay(1, failure["plan"], "--trace")
        self.assertIn(failure["sentence"], first)
        self.assertRegex(first, r"(?m)^ +\d+ +\S+ +\S+ +landed in attempt \d+, at byte \d+ of the "
                                r"stream \(guilty\)$")
        self.assertEqual(first, self.replay(1, failure["plan"], "--trace"))
        self.assertEqual(first, self.replay(1, failure["plan"], "--trace", "--in-process"))
        again = self.replay(1, failure["plan"], "-n", "20")
        self.assertIn("20 of 20: lost", again)
        self.assertNotIn("races", again)

    def test_trace(self):
        """Numbers without gaps, cancellations by their names, the damage last."""
        failure = self.failure_of("mine/bad")
        lines = self.replay(1, failure["plan"], "--trace").splitlines()
        events = [line for line in lines if re.match(r" *\d+ [ >!] ", line)]
        self.assertEqual([int(line.split()[0]) for line in events], list(range(len(events))))
        self.assertRegex("\n".join(events), r" > +attempt \d+\.\d+: cancellation \d asked "
                                            r"\([\w-]+(:\w+)? by [\w/+]+\)")
        damage = [line for line in events if " ! " in line]
        self.assertEqual(len(damage), 1)
        found = re.search(r"bytes (\d+\.\.\d+) \((\d+)\)", failure["sentence"])
        self.assertIn(f"lost bytes {found[1]} ({found[2]})", damage[0])
        self.assertNotIn(" ! ", self.replay(1, failure["plan"]))

    def test_file(self):
        failure = self.failure_of("mine/bad")
        write("plan.txt", f"# from a report\n{failure['plan']}\r\n")
        self.assertIn(failure["sentence"], self.replay(1, "plan.txt"))
        with open(path_of("plan.txt"), encoding="utf-8") as plan:
            done = subprocess.run(
                [cli_bench.PROGRAM, "replay", "-", "--target", "./mine.so"], stdin=plan, text=True,
                cwd=cli_bench.FOLDER, capture_output=True, check=False, timeout=60)
        self.assertIn(failure["sentence"], done.stdout)
        write("empty.txt", "nothing\n")
        self.refused("has no line that begins with 'dt1 '", "replay", "empty.txt")

    def test_preserved(self):
        plan = re.sub(" cancel=.*", "", self.failure_of("mine/bad")["plan"])
        self.assertIn("preserved: 512 bytes", self.replay(0, plan))
        self.assertIn("50 of 50: preserved", self.replay(0, plan, "-n", "50"))

    def test_crash(self):
        failure = self.failure_of("mine/fatal")
        self.assertEqual(failure["damage"], "crash")
        self.assertIn("signal 6", failure["sentence"])
        shown = self.replay(1, failure["plan"], "--trace", "-n", "3")
        self.assertIn("crash: the target's process was killed by signal 6", shown)
        self.assertIn("3 of 3: crash", shown)
        # What led to it was saved from the process that died.
        self.assertRegex(shown, r"cancellation \d landed")

    def test_hang(self):
        path = build("hangs", HANGS)
        done = self.check(1, "replay", "--target", path,
                          "dt1 target=hangs/t op=read cancel=1.0:armed:async_cancel/ud")
        self.assertIn("hang: the target did not come back within 5.0 s", done.stdout)

    def test_races(self):
        done = self.check(0, "replay", RACING)
        self.assertIn("this plan races: what it shows is a rate", done.stdout)
        self.assertIn("20 of 20: preserved", done.stdout)
        self.assertIn("5 of 5: preserved", self.check(0, "replay", RACING, "-n", "5").stdout)

    def test_second_stop(self):
        rings = self.check(0, "list", "rings").stdout.splitlines()
        for ring in (line.split()[0] for line in rings if "NOT HERE" not in line):
            done = self.check(0, "replay", SECOND_STOP.format(ring), "-n", "200")
            self.assertIn("200 of 200: preserved", done.stdout)

    def test_does_not_share_its_descriptors(self):
        """What a target prints or does to descriptors does not get into what is shown."""
        body = "static const struct dt_operation operations[] = { OP(\"read\", talk), { 0 } };\n" \
               "const struct dt_target dt_targets_v1[] = { TARGET(\"t\", operations), { 0 } };\n"
        talk = "#include <unistd.h>\nstatic ssize_t talk(void *s, struct dt_io *io, " \
               "struct dt_buffer *b)\n{\n(void)s;\nputs(\"hello\");\nreturn " \
               "dt_read(io, b->data, b->size);\n}\n"
        path = build("chatty", cli_bench.OPERATIONS + talk + body)
        done = self.check(0, "replay", "--target", path, "dt1 target=chatty/t op=read")
        self.assertNotIn("hello", done.stdout)
        self.assertIn("  | hello\n", done.stderr)


if __name__ == "__main__":
    sys.exit(cli_bench.main())
