#!/usr/bin/env python3
"""Runs that are interrupted, killed, and gone on with: signals as terminals send them, SIGKILL of
the program and of its workers at random moments, and what may not change in between."""
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time

import cli_bench
from cli_bench import NARROW, TAIL, Case, build, droptest, path_of, read, scenario, start, write

ENDLESS = "budget: {trials: 1000000000}\ntargets: {reference/read: pass}"


def alive(pid):
    """Is there such a process, and is it more than a zombie?"""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            return file.read().split()[2] != "Z"
    except OSError:
        return False


def workers_of(process):
    try:
        with open(f"/proc/{process.pid}/task/{process.pid}/children", encoding="utf-8") as file:
            return [int(pid) for pid in file.read().split()]
    except OSError:
        return []


def records(folder, kind):
    lines = read(f"{folder}/log.jsonl").splitlines(keepends=True)
    found = [json.loads(line) for line in lines if line.endswith("\n")]
    return [record for record in found if record["t"] == kind]


class Interrupt(Case):
    def begin(self, folder, *more, **how):
        """A run that would never end, once its workers are there."""
        shutil.rmtree(path_of(folder), ignore_errors=True)
        process = start("run", scenario("long", ENDLESS), *NARROW, "--out", folder, *more, **how)
        self.addCleanup(process.kill)
        rows = path_of(f"{folder}/log.jsonl")
        while not os.path.exists(rows) or not workers_of(process):
            self.assertIsNone(process.poll())
        return process

    def check_summary(self, process, told="interrupted"):
        out, error = process.communicate(timeout=cli_bench.PATIENCE_S)
        self.assertEqual(process.returncode, 3, out + error)
        self.assertRegex(out.splitlines()[-1], TAIL)
        self.assertEqual(out.splitlines()[-2], "seed: 0x7")
        self.assertIn(told, out)
        self.assertIn("finishing the trial", error)
        return out

    def test_once(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            process = self.begin("once")
            process.send_signal(number)
            out = self.check_summary(process)
            self.assertIn("droptest run --resume once", out)
            report = droptest("report", "once")
            self.assertEqual(report.stdout.splitlines(), out.splitlines()[1:])

    def test_once_to_the_whole_group(self):
        """As a terminal does it: the workers get it, too."""
        process = self.begin("group", start_new_session=True)
        os.killpg(process.pid, signal.SIGINT)
        out = self.check_summary(process)
        self.assertNotIn("crash", out)

    def test_twice(self):
        process = self.begin("twice", start_new_session=True)
        while not records("twice", "part"):  # it is within the case
            self.assertIsNone(process.poll())
            time.sleep(0.01)
        workers = workers_of(process)
        # A stopped worker cannot finish its trial, so the first one cannot end the run.
        for worker in workers:
            os.kill(worker, signal.SIGSTOP)
        os.killpg(process.pid, signal.SIGINT)
        line = ""
        while "finishing the trial" not in line:
            line = process.stderr.readline()
        self.assertIsNone(process.poll())
        os.killpg(process.pid, signal.SIGINT)
        out, error = process.communicate(timeout=cli_bench.PATIENCE_S)
        self.assertEqual(process.returncode, 130, out + error)
        self.assertIn("stopped", error)
        self.assertIn("seed: 0x7\n", error)
        self.assertIn("--resume twice", error)
        for worker in workers:
            while alive(worker):
                pass

    def test_workers_die_with_it(self):
        process = self.begin("orphans")
        workers = workers_of(process)
        process.kill()
        process.communicate()
        for worker in workers:
            while alive(worker):
                pass

    def test_a_long_case_is_not_lost(self):
        """A kill costs what came after the last part, not the whole case."""
        process = self.begin("parts")
        while not records("parts", "part"):
            self.assertIsNone(process.poll())
            time.sleep(0.01)
        process.kill()
        process.communicate()
        part = records("parts", "part")[-1]
        report = json.loads(self.check(0, "report", "parts", "--json", "--html",
                                       "parts.html").stdout)
        self.assertEqual((report["cases"][0]["trials"], report["left"]), (part["trials"], 1))
        process = start("run", "--resume", "parts")
        self.addCleanup(process.kill)
        while len(records("parts", "part")) < 2:
            self.assertIsNone(process.poll())
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=cli_bench.PATIENCE_S)
        parts = [record["trials"] for record in records("parts", "part")]
        self.assertEqual(parts, sorted(set(parts)))
        self.assertEqual(len(records("parts", "resume")), 1)


