"""What a run of the speed table makes on this machine, and takes away again.

A World has a folder of its own with the containers' root, and runs in a mount namespace of its own.
"""

import ctypes
import glob
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

CGROUPS = "/sys/fs/cgroup"
PACK = "libslipway_stages.so"
FURTHER_PACK = "libslipway_steps.so"  # with it there are thirty stages
INSTALLED = "/usr/games"  # each Debian system has it, and nobody keeps a tree there
PROGRAMS = ("noop", "pause", "stamp")  # what containers run

_CLONE_NEWNS = 0x20000  # sched.h
_MS_BIND, _MS_REC, _MS_PRIVATE, _MNT_DETACH = 0x1000, 0x4000, 0x40000, 2  # sys/mount.h
_libc = ctypes.CDLL(None, use_errno=True)


def _call(function, *arguments):
    encoded = [os.fsencode(word) if isinstance(word, str) else word for word in arguments]
    if getattr(_libc, function)(*encoded) != 0:
        raise OSError(ctypes.get_errno(), f"{function}: {os.strerror(ctypes.get_errno())}")


def cgroup_layout():
    """Returns v2, hybrid or v1."""
    def is_v2(path):
        return subprocess.run(["stat", "--file-system", "--format=%T", path], capture_output=True,
                              text=True).stdout.strip() == "cgroup2fs"

    if is_v2(CGROUPS):
        return "v2"
    return "hybrid" if is_v2(f"{CGROUPS}/unified") else "v1"


def enter_own_mounts(layout):
    """Gives this process a mount namespace of its own.

    On a hybrid machine the cgroup2 mount is taken out of it, because crun refuses a machine that has
    one beside v1. An empty tmpfs takes its place: crun makes a folder there, which would otherwise
    stay behind below the machine's own mount.
    """
    _call("unshare", _CLONE_NEWNS)
    _call("mount", None, "/", None, _MS_REC | _MS_PRIVATE, None)
    if layout == "hybrid":
        _call("umount2", f"{CGROUPS}/unified", 0)
        _call("mount", "none", f"{CGROUPS}/unified", "tmpfs", 0, None)


def install(built, prefix):
    """Puts a built tree in a place as short as the peers', in this mount namespace: each look at a path
    costs the more the longer it is, and a built tree is deep. Many stages are in one library, if the
    build has made it; older ones had all in one."""
    for folder in ("bin", "lib/slipway/stages", "lib/slipway/steps"):
        os.makedirs(f"{prefix}/{folder}")
    shutil.copy(f"{built}/runtime/runtime", f"{prefix}/bin")
    for folder, pattern in ("stages", "plugins/*/lib*_stage.so"), ("steps", "tests/bench/steps/lib*_stage.so"):
        for plugin in glob.glob(f"{built}/{pattern}"):
            shutil.copy(plugin, f"{prefix}/lib/slipway/{folder}")
    pack = f"{built}/plugins/{PACK}"
    if os.path.exists(pack):
        stages = f"{prefix}/lib/slipway/stages"
        libraries = packs_of(built)
        for plugin in glob.glob(f"{stages}/*"):
            os.unlink(plugin)
            os.symlink(libraries.get(os.path.basename(plugin), PACK), plugin)
        for library in {PACK, *libraries.values()}:
            shutil.copy(f"{built}/plugins/{library}", stages)


def packs_of(built):
    """{file name of a stage's plugin: the library that it is in}, as far as the build tells."""
    path = f"{built}/plugins/stage_packs.txt"
    if not os.path.exists(path):
        return {}
    with open(path, encoding="utf-8") as lines:
        return {link: library for library, _, link in map(str.split, lines)}


def install_further(built, prefix):
    """Adds a pack of stages that no pipeline of the bench has, to an installed tree."""
    stages = f"{prefix}/lib/slipway/stages"
    shutil.copy(f"{built}/tests/bench/steps/{FURTHER_PACK}", stages)
    for plugin in glob.glob(f"{built}/tests/bench/steps/lib*_stage.so"):
        os.symlink(FURTHER_PACK, f"{stages}/{os.path.basename(plugin)}")


