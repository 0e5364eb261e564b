"""The sides of the speed table: how each starts the same container.

A container has the namespaces uts, pid and mnt, the same root, a proc mount, with kind "cgroup" a
cgroup with pids.max, and with kind "init" an init as PID 1, in place of the command. Each side is
told which command to run in it.
"""

import dataclasses
import json
import os
import re
import shutil
import subprocess

PIDS_MAX = 20
MAX_NUMBERS = 64
PEERS = {"cgroup": ("crun", "runc"), "plain": ("unshare", "bubblewrap", "crun"),
         "init": ("bubblewrap",)}
ALL = ("no container", "floor", "ours", "beside", "unshare", "bubblewrap", "crun", "runc")


@dataclasses.dataclass
class Side:
    name: str
    version: str
    argv: list
    reason: str = ""  # why it has no numbers

    @property
    def label(self):
        return f"{self.name} {self.version}".strip()


@dataclasses.dataclass
class Container:
    """What is to be started, beyond what all containers have."""
    kind: str  # plain, cgroup or init
    command: str  # a program at the top of the root
    number: str = ""  # goes into every name; "-{}" for a command that is run with many numbers
    binds: tuple = ()  # (source, target)
    tmpfs: tuple = ()  # targets
    env: tuple = ()  # (name, value)
    memory: int = 0  # bytes of memory.max
    stages: tuple = ()  # further stages of ours


def version_of(world, program):
    """The first dotted number of `program --version`."""
    # crun makes its state folder even for that.
    environment = dict(os.environ, XDG_RUNTIME_DIR=world.temp)
    done = subprocess.run([program, "--version"], env=environment, capture_output=True, text=True)
    found = re.search(r"\d+(\.\d+)+[^\s,]*", done.stdout)
    return found[0] if found else ""


def cgroup_lines(container):
    limits = f"pids.max: {PIDS_MAX}" + (f", memory.max: {container.memory}" if container.memory else "")
    return f"""\
  - first-of:
      - cgroup-v2: {{{limits}}}
      - cgroup-v1: {{{limits}}}
"""


def pipeline(world, container):
    """The text of a config of ours. JSON strings are YAML's double-quoted strings too."""
    quote = json.dumps
    lines = ["version: 1\n"]
    if container.env:
        lines.append("process:\n  env:\n")
        lines += [f"    {name}: {quote(value)}\n" for name, value in container.env]
    init = "true" if container.kind == "init" else "false"
    lines.append(f"stages:\n  - uts: {{hostname: container}}\n  - pid: {{init: {init}}}\n")
    lines.append(f"  - mount:\n      root: {quote(world.root)}\n")
    if container.binds:
        lines.append("      binds:\n")
        lines += [f"        - {{source: {quote(source)}, target: {quote(target)}}}\n"
                  for source, target in container.binds]
    if container.tmpfs:
        lines.append("      tmpfs:\n")
        lines += [f"        - {{target: {quote(target)}}}\n" for target in container.tmpfs]
    lines.append("  - proc\n")
    lines += [f"  - {stage}\n" for stage in container.stages]
    return "".join(lines) + (cgroup_lines(container) if container.kind == "cgroup" else "")


def bundle(root, container, cgroups_path):
    """The OCI config.json for crun and runc."""
    env = [f"{name}={value}" for name, value in (("PATH", "/"), *container.env)]
    mounts = [{"destination": "/proc", "type": "proc", "source": "proc",
               "options": ["nosuid", "nodev", "noexec"]}]
    mounts += [{"destination": target, "type": "bind", "source": source, "options": ["rbind"]}
               for source, target in container.binds]
    mounts += [{"destination": target, "type": "tmpfs", "source": "tmpfs"}
               for target in container.tmpfs]
    resources = {"pids": {"limit": PIDS_MAX}}
    if container.memory:
        resources["memory"] = {"limit": container.memory}
    return {
        "ociVersion": "1.0.2",
        "process": {"terminal": False, "cwd": "/", "args": [container.command], "env": env,
                    "user": {"uid": 0, "gid": 0}},
        "root": {"path": root},
        "hostname": "container",
        "mounts": mounts,
        "linux": {"cgroupsPath": cgroups_path, "resources": resources,
                  "namespaces": [{"type": "pid"}, {"type": "uts"}, {"type": "mount"}]},
    }


