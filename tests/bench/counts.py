"""The rows of the speed table that are no times: memory, disk, system calls, page faults."""

import os
import re
import shutil
import subprocess

from keep import keep_alive, processes_of
from rows import KINDS
from sides import Container, Side
from table import Group, Table
from timing import Failed, take_turns, try_sides

ALIVE = 10
PLUGINS = ("uts", "pid", "mount", "proc", "cgroup_v1", "cgroup_v2")


def _pss(pid):
    """KiB, of smaps_rollup: shared pages count for each of their users in part."""
    with open(f"/proc/{pid}/smaps_rollup", encoding="utf-8") as file:
        return int(re.search(r"^Pss: +(\d+) kB", file.read(), re.MULTILINE)[1])


def memory(bench):
    """Memory of the waiting host."""
    table = Table("Memory of the process that waits for a container", "KiB")
    for kind in KINDS:
        sides = [side for side in bench.sides.of(Container(kind, "/noop"))
                 if side.name != "no container"]
        values = {side.name: [] for side in sides}
        for side in sides:
            if side.reason:
                continue
            try:
                with keep_alive(bench, side.name, ALIVE, kind) as hosts:
                    values[side.name] = [sum(map(_pss, processes_of(host.pid)[0])) for host in hosts]
            except Failed as failure:
                side.reason = str(failure)
        table.groups.append(Group(KINDS[kind], sides, values))
    table.notes = [f"Proportional set size (PSS) with {ALIVE} containers of one side alive, without"
                   " the container's own processes. crun and runc run in the foreground."]
    return table


def _libraries(program):
    """The shared libraries that the loader maps for it, with the loader."""
    done = subprocess.run(["ldd", program], capture_output=True, text=True)
    return {os.path.realpath(path) for path in re.findall(r"(/\S+)", done.stdout)}


def _kilobytes(paths):
    return sum(os.stat(path).st_size for path in paths) / 1024


def disk(bench):
    """Size on disk."""
    # Links to one library count once.
    plugins = sorted({os.path.realpath(os.path.join(bench.world.plugins()[0], f"lib{name}_stage.so"))
                      for name in PLUGINS})
    files = {"ours": [bench.world.runtime(), *plugins], "floor": [bench.world.bench("floor")]}
    for name, program in (("unshare", "unshare"), ("bubblewrap", "bwrap"), ("crun", "crun"),
                          ("runc", "runc")):
        files[name] = [shutil.which(program)] if shutil.which(program) else []
    sides = [Side(name, bench.sides.versions.get(name, ""), [], "" if files[name] else "not installed")
             for name in ("floor", "ours", "unshare", "bubblewrap", "crun", "runc")
             if name in bench.sides.wanted]
    own = {side.name: [_kilobytes(files[side.name])] for side in sides if not side.reason}
    shared = {name: [_kilobytes(set(files[name]) | _libraries(files[name][0]))] for name in own}
    table = Table("Size on disk", "KiB", across=True)
    table.groups = [Group("own files", sides, own), Group("with shared libraries", sides, shared)]
    host = _kilobytes([bench.world.runtime()])
    table.notes = [f"Ours is the host, {host:.0f} KiB, and the plugins of the {len(PLUGINS)} stages,"
                   f" {_kilobytes(plugins):.0f} KiB."]
    return table


def _by_kind(bench, title, unit, measure, runs):
    table = Table(title, unit)
    for kind, name in KINDS.items():
        sides = bench.sides.of(Container(kind, "/noop"))
        table.groups.append(Group(name, sides, take_turns(try_sides(sides), runs, measure)))
    return table


def count_system_calls(argv, summary):
    """The calls of a command and of all that it starts. `summary`: a file for strace."""
    done = subprocess.run(["strace", "-f", "-c", "-U", "calls,name", "-o", summary, *argv],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode != 0:
        raise Failed(f"below strace: status {done.returncode}")
    with open(summary, encoding="utf-8") as file:
        return int(re.search(r"^ *(\d+) +total$", file.read(), re.MULTILINE)[1])


def system_calls(bench):
    """System calls of a start."""
    if not shutil.which("strace"):
        raise Failed("strace is not installed")
    summary = bench.world.path("strace")
    table = _by_kind(bench, "System calls of one start", "calls",
                     lambda side: count_system_calls(side.argv, summary), max(2, bench.runs // 20))
    table.notes = ["All of them, of the host, of the container's setup and of the no-op itself, as"
                   " strace counts them."]
    return table


def count_page_faults(argv):
    """Of a command and of all that it waits for."""
    pid = os.posix_spawnp(argv[0], argv, os.environ)
    _, status, usage = os.wait4(pid, 0)
    if status != 0:
        raise Failed(f"status {os.waitstatus_to_exitcode(status)}")
    return usage.ru_minflt + usage.ru_majflt


def page_faults(bench):
    """Page faults of a start."""
    table = _by_kind(bench, "Page faults of one start", "faults",
                     lambda side: count_page_faults(side.argv), max(2, bench.runs // 5))
    table.notes = ["Of the host and of the processes that it waits for, by getrusage(2)."]
    return table


def with_many_installed(bench):
    """Page faults where many more stages are installed."""
    (side,) = bench.sides.of(Container("cgroup", "/noop"), only=("ours",))
    many = Side("30", side.version, [bench.world.runtime_of_many(), *side.argv[1:]])
    sides = [Side("6", side.version, side.argv), many]
    counted = take_turns(try_sides(sides), max(2, bench.runs // 5),
                         lambda one: count_page_faults(one.argv))
    table = Table("Page faults of one start, by the number of stages installed", "faults", across=True)
    for one in sides:
        table.groups.append(Group(f"{one.name} stages", [Side("ours", one.version, [], one.reason)],
                                  {"ours": counted[one.name]}))
    table.notes = ["The pipeline is the same one of six stages. The others are in a pack of their own,"
                   " which such a start does not load."]
    return table
