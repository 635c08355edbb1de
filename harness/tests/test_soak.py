#!/usr/bin/env python3
"""script/soak with tiny budgets: killed at random moments it comes to the same totals; what was not
as expected is kept with a line that replays it; a bug that was not found is told."""
import glob
import json
import os
import random
import re
import signal
import subprocess
import sys
import time

import cli_bench
from cli_bench import Case, droptest, path_of, read, scenario, with_mine

NARROW = ["--wire", "unix", "--ring", "plain,coop"]
BAD = "mine/bad: {violation: lost, also: [corrupted]}"


def arguments_of(job, state, *more):
    return [sys.executable, os.path.join(cli_bench.EXTRA[0], "soak.py"), "--program",
            cli_bench.PROGRAM, job, "--state", state, *more]


def start(job, state, *more):
    return subprocess.Popen(arguments_of(job, state, *more), cwd=cli_bench.FOLDER, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=with_mine())


def records(state, job):
    """What was logged, without what differs from run to run."""
    lines = read(f"{state}/{job}/log.jsonl").splitlines()
    return [{key: value for key, value in json.loads(line).items() if key != "seconds"}
            for line in lines]


class Soak(Case):
    def soak(self, code, job, state, *more):
        process = start(job, state, *more)
        out, error = process.communicate(timeout=cli_bench.PATIENCE_S)
        self.assertEqual(process.returncode, code, out + error)
        return out, error

    def twins(self):
        path = scenario("twins", f"targets: {{reference/read: pass, {BAD}, "
                        "reference/read_exact: {met: terminal}}")
        return [path, *NARROW, "--each", "250", "--trials", "1900"]


class Killed(Soak):
    def test_any_moment(self):
        """The soak alone, as an impatient user or the system kills it; its run dies with it."""
        begun = time.monotonic()
        self.soak(0, "twins", "whole", *self.twins())
        lasted = time.monotonic() - begun
        process = start("twins", "killed", *self.twins())
        while not os.path.exists(path_of("killed/twins/share-000001/log.jsonl")):
            self.assertIsNone(process.poll())
        chance = random.Random(1)
        for _ in range(8):
            process.send_signal(signal.SIGKILL)
            process.communicate()
            process = start("twins", "killed", *self.twins())
            try:
                process.wait(timeout=chance.uniform(0, 0.4) * lasted)
            except subprocess.TimeoutExpired:
                pass
        out, error = process.communicate(timeout=cli_bench.PATIENCE_S)
        self.assertEqual(process.returncode, 0, out + error)
        whole = records("whole", "twins")
        self.assertEqual(records("killed", "twins"), whole)
        # 250 trials of two cases, in as many shares as it takes; those of mine/bad are not asked
        self.assertEqual([len(record["cases"]) for record in whole], [2] * 4)
        self.assertIn("soak twins: 2,000 trials of 4 cases", out)
        self.assertIn("soak twins: 0 violations\n", out)
        self.assertEqual(glob.glob(path_of("killed/twins/share-*")), [])

    def test_torn_line(self):
        self.soak(0, "twins", "torn", *self.twins())
        whole = records("torn", "twins")
        with open(path_of("torn/twins/log.jsonl"), "rb+") as log:
            log.truncate(os.path.getsize(path_of("torn/twins/log.jsonl")) - 7)
        self.soak(0, "twins", "torn", *self.twins())
        self.assertEqual(records("torn", "twins"), whole)

    def test_interrupted(self):
        path = scenario("endless", "targets: {reference/read: pass}")
        more = [path, *NARROW, "--each", "100000000", "--trials", "1"]
        process = start("twins", "stopped", *more)
        while not glob.glob(path_of("stopped/twins/share-*/log.jsonl")):
            self.assertIsNone(process.poll())
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        out, error = process.communicate(timeout=cli_bench.PATIENCE_S)
        self.assertEqual(process.returncode, 3, out + error)
        self.assertIn("NOT DONE YET (1 trial)", out)

    def test_more_and_other(self):
        more = self.twins()
        self.soak(0, "twins", "more", *more)
        before = records("more", "twins")
        self.soak(0, "twins", "more", *more[:-1], "2500")
        self.assertEqual(records("more", "twins")[:len(before)], before)
        self.assertEqual(len(records("more", "twins")), 5)
        _, error = self.soak(4, "twins", "more", *more, "--seed", "2")
        self.assertIn("holds another soak", error)


class Told(Soak):
    def test_violation(self):
        path = scenario("wrong", "targets: {mine/bad: pass, reference/read: pass}")
        out, _ = self.soak(1, "twins", "wrong", path, *NARROW, "--each", "300", "--trials",
                           "900", "--markdown", "wrong.md")
        found = re.search(r"^violation: (\S+) \(seed 1\): .*\n +droptest replay '(dt1 [^']*)'",
                          out, re.M)
        self.assertTrue(found, out)
        self.assertIn("mine/bad", found[1])
        done = droptest("replay", found[2], env=with_mine())
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn(found[2], read("wrong.md"))
        self.assertRegex(out, r"soak twins: \d violations?\n$")
        again, _ = self.soak(1, "summary", "wrong")
        self.assertEqual(again, out)

    def test_broken(self):
        path = scenario("broken", f"targets: {{{BAD}, reference/read: pass}}")
        out, _ = self.soak(0, "broken", "found", path, "--wire", "unix", "--ring", "plain",
                           "--seeds", "3", "--markdown", "found.md")
        self.assertRegex(out, r"(?m)^  suite/broken +mine/bad.read .* 3 of 3$")
        self.assertNotIn("reference/read", out)
        self.assertRegex(out, r"soak broken: found 3 of 3\n$")
        self.assertRegex(read("found.md"), r"(?m)^\| `suite/broken` \| `mine/bad.read` .* 3 of 3")

    def test_not_found(self):
        path = scenario("sound", "targets: {reference/read: {violation: lost}}")
        out, _ = self.soak(1, "broken", "missed", path, "--wire", "unix", "--ring", "plain",
                           "--seeds", "2", "--seed", "8")
        for seed in (8, 9):
            self.assertRegex(out, rf"violation: suite/sound:\S+ \(seed {seed}\): expected 'lost'")
        self.assertRegex(out, r"soak broken: found 0 of 2\n$")

    def test_nothing_matches(self):
        path = scenario("none", "targets: {reference/read: pass}")
        _, error = self.soak(2, "broken", "none", path, "--seeds", "1")
        self.assertIn("none with this expectation", error)

    def test_help(self):
        done = subprocess.run([os.path.join(cli_bench.EXTRA[0], "soak"), "--help"], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("exit status", done.stdout)
        self.assertLessEqual(max(map(len, done.stdout.splitlines())), 100)


if __name__ == "__main__":
    sys.exit(cli_bench.main())
