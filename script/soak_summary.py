"""What a soak found, for people: lines for a terminal, a page for docs/.

Cases are many (each wire and ring is one), so rows are of targets: a row is the sum over its cases.
Whatever was not as expected is told case by case, with the line that replays it.
"""
import os

from soak_state import State

REPLAYS_SHOWN = 3


def many(count, noun):
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


class Sum:
    """A row: of a target's operation in one scenario, or of everything."""

    def __init__(self):
        self.cases, self.shares = set(), 0
        self.trials = self.asked = self.landed = self.passed = 0

    def add(self, case):
        self.cases.add(case["id"])
        self.shares += 1
        self.trials += case["trials"]
        self.asked += case["asked"]
        self.landed += case["landed"]
        self.passed += case["verdict"] == "pass"


class Job:
    """The log of a job, added up."""

    def __init__(self, folder, name):
        state = State(os.path.join(folder, name))
        self.name, self.plan = name, state.read_plan()
        self.records = state.read_log() if self.plan else []
        self.rows, self.whole, self.skipped, self.wrong = {}, Sum(), set(), []
        for record in self.records:
            for case in record["cases"]:
                self.add(record, case)

    def add(self, record, case):
        if case["verdict"] == "skip":
            self.skipped.add((case["id"], case["reason"]))
            return
        scenario, target = case["id"].split(":")[:2]
        self.rows.setdefault((scenario, target), Sum()).add(case)
        self.whole.add(case)
        if case["verdict"] != "pass":
            self.wrong.append((record["seed"], case))

    def finished(self):
        have = self.whole.trials if self.name == "twins" else len(self.records)
        return have >= self.plan["amount"]

    def count(self, verdict):
        return sum(case["verdict"] == verdict for _, case in self.wrong)

    def exit_code(self):
        """As droptest's own: 99, then 1, then 3."""
        if self.count("error"):
            return 99
        if self.count("violation"):
            return 1
        return 3 if self.wrong or not self.finished() else 0

    def headline(self):
        seeds = sorted({record["seed"] for record in self.records})
        hours = sum(record["seconds"] for record in self.records) / 3600
        builds = len({record["build"] for record in self.records})
        text = (f"{many(self.whole.trials, 'trial')} of {many(len(self.whole.cases), 'case')}, "
                f"{self.whole.landed:,} of {self.whole.asked:,} cancellations landed; "
                f"{many(len(self.records), 'share')}, {hours:.2f} hours")
        if seeds:
            text += f"; seeds {seeds[0]} to {seeds[-1]}"
        if builds > 1:
            text += f"; {builds} builds of droptest"
        return text if self.finished() else f"{text}; NOT DONE YET ({self.goal()})"

    def goal(self):
        return many(self.plan["amount"], "trial" if self.name == "twins" else "seed")

    def verdict(self):
        if self.name == "broken":
            text = f"found {self.whole.passed:,} of {self.whole.shares:,}"
        else:
            text = many(self.count("violation"), "violation")
        for word in ("inconclusive", "error"):
            if self.count(word):
                text += f", {self.count(word)} {word}"
        return text

    def table(self):
        """(titles, rows) of text."""
        rows = []
        for (scenario, target), row in sorted(self.rows.items()):
            found = f"{row.passed:,} of {row.shares:,}"
            rows.append((scenario, target, f"{len(row.cases)}", f"{row.trials:,}",
                         f"{row.landed:,}", found))
        last = "found" if self.name == "broken" else "as expected"
        return ("scenario", "target.operation", "cases", "trials", "landed", last), rows

    def complaints(self):
        """One paragraph for each case of each share that was not as expected."""
        for seed, case in self.wrong:
            yield f"{case['verdict']}: {case['id']} (seed {seed}): {case['reason']}", [
                f"droptest replay '{failure['plan']}'  # {failure['sentence']}"
                for failure in case["failures"][:REPLAYS_SHOWN]]


def print_job(job):
    titles, rows = job.table()
    widths = [max(map(len, column)) for column in zip(titles, *rows)]
    print(f"soak {job.name}: {job.headline()}")
    for row in (titles, *rows):
        left = [cell.ljust(width) for cell, width in zip(row[:2], widths)]
        right = [cell.rjust(width) for cell, width in zip(row[2:], widths[2:])]
        print("  " + "  ".join(left + right))
    for case, reason in sorted(job.skipped):
        print(f"skipped: {case}: {reason}")
    for told, replays in job.complaints():
        print(told)
        for replay in replays:
            print(f"    {replay}")
    print(f"soak {job.name}: {job.verdict()}")


def write_page(jobs, path):
    lines = ["# Soak", "", "Made by `script/soak summary --markdown`; see `script/soak --help`.",
             "Rows are sums over wires and rings."]
    for job in jobs:
        titles, rows = job.table()
        lines += ["", f"## {job.name}", "", f"{job.headline()}.", "", f"**{job.verdict()}.**", "",
                  "| " + " | ".join(titles) + " |", "|---|---|--:|--:|--:|--:|"]
        lines += ["| " + " | ".join((f"`{row[0]}`", f"`{row[1]}`", *row[2:])) + " |"
                  for row in rows]
        for told, replays in job.complaints():
            lines += ["", f"- {told}", *(f"  `{replay}`" for replay in replays)]
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


def write_cases(job, folder):
    """Every case, for other programs."""
    sums = {}
    for record in job.records:
        for case in record["cases"]:
            sums.setdefault(case["id"], Sum()).add(case)
    with open(os.path.join(folder, job.name, "cases.tsv"), "w", encoding="utf-8") as file:
        file.write("case\ttrials\tasked\tlanded\tshares\tas_expected\n")
        for name, row in sums.items():
            file.write(f"{name}\t{row.trials}\t{row.asked}\t{row.landed}\t{row.shares}\t"
                       f"{row.passed}\n")


def tell(folder, names, page):
    """Prints what there is of these jobs. The exit code of the worst."""
    jobs = [job for job in (Job(folder, name) for name in names) if job.plan]
    for job in jobs:
        print_job(job)
        write_cases(job, folder)
    if page:
        write_page(jobs, page)
    if not jobs:
        print(f"there is no soak in '{folder}'")
    codes = {job.exit_code() for job in jobs}
    return next((code for code in (99, 1, 3) if code in codes), 0 if jobs else 2)
