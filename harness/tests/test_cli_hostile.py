#!/usr/bin/env python3
"""What a terminal has to bear: plug-ins that cannot be loaded, that crash, print and scribble, and
names full of escape sequences; and what it should get: columns, colours, progress."""
import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios

import cli_bench
from cli_bench import NARROW, Case, build, droptest, path_of, scenario, with_mine, write

ESCAPE = "\033[31mred\033]0;title\007\u202e\x9b"
COLOUR = re.compile(r"\033\[[0-9;]*m")

TABLE = r"""
static const struct dt_operation operations[] = { OP("read", once), { 0 } };
const struct dt_target dt_targets_v1[] = { TARGET("t", operations), { 0 } };
"""
CONSTRUCTOR = cli_bench.OPERATIONS + TABLE + r"""
#include <signal.h>
#include <unistd.h>
static void __attribute__((constructor)) begin(void) { %s; }
"""
PRINTS = 'printf("\\033[2J\\033[31mgarbage\\n"); fprintf(stderr, "\\007\\n")'
WITH_CREATE = cli_bench.OPERATIONS + r"""
static int create(void *session, const struct dt_setup *setup, struct dt_io *io)
{
	(void)session, (void)setup, (void)io;
	%s;
	return 0;
}
static const struct dt_operation operations[] = { OP("read", once), { 0 } };
const struct dt_target dt_targets_v1[] = { { .size = sizeof(struct dt_target), .name = "t",
	.summary = "", .operations = operations, .create = create }, { 0 } };
"""
PRINTING = cli_bench.OPERATIONS + r"""
static ssize_t talk(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	ssize_t n = dt_read(io, buffer->data, buffer->size);
	(void)session;
	printf("\033[2J\033]0;stolen\007garbage \x9b \xe2\x80\xae\n");
	fflush(stdout);
	return n;
}
static const struct dt_operation operations[] = { OP("read", talk), { 0 } };
const struct dt_target dt_targets_v1[] = { TARGET("t", operations), { 0 } };
"""


class Terminal:
    """Runs the program on a terminal of that width; what it wrote, and its exit code."""

    def __init__(self, columns, *arguments, **environment):
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        environment = dict(with_mine(), **{"TERM": "xterm", "NO_COLOR": "", **environment})
        with subprocess.Popen([cli_bench.PROGRAM, *arguments], cwd=cli_bench.FOLDER, stdin=slave,
                              stdout=slave, stderr=slave, env=environment,
                              start_new_session=True) as process:
            os.close(slave)
            self.bytes = b"".join(iter(lambda: self.read(master), b""))
            self.code = process.wait(cli_bench.PATIENCE_S)
        os.close(master)
        self.text = self.bytes.decode().replace("\r\n", "\n")
        # Without the line of progress, which is taken away before anything else is printed.
        shown = re.sub(r"\r\033\[K[^\n\r]*(?=\r)", "", self.text).replace("\r\033[K", "")
        self.lines = COLOUR.sub("", shown).splitlines()

    @staticmethod
    def read(master):
        try:
            return os.read(master, 65536)
        except OSError:
            return b""


