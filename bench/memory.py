#!/usr/bin/env python3
"""memory - does the memory of a campaign grow with the number of its trials?

Two runs that differ in that number only; each has a target that is correct and one that fails all
the time, so that failures are counted and kept, too. Their peaks are compared: of the coordinator,
plus the largest worker once for each job. The kernel keeps each process's peak (VmHWM), so looking
at it now and then is enough. Prints "ratio memory 1.00": ten times as many trials to few.

    memory.py DROPTEST [PAIRS [ROW...]]     as the other benchmarks take them; ROW `memory-full`
                                            compares 10^5 with 10^6 trials, which takes minutes
"""
import os
import subprocess
import sys
import tempfile
import time

TARGETS = 2
SCENARIO = """scenario: memory
stream: 256
wires: unix
rings: plain
targets: {reference/read: pass, broken/local_progress: {violation: lost}}
"""
JOBS = 2
ROWS = {"memory": (5000, 50000), "memory-full": (100000, 1000000)}
LOOK_S = 0.02


def peak_of(pid):
    """In KiB; 0 when it is gone."""
    try:
        with open(f"/proc/{pid}/status", encoding="utf-8") as file:
            return next((int(line.split()[1]) for line in file if line.startswith("VmHWM")), 0)
    except OSError:
        return 0


def children_of(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="utf-8") as file:
            return file.read().split()
    except OSError:
        return []


def run(program, trials, folder):
    """Peaks (coordinator, worker) in KiB of a run with so many trials in all."""
    place = os.path.join(folder, str(trials))
    path = os.path.join(folder, "memory.yaml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(SCENARIO)
    process = subprocess.Popen(
        [program, "run", path, "--trials", str(trials // TARGETS), "--max-failures", "0", "--seed",
         "1", "--jobs", str(JOBS), "--out", place, "--quiet"],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    coordinator = worker = 0
    while process.poll() is None:
        coordinator = max(coordinator, peak_of(process.pid))
        worker = max([worker, *(peak_of(child) for child in children_of(process.pid))])
        time.sleep(LOOK_S)
    if process.returncode:
        sys.exit(f"the run failed ({process.returncode}): {process.stdout.read()}")
    return coordinator, worker


def compare(program, few, many):
    peaks = {}
    with tempfile.TemporaryDirectory() as folder:
        for trials in (few, many):
            coordinator, worker = run(program, trials, folder)
            peaks[trials] = coordinator + JOBS * worker
            print(f"{trials:>9,} trials: coordinator {coordinator:,} KiB, worker {worker:,} KiB",
                  flush=True)
    print(f"ratio memory {peaks[many] / peaks[few]:.2f}", flush=True)


def main():
    program, wanted = sys.argv[1], sys.argv[3:] or ["memory"]
    for row in ROWS:
        if row in wanted:
            compare(program, *ROWS[row])
    return 0


if __name__ == "__main__":
    sys.exit(main())
