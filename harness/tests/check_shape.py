#!/usr/bin/env python3
"""The tree's own shape, checked: sizes, layers, opening comments, lists that live once.

Each rule is a function that takes one file and yields (line, message). `check_shape.py ROOT` runs
them all over the tree and exits 1 when one speaks. `check_shape.py --self-test` makes, for every
rule, a small tree that breaks just that rule and demands its message: a rule that cannot fail is
no rule.
"""
import ast
import os
import re
import sys
import tempfile

FILE_LINES, FUNCTION_LINES, LINE_COLUMNS, TAB = 500, 70, 100, 8
SUFFIXES = {".c", ".h", ".py", ".css", ".js", ".bash"}
PRUNED = re.compile(r"^(build.*|\.git|node_modules|droptest-results.*|subprojects|__pycache__)$")
RANKS = {"base": 0, "model": 1, "io": 2, "run": 3, "reports": 4, "cli": 5, "tests": 6, "bench": 6}
# What would let a layer do what it must not do: model/ decides, it does not act.
MODEL_BANNED = re.compile(r"^(base/clock\.h|time\.h|unistd\.h|fcntl\.h|poll\.h|pthread\.h"
                          r"|liburing\.h|sys/(socket|ioctl|mman|wait|eventfd|stat|time)\.h)$")
URING_LAYERS = {"io", "tests", "bench", "targets"}
PRINTS = re.compile(r"\b(?:printf|puts|putchar|perror|vprintf)\s*\(|\b(?:stdout|stderr)\b")
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b")
BANNED_NAMES = {"util", "utils", "misc", "helpers", "common"}


class Source:
    """One file: where it is, its lines, its layer."""

    def __init__(self, root, path):
        self.root, self.path = root, path
        self.suffix = os.path.splitext(path)[1]
        with open(os.path.join(root, path), encoding="utf-8") as text:
            self.text = text.read()
        self.lines = self.text.splitlines()
        parts = path.split("/")
        self.layer = parts[1] if parts[0] == "harness" and len(parts) > 2 else parts[0]

    def is_c(self):
        return self.suffix in (".c", ".h")


def blank(match):
    """The same number of line ends, and nothing else."""
    return "\n" * match.group(0).count("\n")


def code_of(source):
    """The lines of a C or JavaScript file without comments and the inside of strings."""
    pattern = r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'"
    return re.sub(pattern, blank, source.text, flags=re.S).split("\n")


def check_sizes(source):
    if len(source.lines) > FILE_LINES:
        yield FILE_LINES + 1, f"file has {len(source.lines)} lines, at most {FILE_LINES}"
    for number, line in enumerate(source.lines, 1):
        columns = len(line.expandtabs(TAB))
        if columns > LINE_COLUMNS:
            yield number, f"line has {columns} columns, at most {LINE_COLUMNS}"


def c_functions(source):
    """(first line, last line) of each function: its brace stands alone in the first column."""
    start = None
    for number, line in enumerate(source.lines, 1):
        if line == "{" and start is None:
            start = number - 1
            while start > 1 and re.match(r"[\w\t *(]", source.lines[start - 2]):
                start -= 1
        elif line.startswith("}") and start is not None:
            yield start, number
            start = None