class PlugIns(Case):
    def refused_plugin(self, told, path):
        for arguments in (("run", "--target", path), ("list", "targets", "--target", path),
                          ("replay", "--target", path, "dt1 target=x/t op=read")):
            done = self.refused(told, *arguments)
            self.assert_clean(done.stderr)

    def test_what_is_none(self):
        write("text.so", "not a plug-in\n")
        self.refused_plugin("text.so", "./text.so")
        write("empty.so", "")
        self.refused_plugin("file too short", "./empty.so")
        os.makedirs(path_of("folder.so"), exist_ok=True)
        self.refused_plugin("is not a file", "./folder.so")
        build("Bad-Name", cli_bench.OPERATIONS + TABLE)
        self.refused_plugin("use a-z, 0-9", "./Bad-Name.so")

    def test_wrong_tables(self):
        for told, source in (
                ("exports no dt_targets_v1", TABLE.replace("targets_v1", "targets_v2")),
                ("its size must be", TABLE.replace("TARGET(\"t\"", "{ .size = 8, .name = \"t\" }, "
                                                   "TARGET(\"t\"")),
                ("its name must be", TABLE.replace('"t"', r'"t\033[31m"')),
                ("crashed while it was loaded",
                 TABLE.replace('TARGET("t", operations)',
                               '{ .size = sizeof(struct dt_target), .name = (char *)8 }'))):
            path = build("table", cli_bench.OPERATIONS + source)
            self.refused_plugin(told, path)

    def test_constructors(self):
        for told, body in (("crashed while it was loaded", "raise(SIGSEGV)"),
                           ("crashed while it was loaded", "abort()"),
                           ("(Killed)", "raise(SIGKILL)"),
                           ("ended the process with status 3", "exit(3)")):
            self.refused_plugin(told, build("begins", CONSTRUCTOR % body))

    def test_a_bad_one_on_the_path_is_told_and_passed_over(self):
        build("onpath/begins", CONSTRUCTOR % "abort()")
        environment = dict(os.environ, DROPTEST_TARGET_PATH=path_of("onpath"))
        done = droptest("run", "canary", *NARROW, env=environment)
        self.assertEqual(done.returncode, 1)
        self.assertIn("onpath/begins.so' crashed", done.stderr)

    def test_printing_while_loaded(self):
        path = build("prints", CONSTRUCTOR % PRINTS)
        done = self.check(0, "run", "--target", path, *NARROW, "--trials", "20")
        self.assertNotIn("garbage", done.stdout + done.stderr)
        self.assert_clean(done.stdout + done.stderr)

    def test_create(self):
        for body, told in (("raise(11)", "crash: "), ("exit(0)", "crash: "),
                           ("return -5", "create() of target t failed")):
            path = build("creates", "#include <signal.h>\n" + WITH_CREATE % body)
            done = droptest("run", "--target", path, *NARROW, "--trials", "20")
            self.assertIn(done.returncode, (1, 99), done.stdout + done.stderr)
            self.assertIn(told, done.stdout)
            self.assertRegex(done.stdout, r"(?m)^seed: 0x7$")


class Escapes(Case):
    def test_what_targets_print(self):
        path = build("talks", PRINTING)
        done = self.check(0, "run", "--target", path, *NARROW, "--trials", "20", "-v")
        self.assertIn(r"\x1b[2J\x1b]0;stolen\x07garbage \x9b \u{202e}", done.stderr)
        self.assert_clean(done.stdout + done.stderr)
        done = self.check(0, "replay", "--trace", "--target", path, "dt1 target=talks/t op=read")
        self.assertIn("garbage", done.stderr)
        self.assertNotIn("garbage", done.stdout)
        self.assert_clean(done.stdout + done.stderr)

    def test_summaries(self):
        path = build("summary", '#define SUMMARY "\\033[31m red\\n"\n' + cli_bench.OPERATIONS
                     + TABLE)
        done = self.check(0, "list", "targets", "-v", "--target", path)
        self.assertIn(r"\x1b[31m red\x0a", done.stdout)
        self.assert_clean(done.stdout)

    def test_arguments_and_files(self):
        write(f"dir-{ESCAPE}/bad.yaml", "scenario: bad\nwirse: x\n")
        write(f"dir-{ESCAPE}/good.yaml", "scenario: good\nstream: 512\n"
              "targets: {reference/read: pass}\n")
        for arguments in (["run", ESCAPE], ["run", "--" + ESCAPE], [ESCAPE], ["list", ESCAPE],
                          ["run", "--seed", ESCAPE], ["run", "--target", ESCAPE],
                          ["run", "--target", ESCAPE + ".so"], ["run", "--filter", ESCAPE],
                          ["run", "--tag", ESCAPE], ["run", "--out", "/proc/" + ESCAPE],
                          ["run", f"dir-{ESCAPE}"], ["run", "--resume", ESCAPE],
                          ["replay", ESCAPE], ["replay", "dt1 " + ESCAPE], ["report", ESCAPE],
                          ["run", "--wire", ESCAPE], ["doctor", ESCAPE], ["validate", ESCAPE]):
            with self.subTest(arguments=arguments):
                done = self.check(2, *arguments)
                self.assert_clean(done.stdout + done.stderr)
        path = f"dir-{ESCAPE}/good.yaml"
        for arguments in (["run", path, *NARROW, "--out", f"out{ESCAPE}", "-v"],
                          ["list", "cases", path], ["list", "scenarios", path],
                          ["report", f"out{ESCAPE}"]):
            done = self.check(0, *arguments)
            self.assert_clean(done.stdout + done.stderr)
            self.assertIn(r"\x1b[31mred", done.stdout)

    def test_replay_commands_survive_the_shell(self):
        for name in ("it's here", "a b", "new\nline", "$HOME"):
            build(f"{name}/mine", cli_bench.MINE)
            done = self.check(1, "run", "--target", f"./{name}/mine.so", *NARROW, "--trials",
                              "100", "-q", "--filter", "bad")
            self.assert_clean(done.stdout)
            command = re.search(r"(?m)^ +(\S*droptest replay .*target=mine/bad .*)$",
                                done.stdout)[1]
            replay = subprocess.run(["bash", "-c", command], cwd=cli_bench.FOLDER, check=False,
                                    capture_output=True, text=True, timeout=60)
            self.assertEqual(replay.returncode, 1, command + replay.stderr)
            self.assertIn("lost: ", replay.stdout)

    def test_not_utf_8(self):
        for name in (b"dir-\xff", b"dir-\xc3"):
            folder = os.path.join(cli_bench.FOLDER.encode(), name)
            os.makedirs(folder, exist_ok=True)
            with open(os.path.join(folder, b"good.yaml"), "w", encoding="ascii") as file:
                file.write("scenario: good\nstream: 512\ntargets: {reference/read: pass}\n")
            done = self.check(0, "run", name + b"/good.yaml", *NARROW, "--json")
            self.assertIn(r"dir-\\x", done.stdout)


