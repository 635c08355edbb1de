#!/usr/bin/env python3
"""`droptest run` and `report` from outside: exit codes, streams, results, refusing places."""
import errno
import fcntl
import json
import os
import re
import sys

import cli_bench
from cli_bench import NARROW, Case, droptest, path_of, read, scenario, start, with_mine, write


class Verdicts(Case):
    def test_as_expected(self):
        path = scenario("fine", "targets: {reference/read: pass}")
        done = self.check(0, "run", path, *NARROW)
        self.assertEqual(self.tail(done), (1, 0, 0))
        lines = done.stdout.splitlines()
        self.assertEqual(lines[0].split(" (")[0], "seed: 0x7")
        self.assertEqual(lines[-2], "seed: 0x7")
        self.assertNotIn("\033", done.stdout + done.stderr)
        self.assertEqual(done.stderr, "")
        self.assertRegex(done.stdout, r"[\d,]+ asked = [\d,]+ landed \+ [\d,]+ too late \+ [\d,]+ "
                                      r"never reached")

    def test_seeds(self):
        path = scenario("seeds", "targets: {reference/read: pass}")
        narrow = ["--wire", "unix", "--ring", "plain", "--trials", "20"]
        seeds = {self.check(0, "run", path, *narrow).stdout.split()[1] for _ in range(3)}
        self.assertEqual(len(seeds), 3)
        for given, told in (("42", "0x2a"), ("0x2A", "0x2a"), ("010", "0xa"), ("0", "0x0"),
                            ("18446744073709551615", "0xffffffffffffffff")):
            done = self.check(0, "run", path, *narrow, "--seed", given)
            self.assertEqual(done.stdout.splitlines()[-2], f"seed: {told}")

    def test_violation(self):
        path = scenario("loss", "targets: {mine/bad: pass}")
        done = self.check(1, "run", path, *NARROW, env=with_mine())
        self.assertEqual(self.tail(done), (0, 1, 0))
        self.assertRegex(done.stdout, r"lost: bytes \d+\.\.\d+")
        self.assertRegex(done.stdout, r"droptest replay --trace 'dt1 target=mine/bad ")

    def test_missing_violation(self):
        path = scenario("sound", "targets: {reference/read: {violation: lost}}")
        done = self.check(1, "run", path, *NARROW)
        self.assertIn("expected 'lost', which did not appear", done.stdout)

    def test_canary(self):
        self.check(1, "run", "canary", *NARROW, "--trials", "100")
        self.check(1, "run", "--tag", "canary", *NARROW, "--trials", "100")

    def test_inconclusive(self):
        path = scenario("vacuous", "threshold: 1000000\ntargets: {reference/read: pass}")
        done = self.check(3, "run", path, *NARROW)
        self.assertIn("fewer than 1000000", done.stdout)

    def test_skips(self):
        both = scenario("skips", "wires: [pipe, unix]\n"
                        "targets: {reference/read: pass, absent/thing: pass}")
        self.assertEqual(self.tail(self.check(0, "run", both, *NARROW)), (1, 0, 1))
        self.check(3, "run", both, *NARROW, "--fail-on-skip")
        only = scenario("only", "targets: {absent/thing: pass}")
        done = self.check(77, "run", only, *NARROW)
        self.assertIn("nothing could run here", done.stderr)
        self.assertIn("not installed", done.stderr)
        self.check(3, "run", only, *NARROW, "--fail-on-skip")

    def test_violation_before_inconclusive(self):
        path = scenario("order", "threshold: 1000000\n"
                        "targets: {reference/read: pass, mine/bad: pass}")
        self.check(1, "run", path, *NARROW, env=with_mine())

    def test_crash_is_a_verdict(self):
        path = scenario("crash", "targets: {mine/fatal: {violation: crash}, mine/good: pass}")
        done = self.check(0, "run", path, *NARROW, env=with_mine())
        self.assertEqual(self.tail(done), (2, 0, 0))

    def test_plugin(self):
        done = self.check(1, "run", "--target", "./mine.so", *NARROW, "--trials", "300")
        self.assertEqual(self.tail(done), (1, 2, 0))
        command = re.search(r"droptest replay (--trace --target \./mine\.so) '(dt1 [^']*)'",
                            done.stdout)
        self.check(1, "replay", *command[1].split(), command[2])

    def test_max_time(self):
        body = "budget: {trials: 1000000000}\ntargets: {reference/read: pass}"
        self.check(0, "run", scenario("time", body), *NARROW, "--max-time", "1s")
        # What never had its turn is told, and is no pass.
        path = scenario("slow", "budget: {trials: 1000000000}\n"
                        "targets: {reference/read: pass, reference/read_exact: pass}")
        done = self.check(3, "run", path, *NARROW, "--max-time", "1ns")
        self.assertIn("2 of 2 cases were not run", done.stdout)
        self.assertEqual(self.tail(done), (0, 0, 0))

    def test_what_did_not_appear_in_a_cut_case_is_uncertain(self):
        path = scenario("cut", "budget: {trials: 1000000000, max-time: 50 ms}\n"
                        "targets: {reference/read: {violation: lost}}")
        self.assertIn("did not appear", self.check(3, "run", path, *NARROW).stdout)


