"""The timed rows of the speed table. Each function measures one row and returns it as a Table."""

import contextlib
import json
import os
import statistics
import subprocess

from keep import PATIENCE, keep_alive
from sides import MAX_NUMBERS, Container, Side
from table import Group, Table
from timing import Failed, progress, take_turns, try_once, try_sides, with_hyperfine, works
from world import wait_until

KINDS = {"cgroup": "with a pids cgroup", "plain": "without a cgroup",
         "init": "without a cgroup, with an init as PID 1"}
BASE_STAGES = 6  # of the pipeline with a cgroup: first-of loads both cgroup stages
STEPS = (6, 12, 24)
ENOUGH_OF_A_CROWD = 64
MEGABYTE = 1 << 20

PEERS_DIFFER = [
    "The floor makes only the system calls that the kernel asks for (tests/bench/floor.c).",
    "unshare sets no hostname and does not detach the old root: it changes root with chroot.",
    "An init is a second process in the container, PID 1, which reaps orphans and passes signals on."
    " Where the title does not name one, no side has it: ours runs with `pid: {init: false}`, and"
    " bubblewrap with --as-pid-1. With one, the floor's and bubblewrap's are copies of their own"
    " programs, and ours is a program of its own, which holds nothing of the runtime's.",
    "bubblewrap has no cgroups. It always sets no_new_privs and makes a mount for its new root.",
    "crun and runc also make the default devices and links in /dev, which the OCI specification asks"
    " for.",
    "Ours, crun and runc keep their state on a tmpfs, as /run mostly is one.",
    "Ours runs from an installed tree, as the peers do, with all its stages in one library: the folders"
    " of a built one are deep, and each look at a plugin's path costs the more.",
]


def _by_kind(bench, title, unit, measure, kinds=tuple(KINDS), command="/noop"):
    """One group for each kind; `measure(sides)` returns {name: values}."""
    table = Table(title, unit)
    for kind in kinds:
        sides = bench.sides.of(Container(kind, command))
        table.groups.append(Group(KINDS[kind], sides, measure(try_sides(sides))))
    return table


def start(bench):
    """Start to exit of a static no-op."""
    table = _by_kind(bench, "Start of a container, to the exit of a static no-op", "ms",
                     lambda sides: with_hyperfine(bench.world.temp, sides, bench.runs))
    table.notes = ['"no container" is the no-op alone: what the measuring itself costs.',
                   *PEERS_DIFFER]
    if bench.world.layout != "v2":
        table.notes.append("On cgroup v1 crun and runc make a cgroup in every hierarchy, ours and the"
                           " floor in pids alone.")
    return table


def begin(bench):
    """Exec of the side to exec of the command."""
    stamp = bench.world.bench("stamp")

    def measure(side):
        moments = try_once([stamp, *side.argv]).split()
        if len(moments) != 2:
            raise Failed("the command printed no time")
        return (int(moments[1]) - int(moments[0])) / 1e6

    table = _by_kind(bench, "From the exec of each side to the first act of the command", "ms",
                     lambda sides: take_turns(sides, bench.runs, measure), command="/stamp")
    table.notes = ["The programs themselves take the time of CLOCK_MONOTONIC (tests/bench/stamp.c);"
                   " what comes after the command's end is not in it."]
    return table


def stages(bench):
    """What one more stage costs."""
    sides, times = [], {}
    for count in STEPS:
        names = tuple(f"step-{number + 1}" for number in range(count - BASE_STAGES))
        container = Container("cgroup", "/noop", number=f"-{count}", stages=names)
        for side in bench.sides.of(container, only=("ours",)):
            sides.append(Side(str(count), "", side.argv))
    times = with_hyperfine(bench.world.temp, try_sides(sides), bench.runs)
    table = Table("Ours with more stages", "ms", across=True)
    for side in sides:
        name = f"{side.name} stages"
        table.groups.append(Group(name, [Side("ours", bench.sides.versions["ours"], [], side.reason)],
                                  {"ours": times.get(side.name, [])}))
    if all(len(times.get(str(count), [])) > 0 for count in STEPS):
        medians = [statistics.median(times[str(count)]) for count in STEPS]
        slope = statistics.linear_regression(STEPS, medians).slope
        table.figures["one more stage, in us"] = round(slope * 1000, 1)
    table.notes = ["The further stages do nothing (tests/bench/steps): their cost is to be found,"
                   " trusted, loaded, checked and called."]
    return table


