#!/usr/bin/env python3
"""The command line from outside: exit codes, streams, the results folder, replay, interruption.

Arguments: the program, the folder of public headers, the C compiler.
"""
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import unittest

PROGRAM, INCLUDE = map(os.path.abspath, sys.argv[1:3])
COMPILER = sys.argv[3]
TAIL = re.compile(r"^droptest: (\d+) passed, (\d+) failed, (\d+) skipped$")
NARROW = ["--wire", "unix", "--ring", "plain", "--seed", "7"]

MINE = r"""
#include <droptest/target.h>
#include <stdlib.h>
static ssize_t once(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	(void)session;
	return dt_read(io, buffer->data, buffer->size);
}
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
#define OP(n, f) { .size = sizeof(struct dt_operation), .name = n, .summary = "", \
	.direction = DT_READER, .unit = DT_BYTES, .contract = DT_ATOMIC, \
	.progress = DT_BY_RESULT, .run = f }
static const struct dt_operation good[] = { OP("read", once), { 0 } };
static const struct dt_operation bad[] = { OP("read", loses), { 0 } };
static const struct dt_operation fatal[] = { OP("read", dies), { 0 } };
#define TARGET(n, o) { .size = sizeof(struct dt_target), .name = n, .summary = "", .operations = o }
const struct dt_target dt_targets_v1[] = { TARGET("good", good), TARGET("bad", bad),
	TARGET("fatal", fatal), { 0 } };
"""


def droptest(*arguments, **more):
    """Runs it in a folder of its own; returns the finished process."""
    more.setdefault("cwd", FOLDER)
    return subprocess.run([PROGRAM, *arguments], text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, timeout=120,
                          check=False, **more)


