#!/usr/bin/env python3
"""docs/writing-a-target.md does what it says: its code is extracted, built and run.

The page's own commands are run as they stand, in an empty folder that looks like the top of the
tree: `harness` and `build` lead to the real ones. A block of C that begins with its file's name is
that file; the commands of the next plain block must succeed. Then the page's advice to break the
first target is taken, and the program must find the damage.
"""
import os
import re
import subprocess
import sys
import tempfile

FIRST_TARGET_LINES, NOTHING_RAN = 40, 77


def blocks(page):
    """(language, text) of each fenced block that begins in the first column."""
    return re.findall(r"^```(\w*)\n(.*?)^```$", page, flags=re.M | re.S)


def run(command, folder):
    done = subprocess.run(command, shell=True, cwd=folder, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=600)
    print(f"$ {command}\n{done.stdout}", flush=True)
    if done.returncode == NOTHING_RAN:
        sys.exit(NOTHING_RAN)
    return done


def write(folder, name, text):
    with open(os.path.join(folder, name), "w", encoding="utf-8") as source:
        source.write(text)


def run_page(page, folder):
    """Runs every file of the page. Returns [(name, text, commands)]."""
    files, waiting, source = [], None, None
    for language, text in blocks(page):
        named = re.match(r"/\* (\w+\.c) - ", text)
        if language == "c" and named:
            assert waiting is None, f"{waiting}: no commands follow it"
            waiting, source = named.group(1), text
            write(folder, waiting, source)
        elif not language and waiting:
            commands = text.splitlines()
            for command in commands:
                status = run(command, folder).returncode
                assert status == 0, f"{waiting}: '{command}' ended with {status}"
            files.append((waiting, source, commands))
            waiting = None
    assert len(files) >= 2 and waiting is None, f"files of the page: {files}"
    return files


def break_first(page, folder, files):
    name, text, commands = files[0]
    advice = re.search(r"Replace `([^`]+)` by `([^`]+)`", page)
    assert advice, "the page no longer says how to break the first target"
    before, after = advice.groups()
    assert text.count(before) == 1, f"'{before}' is not in {name} just once"
    write(folder, name, text.replace(before, after))
    for command in commands[:-1]:
        assert run(command, folder).returncode == 0, command
    done = run(commands[-1], folder)
    assert done.returncode == 1, f"the broken {name} ended with {done.returncode}, not 1"
    assert "lost: bytes" in done.stdout and "droptest replay" in done.stdout


def main():
    root, program = (os.path.abspath(path) for path in sys.argv[1:])
    with open(os.path.join(root, "docs", "writing-a-target.md"), encoding="utf-8") as text:
        page = text.read()
    with tempfile.TemporaryDirectory() as folder:
        os.symlink(os.path.join(root, "harness"), os.path.join(folder, "harness"))
        os.symlink(os.path.dirname(program), os.path.join(folder, "build"))
        files = run_page(page, folder)
        lines = len(files[0][1].splitlines())
        assert lines <= FIRST_TARGET_LINES, f"the first target has {lines} lines"
        break_first(page, folder, files)
    print(f"{len(files)} files of the page built and run, one of them broken and caught")


main()
