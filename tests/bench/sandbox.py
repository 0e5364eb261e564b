"""The row `sandbox`: configs/sandbox.yaml as it is, as root and as a plain user, and with the
subordinate ids of one."""

import dataclasses
import os
import shutil
import subprocess

from sides import Side
from table import Group, Table
from timing import Caller, Failed, try_once, try_sides, with_hyperfine

USER = 217499  # nobody else on the machine has it
CONFIG = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../configs/sandbox.yaml")
# What the config binds, as far as the machine has it.
SHOWN = ("/usr", "/bin", "/lib", "/lib64", "/sbin", "/etc/alternatives", "/etc/group",
         "/etc/ld.so.cache", "/etc/localtime", "/etc/nsswitch.conf", "/etc/passwd")


def _filter(world):
    """The file with the filter of system calls, as the stage `seccomp` has it."""
    path = world.path("sandbox.bpf")
    with open(path, "wb") as file:
        subprocess.run([world.bench("filter")], stdout=file, check=True)
    return path


@dataclasses.dataclass
class _Who:
    title: str
    user: int = 0
    subordinate_ids: bool = False


EVERYBODY = (_Who("as root"),
             _Who("as a plain user, without cgroups", USER),
             _Who("as a plain user with subordinate ids, by newuidmap and newgidmap", USER, True))


def _give_ids(world):
    """Makes the user one of this mount namespace's, with subordinate ids: newuidmap(1) asks for both."""
    for name, line in (("passwd", f"bench:x:{USER}:{USER}::/:/bin/sh"),
                       ("subuid", f"{USER}:2000000000:65536"), ("subgid", f"{USER}:2000000000:65536")):
        if not os.path.exists(f"/etc/{name}"):
            continue
        with open(f"/etc/{name}", encoding="utf-8") as file:
            world.bind(world.write(name, f"{file.read()}{line}\n"), f"/etc/{name}")


def _floor(world, who):
    # A built tree may lie where nobody else may look.
    floor = shutil.copy(world.bench("sandbox_floor"), world.temp)
    return [floor, *(["--no-cgroup"] if who.user else []),
            *(["--subordinate-ids"] if who.subordinate_ids else []), _filter(world), f"{world.root}/noop"]


def _ours(world, who, side):
    state = world.path(f"sandbox-{side}-{who.user}")
    if not os.path.isdir(state):
        os.mkdir(state)
        os.chown(state, who.user, who.user)
    return [world.runtime(side), "--config", world.write("sandbox.yaml", _config(world)), "--root",
            state, "--name", f"{world.id}-{side}",
            *(["--set", "user.map=auto"] if who.subordinate_ids else []), "--", "/noop"]


def _config(world):
    """With the no-op, which is no program of the machine's."""
    with open(CONFIG, encoding="utf-8") as file:
        return file.read().replace("      binds:\n", f"      binds:\n        - {world.root}/noop:/noop:ro\n")


def _bubblewrap(world, caller):
    binds = [word for path in SHOWN if os.path.exists(path) for word in ("--ro-bind", path, path)]
    return ["bwrap", "--unshare-all", "--hostname", "sandbox", *binds, "--ro-bind",
            f"{world.root}/noop", "/noop", "--perms", "1777", "--size", str(512 << 20), "--tmpfs", "/tmp",
            "--size", str(1 << 20), "--tmpfs", "/run", "--proc", "/proc", "--dev", "/dev", "--chdir",
            "/tmp", "--clearenv", "--setenv", "HOME", "/tmp", "--setenv", "PATH", "/usr/bin:/bin",
            "--cap-drop", "ALL", "--seccomp", str(caller.descriptor), "/noop"]


def _demand_filter(sides, caller):
    """Gives those a reason whose command has no filter of system calls. Returns the others."""
    for side in sides:
        if side.argv[-1] != "/noop":  # the floor, which runs nothing but that, and else fails
            continue
        try:
            try_once([*side.argv[:-1], "/bin/grep", "^Seccomp:.2$", "/proc/self/status"], caller)
        except Failed as failure:
            side.reason = f"has no filter of system calls: {failure}"
    return [side for side in sides if not side.reason]


def sandbox(bench):
    """Start of configs/sandbox.yaml, to the exit of a static no-op."""
    world, versions = bench.world, bench.sides.versions
    table = Table("Start of configs/sandbox.yaml, to the exit of a static no-op", "ms")
    _give_ids(world)
    descriptor = os.open(_filter(world), os.O_RDONLY)
    rewind = shutil.copy(world.bench("rewind"), world.temp)
    for who in EVERYBODY:
        caller = Caller(who.user, descriptor, rewind)
        argvs = {"floor": _floor(world, who),
                 **{side: _ours(world, who, side) for side in world.prefixes},
                 # It knows no subordinate ids.
                 **({} if who.subordinate_ids else {"bubblewrap": _bubblewrap(world, caller)})}
        sides = [Side(name, versions.get(name, ""), argv, "" if name in versions else "not installed")
                 for name, argv in argvs.items() if name in bench.sides.wanted]
        working = _demand_filter(try_sides(sides, caller), caller)
        times = with_hyperfine(world.temp, working, bench.runs, caller)
        table.groups.append(Group(who.title, sides, times))
    os.close(descriptor)
    table.notes = [
        "The floor makes the system calls of that config and no others (tests/bench/sandbox_floor.c).",
        "With subordinate ids, both run the two helpers, each of which takes about as long as a start"
        " of any program.",
        "bubblewrap has its namespaces, binds, tmpfs, host name and filter of system calls, and its /dev"
        " but for what is mounted on shm and mqueue. It has none of the rest: no cgroup and limits, no"
        " clocks and no session keyring of its own, no /sys, no covers over /proc (as root two), no"
        " Landlock, no limit of time, and as root no id but the caller's."]
    return table