def write(name, text):
    """A file in the folder; its path."""
    path = os.path.join(FOLDER, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def alive(pid):
    """Is there such a process, and is it more than a zombie?"""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            return file.read().split()[2] != "Z"
    except OSError:
        return False


def scenario(name, body):
    """A scenario with a small stream."""
    return write(f"{name}.yaml", f"scenario: {name}\nstream: 512\n{body}\n")


class Usage(unittest.TestCase):
    def check(self, expected, *arguments):
        done = droptest(*arguments)
        self.assertEqual(done.returncode, expected, done.stderr + done.stdout)
        return done

    def test_help(self):
        for command in ("run", "replay", "report", "list", "validate", "doctor"):
            with self.subTest(command=command):
                done = self.check(0, command, "--help")
                self.assertIn("Examples:", done.stdout)
                self.assertEqual(done.stderr, "")
        self.assertIn("Exit status:", self.check(0, "--help").stdout)
        self.assertRegex(self.check(0, "--version").stdout, r"^droptest \d+\.\d+\.\d+\n$")

    def test_mistakes(self):
        for arguments, told in (
                ([], "Usage:"),
                (["rum"], "did you mean 'run'?"),
                (["run", "--wire", "unxi"], "did you mean 'unix'?"),
                (["run", "--ring", "fast"], "plain, coop, defer, sqpoll"),
                (["run", "--seed", "x"], "--seed: 'x' is not a number"),
                (["run", "--seed", "-1"], "not a number"),
                (["run", "--trials", "0"], "--trials"),
                (["run", "--jobs", "100000"], "--jobs"),
                (["run", "--max-time", "soon"], "--max-time: 'soon' is not"),
                (["run", "--nonsense"], "nonsense"),
                (["run", "no-such-suite"], "no file, folder or bundled suite 'no-such-suite'"),
                (["run", "./missing.yaml"], "No such file"),
                (["run", "--target", "./missing.so"], "missing.so"),
                (["run", "--filter", "matches-nothing-at-all"], "no case is left"),
                (["list", "target"], "did you mean 'targets'?"),
                (["list"], "targets, scenarios, cases"),
                (["replay"], "a plan or a file is missing"),
                (["replay", "dt1 wire=unix"], "target"),
                (["replay", "dt1 targt=x"], "not understood"),
                (["replay", "no-such-file"], "neither a plan"),
                (["replay", "dt1 target=no/such op=read"], "unknown target")):
            with self.subTest(arguments=arguments):
                done = self.check(2, *arguments)
                self.assertIn(told, done.stderr)
                self.assertEqual(done.stdout, "")

    def test_scenario_errors(self):
        path = write("wrong.yaml", "scenario: wrong\nwirse: [unix]\ntargets: {read: pass}\n")
        done = self.check(2, "run", path)
        self.assertIn("wrong.yaml:2:1: error: ", done.stderr)
        self.assertIn("did you mean 'wires'?", done.stderr)
        path = scenario("unknown", "targets: {reed_exact: pass}")
        self.assertIn("unknown.yaml:3:", self.check(2, "run", path).stderr)

    def test_lists(self):
        self.assertIn("reference/read_exact", self.check(0, "list", "targets").stdout)
        self.assertIn("atomic", self.check(0, "list", "targets", "-v").stdout)
        self.assertIn("canary", self.check(0, "list", "scenarios").stdout)
        points = self.check(0, "list", "points").stdout
        for word in ("armed", "partial:kernel", "raced", "impossible", "scripted", "racing"):
            self.assertIn(word, points)
        self.assertEqual(len(self.check(0, "list", "wires").stdout.splitlines()), 3)
        self.assertEqual(len(self.check(0, "list", "rings").stdout.splitlines()), 4)
        cases = self.check(0, "list", "cases", "tokio-contracts", "--wire", "unix").stdout
        self.assertRegex(cases, r"(?m)^tokio-contracts/read:reference/read\.read:unix:plain$")

    def test_target_path(self):
        environment = dict(os.environ, DROPTEST_TARGET_PATH=FOLDER)
        done = droptest("list", "targets", env=environment)
        self.assertIn("mine/good", done.stdout)


class Run(unittest.TestCase):
    def run_ok(self, expected, *arguments, **more):
        done = droptest("run", *arguments, **more)
        self.assertEqual(done.returncode, expected, done.stderr + done.stdout)
        return done

    def tail(self, done):
        lines = done.stdout.splitlines()
        match = TAIL.match(lines[-1])
        self.assertTrue(match, lines[-1])
        return tuple(map(int, match.groups()))

    def test_as_expected(self):
        path = scenario("fine", "targets: {reference/read: pass}")
        done = self.run_ok(0, path, *NARROW)
        self.assertEqual(self.tail(done), (1, 0, 0))
        lines = done.stdout.splitlines()
        self.assertRegex(lines[0], r"^seed: 0x7 ")
        self.assertEqual(lines[-2], "seed: 0x7")
        self.assertNotIn("\033", done.stdout + done.stderr)
        self.assertEqual(done.stderr, "")

    def test_random_seed(self):
        path = scenario("seeds", "targets: {reference/read: pass}")
        seeds = {self.run_ok(0, path, "--wire", "unix", "--ring", "plain").stdout.split()[1]
                 for _ in range(3)}
        self.assertEqual(len(seeds), 3)

    def test_violation(self):
        path = scenario("loss", "targets: {mine/bad: pass}")
        done = self.run_ok(1, path, *NARROW, env=dict(os.environ, DROPTEST_TARGET_PATH=FOLDER))
        self.assertEqual(self.tail(done), (0, 1, 0))
        self.assertRegex(done.stdout, r"lost: bytes \d+\.\.\d+")
        self.assertIn("droptest replay", done.stdout)

    def test_missing_violation(self):
        path = scenario("sound", "targets: {reference/read: {violation: lost}}")
        done = self.run_ok(1, path, *NARROW)
        self.assertIn("expected 'lost', which did not appear", done.stdout)

    def test_canary(self):
        self.run_ok(1, "canary", *NARROW)

    def test_inconclusive(self):
        path = scenario("vacuous", "threshold: 1000000\ntargets: {reference/read: pass}")
        done = self.run_ok(3, path, *NARROW)
        self.assertIn("fewer than 1000000", done.stdout)

    def test_skips(self):
        both = scenario("skips", "wires: [pipe, unix]\n"
                        "targets: {reference/read: pass, absent/thing: pass}")
        self.assertEqual(self.tail(self.run_ok(0, both, *NARROW)), (1, 0, 1))
        self.run_ok(3, both, *NARROW, "--fail-on-skip")
        only = scenario("only", "targets: {absent/thing: pass}")
        done = self.run_ok(77, only, *NARROW)
        self.assertIn("nothing could run", done.stderr)
        self.assertIn("not installed", done.stderr)

    def test_violation_before_inconclusive(self):
        path = scenario("order", "threshold: 1000000\n"
                        "targets: {reference/read: pass, mine/bad: pass}")
        self.run_ok(1, path, *NARROW, env=dict(os.environ, DROPTEST_TARGET_PATH=FOLDER))

    def test_plugin(self):
        done = self.run_ok(1, "--target", "./mine.so", *NARROW, "--trials", "300")
        self.assertEqual(self.tail(done), (1, 2, 0))
        self.assertIn("--target ./mine.so", done.stdout)
        command = re.search(r"droptest replay (--trace --target \./mine\.so) '(dt1 [^']*)'",
                            done.stdout)
        done = droptest("replay", *command[1].split(), command[2])
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)

    def test_json(self):
        path = scenario("json", "targets: {reference/read: pass, reference/read_exact: pass}")
        texts = []
        for jobs in ("1", "3"):
            done = self.run_ok(0, path, *NARROW, "--json", "--jobs", jobs)
            texts.append(done.stdout)
        self.assertEqual(texts[0], texts[1])
        summary = json.loads(texts[0])
        self.assertEqual((summary["passed"], summary["failed"], summary["skipped"]), (2, 0, 0))
        self.assertEqual(summary["seed"], "0x7")
        counts = summary["cases"][0]["cancellations"]
        self.assertEqual(counts["asked"],
                         counts["landed"] + counts["too_late"] + counts["never"])

    def test_folder(self):
        path = scenario("folder", "targets: {reference/read: pass}")
        out = os.path.join(FOLDER, "deep", "results")
        for _ in range(2):  # the second replaces the first
            self.run_ok(0, path, *NARROW, "--out", out)
            self.assertTrue(os.path.exists(os.path.join(out, "log.jsonl")))
        foreign = os.path.join(FOLDER, "foreign")
        write("foreign/run.json", '{"mine": true}')
        done = self.run_ok(2, path, *NARROW, "--out", foreign)
        self.assertIn("not results of droptest", done.stderr)
        with open(os.path.join(foreign, "run.json"), encoding="utf-8") as file:
            self.assertEqual(file.read(), '{"mine": true}')

    def test_html(self):
        path = scenario("page", "targets: {reference/read: pass}")
        page = os.path.join(FOLDER, "page.html")
        self.run_ok(0, path, *NARROW, "--html", page)
        with open(page, encoding="utf-8") as file:
            self.assertIn("<!DOCTYPE html>", file.read(200))

    def test_quiet_and_verbose(self):
        path = scenario("loud", "targets: {reference/read: pass, reference/read_exact: pass}")
        quiet = self.run_ok(0, path, *NARROW, "-q").stdout.splitlines()
        self.assertEqual(len(quiet), 3)
        loud = self.run_ok(0, path, *NARROW, "-v")
        self.assertIn("loud:reference/read.read:unix:plain", loud.stderr)
        self.assertIn("lost: ", loud.stdout)

    def test_max_time(self):
        path = scenario("time", "budget: {trials: 1000000000}\ntargets: {reference/read: pass}")
        self.run_ok(0, path, *NARROW, "--max-time", "1s")


