#!/usr/bin/env python3
"""The bundled suites on a wire and a ring: everything comes out as expected, and the canary fails.

usage: test_suites.py DROPTEST WIRE RING [SUITE...]
The seed is fixed: what this shows is that nothing broke. script/soak tries other seeds.
"""
import json
import subprocess
import sys
import tempfile

SEED = "1"


def run(droptest, folder, *arguments):
    """Returns the exit status and the summary."""
    done = subprocess.run([droptest, "run", "--seed", SEED, "--json", "--out", folder, *arguments],
                          stdout=subprocess.PIPE, text=True, check=False)
    return done.returncode, json.loads(done.stdout)


def failures(summary):
    return [f"{case['id']}: {case['verdict']}: {case['reason']}"
            for case in summary["cases"] if case["verdict"] not in ("pass", "skip")]


def check_all(droptest, folder, place, suites):
    status, summary = run(droptest, folder, *place, *suites)
    ran = [case for case in summary["cases"] if case["verdict"] != "skip"]
    landed = sum(case["cancellations"]["landed"] for case in ran)

    print(f"{len(ran)} cases, {landed} cancellations landed")
    assert status == 0, "\n".join([f"exit status {status}"] + failures(summary))
    assert not failures(summary)
    # As many as there are in the files: a suite that is not found is not a suite that passed.
    assert len(ran) >= (8 if suites else 80), f"only {len(ran)} cases ran"
    for case in ran:
        if case["expected"].startswith("control:"):
            continue
        assert case["cancellations"]["landed"] or case["failures"], f"{case['id']}: nothing landed"


def check_canary(droptest, folder):
    status, summary = run(droptest, folder, "canary")

    assert status == 1, f"the canary ended with {status}"
    for case in summary["cases"]:
        assert case["verdict"] == "violation", f"{case['id']}: {case['verdict']}"


def main():
    droptest, wire, ring, *suites = sys.argv[1:]
    place = ["--wire", wire, "--ring", ring]
    with tempfile.TemporaryDirectory() as folder:
        check_all(droptest, folder + "/all", place, suites)
        check_canary(droptest, folder + "/canary")


if __name__ == "__main__":
    main()