def python_functions(source):
    for node in ast.walk(ast.parse(source.text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.lineno, node.end_lineno


def js_functions(source):
    """Functions with a name, methods and arrow functions with a block, by counting braces."""
    opens = re.compile(r"\bfunction\b[^{]*\{|=>\s*\{\s*$|^\s*[\w$]+\([^()]*\)\s*\{\s*$")
    code = code_of(source)
    for number, line in enumerate(code, 1):
        found = opens.search(line)
        if not found or re.match(r"\s*(if|for|while|switch|catch)\b", line):
            continue
        depth = 1
        rest = [line[found.end():]] + code[number:]
        for last, text in enumerate(rest, number):
            depth += text.count("{") - text.count("}")
            if depth <= 0:
                yield number, last
                break


def bash_functions(source):
    yield from c_functions(source)


FUNCTIONS = {".c": c_functions, ".h": c_functions, ".py": python_functions, ".js": js_functions,
             ".bash": bash_functions}


def check_functions(source):
    for first, last in FUNCTIONS.get(source.suffix, lambda source: ())(source):
        if last - first + 1 > FUNCTION_LINES:
            yield first, f"function has {last - first + 1} lines, at most {FUNCTION_LINES}"


def check_opening(source):
    lines = [line for line in source.lines if not line.startswith("#!")]
    first = lines[0] if lines else ""
    marks = {".py": ('"""', "#"), ".bash": ("#",)}.get(source.suffix, ("/*", "//"))
    if lines and not first.startswith(marks):
        yield 1, "file does not open with a comment that says what it is"


def check_name(source):
    if os.path.splitext(os.path.basename(source.path))[0] in BANNED_NAMES:
        yield 1, "name says nothing: a file is named after its one noun"


def layer_of_include(source, name):
    """The layer that an include names: None when it is the file's own folder, "?" unknown."""
    first = name.split("/")[0]
    if os.path.exists(os.path.join(source.root, os.path.dirname(source.path), name)):
        return None
    if first in RANKS:
        return first
    if os.path.isdir(os.path.join(source.root, "reports", first)):
        return "reports"
    return "?"


def check_includes(source):
    if not source.is_c():
        return
    rank = RANKS.get(source.layer, max(RANKS.values()))
    for number, line in enumerate(source.lines, 1):
        quoted = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
        system = re.match(r"\s*#\s*include\s+<([^>]+)>", line)
        if quoted:
            layer = layer_of_include(source, quoted.group(1))
            if layer == "?":
                yield number, f'include "{quoted.group(1)}" names no layer'
            elif layer and source.layer in ("targets", "include"):
                yield number, f"include of {layer}/: targets see only <droptest/...>"
            elif layer and RANKS[layer] > rank:
                yield number, f"include points upward: {source.layer} -> {layer}"
        name = (quoted or system).group(1) if quoted or system else ""
        if source.layer == "model" and MODEL_BANNED.match(name):
            yield number, f"model/ decides and does not act: no {name}"
        if name == "liburing.h" and source.layer not in URING_LAYERS:
            yield number, "liburing belongs to io/"


def check_words(source):
    for number, line in enumerate(source.lines, 1):
        if UNFINISHED.search(line):
            yield number, "unfinished work belongs in an issue"
    if not source.is_c():
        return
    for number, line in enumerate(code_of(source), 1):
        if source.layer in ("base", "model", "io", "run") and PRINTS.search(line):
            yield number, f"{source.layer}/ does not print"
        if re.match(r"\s*typedef\s+(struct|enum|union)\b", line):
            yield number, "no typedef for a struct, an enum or a union"


def check_listed(source):
    """A .c file is named in the meson.build of its folder, or of one above: lists live once."""
    if source.suffix != ".c":
        return
    name, folder = os.path.basename(source.path), os.path.dirname(source.path)
    while True:
        listing = os.path.join(source.root, folder, "meson.build")
        if os.path.exists(listing):
            with open(listing, encoding="utf-8") as text:
                # 'test_stream', or 'stream' in a list of modules whose tests are alike.
                stem = re.sub("^test_", "(?:test_)?", re.escape(name[:-2]))
                if re.search(rf"'(?:[\w/]*/)?{stem}(?:\.c)?'", text.read()):
                    return
        if not folder:
            yield 1, "no meson.build compiles this file"
            return
        folder = os.path.dirname(folder)


RULES = [check_sizes, check_functions, check_opening, check_name, check_includes, check_words,
         check_listed]


def is_script(path):
    with open(path, "rb") as text:
        return text.read(32).startswith((b"#!/bin/bash", b"#!/usr/bin/env bash", b"#!/bin/sh"))


def sources(root):
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if not PRUNED.match(name))
        for name in sorted(names):
            path = os.path.join(folder, name)
            suffix = os.path.splitext(name)[1]
            if suffix in SUFFIXES or (not suffix and os.path.isfile(path) and is_script(path)):
                source = Source(root, os.path.relpath(path, root))
                source.suffix = suffix or ".bash"
                yield source


def examine(root):
    """Every complaint about a tree, as "path:line: message"; and how many files were looked at."""
    complaints, count = [], 0
    for source in sources(root):
        count += 1
        for rule in RULES:
            complaints += [f"{source.path}:{line}: {message}" for line, message in rule(source)]
    return complaints, count


def body(lines):
    """A C file with one function of so many lines."""
    return "/* x.c - x. */\nint f(void)\n{\n" + "\treturn 0;\n" * (lines - 3) + "}\n"


TOP = "/* x - a file. */\n"
# What a tree holds beside a meson.build that lists x.c, and what must be said of it.
BROKEN = [
    ("harness/run/x.c", TOP + "int a;\n" * 500, "file has 501 lines"),
    ("harness/run/x.c", TOP + "/*" + "a" * 97 + "*/\n", "line has 101 columns"),
    ("harness/run/x.c", TOP + "\t" * 12 + "int a;\n", "line has 102 columns"),
    ("harness/run/x.c", body(71), "function has 71 lines"),
    ("reports/x.js", TOP + "function f() {\n" + "a();\n" * 70 + "}\n", "function has 72 lines"),
    ("reports/x.js", TOP + "on('a', () => {\n" + "a();\n" * 70 + "});\n", "function has 72 lines"),
    ("script/x.py", '"""X."""\ndef f():\n' + "    a()\n" * 70, "function has 71 lines"),
    ("script/x", "#!/bin/bash\n# x.\nf()\n{\n" + "\ta\n" * 68 + "}\n", "function has 71 lines"),
    ("harness/run/x.c", "int a;\n", "does not open with a comment"),
    ("script/x.py", "import os\n", "does not open with a comment"),
    ("reports/x.css", "a { color: red }\n", "does not open with a comment"),
    ("harness/run/util.h", TOP, "name says nothing"),
    ("harness/run/x.c", TOP + '#include "cli/y.h"\n', "upward: run -> cli"),
    ("harness/base/x.h", TOP + '#include "model/y.h"\n', "upward: base -> model"),
    ("harness/run/x.c", TOP + '#include "reports/y.h"\n', "upward: run -> reports"),
    ("harness/run/x.c", TOP + '#include "y.h"\n', "names no layer"),
    ("targets/x/x.c", TOP + '#include "model/y.h"\n', "targets see only"),
    ("harness/model/x.c", TOP + "#include <unistd.h>\n", "does not act: no unistd.h"),
    ("harness/model/x.c", TOP + '#include "base/clock.h"\n', "does not act: no base/clock.h"),
    ("harness/run/x.c", TOP + "#include <liburing.h>\n", "liburing belongs to io/"),
    ("harness/io/x.c", TOP + 'void f(void) { printf("a"); }\n', "io/ does not print"),
    ("harness/run/x.c", TOP + "void f(void) { fputs(a, stderr); }\n", "run/ does not print"),
    ("harness/run/x.h", TOP + "typedef struct x x;\n", "no typedef"),
    ("harness/run/x.c", TOP + "/* FIX" + "ME */\n", "unfinished work"),
    ("harness/run/unlisted.c", TOP, "no meson.build compiles"),
]
GOOD = [
    ("harness/run/x.c", body(70)),
    ("harness/run/x.c", TOP + '#include "io/y.h"\n#include "run/y.h"\n'),
    ("harness/run/x.c", TOP + 'static const char a[] = "stderr // TO"; /* printf( */\n'),
    ("harness/cli/x.c", TOP + '#include "reports/y.h"\nvoid f(void) { puts("a"); }\n'),
    ("targets/x/x.c", TOP + "#include <droptest/target.h>\n#include <liburing.h>\n"),
    ("build-x/x.c", "int a;\n"),
    ("script/x.py", '#!/usr/bin/env python3\n"""X."""\n'),
]


def complaints_about(path, text):
    with tempfile.TemporaryDirectory() as root:
        os.makedirs(os.path.join(root, os.path.dirname(path)))
        with open(os.path.join(root, "meson.build"), "w", encoding="utf-8") as listing:
            listing.write("files('x.c')\n")
        with open(os.path.join(root, path), "w", encoding="utf-8") as target:
            target.write(text)
        return examine(root)[0]


def self_test():
    """Every broken tree must earn its one complaint, every good one none."""
    wrong = 0
    for path, text, expected in BROKEN:
        found = complaints_about(path, text)
        if len(found) != 1 or expected not in found[0]:
            print(f"{path}: expected one complaint '{expected}', got {found}")
            wrong += 1
    for path, text in GOOD:
        found = complaints_about(path, text)
        if found:
            print(f"{path}: expected no complaint, got {found}")
            wrong += 1
    print(f"self-test: {len(BROKEN)} broken trees, {len(GOOD)} good ones, {wrong} surprises")
    return 1 if wrong else 0


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    if len(sys.argv) != 2:
        print("usage: check_shape.py ROOT | --self-test", file=sys.stderr)
        return 2
    complaints, count = examine(sys.argv[1])
    for complaint in complaints:
        print(complaint)
    if count < 20:
        print(f"{sys.argv[1]}: only {count} files; is this the root of the tree?")
        return 1
    print(f"{count} files, {len(complaints)} complaints")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
