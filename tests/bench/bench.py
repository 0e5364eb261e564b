#!/usr/bin/env python3
"""Measures the rows of the speed table and prints them: the program behind tools/bench."""

import argparse
import json
import os
import platform
import re
import signal
import sys

sys.dont_write_bytecode = True  # No cache folder in the source tree.

import counts  # noqa: E402
import plot  # noqa: E402
import rows  # noqa: E402
import sandbox  # noqa: E402
import sides  # noqa: E402
import table  # noqa: E402
from timing import Failed  # noqa: E402
from world import World  # noqa: E402

ROWS = {
    "start": rows.start,
    "begin": rows.begin,
    "sandbox": sandbox.sandbox,
    "exec": rows.further,
    "stages": rows.stages,
    "config": rows.config,
    "parts": rows.parts,
    "parallel": rows.parallel,
    "alive": rows.alive,
    "memory": counts.memory,
    "disk": counts.disk,
    "syscalls": counts.system_calls,
    "faults": counts.page_faults,
    "installed": counts.with_many_installed,
}
QUICK = ("start", "begin", "exec", "memory", "disk", "syscalls", "faults")
RUNS, QUICK_RUNS = 200, 120


class Bench:
    """What the rows need to know."""

    def __init__(self, world, arguments):
        self.world = world
        self.runs = arguments.runs
        self.at_a_time = arguments.at_a_time
        self.alive = arguments.alive
        self.sides = sides.Sides(world, arguments.sides)


def names(allowed):
    def parse(value):
        chosen = value.split(",")
        for name in chosen:
            if name not in allowed:
                raise argparse.ArgumentTypeError(f"'{name}' is none of {', '.join(allowed)}")
        return chosen
    return parse


def counts_of(value):
    if not re.fullmatch(r"\d{1,4}(,\d{1,4})*", value):
        raise argparse.ArgumentTypeError(f"'{value}' is no list of numbers such as 1,8,32")
    return [int(number) for number in value.split(",")]


def runs_of(value):
    if not re.fullmatch(r"\d{1,6}", value) or int(value) < 2:
        raise argparse.ArgumentTypeError(f"'{value}' is no number from 2 to 999999")
    return int(value)


def parse_arguments(words):
    epilog = "rows:\n" + "\n".join(f"  {name:10} {row.__doc__}" for name, row in ROWS.items()) + """

The sides take turns, so that drift of the machine hits all of them alike. The full run takes about
ten minutes, a quick one about one. Needs root; missing packages are installed with apt-get.
Everything that the run makes is removed at its end, also after Ctrl-C.
"""
    parser = argparse.ArgumentParser(
        prog="tools/bench", epilog=epilog, formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Compares the start of a container by ours with a hand-written C program,"
        " unshare,\nbubblewrap, crun and runc, and prints one table.")
    parser.add_argument("--quick", action="store_true", help=f"only {', '.join(QUICK)}, with fewer runs")
    parser.add_argument("--rows", metavar="NAME,...", type=names(ROWS), help="only these rows")
    parser.add_argument("--sides", metavar="NAME,...", type=names(sides.ALL), default=sides.ALL,
                        help=f"only these of: {', '.join(sides.ALL)}")
    parser.add_argument("--runs", metavar="N", type=runs_of,
                        help=f"timed starts of each side ({RUNS}; quick: {QUICK_RUNS})")
    parser.add_argument("--at-a-time", metavar="N,...", type=counts_of, default=[1, 2, 8, 32],
                        help="for the row `parallel` (1,2,8,32)")
    parser.add_argument("--alive", metavar="N,...", type=counts_of, default=[0, 10, 100, 1000],
                        help="for the row `alive` (0,10,100,1000)")
    parser.add_argument("--format", choices=("text", "markdown", "json"), default="text",
                        help="markdown is a section for a README")
    parser.add_argument("--plot", metavar="FILE.svg", help="also draw the main rows")
    parser.add_argument("--built", metavar="FOLDER",
                        help="a built tree (bazel-bin, after building what is needed)")
    parser.add_argument("--beside", metavar="FOLDER",
                        help="another built tree, to compare with: of an earlier commit, for example")
    arguments = parser.parse_args(words)
    arguments.rows = arguments.rows or (QUICK if arguments.quick else tuple(ROWS))
    arguments.runs = arguments.runs or (QUICK_RUNS if arguments.quick else RUNS)
    return arguments


def processor():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        found = re.search(r"^model name\s*: (.*)$", file.read(), re.MULTILINE)
    return " ".join(found[1].split()) if found else platform.machine()


def describe(world, arguments):
    load = os.getloadavg()[0]
    return [
        f"{processor()}, {os.cpu_count()} CPUs, Linux {platform.release()}, cgroup {world.layout},"
        f" load {load:.2f} at the beginning.",
        f"Median and p10..p90 of {arguments.runs} runs of each side, which took turns; fewer where a"
        " row takes long.",
    ]


def measure(bench, wanted):
    """Returns {row: Table}. A row that cannot be measured is told at once, and left out."""
    tables = {}
    for name in ROWS:
        if name not in wanted:
            continue
        try:
            tables[name] = ROWS[name](bench)
            tables[name].groups = [group for group in tables[name].groups if group.sides]
        except Failed as failure:
            print(f"\nbench: no row {name}: {failure}", file=sys.stderr)
    return tables


def write(tables, head, arguments):
    if arguments.format == "json":
        report = {"head": head, "rows": {name: one.as_json() for name, one in tables.items()}}
        print(json.dumps(report, indent=2))
    else:
        print(getattr(table, arguments.format)(tables, head))
    if arguments.plot:
        with open(arguments.plot, "w", encoding="utf-8") as file:
            file.write(plot.draw(tables, head[0]))


def end(number, _):
    raise SystemExit(128 + number)


def main():
    arguments = parse_arguments(sys.argv[1:])
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end)
    with World(arguments.built, arguments.beside) as world:
        head = describe(world, arguments)
        tables = measure(Bench(world, arguments), arguments.rows)
    write(tables, head, arguments)
    return 0 if len(tables) == len(arguments.rows) else 1


if __name__ == "__main__":
    sys.exit(main())