class Selection(Case):
    def test_expectations(self):
        """--expect chooses by what the scenario expects, and a resumed run keeps the choice."""
        path = scenario("expects", "targets: {reference/read: pass, mine/bad: {violation: lost, "
                        "also: [corrupted]}, reference/read_exact: {met: terminal}}")
        wanted = {"pass": ["reference/read"], "met": ["reference/read_exact"],
                  "violation": ["mine/bad"], "pass,met": ["reference/read", "reference/read_exact"],
                  "all": ["reference/read", "mine/bad", "reference/read_exact"]}
        for words, targets in wanted.items():
            listed = self.check(0, "list", "cases", path, *NARROW[:4], "--expect", words,
                                env=with_mine()).stdout.split()
            self.assertEqual([name.split(":")[1].split(".")[0] for name in listed], targets)
            run = self.check(0, "run", path, *NARROW, "--expect", words, "--json",
                             env=with_mine())
            self.assertEqual([case["id"] for case in json.loads(run.stdout)["cases"]], listed)
            again = self.check(0, "run", "--resume", "droptest-results", "--json",
                               env=with_mine())
            self.assertEqual(again.stdout, run.stdout)
        self.refused("--expect cannot be given with --resume", "run", "--resume",
                     "droptest-results", "--expect", "met")


class Outputs(Case):
    def test_json(self):
        path = scenario("json", "targets: {reference/read: pass, reference/read_exact: pass}")
        texts = []
        for jobs in ("1", "3"):
            done = self.check(0, "run", path, *NARROW, "--json", "--jobs", jobs)
            texts.append(done.stdout)
        self.assertEqual(texts[0], texts[1])
        summary = json.loads(texts[0])
        self.assertEqual([summary[key] for key in ("passed", "failed", "skipped", "left", "seed")],
                         [2, 0, 0, 0, "0x7"])
        counts = summary["cases"][0]["cancellations"]
        self.assertEqual(counts["asked"],
                         counts["landed"] + counts["too_late"] + counts["never"])
        self.assertEqual(self.check(0, "report", "droptest-results", "--json").stdout, texts[0])

    def test_many_jobs(self):
        path = scenario("jobs", "targets: {reference/read: pass}")
        self.check(0, "run", path, *NARROW, "--jobs", "40")

    def test_report_says_what_the_run_said(self):
        path = scenario("again", "targets: {mine/bad: pass, reference/read: pass}")
        run = self.check(1, "run", path, *NARROW, "--out", "again", env=with_mine())
        report = self.check(0, "report", "again")
        self.assertEqual(run.stdout.splitlines()[1:], report.stdout.splitlines())

    def test_folder(self):
        path = scenario("folder", "targets: {reference/read: pass}")
        for _ in range(2):  # the second replaces the first
            done = self.check(0, "run", path, *NARROW, "--out", "deep/results")
            self.assertEqual(done.stderr, "")
            self.assertTrue(os.path.exists(path_of("deep/results/log.jsonl")))
        with open(path_of("deep/results/log.jsonl"), "rb+") as log:
            log.truncate(100)
        done = self.check(0, "run", path, *NARROW, "--out", "deep/results")
        self.assertIn("of an unfinished run in 'deep/results' are replaced", done.stderr)

    def test_folder_of_somebody_else(self):
        path = scenario("foreign", "targets: {reference/read: pass}")
        for name in ("run.json", "log.jsonl", "rows.bin"):
            write(f"foreign-{name}/{name}", '{"mine": true}')
            done = self.check(2, "run", path, *NARROW, "--out", f"foreign-{name}")
            self.assertIn("not results of droptest", done.stderr)
            self.assertEqual(read(f"foreign-{name}/{name}"), '{"mine": true}')

    def test_folder_in_use(self):
        path = scenario("busy", "targets: {reference/read: pass}")
        self.check(0, "run", path, *NARROW, "--out", "busy")
        before = read("busy/log.jsonl")
        with open(path_of("busy/log.jsonl"), "rb+") as log:
            fcntl.flock(log, fcntl.LOCK_EX)
            self.refused("another run is writing", "run", path, *NARROW, "--out", "busy")
        self.assertEqual(read("busy/log.jsonl"), before)

    def test_html(self):
        path = scenario("page", "targets: {reference/read: pass}")
        self.check(0, "run", path, *NARROW, "--html", "page.html")
        self.assertIn("<!DOCTYPE html>", read("page.html")[:200])
        os.symlink("page.html", path_of("link.html"))
        self.check(0, "report", "droptest-results", "--html", "link.html")
        self.assertTrue(os.path.islink(path_of("link.html")))
        self.assertEqual(self.check(0, "report", "droptest-results", "--html", "-").stdout,
                         read("page.html"))

    def test_devices_stay_devices(self):
        path = scenario("devices", "targets: {reference/read: pass}")
        os.symlink("/dev/null", path_of("null"))
        self.check(0, "run", path, *NARROW, "--html", "null")
        self.assertFalse(os.path.isfile("/dev/null"))

    def test_quiet_and_verbose(self):
        path = scenario("loud", "targets: {reference/read: pass, reference/read_exact: pass}")
        quiet = self.check(0, "run", path, *NARROW, "-q").stdout.splitlines()
        self.assertEqual(len(quiet), 3)
        loud = self.check(0, "run", path, *NARROW, "-v")
        self.assertIn("loud:reference/read.read:unix:plain", loud.stderr)
        self.assertIn("beyond the declared contract, lost: ", loud.stdout)


