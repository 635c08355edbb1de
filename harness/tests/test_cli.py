#!/usr/bin/env python3
"""The command line from outside: help, mistakes and their remedies, lists, validation."""
import os
import sys
import unittest

import cli_bench
from cli_bench import Case, build, droptest, scenario, with_mine, write

COMMANDS = ("run", "replay", "report", "list", "validate", "doctor")


class Help(Case):
    def test_help(self):
        for command in COMMANDS:
            for arguments in ((command, "--help"), (command, "-h"), ("help", command)):
                with self.subTest(arguments=arguments):
                    done = self.check(0, *arguments)
                    self.assertIn(f"Usage: droptest {command}", done.stdout)
                    self.assertIn("Examples:", done.stdout)
                    self.assertIn("Exit status:", done.stdout)
                    self.assertEqual(done.stderr, "")
                    self.assertLessEqual(max(map(len, done.stdout.splitlines())), 80)

    def test_program(self):
        for arguments in (["--help"], ["-h"], ["help"]):
            text = self.check(0, *arguments).stdout
            for word in COMMANDS + ("Exit status:", "DROPTEST_TARGET_PATH", "NO_COLOR"):
                self.assertIn(word, text)
        self.assertRegex(self.check(0, "--version").stdout, r"^droptest \d+\.\d+\.\d+\n$")

    def test_every_option_is_in_the_help(self):
        wanted = {"run": "target wire ring filter tag expect seed trials max-time max-failures "
                         "jobs out html json fail-on-skip quiet verbose resume",
                  "replay": "trace target repeat in-process", "report": "html json",
                  "list": "target wire ring filter tag expect verbose", "doctor": "json",
                  "validate": "schema targets quiet"}
        for command, options in wanted.items():
            text = self.check(0, command, "--help").stdout
            for option in options.split():
                self.assertIn(f"--{option}", text)


