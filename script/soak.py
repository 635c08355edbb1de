#!/usr/bin/env python3
"""The long-run claims, measured; begun by script/soak.

  soak twins    every case that expects `pass` or `met`, over all wires and rings, until so many
                trials were run. A violation is kept with the line that replays it.
  soak broken   every case that expects `violation` or `control`, with its own budget, with so many
                seeds: was the planted bug found with each?
  soak summary  what there is so far; runs nothing.

Work is done in shares, one `droptest run` each: of one wire, one ring and one seed (twins), or of
one seed (broken). A share depends on its number only. Killed at any moment, the same command goes
on where it was; with a larger number it goes on from there.
"""
import argparse
import ctypes
import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import time

import soak_summary
from soak_state import State, Trouble

WIRES = ["pipe", "unix", "tcp"]
RINGS = ["plain", "coop", "defer", "sqpoll"]
JOBS = {"twins": "pass,met", "broken": "violation,control"}
UNITS = {"s": 1, "min": 60, "h": 3600}
TOLD = ["id", "verdict", "reason", "expected", "trials"]
PR_SET_PDEATHSIG = 1
NOTHING_RAN, INTERRUPTED = 77, 3

EPILOG = """examples:
  script/soak twins                           a million trials; hours
  script/soak twins --trials 5000000          goes on with it to five million
  script/soak broken --wire unix --ring plain --max-time 30min
  script/soak summary --markdown docs/soak.md

exit status: 0 as expected, 1 a violation or a bug that was not found, 2 usage, 3 inconclusive or
not done yet, 4 the folder holds another soak, 77 nothing can run here, 99 the harness failed"""


def seconds(text):
    match = re.fullmatch(r"(\d+) ?(s|min|h)", text)
    if not match:
        raise argparse.ArgumentTypeError(f"'{text}' is not a time: 30s, 5min, 8h")
    return int(match[1]) * UNITS[match[2]]


def positive(text):
    if not re.fullmatch(r"[0-9]{1,12}", text) or not int(text):
        raise argparse.ArgumentTypeError(f"'{text}' is not a number above 0")
    return int(text)


def words(choices):
    def read(text):
        chosen = text.split(",")
        for word in chosen:
            if word not in choices:
                raise argparse.ArgumentTypeError(f"'{word}' is none of: {', '.join(choices)}")
        return [word for word in choices if word in chosen]
    return read


def parse(arguments):
    parser = argparse.ArgumentParser(prog="script/soak", description=__doc__, epilog=EPILOG,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default="build/droptest", help=argparse.SUPPRESS)
    jobs = parser.add_subparsers(dest="job", required=True, metavar="JOB")
    for name in (*JOBS, "summary"):
        job = jobs.add_parser(name, help=f"see above; `script/soak {name} --help`")
        job.add_argument("--state", default="droptest-results/soak", metavar="DIR",
                         help="where it remembers (default: %(default)s)")
        job.add_argument("--markdown", metavar="FILE", help="the summary as a page as well")
        if name == "summary":
            continue
        if name == "twins":
            job.add_argument("--trials", type=positive, default=1000000, metavar="N",
                             dest="amount", help="in all (default: %(default)s)")
        else:
            job.add_argument("--seeds", type=positive, default=100, metavar="N",
                             dest="amount", help="how many (default: %(default)s)")
        job.add_argument("--each", type=positive, metavar="N",
                         help="trials of a case in a share (default: as its scenario says)")
        job.add_argument("--seed", type=positive, default=1, metavar="N",
                         help="the first one (default: %(default)s)")
        job.add_argument("--wire", type=words(WIRES), default=WIRES, metavar="WIRES")
        job.add_argument("--ring", type=words(RINGS), default=RINGS, metavar="RINGS")
        for option in ("target", "filter", "tag", "jobs"):
            job.add_argument(f"--{option}", help=f"as for `droptest run --{option}`")
        job.add_argument("--max-time", type=seconds, metavar="TIME",
                         help="stop after that; the same command goes on later")
        job.add_argument("suites", nargs="*", metavar="SUITE")
    return parser.parse_args(arguments)


def plan_of(options):
    """What decides the shares. `amount` says only how many of them there are."""
    keys = ("amount", "each", "seed", "wire", "ring", "target", "filter", "tag", "suites")
    return {key: getattr(options, key) for key in keys}


def share_arguments(job, plan, share):
    """The share's own `droptest run`."""
    if job == "twins":
        places = [(wire, ring) for wire in plan["wire"] for ring in plan["ring"]]
        seed = plan["seed"] + share // len(places)
        wires, rings = places[share % len(places)]
    else:
        seed = plan["seed"] + share
        wires, rings = ",".join(plan["wire"]), ",".join(plan["ring"])
    arguments = [*plan["suites"], "--expect", JOBS[job], "--seed", str(seed), "--wire", wires,
                 "--ring", rings]
    if plan["each"]:
        arguments += ["--trials", str(plan["each"])]
    for key in ("target", "filter", "tag"):
        if plan[key]:
            arguments += [f"--{key}", plan[key]]
    return seed, arguments