def config(bench):
    """A large config."""
    world = bench.world
    for number in range(40):
        os.makedirs(world.path(f"bind/{number}"), exist_ok=True)
        os.makedirs(f"{world.root}/mnt/{number}", exist_ok=True)
    large = Container(
        "cgroup", "/noop",
        binds=tuple((world.path(f"bind/{number}"), f"/mnt/{number}") for number in range(36)),
        tmpfs=tuple(f"/mnt/{number}" for number in range(36, 40)),
        env=tuple((f"VARIABLE_{number}", f"value {number}") for number in range(140)),
        memory=256 * MEGABYTE)
    table = Table("A large config: 36 binds, 4 tmpfs, 140 variables, limits of tasks and memory", "ms")
    sides = bench.sides.of(large, only=("ours", "crun", "runc"))
    table.groups.append(Group(KINDS["cgroup"], sides,
                              with_hyperfine(world.temp, try_sides(sides), bench.runs)))
    large.kind = "plain"
    sides = bench.sides.of(large, only=("ours", "bubblewrap"))
    table.groups.append(Group("without a cgroup", sides,
                              with_hyperfine(world.temp, try_sides(sides), bench.runs)))
    table.notes = ["Ours reads it from YAML of about 200 lines. The floor and unshare have no config."]
    return table


def further(bench):
    """A further command in a running container."""
    table = Table("exec: a static no-op in a container that runs", "ms")
    with contextlib.ExitStack() as stack:
        sides = []
        for name in (*bench.world.prefixes, "crun", "runc"):
            if name not in bench.sides.wanted:
                continue
            side = bench.sides.exec_into(name, "-alive-0", "/noop")
            if not side.reason:
                try:
                    stack.enter_context(keep_alive(bench, name, 1))
                except Failed as failure:
                    side.reason = str(failure)
                # The command runs a moment before its runtime has written that down.
                wait_until(lambda argv=side.argv: works(argv), seconds=PATIENCE)
            sides.append(side)
        table.groups.append(Group(KINDS["cgroup"], sides,
                                  with_hyperfine(bench.world.temp, try_sides(sides), bench.runs)))
    table.notes = ["The command joins the container's namespaces, root and cgroup, and ends."]
    return table


def parts(bench):
    """The parts of ours, in one process, by Google Benchmark."""
    program = bench.world.bench("parts_benchmark")
    environment = dict(os.environ, SLIPWAY_BENCH_ROOT=bench.world.root, SLIPWAY_BENCH_BUILT=bench.world.built,
                       SLIPWAY_BENCH_STATE=f"{bench.world.state}/parts",
                       SLIPWAY_BENCH_ID=f"{bench.world.id}-parts")
    progress("parts")
    done = subprocess.run(
        [program, f"--benchmark_repetitions={max(2, bench.runs // 10)}",
         "--benchmark_enable_random_interleaving=true", "--benchmark_format=json",
         f"--benchmark_min_time={0.05 if bench.runs >= 20 else 0.001}"],
        env=environment, capture_output=True, text=True)
    progress("")
    table = Table("The parts of ours, each alone", "us")
    if done.returncode != 0:
        raise Failed(f"parts_benchmark: {done.stderr.strip()[-300:]}")
    names, times, reasons = [], {}, {}
    results = json.loads(done.stdout)["benchmarks"]
    for result in sorted(results, key=lambda result: result["family_index"]):
        name = result["run_name"].split("/")[0]
        if result["run_type"] != "iteration":
            continue
        if name not in names:
            names.append(name)
        if result.get("error_occurred"):
            reasons[name] = result["error_message"]
        times.setdefault(name, []).append(result["real_time"])
    sides = [Side(name.replace("_", " "), "", [], reasons.get(name, "")) for name in names]
    table.groups.append(Group("", sides, {name.replace("_", " "): times[name] for name in names}))
    table.notes = ["Many times over in one warm process, so without what a fresh process pays for"
                   " page faults; the spread is that of the repetitions' means."]
    return table


def parallel(bench):
    """Starts at a time."""
    table = Table("Many starts at a time", "starts/s", higher_is_better=True, across=True)
    total = max(ENOUGH_OF_A_CROWD if bench.runs >= 20 else 4, *bench.at_a_time)
    if total > MAX_NUMBERS:
        raise Failed(f"--at-a-time takes at most {MAX_NUMBERS}")
    for kind, only in (("cgroup", ("floor", "ours", "crun")), ("plain", ("ours", "bubblewrap"))):
        sides = bench.sides.of(Container(kind, "/noop", number="-{}"), only=only)
        for count in bench.at_a_time:
            crowds = [Side(side.name, side.version,
                           [bench.world.bench("crowd"), str(count), str(total), *side.argv],
                           side.reason) for side in sides]
            times = with_hyperfine(bench.world.temp, try_sides(crowds), max(2, bench.runs // 10))
            table.groups.append(Group(
                f"{count} at a time", crowds,
                {name: [total / (taken / 1000) for taken in values] for name, values in times.items()},
                KINDS[kind]))
    table.notes = [f"{total} starts for each figure, through tests/bench/crowd.c."]
    return table


def alive(bench):
    """A start while others live."""
    table = Table("A start while other containers of ours live", "ms", across=True)
    for count in bench.alive:
        with keep_alive(bench, "ours", count):
            sides = bench.sides.of(Container("cgroup", "/noop"), only=("floor", "ours"))
            table.groups.append(Group(f"{count} alive", sides, with_hyperfine(
                bench.world.temp, try_sides(sides), max(2, bench.runs // 2))))
    return table
