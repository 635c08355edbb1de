#!/usr/bin/env python3
"""Where io_uring is not to be had everything says why and what to do, and exits with 77.

The fourth argument is the program no_io_uring, the fifth the folder of the scripts.
"""
import os
import shutil
import subprocess
import sys

import cli_bench
from cli_bench import Case, droptest, path_of, write

PLAN = "dt1 target=reference/read op=read"
# What a filter answers, what the program says of it, and the remedy.
BLOCKS = (("EPERM", "Operation not permitted", "--security-opt seccomp=unconfined"),
          ("ENOSYS", "Function not implemented", "seccomp"))


class Blocked(Case):
    def blocked(self, error):
        return [cli_bench.EXTRA[0], error, cli_bench.PROGRAM]

    def test_commands(self):
        for error, told, remedy in BLOCKS:
            for code, *arguments in ((77, "run", "canary"), (77, "replay", PLAN),
                                     (77, "replay", "--in-process", PLAN),
                                     (77, "run", "--target", "./mine.so", "--json"),
                                     (3, "run", "canary", "--fail-on-skip")):
                with self.subTest(error=error, arguments=arguments):
                    done = self.check(code, *arguments, program=self.blocked(error))
                    self.assertIn("nothing can run here", done.stderr)
                    self.assertIn(told, done.stderr)
                    self.assertIn(remedy, done.stderr)
                    self.assertEqual(done.stdout, "")
                    self.assertFalse(os.path.exists(path_of("droptest-results")))

    def test_usage_comes_first(self):
        for arguments in (["run", "no-such-suite"], ["replay", "dt1 x"], ["run", "--nonsense"]):
            self.check(2, *arguments, program=self.blocked("EPERM"))

    def test_what_needs_no_ring(self):
        for arguments in (["list", "targets"], ["list", "points"], ["validate"], ["--help"]):
            self.check(0, *arguments, program=self.blocked("EPERM"))
        done = self.check(0, "list", "rings", program=self.blocked("EPERM"))
        self.assertEqual(done.stdout.count("NOT HERE"), 4)

    def test_doctor(self):
        for error, told, remedy in BLOCKS:
            done = self.check(77, "doctor", program=self.blocked(error))
            self.assertRegex(done.stdout, rf"(?m)^FAIL +io_uring +io_uring_setup: {told}$")
            text = " ".join(done.stdout.split())
            self.assertIn(remedy, text)
            self.assertIn("Nothing can run here.", text)
            done = self.check(77, "doctor", "--json", program=self.blocked(error))
            self.assertIn('"able": false', done.stdout)

    def test_resume(self):
        if droptest("doctor").returncode:
            self.skipTest("needs results to go on with")
        write("suite/one.yaml", "scenario: one\nstream: 512\ntargets: {reference/read: pass}\n")
        self.check(0, "run", "suite/one.yaml", "--trials", "20", "--out", "before")
        self.check(77, "run", "--resume", "before", program=self.blocked("EPERM"))
        self.check(0, "report", "before", program=self.blocked("EPERM"))


class Scripts(Case):
    """On a copy of the scripts, with a build that is there already."""

    def setUp(self):
        shutil.rmtree(path_of("tree"), ignore_errors=True)
        shutil.copytree(cli_bench.EXTRA[1], path_of("tree/script"))
        os.makedirs(path_of("tree/build"))
        write("tree/build/build.ninja", "")
        os.symlink(cli_bench.PROGRAM, path_of("tree/build/droptest"))
        write("bin/meson", "#!/bin/sh\nexit 0\n")
        os.chmod(path_of("bin/meson"), 0o755)

    def test_scripts(self):
        environment = dict(os.environ, PATH=path_of("bin") + ":" + os.environ["PATH"])
        for script in ("demo", "test"):
            with self.subTest(script=script):
                done = subprocess.run(
                    [cli_bench.EXTRA[0], "EPERM", "bash", path_of(f"tree/script/{script}")],
                    env=environment, capture_output=True, text=True, check=False,
                    stdin=subprocess.DEVNULL, timeout=cli_bench.PATIENCE_S)
                self.assertEqual(done.returncode, 77, done.stdout + done.stderr)
                self.assertIn("nothing can run here", done.stderr)
                self.assertIn("--security-opt seccomp=unconfined", " ".join(done.stderr.split()))


if __name__ == "__main__":
    sys.exit(cli_bench.main(needs_io_uring=False))