class Sides:
    """Makes the command lines. `wanted`: names of ALL."""

    def __init__(self, world, wanted=ALL):
        self.world = world
        self.wanted = wanted
        self.count = 0
        self.versions = {
            "no container": "", "floor": "",
            **{name: version_of(world, world.runtime(name)) for name in world.prefixes},
            "unshare": version_of(world, "unshare"),
            **{name: version_of(world, program) for name, program in
               (("bubblewrap", "bwrap"), ("crun", "crun"), ("runc", "runc"))
               if shutil.which(program)},
        }

    def of(self, container, only=None):
        """The sides that can start such a container. `only`: no others than these."""
        self.count += 1
        names = ["floor", *self.world.prefixes]
        names += PEERS[container.kind]
        if container.kind == "plain":
            names.insert(0, "no container")
        makers = {"no container": self._bare, "floor": self._floor, "ours": self._ours,
                  "beside": lambda container: self._ours(container, "beside"),
                  "unshare": self._unshare, "bubblewrap": self._bubblewrap,
                  "crun": self._crun, "runc": self._runc}
        return [self._side(name, makers[name](container)) for name in names
                if name in self.wanted and (only is None or name in only)]

    def exec_into(self, name, number, command):
        """A further command in a running container of the side, which `of` has made."""
        world, tool = self.world, [name, "--root", f"{self.world.state}/{name}"]
        if name in world.prefixes:
            tool = [world.runtime(name)]
            return self._side(name, [*tool, "exec", "--root", f"{world.state}/{name}",
                                     f"{world.id}-{name}{number}", command])
        if name == "crun":
            tool.insert(1, "--cgroup-manager=cgroupfs")
        return self._side(name, [*tool, "exec", f"{world.id}-{name}{number}", command])

    def _side(self, name, argv):
        if name not in self.versions:
            return Side(name, "", argv, "not installed")
        return Side(name, self.versions[name], argv)

    def _bare(self, container):
        return [self.world.root + container.command]

    def _floor(self, container):
        flags = {"cgroup": [], "plain": ["--no-cgroup"], "init": ["--no-cgroup", "--init"]}[container.kind]
        return [self.world.bench("floor"), *flags, self.world.root, container.command]

    def _ours(self, container, side="ours"):
        world = self.world
        config = world.write(f"config-{self.count}.yaml", pipeline(world, container))
        flags = []
        if container.stages:
            flags = ["--plugin-dir", world.plugins(side)[1]]
        return [world.runtime(side), *flags, "--root", f"{world.state}/{side}", "--config", config,
                "--name", f"{world.id}-{side}{container.number}", "--", container.command]

    def _unshare(self, container):
        return ["unshare", "--uts", "--pid", "--fork", "--mount", "--mount-proc",
                "--root", self.world.root, container.command]

    def _bubblewrap(self, container):
        more = [word for name, value in container.env for word in ("--setenv", name, value)]
        more += [word for source, target in container.binds for word in ("--bind", source, target)]
        more += [word for target in container.tmpfs for word in ("--tmpfs", target)]
        first = [] if container.kind == "init" else ["--as-pid-1"]
        return ["bwrap", "--unshare-uts", "--unshare-pid", *first, "--hostname", "container", "--bind",
                self.world.root, "/", "--proc", "/proc", *more, container.command]

    def _bundle(self, tool, container):
        """Writes a bundle, or one for each number. Returns its folder, and the container's id."""
        world = self.world
        folder, name = world.path(f"bundle-{tool}-{self.count}"), f"{world.id}-{tool}{container.number}"
        for number in range(MAX_NUMBERS) if container.number else [""]:
            os.makedirs(f"{folder}{number}", exist_ok=True)
            # A root for each: two starts of crun at once fight for the links in its /dev.
            root = world.numbered_root(number) if container.number else world.root
            config = bundle(root, container, "/" + name.replace("{}", str(number)))
            with open(f"{folder}{number}/config.json", "w", encoding="utf-8") as file:
                json.dump(config, file)
        return folder + ("{}" if container.number else ""), name

    def _crun(self, container):
        folder, name = self._bundle("crun", container)
        manager = "cgroupfs" if container.kind == "cgroup" else "disabled"
        return ["crun", "--root", f"{self.world.state}/crun", f"--cgroup-manager={manager}",
                "run", "--bundle", folder, name]

    def _runc(self, container):
        folder, name = self._bundle("runc", container)
        return ["runc", "--root", f"{self.world.state}/runc", "run", "--bundle", folder, name]