class Resume(Case):
    RUN = ["--trials", "600", "--json"]

    def arguments(self):
        path = scenario("many", "targets: {reference/read: pass, mine/bad: {violation: lost, "
                        "also: [corrupted]}, reference/read_exact: {met: terminal}}")
        return ["run", path, "writers/queue", *NARROW, *self.RUN]

    def test_any_moment(self):
        """Killed again and again, itself and its workers, it comes to the same result."""
        environment = cli_bench.with_mine()
        begun = time.monotonic()
        whole = droptest(*self.arguments(), "--out", "whole", env=environment)
        lasted = time.monotonic() - begun
        chance = random.Random(1)
        self.assertIn(whole.returncode, (0, 1), whole.stderr)
        for number in range(3):
            folder = f"cut{number}"
            kills = self.torment([*self.arguments(), "--out", folder], folder, lasted, chance,
                                 environment)
            done = droptest("run", "--resume", folder, "--json", env=environment)
            self.assertEqual(self.differences(whole.stdout, done.stdout), [],
                             f"after {kills} kills: {done.stderr}")
            self.assertEqual((done.returncode, done.stdout), (whole.returncode, whole.stdout))
            self.assertEqual(self.rows(folder), self.rows("whole"))

    @staticmethod
    def differences(left, right):
        pairs = zip(json.loads(left)["cases"], json.loads(right)["cases"])
        return [(one, other) for one, other in pairs if one != other]

    def torment(self, arguments, folder, lasted, chance, environment):
        """Runs, kills, resumes until it ends by itself; returns how often it was killed."""
        kills = 0
        while True:
            process = subprocess.Popen([cli_bench.PROGRAM, *arguments], cwd=cli_bench.FOLDER,
                                       stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                       env=environment)
            log = path_of(f"{folder}/log.jsonl")
            before = os.path.getsize(log) if os.path.exists(log) else -1
            for _ in range(3):
                end = time.monotonic() + chance.uniform(0, lasted * 0.3)
                while time.monotonic() < end and process.poll() is None:
                    time.sleep(0.01)
                # Once something was written those that are there are workers.
                if os.path.exists(log) and os.path.getsize(log) != before:
                    self.kill(chance.choice(workers_of(process) or [0]))
            if process.poll() is not None or kills == 4:
                error = process.communicate()[1]
                self.assertIn(process.returncode, (0, 1), error)
                return kills
            process.kill()
            process.communicate()
            kills += 1
            if os.path.exists(path_of(f"{folder}/run.json")):
                self.check(0, "report", folder)
                arguments = ["run", "--resume", folder, "--json"]

    @staticmethod
    def kill(pid):
        try:
            if pid:
                os.kill(pid, signal.SIGKILL)
        except OSError:
            pass

    @staticmethod
    def rows(folder):
        with open(path_of(f"{folder}/rows.bin"), "rb") as file:
            data = file.read()
        return {data[at:at + 32] for at in range(32, len(data), 32)}

    def begun(self, folder, *more):
        """A run that was interrupted after its first case; returns its arguments."""
        first = scenario("first", "targets: {reference/read: pass}")
        process = start("run", first, scenario("last", ENDLESS), *NARROW, *more, "--out", folder)
        while not (os.path.exists(path_of(f"{folder}/log.jsonl")) and records(folder, "case")):
            self.assertIsNone(process.poll())
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=cli_bench.PATIENCE_S)

    def test_of_what_changed(self):
        self.begun("changed")
        write("suite/last.yaml", read("suite/last.yaml").replace("stream: 512", "stream: 513"))
        self.refused("'suite/last.yaml' has changed", "run", "--resume", "changed", code=4)
        os.unlink(path_of("suite/last.yaml"))
        self.refused("last.yaml", "run", "--resume", "changed")

    def test_of_another_plan(self):
        self.begun("other")
        kept = read("other/run.json")
        for before, after in (('"seed": "0x7"', '"seed": "0x8"'),
                              (f'"droptest": "{self.version()}"', '"droptest": "0.0.1"'),
                              ('"filter": null', '"filter": "first"')):
            self.assertIn(before, kept)
            write("other/run.json", kept.replace(before, after))
            self.refused("cannot resume", "run", "--resume", "other", code=4)
        write("other/run.json", kept.replace('"suites"', '"other"'))
        self.refused("does not say how", "run", "--resume", "other")

    def version(self):
        return self.check(0, "--version").stdout.split()[1]

    def test_of_another_program(self):
        """A plug-in that was built anew would give the results of two programs."""
        build("moving/mine", cli_bench.MINE)
        target = path_of("moving/mine.so")
        process = start("run", "--target", target, *NARROW, "--trials", "1000000",
                        "--out", "moved")
        while not os.path.exists(path_of("moved/log.jsonl")):
            self.assertIsNone(process.poll())
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=cli_bench.PATIENCE_S)
        build("moving/mine", cli_bench.MINE + "int changed = 1;\n")
        self.refused("has changed since the run was begun", "run", "--resume", "moved", code=4)

    def test_refusals(self):
        os.makedirs(path_of("bare"), exist_ok=True)
        self.begun("fixed")
        for told, *arguments in (
                ("'nowhere': No such file", "--resume", "nowhere"),
                ("run.json", "--resume", "bare"),
                ("--seed cannot be given with --resume", "--resume", "fixed", "--seed", "7"),
                ("--wire cannot be given", "--resume", "fixed", "-w", "tcp"),
                ("--out cannot be given", "--resume", "fixed", "--out", "elsewhere"),
                ("'writers' cannot be given", "--resume", "fixed", "writers")):
            with self.subTest(arguments=arguments):
                self.refused(told, "run", *arguments)

    def test_from_another_folder(self):
        """The names of then mean what they meant; what is asked for now stands here."""
        self.begun("elsewhere", "--trials", "50")
        self.addCleanup(shutil.rmtree, path_of("here"))
        os.makedirs(path_of("here"))
        done = self.check(0, "run", "--resume", "../elsewhere", "--html", "page.html", "--jobs",
                          "1", cwd=path_of("here"))
        self.assertRegex(done.stdout, r"^seed: 0x7 \(2 cases, [12] of them complete, 1 worker\)")
        self.assertTrue(os.path.exists(path_of("here/page.html")))
        done = self.check(0, "run", "--resume", "elsewhere")
        self.assertIn("nothing is left to be run", done.stderr)
        self.assertEqual(self.tail(done), (2, 0, 0))

    def test_what_is_left_of_the_time(self):
        self.begun("timed", "--max-time", "1h")
        done = self.check(0, "run", "--resume", "timed", "--max-time", "1s")
        self.assertEqual(self.tail(done), (2, 0, 0))
        self.assertTrue(re.search(r"\d+ trials in", done.stdout.replace(",", "")))


if __name__ == "__main__":
    sys.exit(cli_bench.main())