class Refusals(Case):
    """Whatever cannot be written is told, and is a failure."""

    def setUp(self):
        self.path = scenario("refused", "targets: {reference/read: pass}")

    def test_unwritable(self):
        for option, place in (("--out", "/proc/here"), ("--out", "/dev/null"),
                              ("--out", "mine.so"), ("--html", "nowhere/page.html"),
                              ("--html", "suite")):
            with self.subTest(option=option, place=place):
                self.refused("cannot write", "run", self.path, *NARROW, option, place)

    def test_full(self):
        self.check(0, "run", self.path, *NARROW, "--out", "whole")
        with open("/dev/full", "w", encoding="utf-8") as full:
            for arguments in (("run", self.path, *NARROW), ("list", "targets"), ("doctor",),
                              ("--help",), ("run", "--help"), ("validate", "--schema"),
                              ("report", "whole"), ("report", "whole", "--html", "-")):
                done = droptest(*arguments, stdout=full)
                self.assertEqual(done.returncode, 99, f"{arguments} {done.stderr}")
                self.assertIn(os.strerror(errno.ENOSPC), done.stderr)
        self.check(99, "run", self.path, *NARROW, "--html", "/dev/full")

    def test_files_of_limited_size(self):
        limited = ["sh", "-c", 'ulimit -f 1 && exec "$@"', "sh", cli_bench.PROGRAM]
        done = droptest("run", "tokio-contracts", *NARROW, "--out", "limit", program=limited)
        self.assertEqual(done.returncode, 99, done.stderr)
        self.assertIn(os.strerror(errno.EFBIG), done.stderr)
        self.assertIn("seed: 0x7", done.stdout + done.stderr)

    def test_closed_descriptors(self):
        for closed in (">&-", "2>&-", "<&-", ">&- 2>&- <&-"):
            shell = ["sh", "-c", f'exec "$@" {closed}', "sh", cli_bench.PROGRAM]
            done = droptest("run", self.path, *NARROW, "--out", "closed", program=shell)
            self.assertEqual(done.returncode, 99 if closed.startswith(">&-") else 0, done.stderr)
            if done.returncode == 0:  # and none of the output got into the results
                self.assertEqual(read("closed/log.jsonl")[0], "{")
                self.check(0, "report", "closed")

    def test_closed_pipe(self):
        for arguments in (["list", "cases"], ["list", "points"], ["run", self.path, *NARROW]):
            process = start(*arguments)
            process.stdout.readline()
            process.stdout.close()
            error = process.stderr.read()
            process.stderr.close()
            self.assertIn(process.wait(cli_bench.PATIENCE_S), (0, -13), error)
            self.assertEqual(error, "")

    def test_few_descriptors(self):
        few = ["sh", "-c", 'ulimit -n 20 && exec "$@"', "sh", cli_bench.PROGRAM]
        done = droptest("run", self.path, *NARROW, "--jobs", "40", program=few)
        self.assertEqual(done.returncode, 99, done.stderr)
        self.assertIn("cannot start workers", done.stderr)

    def test_as_nobody(self):
        """Without privileges it runs as well; what it may not write it says."""
        if os.getuid() or not os.access(cli_bench.PROGRAM, os.X_OK):
            self.skipTest("needs root to become nobody")
        nobody = {"user": 65534, "group": 65534, "extra_groups": []}
        os.makedirs(path_of("open"), exist_ok=True)
        os.chmod(path_of("open"), 0o777)
        try:
            done = droptest("run", f"{cli_bench.FOLDER}/{self.path}", *NARROW,
                            cwd=path_of("open"), **nobody)
        except PermissionError:
            self.skipTest("the program lies where nobody may go")
        self.assertEqual(done.returncode, 0, done.stderr + done.stdout)
        done = droptest("run", self.path, *NARROW, **nobody)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("Permission denied", done.stderr)


if __name__ == "__main__":
    sys.exit(cli_bench.main())