class Looks(Case):
    def test_width(self):
        long_name = "a-name-that-is-as-long-as-a-name-of-a-tar"[:40]
        build("wide", cli_bench.OPERATIONS + TABLE.replace('"t"', f'"{long_name}"'))
        path = scenario("wide", f"targets: {{wide/{long_name}: {{met: atomic, also: [hang, leak]}},"
                        " reference/read: pass}")
        for columns in (50, 80, 132):
            with self.subTest(columns=columns):
                shown = Terminal(columns, "run", path, *NARROW, "--trials", "50")
                self.assertEqual(shown.code, 0, shown.text)
                # Names and commands are not cut; everything else keeps within the terminal.
                rest = [line for line in shown.lines
                        if long_name not in line and "cancellations" not in line]
                self.assertLessEqual(max(map(len, rest)), columns, "\n".join(rest))
                self.assertTrue(any(f"wide/{long_name}.read" in line for line in shown.lines))

    def test_columns(self):
        build("wide", cli_bench.OPERATIONS + TABLE.replace('"t"', '"' + "n" * 40 + '"'))
        path = scenario("columns", f"targets: {{wide/{'n' * 40}: pass, reference/read: pass}}")
        done = self.check(0, "run", path, *NARROW, "--trials", "50", env=with_mine())
        rows = [line for line in done.stdout.splitlines() if line.startswith("  ok")]
        title = next(line for line in done.stdout.splitlines() if "declared" in line)
        self.assertEqual({line.index("atomic") for line in rows}, {title.index("declared")})

    def test_colours(self):
        path = scenario("colours", "targets: {mine/bad: pass}")
        arguments = ["run", path, *NARROW]
        self.assertIn("\033[1;31mFAIL\033[0m", Terminal(100, *arguments).text)
        for environment in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
            self.assertNotRegex(Terminal(100, *arguments, **environment).text, COLOUR)
        self.assert_clean(self.check(1, *arguments, env=with_mine()).stdout)

    def test_progress(self):
        path = scenario("progress", "budget: {trials: 20000}\ntargets: {reference/read: pass}")
        arguments = ["run", path, *NARROW, "--max-time", "1s"]
        shown = Terminal(60, *arguments)
        bars = re.findall(r"\r\033\[K(\[[^\r]*)", shown.text)
        self.assertGreater(len(bars), 2, shown.text)
        self.assertLess(max(map(len, bars)), 60)
        self.assertNotIn("[..", "\n".join(shown.lines))
        self.assertNotIn("[..", Terminal(60, *arguments, "-q").text)
        self.assertNotIn("[..", Terminal(60, *arguments, TERM="dumb").text)
        self.assertEqual(self.check(0, *arguments).stderr, "")

    def test_others(self):
        for arguments in (["doctor"], ["list", "points"], ["list", "scenarios"], ["run", "--help"],
                          ["list", "targets", "-v"]):
            for columns in (60, 100):
                shown = Terminal(columns, *arguments)
                self.assertEqual(shown.code, 0)
                wide = [line for line in shown.lines if len(line) > columns
                        and not line.startswith(("  in ", "  option", "  droptest"))
                        and not re.match(r"[\w/:-]+: ", line)]
                self.assertEqual(wide, [])


if __name__ == "__main__":
    sys.exit(cli_bench.main())