class Mistakes(Case):
    def test_commands_and_options(self):
        for told, *arguments in (
                ("Usage:",),
                ("did you mean 'run'?", "rum"),
                ("did you mean '--help'?", "--hepl"),
                ("there is no command 'xyzzy'", "xyzzy"),
                ("there is no command 'rnu'", "help", "rnu"),
                ("no option '--wrie'; did you mean '--wire'?", "run", "--wrie=unix"),
                ("there is no option '--nonsense'", "run", "--nonsense"),
                ("there is no option '-x'", "run", "-x"),
                ("'--t' may be '--target' or '--tag'", "run", "--t", "x"),
                ("--wire needs a value", "run", "--wire"),
                ("-w needs a value", "run", "-w"),
                ("--json takes no value", "run", "--json=yes"),
                ("--quiet and --verbose exclude", "run", "-q", "-v"),
                ("did you mean 'targets'?", "list", "target"),
                ("targets, scenarios, cases", "list"),
                ("'unix': the list of wires", "list", "wires", "unix"),
                ("doctor takes no arguments", "doctor", "now"),
                ("the results folder is missing", "report"),
                ("one results folder at a time", "report", "a", "b"),
                ("the schema is one for all", "validate", "--schema", "a.yaml")):
            with self.subTest(arguments=arguments):
                self.refused(told, *arguments)

    def test_values(self):
        for told, *arguments in (
                ("--wire: there is no 'unxi'; did you mean 'unix'?", "--wire", "unxi"),
                ("it is one of: pipe, unix, tcp", "--wire", "unix,"),
                ("plain, coop, defer, sqpoll", "--ring", "fast"),
                ("--max-time: '30' is not a time", "--max-time", "30"),
                ("--max-time: 'soon' is not", "--max-time", "soon"),
                ("--max-time: '0s' is not", "--max-time", "0s"),
                ("--max-time: '99999999999h' is not", "--max-time", "99999999999h"),
                ("--out: the name of the folder is empty", "--out", ""),
                ("--html: '-' is not a file's name", "--html", "-")):
            with self.subTest(arguments=arguments):
                self.refused(told, "run", *arguments)
        for option, values in (
                ("seed", ("x", "-1", "", "0x", "1e3", "0x10000000000000000", " 1", "+1")),
                ("trials", ("0", "-1", "1k", "99999999999")),
                ("jobs", ("0", "-1", "1000", "2.0", "two")),
                ("max-failures", ("-1", "many"))):
            for value in values:
                with self.subTest(option=option, value=value):
                    self.refused(f"--{option}: '{value}' is not a number from",
                                 "run", f"--{option}={value}")

    def test_names(self):
        for told, *arguments in (
                ("bundled suite 'writer'; did you mean 'writers'?", "writer"),
                ("did you mean 'writers/queue'?", "writers/queeu"),
                ("bundled suite 'no-such-thing'; see", "no-such-thing"),
                ("No such file", "./missing.yaml"),
                ("run with --target ./mine.so", "./mine.so"),
                ("no target 'reed'; did you mean 'read'?", "--target", "reed"),
                ("did you mean 'broken/local_progress'?", "--target", "broken/local_progres"),
                ("there is no target 'xyzzyx'; see", "--target", "xyzzyx"),
                ("no target 'nobody/*'", "--target", "nobody/*"),
                ("'./missing.so' cannot be opened", "--target", "./missing.so"),
                ("none for target 'relay'", "canary", "--target", "relay"),
                ("no scenario has the tag 'canray'; did you mean 'canary'?",
                 "canary", "--tag", "canray"),
                ("has the tag 'slow'; these have no tags", "writers", "--tag", "slow"),
                ("'!writers' matches none of", "writers", "--filter", "!writers"),
                ("did you mean 'relay'?", "writers", "--filter", "realy"),
                ("none with this expectation", "suite/pipes.yaml", "--expect", "met"),
                ("'violate'", "suite/pipes.yaml", "--expect", "violate"),
                ("on these wires and rings", "suite/pipes.yaml", "--wire", "tcp")):
            scenario("pipes", "wires: [pipe]\ntargets: {reference/read: pass}")
            with self.subTest(arguments=arguments):
                self.refused(told, "run", *arguments)

    def test_empty_folders(self):
        os.makedirs(cli_bench.path_of("hollow"), exist_ok=True)
        for command in ("run", "validate"):
            self.refused("no scenario files (*.yaml)", command, "hollow")
        self.refused("no scenario files (*.yaml)", "list", "cases", "hollow")

    def test_scenario_errors(self):
        write("suite/wrong.yaml", "scenario: wrong\nwirse: [unix]\ntargets: {read: pass}\n")
        for command in ("run", "validate"):
            done = self.refused("wrong.yaml:2:1: error: ", command, "suite/wrong.yaml")
            self.assertIn("did you mean 'wires'?", done.stderr)
        path = scenario("unknown", "targets: {reed_exact: pass}")
        self.assertIn("unknown.yaml:3:", self.refused("reed_exact", "run", path).stderr)
        self.check(0, "validate", path)
        self.refused("reed_exact", "validate", "--targets", path)
        path = scenario("operation", "targets: {reference/read.raed: pass}")
        self.refused("no operation 'raed'; did you mean 'read'?", "run", path)

    def test_one_id_twice(self):
        again = "targets: {reference/read: pass}"
        self.check(0, "list", "cases", scenario("one", again), "suite/one.yaml", "./suite/one.yaml")
        write("other/suite/one.yaml", f"scenario: one\n{again}\n")
        self.refused("both make the case 'suite/one:", "run", "suite/one.yaml",
                     "other/suite/one.yaml")

    def test_too_many_cases(self):
        text = "".join(f"  - {{target: mine/good, options: {{n: {i}}}, met: atomic}}\n"
                       for i in range(500))
        paths = [scenario(f"many{i}", f"targets:\n{text}") for i in range(5)]
        options = 'static const struct dt_option options[] = { { .name = "n", .initial = "0", ' \
                  '.summary = "" }, { 0 } };\n'
        source = cli_bench.MINE.replace("const struct dt_target dt", options + "const struct "
                                        "dt_target dt").replace(".operations = o }",
                                                                ".operations = o, "
                                                                ".options = options }")
        build("many/mine", source)
        environment = dict(os.environ, DROPTEST_TARGET_PATH=cli_bench.path_of("many"))
        self.refused("30000 cases, more than the 20000 of one run", "run", *paths,
                     env=environment)
        done = self.check(0, "list", "cases", paths[0], env=environment)
        self.assertEqual(len(set(done.stdout.splitlines())), 6000)

    def test_replay(self):
        for told, *arguments in (
                ("a plan or a file is missing",),
                ("one plan at a time", "dt1 a", "dt1 b"),
                ("neither a plan", "no-such-file"),
                ("not understood", "dt1 targt=x"),
                ("target", "dt1 wire=unix"),
                ("unknown target 'no/such'", "dt1 target=no/such op=read"),
                ("--target FILE.so", "dt1 target=no/such op=read"),
                ("did you mean 'read'?", "dt1 target=reference/read op=raed"),
                ("is not the file of a plug-in", "--target", "reference",
                 "dt1 target=reference/read op=read"),
                ("longer than any", "dt1 " + "x" * 9000),
                ("no option 'x'", "dt1 target=reference/read op=read opt=x=1"),
                ("--repeat: '0' is not", "-n", "0", "dt1 x")):
            with self.subTest(arguments=arguments):
                self.refused(told, "replay", *arguments)

    def test_report(self):
        self.refused("run.json", "report", "suite")
        write("torn/run.json", '{"version": 1, "seed": "0x1"}')
        self.refused("log.jsonl", "report", "torn")
        write("torn/log.jsonl", '{"t": "case"}\n')
        self.refused("line 1", "report", "torn")


