#!/usr/bin/env python3
"""Counts what one start of ours takes, and compares with budget.txt.

Counts, no times: they are the same on a busy machine. The container is the one of the speed table,
with a pids cgroup and without an init; one without a cgroup has an init. What its command, a no-op,
does after its exec is not counted, but for its page faults. The stages are in one library, as in an
installed tree.
"""

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True  # No cache folder in the source tree.

from counts import count_page_faults  # noqa: E402
from sides import Container, Sides  # noqa: E402
from world import World  # noqa: E402

BUDGET = os.path.join(os.path.dirname(os.path.abspath(__file__)), "budget.txt")
RAISE = "python3 -B tests/bench/budget.py --built bazel-bin --update"
FAULT_RUNS = 11
# What ours starts with: the dynamic linker and the C library read all of it.
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
OPENS = ("open", "openat", "openat2")
READS = ("read", "pread64", "readv")


class Call:
    """A system call in strace's words: `call(arguments) = result`."""

    def __init__(self, line):
        self.name, self.arguments = re.match(r"(\w+)\((.*)", line).groups()
        result = re.match(r".*\) += (-?\d+)", line)  # the last one: texts may hold others
        self.result = int(result[1]) if result else -1

    def reads_a_file(self):
        """From a disk, and not what the kernel makes up."""
        return self.name in READS and re.match(r"\d+<(?!/(proc|sys|dev)/)/", self.arguments)


def read_trace(text):
    """The calls of all processes, without those of the container's command."""
    calls, started, in_command = [], {}, set()
    for line in text.splitlines():
        pid, words = line.split(None, 1)
        if words.startswith(("+++", "---")) or pid in in_command:
            continue
        resumed = re.match(r"<\.\.\. \w+ resumed>(.*)", words)
        if resumed:
            words = started.pop(pid) + resumed[1]
        elif words.endswith("<unfinished ...>"):
            started[pid] = words.removesuffix("<unfinished ...>")
            continue
        calls.append(Call(words))
        if re.match(r'execve\("/noop"|execveat\(\d+(<[^>]*>)?, "noop"', words):
            in_command.add(pid)
    return calls


def run(argv):
    """What it says on stderr. Not by a pipe, which a container that waits would hold open."""
    with tempfile.TemporaryFile("w+") as errors:
        done = subprocess.run(argv, env=ENVIRONMENT, stdin=subprocess.DEVNULL, stderr=errors,
                              stdout=subprocess.DEVNULL)
        errors.seek(0)
        said = errors.read()
    if done.returncode != 0:
        sys.exit(f"budget: status {done.returncode} of {' '.join(argv)}\n{said}")
    return said


def count_calls(argv, log, follow=True):
    """follow: those of the processes that it makes, too."""
    run(["strace", *(["-f"] if follow else []), "-y", "-o", log, *argv])
    if not follow:
        with open(log, encoding="utf-8", errors="replace") as file:
            return {"system-calls": sum(not line.startswith(("+++", "---")) for line in file)}
    with open(log, encoding="utf-8", errors="replace") as file:
        calls = read_trace(file.read())
    return {
        "system-calls": len(calls),
        "files-opened": sum(call.name in OPENS and call.result >= 0 for call in calls),
        "bytes-read": sum(call.result for call in calls if call.reads_a_file()),
    }


def count_instructions(argv):
    """Of `runtime check`, all that comes before the side effects: callgrind knows no clone3(2)."""
    config = argv[argv.index("--config") + 1]
    said = run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null",
                argv[0], "check", "--config", config])
    return int(re.search(r"Collected : (\d+)", said)[1])


def median_faults(argv):
    return round(statistics.median(count_page_faults(argv) for _ in range(FAULT_RUNS)))


def measure_operations(world, argv):
    """Of a container in two steps, and of a further command in it. argv: of a run of it."""
    runtime, *words = argv
    root = words[words.index("--root"):][:2]
    container = words[words.index("--name") + 1]
    words[-1] = "/pause"

    def count(verb, *more, follow=False):
        return count_calls([runtime, verb, *more], world.path("trace"), follow)["system-calls"]

    further = ["exec", *root, container, "/noop"]
    counted = {"create-calls": count("create", *words)}
    try:
        counted["start-calls"] = count("start", *root, container)
        counted["exec-calls"] = count(*further, follow=True)
        counted["exec-faults"] = median_faults([runtime, *further])
    finally:
        # How many calls that takes depends on how many processes the machine has.
        run([runtime, "delete", *root, "--force", container])
    return counted


def measure(world):
    sides = Sides(world, ("ours",))
    (side,) = sides.of(Container("cgroup", "/noop"))
    counted = count_calls(side.argv, world.path("trace"))
    counted["page-faults"] = median_faults(side.argv)
    counted["instructions"] = count_instructions(side.argv)
    counted["more-installed"] = max(0, median_faults([world.runtime_of_many(), *side.argv[1:]])
                                    - counted["page-faults"])
    (side,) = sides.of(Container("init", "/noop"))
    counted["init-calls"] = count_calls(side.argv, world.path("trace"))["system-calls"]
    counted["init-faults"] = median_faults(side.argv)
    return counted | measure_operations(world, side.argv)


def read_budget(text, version):
    """{name: (ceiling, slack in percent)} for cgroup v1 or v2."""
    budget = {}
    for line in text.splitlines():
        words = line.split("#")[0].split()
        if words:
            name, v1, v2, slack = words
            budget[name] = int(v1 if version == "v1" else v2), int(slack.rstrip("%"))
    return budget


def compare(counted, budget):
    """Lines for people, and the names of what is over its ceiling."""
    lines, over = [], []
    for name, (ceiling, slack) in budget.items():
        count = counted[name]
        lines.append(f"  {name:14} {count:>11,}, at most {ceiling:>11,} (+ {slack} %)")
        if count > ceiling * (100 + slack) / 100:
            over.append(name)
            lines[-1] += f"  OVER, by {count - ceiling:,}"
        elif count < ceiling * (100 - slack) / 100:
            lines[-1] += "  has shrunk: lower its ceiling"
    return lines, over


def update(text, counted, version):
    """The text of the budget with the counts as ceilings."""
    lines = text.splitlines()
    for i, line in enumerate(lines):
        words = line.split()
        if words and words[0] in counted:
            words[1 if version == "v1" else 2] = str(counted[words[0]])
            lines[i] = "{:18} {:9} {:9} {}".format(*words)
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--built", required=True, help="the built tree")
    parser.add_argument("--update", action="store_true", help="write the counts into budget.txt")
    arguments = parser.parse_args()
    with World(arguments.built) as world:
        counted = measure(world)
        version = "v2" if world.layout == "v2" else "v1"
    with open(BUDGET, encoding="utf-8") as file:
        text = file.read()
    lines, over = compare(counted, read_budget(text, version))
    print(f"One start with cgroup {version}:", *lines, sep="\n")
    if arguments.update:
        with open(BUDGET, "w", encoding="utf-8") as file:
            file.write(update(text, counted, version))
        return 0
    if over:
        print(f"Over the budget: {', '.join(over)}. If the change is worth it, raise the ceiling in\n"
              f"tests/bench/budget.txt, by hand or with `{RAISE}`,\n"
              "and give the reason in the commit.")
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