class Replay(unittest.TestCase):
    def plan_of(self, target):
        path = scenario("plans", f"targets: {{{target}: pass}}")
        environment = dict(os.environ, DROPTEST_TARGET_PATH=FOLDER)
        done = droptest("run", path, *NARROW, "--json", env=environment)
        return json.loads(done.stdout)["cases"][0]["failures"][0]

    def replay(self, expected, *arguments):
        done = droptest("replay", *arguments, "--target", "./mine.so")
        self.assertEqual(done.returncode, expected, done.stderr + done.stdout)
        return done.stdout

    def test_again(self):
        failure = self.plan_of("mine/bad")
        self.assertEqual((failure["replays"], failure["reproduced"]), (10, 10))
        first = self.replay(1, failure["plan"], "--trace")
        self.assertIn(failure["sentence"], first)
        self.assertRegex(first, r"cancellation \d+: .* landed in attempt \d+")
        self.assertEqual(first, self.replay(1, failure["plan"], "--trace"))
        self.assertEqual(first, self.replay(1, failure["plan"], "--trace", "--in-process"))
        self.assertIn("20 of 20: lost", self.replay(1, failure["plan"], "-n", "20"))

    def test_file(self):
        failure = self.plan_of("mine/bad")
        path = write("plan.txt", f"# from a report\n{failure['plan']}\n")
        self.assertIn(failure["sentence"], self.replay(1, path))
        write("empty.txt", "nothing\n")
        self.assertEqual(droptest("replay", "empty.txt").returncode, 2)

    def test_preserved(self):
        plan = re.sub(" cancel=.*", "", self.plan_of("mine/bad")["plan"])
        self.assertIn("preserved: 512 bytes", self.replay(0, plan))

    def test_crash(self):
        failure = self.plan_of("mine/fatal")
        self.assertEqual(failure["damage"], "crash")
        self.assertIn("signal 6", failure["sentence"])
        self.assertIn("crash: ", self.replay(1, failure["plan"]))


