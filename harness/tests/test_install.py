#!/usr/bin/env python3
"""What is installed works, from anywhere: the program, plug-ins, the library, the page on it.

Arguments: meson, the build folder, the source folder. Everything is installed once into a folder of
its own, as into any prefix; nothing below reads the source or the build folder.
"""
import filecmp
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

MESON, BUILD, SOURCE = map(os.path.abspath, sys.argv[1:4])
ROOT = tempfile.mkdtemp(prefix="droptest-install-")
NOTHING_RAN = 77
STRICT = ["-Wall", "-Wextra", "-pedantic", "-Werror"]
C_COMPILERS = [["gcc", "-std=c11"], ["clang", "-std=c11"], ["gcc", "-std=c17"]]
CXX_COMPILERS = [["g++", "-std=c++17"], ["clang++", "-std=c++17"]]
TARGET = r"""
#include <droptest/target.h>
static ssize_t once(void *session, struct dt_io *io, struct dt_buffer *buffer)
{
	(void)session;
	return dt_read(io, buffer->data, buffer->size);
}
"""
PLUGIN_C = TARGET + r"""
static const struct dt_operation operations[] = {
	{ .size = sizeof(struct dt_operation), .name = "read", .summary = "one read",
	  .direction = DT_READER, .unit = DT_BYTES, .contract = DT_ATOMIC,
	  .progress = DT_BY_RESULT, .run = once },
	{ .name = NULL },
};
DT_EXPORT const struct dt_target dt_targets_v1[] = {
	{ .size = sizeof(struct dt_target), .name = "plain", .summary = "one read",
	  .operations = operations },
	{ .name = NULL },
};
"""
TABLE_CXX = TARGET + r"""
static const dt_operation operations[] = {
	{ sizeof(dt_operation), "read", "one read", DT_READER, DT_BYTES, DT_ATOMIC, DT_BY_RESULT, 0,
	  once },
	{ 0, nullptr, nullptr, DT_READER, DT_BYTES, DT_ATOMIC, DT_BY_RESULT, 0, nullptr },
};
#define ROW { sizeof(dt_target), "plain", "one read", operations, nullptr, 0, nullptr, nullptr, \
	nullptr }
"""
PLUGIN_CXX = TABLE_CXX + r"""
DT_EXPORT const dt_target dt_targets_v1[] = { ROW,
	{ 0, nullptr, nullptr, nullptr, nullptr, 0, nullptr, nullptr, nullptr } };
"""
# A program with names of its own that are names inside the library, too.
CHECK_C = "#include <droptest/check.h>\n#include <stdio.h>\n" + PLUGIN_C + r"""
int ring_init(void);
int ring_init(void) { return 3; }
int plan_init(void);
int plan_init(void) { return 4; }
int main(void)
{
	struct dt_check_options options = { .wires = "unix", .rings = "plain" };
	struct dt_check_result result;

	dt_check(&dt_targets_v1[0], "read", &options, &result);
	puts(result.message);
	dt_check_result_finish(&result);
	return result.verdict != DT_PASS || ring_init() + plan_init() != 7;
}
"""
CHECK_CXX = "#include <droptest/check.h>\n#include <cstdio>\n" + TABLE_CXX + r"""
static const dt_target mine = ROW;
int main()
{
	dt_check_options options{};
	dt_check_result result;

	options.wires = "unix";
	options.rings = "plain";
	dt_check(&mine, "read", &options, &result);
	std::puts(result.message);
	dt_check_result_finish(&result);
	return result.verdict;
}
"""


def run(command, folder=ROOT, **more):
    """In a folder that is neither source nor build; output and errors together."""
    shell = isinstance(command, str)
    done = subprocess.run(command, shell=shell, cwd=folder, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, timeout=300,
                          env={**os.environ, **more}, check=False)
    print(f"$ {command if shell else ' '.join(command)}\n{done.stdout}", flush=True)
    return done


