"""Times commands in turns, so that drift of the machine hits all of them alike.

hyperfine takes the time of processes. What needs moments inside of containers is told by stamp.c.
"""

import dataclasses
import json
import os
import shlex
import subprocess
import sys

RUNS_PER_ROUND = 5


@dataclasses.dataclass
class Caller:
    """Who runs a command, and what each start of it inherits: a descriptor at its file's beginning."""
    user: int = 0
    descriptor: int = -1
    rewind: str = ""  # the program that sets it back

    def argv(self, words):
        if not self.user:
            return words
        return ["setpriv", f"--reuid={self.user}", f"--regid={self.user}", "--clear-groups", "--", *words]


class Failed(Exception):
    """A start that did not end with status 0; the text says how."""


def try_once(argv, caller=Caller()):
    """Runs the command once, and returns its stdout."""
    inherited = ()
    if caller.rewind:
        inherited = (caller.descriptor,)
        os.lseek(caller.descriptor, 0, os.SEEK_SET)
    done = subprocess.run(caller.argv(argv), stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          pass_fds=inherited)
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise Failed(f"status {done.returncode}: {said[-1] if said else 'no message'}")
    return done.stdout


def works(argv):
    """Does the command end with status 0?"""
    try:
        try_once(argv)
    except Failed:
        return False
    return True


def try_sides(sides, caller=Caller()):
    """Gives those sides a reason that do not work here. Returns the others."""
    for side in sides:
        if side.reason:
            continue
        try:
            try_once(side.argv, caller)
        except Failed as failure:
            side.reason = str(failure)
    return [side for side in sides if not side.reason]


def progress(text):
    if sys.stderr.isatty():
        print(f"\r\033[Kbench: {text}", end="", file=sys.stderr, flush=True)


def rotations(items, count):
    """The items `count` times over, each time beginning with another one."""
    for turn in range(count):
        start = turn % max(len(items), 1)
        yield items[start:] + items[:start]


def with_hyperfine(temp, sides, runs, caller=Caller()):
    """Returns {name: [milliseconds]}. A side with a failed start gets a reason instead."""
    times = {side.name: [] for side in sides}
    if not sides:
        return times
    rounds = -(-runs // RUNS_PER_ROUND)
    export = os.path.join(temp, f"hyperfine-{caller.user}.json")
    with open(export, "w", encoding="utf-8"):
        os.chown(export, caller.user, caller.user)
    for turn, order in enumerate(rotations(sides, rounds)):
        progress(f"round {turn + 1} of {rounds}")
        words = ["hyperfine", "-N", "--style", "none", "--ignore-failure", "--warmup", "1",
                 "--runs", str(min(RUNS_PER_ROUND, runs)), "--export-json", export]
        if caller.rewind:
            words += ["--prepare", f"{caller.rewind} {caller.descriptor}"]
        for side in order:
            words += ["--command-name", side.name, shlex.join(side.argv)]
        try_once(words, caller)
        with open(export, encoding="utf-8") as file:
            results = json.load(file)["results"]
        for side, result in zip(order, results):
            times[side.name] += [seconds * 1000 for seconds in result["times"]]
            failed = [status for status in result["exit_codes"] if status != 0]
            # The times of a failed start say nothing, and dropping only those would hide it.
            if failed:
                side.reason = f"{len(failed)} starts failed, first with status {failed[0]}"
    progress("")
    return times


def take_turns(sides, runs, measure):
    """Returns {name: [measure(side), ...]}, for what is no time of a whole process."""
    values = {side.name: [] for side in sides}
    for turn, order in enumerate(rotations(sides, runs)):
        progress(f"round {turn + 1} of {runs}")
        for side in order:
            if side.reason:
                continue
            try:
                values[side.name].append(measure(side))
            except Failed as failure:
                side.reason = str(failure)
    progress("")
    return values