class Interrupt(unittest.TestCase):
    def start(self, *more):
        path = scenario("long", "budget: {trials: 1000000000}\ntargets: {reference/read: pass}")
        process = subprocess.Popen([PROGRAM, "run", path, *NARROW, "--out", "interrupted", *more],
                                   cwd=FOLDER, text=True, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, bufsize=1)
        self.addCleanup(process.kill)
        # The first line says that the run begins; results exist once trials do.
        process.stdout.readline()
        rows = os.path.join(FOLDER, "interrupted", "log.jsonl")
        while not os.path.exists(rows):
            self.assertIsNone(process.poll())
        return process

    def test_once(self):
        process = self.start()
        process.send_signal(signal.SIGINT)
        out, error = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 3, out + error)
        self.assertRegex(out.splitlines()[-1], TAIL)
        self.assertIn("interrupted", out)

    def test_twice(self):
        process = self.start()
        while process.poll() is None:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(0.2)
            except subprocess.TimeoutExpired:
                pass
        process.communicate(timeout=60)
        self.assertIn(process.returncode, (3, 130))

    def test_workers_die_with_it(self):
        process = self.start()
        children = f"/proc/{process.pid}/task/{process.pid}/children"
        workers = []
        while not workers:
            with open(children, encoding="utf-8") as file:
                workers = file.read().split()
        process.kill()
        process.communicate()
        for worker in workers:
            while alive(worker):
                pass


def main():
    done = subprocess.run([PROGRAM, "doctor"], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode == 77:
        print(done.stdout.splitlines()[-1])
        return 77
    write("mine.c", MINE)
    subprocess.run([COMPILER, "-shared", "-fPIC", f"-I{INCLUDE}", "-o", "mine.so", "mine.c"],
                   cwd=FOLDER, check=True)
    program = unittest.main(argv=sys.argv[:1] + sys.argv[4:], exit=False, verbosity=2)
    return 0 if program.result.wasSuccessful() else 1


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        # The folder's name is part of the cases' names, and those of what their seeds draw.
        FOLDER = os.path.join(place, "suite")
        os.mkdir(FOLDER)
        sys.exit(main())