def must(command, folder=ROOT, **more):
    done = run(command, folder, **more)
    assert done.returncode == 0, f"{command} ended with {done.returncode}: {done.stdout}"
    return done.stdout


def find(name):
    """The one installed file or link of that name."""
    found = [os.path.join(folder, name) for folder, _, names in os.walk(PREFIX) if name in names]
    assert len(found) == 1, f"{name}: {found}"
    return found[0]


def write(name, text):
    path = os.path.join(ROOT, "work", name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def compilers(commands):
    there = [command for command in commands if shutil.which(command[0])]
    assert there, f"none of {commands} is installed"
    return there


def flags(*arguments):
    return must(["pkg-config", *arguments, "droptest"]).split()


def install():
    """Installs into a folder and makes pkg-config find that, as if it were the prefix."""
    global PREFIX
    destination = os.path.join(ROOT, "installed")
    must([MESON, "install", "-C", BUILD, "--no-rebuild", "--destdir", destination])
    PREFIX = destination
    description = find("droptest.pc")
    text = read(description)
    prefix = re.search(r"^prefix=(.*)$", text, flags=re.M).group(1)
    PREFIX = destination + prefix
    with open(description, "w", encoding="utf-8") as file:
        file.write(text.replace(f"prefix={prefix}\n", f"prefix={PREFIX}\n", 1))
    os.environ["PKG_CONFIG_PATH"] = os.path.dirname(description)
    os.environ["LD_LIBRARY_PATH"] = os.path.dirname(os.path.dirname(description))
    return text


class Files(unittest.TestCase):
    def test_headers(self):
        folder = os.path.join(PREFIX, "include", "droptest")
        self.assertEqual(sorted(os.listdir(folder)), ["check.h", "target.h"])
        for name in os.listdir(folder):
            self.assertTrue(filecmp.cmp(os.path.join(folder, name), os.path.join(
                SOURCE, "harness", "include", "droptest", name), shallow=False), name)

    def test_description(self):
        version = run([os.path.join(PREFIX, "bin", "droptest"), "--version"]).stdout.split()[1]
        self.assertEqual(must(["pkg-config", "--modversion", "droptest"]).strip(), version)
        for folder in (SOURCE, BUILD):
            self.assertNotIn(os.path.realpath(folder), DESCRIPTION)
        for variable in ("targetdir", "scenariodir"):
            folder = must(["pkg-config", "--variable=" + variable, "droptest"]).strip()
            self.assertTrue(os.listdir(folder), folder)
        self.assertEqual(flags("--libs-only-l"), ["-ldroptest"])

    def test_pages(self):
        folder = os.path.dirname(find("NEWS.md"))
        for page, link in re.findall(r"\]\((docs/([\w-]+\.md))\)", read(folder + "/README.md")):
            self.assertTrue(os.path.exists(os.path.join(folder, page)), link)

    def test_symbols(self):
        for arguments in (["-D", find("libdroptest.so")], ["-g", find("libdroptest.a")]):
            names = re.findall(r"^\w+ [A-Z] (\w+)$", must(["nm", "--defined-only", *arguments]),
                               flags=re.M)
            self.assertEqual(sorted(names), ["dt_check_result_finish", "dt_check_sized",
                                             "dt_verdict_name"])
        self.assertRegex(must(["readelf", "-d", find("libdroptest.so")]),
                         r"soname: \[libdroptest\.so\.0\]")


class Program(unittest.TestCase):
    def droptest(self, *arguments, expected=0, program=None, **more):
        done = run([program or os.path.join(PREFIX, "bin", "droptest"), *arguments],
                   os.path.join(ROOT, "work"), **more)
        self.assertEqual(done.returncode, expected, done.stdout)
        return done.stdout

    def setUp(self):
        write("x", "")

    def test_lists(self):
        targets = self.droptest("list", "targets", "-v")
        self.assertIn("reference/read_exact: ", targets)
        self.assertIn("broken/", targets)
        scenarios = self.droptest("list", "scenarios", "-v")
        self.assertRegex(scenarios, f" {re.escape(PREFIX)}/share/droptest/scenarios/")
        for text in (targets, scenarios):
            self.assertNotIn(os.path.realpath(SOURCE) + "/", text)
            self.assertNotIn(os.path.realpath(BUILD) + "/", text)

    def test_suites(self):
        narrow = ["--wire", "unix", "--ring", "plain", "--seed", "3", "--max-time", "30s"]
        self.assertIn(" 0 failed", self.droptest("run", "tokio-contracts", *narrow))
        self.droptest("run", "canary", *narrow, expected=1)
        cases = self.droptest("run", "--filter", "read_exact.read_exact", *narrow)
        self.assertIn("tokio-contracts/read-exact", cases)
        self.assertIn("did you mean 'tokio-contracts'?",
                      self.droptest("run", "tokio-contract", expected=2))

    def test_moved(self):
        moved = os.path.join(ROOT, "moved")
        shutil.copytree(PREFIX, moved, symlinks=True)
        program = os.path.join(moved, "bin", "droptest")
        self.assertIn(moved, self.droptest("list", "scenarios", "-v", program=program))
        self.assertIn(moved, self.droptest("list", "targets", "-v", program=program))

    def test_target_path(self):
        library = os.path.join(ROOT, "work", "more", "mine.so")
        source = write("more/mine.c", PLUGIN_C)
        must(["gcc", "-shared", "-fPIC", *flags("--cflags"), source, "-o", library])
        self.assertNotIn("mine/", self.droptest("list", "targets"))
        for path in (os.path.dirname(library), library, f"/nowhere:{library}"):
            listed = self.droptest("list", "targets", DROPTEST_TARGET_PATH=path)
            self.assertIn("mine/plain", listed)
            self.assertIn("reference/read_exact", listed)


class Plugins(unittest.TestCase):
    def check(self, compiler, suffix, text):
        source = write("plugins/plain" + suffix, text)
        library = os.path.join(ROOT, "work", "plugins", "plain.so")
        must([*compiler, *STRICT, "-shared", "-fPIC", *flags("--cflags"), source, "-o", library])
        done = run([os.path.join(PREFIX, "bin", "droptest"), "run", "--target", library, "--wire",
                    "unix", "--ring", "plain", "--trials", "200"])
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("droptest: 1 passed, 0 failed", done.stdout)

    def test_c(self):
        for compiler in compilers(C_COMPILERS):
            with self.subTest(compiler=compiler):
                self.check(compiler, ".c", PLUGIN_C)

    def test_cxx(self):
        for compiler in compilers(CXX_COMPILERS):
            with self.subTest(compiler=compiler):
                self.check(compiler, ".cpp", PLUGIN_CXX)

    def test_headers_alone(self):
        """Each header stands alone, twice, and before or behind the other."""
        for names in (["check.h"], ["target.h", "check.h"], ["check.h", "target.h", "check.h"]):
            text = "".join(f"#include <droptest/{name}>\n" for name in names) + "extern int x;\n"
            for commands, suffix in ((C_COMPILERS, ".c"), (CXX_COMPILERS, ".cpp")):
                source = write("alone" + suffix, text)
                for compiler in compilers(commands):
                    must([*compiler, *STRICT, "-fsyntax-only", *flags("--cflags"), source])


class Library(unittest.TestCase):
    def check(self, compiler, suffix, text, libraries):
        source = write("check" + suffix, text)
        program = os.path.join(ROOT, "work", "check-" + compiler[0])
        must([*compiler, *STRICT, *flags("--cflags"), source, "-o", program, *libraries])
        self.assertIn("plain.read: pass: ", must([program]))
        return program

    def test_shared(self):
        libraries = flags("--libs")
        for compiler in compilers(C_COMPILERS):
            program = self.check(compiler, ".c", CHECK_C, libraries)
        self.assertIn(find("libdroptest.so.0"), must(["ldd", program]))
        for compiler in compilers(CXX_COMPILERS):
            self.check(compiler, ".cpp", CHECK_CXX, libraries)

    def test_static(self):
        libraries = [flag if flag != "-ldroptest" else "-l:libdroptest.a"
                     for flag in flags("--static", "--libs")]
        program = self.check(C_COMPILERS[0], ".c", CHECK_C, libraries)
        self.assertNotIn("libdroptest", must(["ldd", program]))


class Page(unittest.TestCase):
    """docs/checking-in-your-tests.md: its files and its commands, as they stand."""

    @classmethod
    def setUpClass(cls):
        cls.folder = os.path.join(ROOT, "work", "page")
        cls.page = read(os.path.join(os.path.dirname(find("NEWS.md")), "docs",
                                     "checking-in-your-tests.md"))
        cls.blocks = re.findall(r"^```(\w*)\n(.*?)^```$", cls.page, flags=re.M | re.S)
        for language, text in cls.blocks:
            named = re.match(r"/\* (\w+\.[ch]) - ", text)
            if language == "c" and named:
                write("page/" + named.group(1), text)

    def test_commands(self):
        ran = []
        for command in "".join(text for word, text in self.blocks if not word).splitlines():
            framework = re.search(r"\btest_(\w+)", command)
            if framework and run(["pkg-config", "--exists", framework.group(1)]).returncode:
                continue
            must(command, self.folder)
            ran.append(command)
        self.assertIn("./test_cunit", ran)
        self.assertEqual(self.page.count("\n./test_"), 3)

    def test_snippets(self):
        """What is not a file of its own compiles inside a function, too."""
        head = "#include <CUnit/CUnit.h>\n#include <droptest/check.h>\n#include <stdio.h>\n" \
               "#include <time.h>\nextern const struct dt_target my_reader;\nvoid f(void);\n"
        snippets = [text for language, text in self.blocks
                    if language == "c" and not text.startswith("/*")]
        self.assertEqual(len(snippets), 3)
        for text in snippets:
            source = write("snippet.c", f"{head}void f(void)\n{{\n{text}}}\n")
            must(["gcc", "-std=c11", "-Wall", "-Wno-unused-variable", "-Werror", "-fsyntax-only",
                  *flags("--cflags"), source])

    def test_message(self):
        """The broken twin says what the page shows, up to what a seed decides."""
        shown = re.search(r"^my_reader\.read_all: violation.*?(?=^```)", self.page,
                          flags=re.M | re.S).group(0)
        source = read(os.path.join(self.folder, "my_reader.c"))
        wrong = "struct reader local = { 0 }, *reader = &local;"
        broken = write("page/broken.c", source.replace("struct reader *reader = session;",
                                                       wrong + "\n\n\t(void)session;"))
        must(f"cc {broken} test_cunit.c $(pkg-config --cflags --libs droptest cunit) -o broken",
             self.folder)
        done = run(["./broken"], self.folder)
        self.assertEqual(done.returncode, 1)
        for line in shown.splitlines()[:4]:
            line = re.sub(r"guilty: .* in attempt", "guilty: KIND in attempt", line)
            line = re.sub(r"\d+", r"\\d+", re.escape(line))
            self.assertRegex(done.stdout, line.replace("KIND", r"\S+ by \S+"))
        self.assertIn("again: DROPTEST_REPLAY='dt1 target=my_reader op=read_all ", done.stdout)


if __name__ == "__main__":
    try:
        DESCRIPTION = install()
        if run([os.path.join(PREFIX, "bin", "droptest"), "doctor"]).returncode == NOTHING_RAN:
            sys.exit(NOTHING_RAN)
        unittest.main(argv=sys.argv[:1], verbosity=2)
    finally:
        shutil.rmtree(ROOT)