class World:
    """built: the folder of the built tree, with runtime/runtime and tests/bench/floor in it. beside:
    that of another one, of which the runtime and its stages are compared with ours; or None."""

    def __init__(self, built, beside=None):
        self.built = os.path.abspath(built)
        # Both as deep as each other, because the length of a path counts.
        self.prefixes = {"ours": f"{INSTALLED}/ours", "beside": f"{INSTALLED}/beside"} if beside else {
            "ours": INSTALLED}
        self.id = f"slipway-bench-{os.getpid()}"
        self.layout = cgroup_layout()
        enter_own_mounts(self.layout)
        self.temp = tempfile.mkdtemp(prefix=f"{self.id}.")
        # Ours refuses what others may write; runc wants to search the root's parents.
        os.chmod(self.temp, 0o755)
        # The runtimes' state, in memory: /run is, as a rule. It goes with the mount namespace.
        self.state = self.path("state")
        os.mkdir(self.state)
        _call("mount", "none", self.state, "tmpfs", 0, "mode=755")
        _call("mount", "none", INSTALLED, "tmpfs", 0, "mode=755")
        install(self.built, self.prefixes["ours"])
        if beside:
            install(os.path.abspath(beside), self.prefixes["beside"])
        self.root = self.path("root")
        make_root(self.root)
        for program in PROGRAMS:
            shutil.copy(self.bench(program), f"{self.root}/{program}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        # A second Ctrl-C must not leave half of it behind.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        for tool in ("crun", "runc"):
            for state in glob.glob(f"{self.state}/{tool}/*"):
                subprocess.run([tool, "--root", os.path.dirname(state), "delete", "--force",
                                os.path.basename(state)], capture_output=True, check=False)
        for side in self.prefixes:
            subprocess.run([self.runtime(side), "gc", "--root", f"{self.state}/{side}"],
                           capture_output=True, check=False)
        self.remove_cgroups()
        _call("umount2", self.state, _MNT_DETACH)
        _call("umount2", INSTALLED, _MNT_DETACH)
        shutil.rmtree(self.temp, ignore_errors=True)

    def path(self, name):
        return os.path.join(self.temp, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        return self.path(name)

    @staticmethod
    def bind(source, target):
        """Mounts a file over another one, in this mount namespace."""
        _call("mount", source, target, None, _MS_BIND, None)

    def numbered_root(self, number):
        """The same root in another place; see Sides."""
        folder = self.path(f"root-{number}")
        if not os.path.isdir(folder):
            make_root(folder)
            for program in PROGRAMS:
                os.link(f"{self.root}/{program}", f"{folder}/{program}")
        return folder

    def bench(self, program):
        return os.path.join(self.built, "tests/bench", program)

    def runtime(self, side="ours"):
        return f"{self.prefixes[side]}/bin/runtime"

    def runtime_of_many(self):
        """Of an installed tree of ours that has thirty stages."""
        prefix = f"{INSTALLED}/many"
        if not os.path.isdir(prefix):
            install(self.built, prefix)
            install_further(self.built, prefix)
        return f"{prefix}/bin/runtime"

    def plugins(self, side="ours"):
        """The plugins of a side of ours, and a folder of those that do nothing."""
        folder = f"{self.prefixes[side]}/lib/slipway"
        return f"{folder}/stages", f"{folder}/steps"

    def remove_cgroups(self):
        """Removes what an interrupted start has left."""
        top = CGROUPS if self.layout == "v2" else f"{CGROUPS}/*"
        for folder in glob.glob(f"{top}/{self.id}*/") + glob.glob(f"{top}/slipway-bench-floor-*/"):
            if folder.startswith(f"{CGROUPS}/unified/"):
                continue  # the tmpfs in its place
            floor = re.search(r"-floor-(\d+)/$", folder)
            if floor and os.path.exists(f"/proc/{floor[1]}"):
                continue  # another run's
            if not wait_until(lambda: remove_folder(folder), seconds=2):
                print(f"bench: cannot remove the cgroup {folder}", file=sys.stderr)


def make_root(folder):
    for name in ("proc", "dev", "tmp", "mnt"):
        os.makedirs(f"{folder}/{name}")


def remove_folder(path):
    """Removes an empty folder; false when that is not possible yet."""
    try:
        os.rmdir(path)
    except FileNotFoundError:
        pass
    except OSError:
        return False
    return True


def wait_until(condition, seconds):
    """The kernel tells nobody when a cgroup becomes empty, so this asks."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True