class Lists(Case):
    def test_targets(self):
        self.assertIn("reference/read_exact", self.check(0, "list", "targets").stdout)
        text = self.check(0, "list", "targets", "-v", "--target", "broken/crash,real/*").stdout
        self.assertIn("broken/crash", text)
        self.assertRegex(text, r"(?m)^  in .*broken\.so$")
        self.assertNotIn("reference/", text)
        text = self.check(0, "list", "targets", "--target", "./mine.so").stdout
        self.assertEqual([line for line in text.splitlines() if ": " in line],
                         ["mine/bad: ", "mine/fatal: ", "mine/good: "])

    def test_scenarios(self):
        text = self.check(0, "list", "scenarios").stdout
        self.assertRegex(text, r"(?m)^  canary/canary +#canary  ")
        name = text.split()[-1 - text.split()[::-1].index("writers/queue")]
        self.assertIn("writers/queue:", self.check(0, "list", "cases", name).stdout)
        only = self.check(0, "list", "scenarios", "--tag", "canary").stdout
        self.assertEqual(len(only.splitlines()), 1)

    def test_cases(self):
        cases = self.check(0, "list", "cases", "tokio-contracts", "--wire", "unix").stdout
        self.assertRegex(cases, r"(?m)^tokio-contracts/read:reference/read\.read:unix:plain$")
        both = self.check(0, "list", "cases", "--target", "read_exact,read").stdout
        self.assertIn("reference/read.read", both)
        self.assertIn("reference/read_exact.read_exact", both)
        self.assertNotIn("write", both)

    def test_words(self):
        points = self.check(0, "list", "points").stdout
        for word in ("armed", "partial:kernel", "raced", "impossible", "scripted", "racing",
                     "cooked", "raw", "retry", "it has a rate, no certainty"):
            self.assertIn(word, points)
        self.assertEqual(len(self.check(0, "list", "wires").stdout.splitlines()), 3)
        self.assertEqual(len(self.check(0, "list", "rings").stdout.splitlines()), 4)

    def test_target_path(self):
        done = droptest("list", "targets", env=with_mine())
        self.assertIn("mine/good", done.stdout)
        environment = dict(os.environ, DROPTEST_TARGET_PATH=f"{cli_bench.FOLDER}/nowhere:::")
        done = self.check(0, "list", "targets", env=environment)
        self.assertIn("nowhere' cannot be opened", done.stderr)

    def test_doctor(self):
        done = self.check(0, "doctor")
        self.assertIn("Trials can run here.", done.stdout)
        self.assertEqual(done.stderr, "")
        self.assertIn('"able": true', self.check(0, "doctor", "--json").stdout)

    def test_validate(self):
        self.assertRegex(self.check(0, "validate", "--targets").stdout, r"^\d+ scenarios, all ")
        self.assertEqual(self.check(0, "validate", "-q").stdout, "")
        self.assertIn('"$schema"', self.check(0, "validate", "--schema").stdout)


if __name__ == "__main__":
    sys.exit(cli_bench.main())
