"""The row `sandbox`: configs/sandbox.yaml as it is, as root and as a plain user."""

import os
import shutil
import subprocess

from sides import Side
from table import Group, Table
from timing import Caller, try_sides, with_hyperfine

USER = 217499  # nobody else on the machine has it
CONFIG = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../configs/sandbox.yaml")
# What the config binds, as far as the machine has it.
SHOWN = ("/usr", "/bin", "/lib", "/lib64", "/sbin", "/etc/alternatives", "/etc/group",
         "/etc/ld.so.cache", "/etc/localtime", "/etc/nsswitch.conf", "/etc/passwd")


def _filter(world):
    """The file with the filter of system calls; for the floor."""
    path = world.path("sandbox.bpf")
    with open(path, "wb") as file:
        subprocess.run([world.bench("filter")], stdout=file, check=True)
    return path


def _floor(world, user):
    # A built tree may lie where nobody else may look.
    floor = shutil.copy(world.bench("sandbox_floor"), world.temp)
    return [floor, *(["--no-cgroup"] if user else []), _filter(world),
            f"{world.root}/noop"]


def _ours(world, user, side):
    state = world.path(f"sandbox-{side}-{user}")
    if not os.path.isdir(state):
        os.mkdir(state)
        os.chown(state, user, user)
    return [world.runtime(side), "--config", world.write("sandbox.yaml", _config(world)), "--root",
            state, "--name", f"{world.id}-{side}", "--", "/noop"]


def _config(world):
    """With the no-op, which is no program of the machine's."""
    with open(CONFIG, encoding="utf-8") as file:
        return file.read().replace("      binds:\n", f"      binds:\n        - {world.root}/noop:/noop:ro\n")


def _bubblewrap(world):
    binds = [word for path in SHOWN if os.path.exists(path) for word in ("--ro-bind", path, path)]
    return ["bwrap", "--unshare-all", "--hostname", "sandbox", *binds, "--ro-bind",
            f"{world.root}/noop", "/noop", "--tmpfs", "/tmp", "--tmpfs", "/run", "--proc", "/proc",
            "--dev", "/dev", "--chdir", "/tmp", "--cap-drop", "ALL",
            "/noop"]


def sandbox(bench):
    """Start of configs/sandbox.yaml, to the exit of a static no-op."""
    world, versions = bench.world, bench.sides.versions
    table = Table("Start of configs/sandbox.yaml, to the exit of a static no-op", "ms")
    for user, title in ((0, "as root"), (USER, "as a plain user, without cgroups")):
        argvs = {"floor": _floor(world, user),
                 **{side: _ours(world, user, side) for side in world.prefixes},
                 "bubblewrap": _bubblewrap(world)}
        sides = [Side(name, versions.get(name, ""), argv, "" if name in versions else "not installed")
                 for name, argv in argvs.items() if name in bench.sides.wanted]
        caller = Caller(user)
        times = with_hyperfine(world.temp, try_sides(sides, caller), bench.runs, caller)
        table.groups.append(Group(title, sides, times))
    table.notes = [
        "The floor makes the system calls of that config and no others (tests/bench/sandbox_floor.c).",
        "bubblewrap has its namespaces, mounts and /dev, and none of the rest: no cgroup and limits, no"
        " clocks of its own, no /sys, no covers over /proc, no Landlock, no filter of system calls."]
    return table
