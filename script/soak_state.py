"""What a soak remembers: a folder that survives a kill at any byte.

    plan.json       what was asked for, written once, whole or not at all
    log.jsonl       one line for each share that is complete, only ever appended to
    share-000012/   the results folder of the share that runs, and of those that went wrong

A share is one `droptest run`, so what it loses by a kill is what `droptest run --resume` loses: the
trials in flight. A torn last line of the log is cut off; its share is asked for its results again.
"""
import fcntl
import json
import os
import shutil
import time

LOCK_PATIENCE_S = 10


class Trouble(Exception):
    """Why it cannot go on, and the exit code that says so."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


class State:
    """The folder of one job. Holds a lock for as long as it, or a run that it began, lives."""

    def __init__(self, folder):
        self.folder = folder
        self.records = []
        self.log = None

    def path(self, name):
        return os.path.join(self.folder, name)

    def share_folder(self, share):
        return self.path(f"share-{share:06}")

    def open(self, plan):
        """Begins, or goes on with `plan`; only its `amount` may differ from before."""
        os.makedirs(self.folder, exist_ok=True)
        self.log = open(self.path("log.jsonl"), "ab+")
        self.lock()
        before = self.read_plan()
        if before and {**before, "amount": 0} != {**plan, "amount": 0}:
            raise Trouble(4, f"'{self.folder}' holds another soak: {json.dumps(before)}; "
                             "choose another folder with --state")
        self.write_plan(plan)
        self.records = self.read_log()
        self.log.truncate(self.whole)
        if self.records:  # killed after its line and before this
            self.forget_good(len(self.records) - 1)

    def lock(self):
        """A run of a soak that was killed dies with it, but not in the same moment."""
        begun = time.monotonic()
        while True:
            try:
                fcntl.flock(self.log, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                if time.monotonic() - begun > LOCK_PATIENCE_S:
                    raise Trouble(2, f"another soak is running in '{self.folder}'") from None
                time.sleep(0.05)

    def read_plan(self):
        try:
            with open(self.path("plan.json"), encoding="utf-8") as file:
                return json.load(file)
        except FileNotFoundError:
            return None

    def write_plan(self, plan):
        with open(self.path("plan.json.new"), "w", encoding="utf-8") as file:
            json.dump(plan, file, sort_keys=True)
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())
        os.replace(self.path("plan.json.new"), self.path("plan.json"))

    def read_log(self):
        """The whole lines; where they end is kept in `whole`."""
        try:
            with open(self.path("log.jsonl"), "rb") as file:
                text = file.read()
        except FileNotFoundError:
            text = b""
        self.whole = text.rfind(b"\n") + 1
        return [json.loads(line) for line in text[:self.whole].splitlines()]

    def append(self, record):
        line = json.dumps(record, sort_keys=True).encode() + b"\n"
        self.log.write(line)
        self.log.flush()
        os.fsync(self.log.fileno())
        self.records.append(record)

    def forget_good(self, share):
        """Its folder is kept only when something in it is to be looked at."""
        if not any("failures" in case for case in self.records[share]["cases"]):
            self.forget(share)

    def forget(self, share):
        shutil.rmtree(self.share_folder(share), ignore_errors=True)