def die_with_parent():
    """In the child: whoever kills the soak kills its run, too."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def build_of(program):
    with open(program, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()[:12]


class Soak:
    """One job from its first share to its last."""

    def __init__(self, options):
        self.options = options
        self.plan = plan_of(options)
        self.state = State(os.path.join(options.state, options.job))
        self.deadline = time.monotonic() + options.max_time if options.max_time else None
        self.asked = False  # to stop
        self.round = len(options.wire) * len(options.ring) if options.job == "twins" else 1
        self.child = None

    def stop(self, *_):
        self.asked = True
        if self.child and self.child.poll() is None:
            self.child.send_signal(signal.SIGINT)

    def done(self):
        records = self.state.records
        if self.options.job == "broken":
            return len(records) >= self.plan["amount"]
        return sum(case["trials"] for record in records for case in record["cases"]) >= \
            self.plan["amount"]

    def droptest(self, arguments):
        """Runs it, in a session of its own: a Ctrl-C reaches us, and it once."""
        jobs = ["--jobs", self.options.jobs] if self.options.jobs else []
        self.child = subprocess.Popen(
            [self.options.program, "run", *arguments, *jobs, "--json", "--quiet"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            start_new_session=True, preexec_fn=die_with_parent,
            pass_fds=[self.state.log.fileno()])
        if self.asked:
            self.stop()
        while True:
            left = None if self.deadline is None else self.deadline - time.monotonic()
            try:
                out, error = self.child.communicate(timeout=None if self.asked else left)
                return self.child.returncode, out, error
            except subprocess.TimeoutExpired:
                self.stop()

    def run_share(self, share):
        """The share's summary, or None when it was left unfinished because we were to stop."""
        folder = self.state.share_folder(share)
        seed, arguments = share_arguments(self.options.job, self.plan, share)
        code, out, error = 2, "", ""
        if os.path.exists(os.path.join(folder, "run.json")):
            code, out, error = self.droptest(["--resume", folder])
            if code in (2, 4):
                print(f"share {share} is begun again: {error.strip()}", file=sys.stderr)
        if code in (2, 4):
            self.state.forget(share)
            code, out, error = self.droptest([*arguments, "--out", folder])
        if code == NOTHING_RAN and not out:
            raise Trouble(NOTHING_RAN, error.strip())
        if code == 2 and "no case is left" in error and self.round > 1:  # here, perhaps elsewhere
            return self.record(share, seed, {"cases": []})
        try:
            summary = json.loads(out)
        except ValueError:
            if self.asked:
                return None
            raise Trouble(2 if code == 2 else 99, f"share {share}: droptest ended with {code}: "
                          f"{error.strip()[-500:]}") from None
        if self.asked and (summary["interrupted"] or summary["left"]):
            return None
        if summary["left"]:
            raise Trouble(99, f"share {share}: {summary['left']} cases were not run: "
                          f"{error.strip()[-500:]}")
        return self.record(share, seed, summary)

    def record(self, share, seed, summary):
        record = {"share": share, "seed": seed, "build": build_of(self.options.program),
                  "cases": []}
        for case in summary["cases"]:
            kept = {key: case[key] for key in TOLD}
            kept["landed"] = case["cancellations"]["landed"]
            kept["asked"] = case["cancellations"]["asked"]
            if case["verdict"] not in ("pass", "skip"):
                kept["failures"] = case["failures"]
            record["cases"].append(kept)
        return record

    def check_progress(self):
        """A whole round of wires and rings without a trial: another one would be no better."""
        last = self.state.records[-self.round:]
        if len(last) == self.round and not any(case["trials"] for record in last
                                          for case in record["cases"]):
            raise Trouble(NOTHING_RAN, "no case ran on any wire and ring")

    def run(self):
        self.state.open(self.plan)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self.stop)
        while not self.done() and not self.asked:
            share, begun = len(self.state.records), time.monotonic()
            record = self.run_share(share)
            if not record:
                break
            record["seconds"] = round(time.monotonic() - begun, 3)
            self.state.append(record)
            self.check_progress()
            wrong = [case for case in record["cases"] if "failures" in case]
            self.state.forget_good(share)
            print(f"share {share}: {len(record['cases'])} cases, "
                  f"{sum(case['trials'] for case in record['cases']):,} trials, "
                  f"{record['seconds']:.0f} s"
                  + "".join(f"\n  {case['verdict']}: {case['id']}: {case['reason']}"
                            for case in wrong), file=sys.stderr, flush=True)


def main():
    options = parse(sys.argv[1:])
    try:
        if options.job != "summary":
            Soak(options).run()
        jobs = JOBS if options.job == "summary" else [options.job]
        return soak_summary.tell(options.state, jobs, options.markdown)
    except (Trouble, OSError) as trouble:
        print(f"soak: {trouble}", file=sys.stderr)
        return getattr(trouble, "code", 99)


if __name__ == "__main__":
    sys.exit(main())
