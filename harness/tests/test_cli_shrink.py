#!/usr/bin/env python3
"""`droptest shrink` from outside: smaller, still failing, nothing left to take away."""
import json
import re
import sys

import cli_bench
from cli_bench import NARROW, Case, droptest, scenario, with_mine

# One of each kind: readers, writers, frames, lines, a relay, raw ones, a crash.
FRAMES = "{frames: {header: u16be, size: [1, 300]}}"
BROKEN = {"local_progress": "bytes", "restart_write": "bytes", "assume_cancelled": "bytes",
          "copy_relay": "bytes", "crash": "bytes", "line_wipe": "lines",
          "header_body": FRAMES, "two_cut": FRAMES}

CALLS = {True: "calls: [1, 200]\n", False: ""}


def field(plan, name):
    return re.search(rf" {name}=(\S+)", plan).group(1)


def cancellations(plan):
    return re.findall(r" cancel=(\S+)", plan)


def without(plan, index):
    kept = [text for i, text in enumerate(cancellations(plan)) if i != index]
    return re.sub(r" cancel=\S+", "", plan) + "".join(f" cancel={text}" for text in kept)


class Shrink(Case):
    def failures_of(self, target, unit="bytes"):
        path = scenario("plans", f"unit: {unit}\n" + CALLS[unit == "bytes"] +
                        f"targets: {{{target}: pass}}\n")
        done = droptest("run", path, *NARROW, "--json", env=with_mine())
        return json.loads(done.stdout)["cases"][0]["failures"]

    def shrink(self, expected, plan, *arguments):
        return self.check(expected, "shrink", plan, *arguments, "--target", "./mine.so")

    def replay(self, plan, *arguments):
        return droptest("replay", plan, "--target", "./mine.so", *arguments)

    def check_smallest(self, failure):
        plan = self.shrink(0, failure["plan"], "-q").stdout.strip()
        again = self.replay(plan, "-n", "5")
        self.assertEqual(again.returncode, 1, again.stderr)
        self.assertIn(f"5 of 5: {failure['damage']}", again.stdout)
        count = len(cancellations(plan))
        self.assertGreaterEqual(count, 1)
        self.assertLessEqual(count, len(cancellations(failure["plan"])))
        self.assertLessEqual(int(field(plan, "stream")), int(field(failure["plan"], "stream")))
        for i in range(count):
            fewer = self.replay(without(plan, i))
            self.assertNotRegex(fewer.stdout, f"(?m)^{failure['damage']}:",
                                f"{plan}\nstill shows it without cancellation {i}")
        return plan

    def test_planted_bugs(self):
        for name, unit in BROKEN.items():
            with self.subTest(name):
                failures = self.failures_of(f"broken/{name}", unit)
                self.assertTrue(failures)
                plan = self.check_smallest(failures[0])
                self.assertLessEqual(len(cancellations(plan)), 2)
                self.assertLess(int(field(plan, "stream")), 200)

    def test_two_cancellations_are_needed(self):
        lost = [f for f in self.failures_of("broken/two_cut", FRAMES)
                if f["damage"] == "lost" and f["caller"] == "same"]
        self.assertEqual(len(cancellations(self.check_smallest(lost[0]))), 2)

    def test_shown(self):
        failure = self.failures_of("mine/bad")[0]
        done = self.shrink(0, failure["plan"])
        lines = done.stdout.splitlines()
        self.assertRegex(lines[0], r"^lost: bytes \d+\.\.\d+ ")
        self.assertRegex(lines[1], r"^dt1 target=mine/bad ")
        self.assertRegex(lines[2], r"^1 of \d cancellations, a stream of \d+ of 512 bytes; \d+ "
                                   r"runs in \d+\.\d s; minimal$")
        self.assertRegex(lines[4], r"^(without \S+ it|with \S+ instead of \S+ it) is preserved:$")
        nearest = self.replay(lines[5])
        self.assertEqual(nearest.returncode, 0, nearest.stdout)
        self.assertEqual(self.shrink(0, failure["plan"], "-q").stdout.strip(), lines[1])

    def test_after_a_failure(self):
        """What was not expected is shrunk by itself; what was is not."""
        path = scenario("fails", "targets: {mine/bad: pass, broken/local_progress: "
                                 "{violation: lost}}\n")
        done = self.check(1, "run", path, *NARROW, "--out", "fails", env=with_mine())
        self.assertEqual(len(re.findall(r"(?m)^    shrunk in \d+ runs, minimal:$", done.stdout)), 1)
        plans = re.findall(r"(?m)^    \S+ replay --trace '(dt1 target=mine/bad .*)'$", done.stdout)
        self.assertEqual(len(plans), 3) # as it was found, the smallest, the nearest
        self.assertEqual([self.replay(plan).returncode for plan in plans], [1, 1, 0])
        told = self.check(0, "report", "fails").stdout
        self.assertEqual(re.findall(r"dt1 target=mine/bad [^']*", told), plans)
        done = self.check(1, "run", path, *NARROW, "--no-shrink", env=with_mine())
        self.assertNotIn("shrunk", done.stdout)

    def test_ended(self):
        failure = self.failures_of("mine/bad")[0]
        done = self.shrink(0, failure["plan"], "--max-runs", "4")
        self.assertIn("not minimal: the search was ended", done.stdout)

    def test_nothing_to_shrink(self):
        plan = re.sub(r" cancel=\S+", "", self.failures_of("mine/bad")[0]["plan"])
        done = self.shrink(1, plan)
        self.assertIn("shows no damage", done.stderr)
        self.assertEqual(done.stdout, "")

    def test_racing(self):
        plan = ("dt1 target=broken/local_progress op=read_exact wire=unix stream=512 call=64-64 "
                "deliver=1-8 caller=same cancel=0.3:timer:1000:link_timeout "
                "cancel=3.0:partial:5:async_cancel/ud")
        done = self.shrink(0, plan)
        lines = done.stdout.splitlines()
        self.assertEqual(len(cancellations(lines[1])), 1)
        if "timer" in lines[1]: # by itself it does the damage, too, now and then
            self.assertRegex(lines[3], r"^it races: \d+ of 20 runs show it( \(weak\))?$")

    def test_mistakes(self):
        self.check(2, "shrink")
        self.check(2, "shrink", "dt1 target=a/b op=")
        self.assertIn("did you mean", self.check(2, "shrink", "dt1 target=broken/local_progres "
                                                 "op=read_exact").stderr)


if __name__ == "__main__":
    sys.exit(cli_bench.main())
