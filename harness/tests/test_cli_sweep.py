#!/usr/bin/env python3
"""`droptest run --sweep` from outside: everything within the bound, the bound told, bugs found."""
import json
import os
import re
import sys
import time

import cli_bench
from cli_bench import NARROW, Case, path_of, read, scenario, start, with_mine, write

SMALL = "calls: [8, 8]\ndeliveries: [1, 8]\ncancel: {points: [armed, partial, raced]}\n"


class Sweep(Case):
    def sweep(self, expected, targets, *arguments, body=SMALL):
        path = scenario("swept", body + f"targets: {targets}")
        return self.check(expected, "run", path, *NARROW, "--sweep", *arguments, env=with_mine())

    def cases(self, expected, targets, *arguments, **more):
        done = self.sweep(expected, targets, "--json", *arguments, **more)
        return json.loads(done.stdout)["cases"]

    def test_bound(self):
        done = self.sweep(0, "{reference/read_exact_resumable: pass}", "--depth", "1")
        found = re.search(r"^swept (\d+) places of the control runs, every point and mechanism; "
                          r"offsets: all to 64, powers of two, the last\n"
                          r"  depth 1: ([\d,]+) of ([\d,]+) plans; ([\d,]+) landed\n"
                          r"  depth 1, kept up: ([\d,]+) of ([\d,]+) plans; ([\d,]+) landed\n\n",
                          done.stdout, re.M)
        self.assertTrue(found, done.stdout)
        numbers = [int(text.replace(",", "")) for text in found.groups()]
        places, run, planned, landed = numbers[:4]
        self.assertGreater(places, 64) # a stream of 512 bytes in calls of 8
        self.assertEqual(run, planned)
        self.assertGreater(landed, planned * 9 // 10)
        self.assertLessEqual(landed, planned)
        self.assertEqual(numbers[4], numbers[5])
        self.assertNotIn("depth 2", done.stdout)

    def test_depth_two(self):
        write("suite/tiny.yaml", "scenario: tiny\nstream: 24\ncalls: [8, 8]\ndeliveries: [1, 8]\n"
              "cancel: {points: [armed, recovery], mechanisms: [async_cancel, stop]}\n"
              "targets: {reference/raw_read: {met: atomic}}\n")
        done = self.check(0, "run", "suite/tiny.yaml", *NARROW, "--sweep", "--trials", "3000")
        self.assertRegex(done.stdout, r"(?m)^  depth 1: ([\d,]+) of \1 plans")
        self.assertRegex(done.stdout, r"(?m)^  depth 2, in one primitive: (\d+) of \1 plans; "
                                      r"\1 landed$")
        self.assertRegex(done.stdout, r"(?m)^  depth 2: ([\d,]+) of \1 plans; [\d,]+ landed$")

    def test_bugs_are_found(self):
        """Whatever needs one cancellation is found at depth 1, with any seed."""
        for target, damage in (("local_progress", "lost"), ("restart_write", "duplicated"),
                               ("assume_cancelled", "lost"), ("eof_on_cancel", "false-eof")):
            with self.subTest(target):
                body = "calls: [2, 16 KiB]\ndeliveries: [1, 6 KiB]\n" if "write" in target else ""
                cases = self.cases(0, f"{{broken/{target}: {{violation: {damage}}}}}", "--depth",
                                   "1", body=body or "calls: [1, 20]\n")
                self.assertEqual(cases[0]["verdict"], "pass", cases[0]["reason"])

    def test_same_again(self):
        """By number: neither the number of workers nor a stop in between changes anything."""
        once = self.cases(0, "{reference/read: {met: atomic}}", "--depth", "1", "-j", "1")
        again = self.cases(0, "{reference/read: {met: atomic}}", "--depth", "1", "-j", "3")
        self.assertEqual(once, again)

    def cut_off(self, folder):
        """A sweep that was killed once a part of its case was written; its log."""
        path = scenario("swept", SMALL + "targets: {reference/read: {met: atomic}}")
        process = start("run", path, *NARROW, "--sweep", "--trials", "60000", "--out", folder)
        self.addCleanup(process.kill)
        log = path_of(f"{folder}/log.jsonl")
        while not os.path.exists(log) or '"t":"part"' not in read(log).replace(" ", ""):
            self.assertIsNone(process.poll(), "it ended before a part was written")
            time.sleep(0.01)
        process.kill()
        process.communicate()
        return log

    def test_goes_on(self):
        whole = self.cases(0, "{reference/read: {met: atomic}}", "--trials", "60000")
        self.cut_off("cut")
        after = json.loads(self.check(0, "run", "--resume", "cut", "--json").stdout)["cases"]
        self.assertEqual(after, whole)

    def test_other_places(self):
        """Numbers of plans that mean other plans now: it is told, and nothing is run."""
        log = self.cut_off("other")
        text = re.sub(r'("once": ?\[)(\d+)', lambda m: m[1] + str(int(m[2]) + 5), read(log))
        write(log, text)
        done = self.check(4, "run", "--resume", "other")
        self.assertIn("the part that was run is not one of these trials", done.stderr)

    def test_mistakes(self):
        self.refused("--depth is the depth of a --sweep", "run", "--depth", "1")
        self.refused("--depth", "run", "--sweep", "--depth", "3")


if __name__ == "__main__":
    sys.exit(cli_bench.main())
