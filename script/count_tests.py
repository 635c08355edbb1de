#!/usr/bin/env python3
"""Adds up meson's test logs and prints "N passed, N failed, N skipped" as the last line.

Names each failed and each skipped test, a skipped one with the last line it printed as its reason.
With --ci true a skipped test is a failure. Exit status 1 when something failed or nothing ran.
"""
import argparse
import json
import sys

PASSED = {"OK", "EXPECTEDFAIL"}
SKIPPED = {"SKIP"}


def read_log(path):
    """The tests of one meson testlog.json: one JSON object a line."""
    with open(path, encoding="utf-8", errors="replace") as log:
        return [json.loads(line) for line in log if line.strip()]


def last_line(test):
    """What a test said last, on either stream."""
    text = (test.get("stdout") or "") + (test.get("stderr") or "")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "no reason given"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--ci", default="false")
    parser.add_argument("--broken", action="append", default=[])
    parser.add_argument("logs", nargs="*", metavar="PART=PATH")
    options = parser.parse_args()
    passed, failed, skipped = 0, len(options.broken), 0

    for text in options.broken:
        print(f"FAILED {text}")
    for part, path in (log.split("=", 1) for log in options.logs):
        try:
            tests = read_log(path)
        except (OSError, ValueError) as error:
            print(f"FAILED {part}: its log cannot be read: {error}")
            failed += 1
            continue
        for test in tests:
            result = test["result"]
            name = f"{part}: {test['name']}"
            if result in PASSED:
                passed += 1
            elif result in SKIPPED and options.ci != "true":
                print(f"SKIPPED {name}: {last_line(test)}")
                skipped += 1
            elif result in SKIPPED:
                print(f"FAILED {name}: skipped, which CI does not allow: {last_line(test)}")
                failed += 1
            else:
                print(f"FAILED {name}: {result}")
                failed += 1
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
