#!/usr/bin/env python3
"""Writes the config.json of an OCI bundle as docker makes it by default, for a comparison.

usage: docker_bundle.py BUNDLE ROOT PROGRAMS CGROUP COMMAND [ARG...]

The list of system calls is that of the Debian package golang-github-containers-common, from which
podman and docker start: it is read where that package has put it.
"""

import json
import platform
import sys

SECCOMP = "/usr/share/containers/seccomp.json"
CAPABILITIES = [f"CAP_{name}" for name in (
    "CHOWN", "DAC_OVERRIDE", "FSETID", "FOWNER", "MKNOD", "NET_RAW", "SETGID", "SETUID", "SETFCAP",
    "SETPCAP", "NET_BIND_SERVICE", "SYS_CHROOT", "KILL", "AUDIT_WRITE")]
MASKED = ["/proc/asound", "/proc/acpi", "/proc/kcore", "/proc/keys", "/proc/latency_stats",
          "/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/sys/firmware"]
READONLY = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]
DEVICES = [(1, 3), (1, 5), (1, 7), (1, 8), (1, 9), (5, 0), (5, 1), (5, 2), (136, None)]


def applies(rule):
    """Whether a rule of the list is for this machine and these capabilities."""
    includes, excludes = rule.get("includes") or {}, rule.get("excludes") or {}
    caps = set(CAPABILITIES)
    return (set(includes.get("caps", [])) <= caps and not caps & set(excludes.get("caps", []))
            and "amd64" in includes.get("arches", ["amd64"]))


def seccomp():
    """The list in the form that a runtime takes."""
    with open(SECCOMP, encoding="utf-8") as file:
        profile = json.load(file)
    calls = []
    for rule in filter(applies, profile["syscalls"]):
        call = {"names": rule["names"], "action": rule["action"]}
        if rule.get("args"):
            call["args"] = rule["args"]
        if "errnoRet" in rule:
            call["errnoRet"] = rule["errnoRet"]
        calls.append(call)
    return {"defaultAction": profile["defaultAction"],
            "defaultErrnoRet": profile["defaultErrnoRet"],
            "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"],
            "syscalls": calls}


def mount(target, kind, *options):
    """One mount, of a file system that has the same name."""
    return {"destination": target, "type": kind, "source": kind, "options": list(options)}


def config(root, programs, cgroup, command):
    """What docker run --tty=false asks of a runtime."""
    allowed = [{"allow": True, "type": "c", "major": major, "access": "rwm",
                **({} if minor is None else {"minor": minor})} for major, minor in DEVICES]
    sets = ("bounding", "effective", "permitted")
    safe = ("nosuid", "noexec", "nodev")
    return {
        "ociVersion": "1.0.2",
        "process": {"user": {"uid": 0, "gid": 0}, "args": command, "env": ["PATH=/bin"], "cwd": "/",
                    "noNewPrivileges": False, "oomScoreAdj": 0,
                    "capabilities": {name: CAPABILITIES for name in sets}},
        "root": {"path": root}, "hostname": "docker",
        "mounts": [
            mount("/proc", "proc", *safe),
            mount("/dev", "tmpfs", "nosuid", "strictatime", "mode=755", "size=65536k"),
            mount("/dev/pts", "devpts", "nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"),
            mount("/dev/shm", "tmpfs", *safe, "mode=1777", "size=65536k"),
            mount("/dev/mqueue", "mqueue", *safe),
            mount("/sys", "sysfs", *safe, "ro"),
            mount("/sys/fs/cgroup", "cgroup", *safe, "ro"),
            {"destination": "/hostile", "type": "bind", "source": programs, "options": ["rbind", "ro"]},
        ],
        "linux": {
            "cgroupsPath": cgroup,
            "resources": {"devices": [{"allow": False, "access": "rwm"},
                                      {"allow": True, "type": "c", "access": "m"},
                                      {"allow": True, "type": "b", "access": "m"}, *allowed]},
            "namespaces": [{"type": kind} for kind in ("mount", "network", "uts", "pid", "ipc", "cgroup")],
            "maskedPaths": MASKED, "readonlyPaths": READONLY, "seccomp": seccomp(),
        },
    }


def main():
    """Writes it."""
    bundle, root, programs, cgroup, *command = sys.argv[1:]
    if platform.machine() != "x86_64":
        sys.exit("docker_bundle.py: knows x86_64 only")
    with open(f"{bundle}/config.json", "w", encoding="utf-8") as file:
        json.dump(config(root, programs, cgroup, command), file)


if __name__ == "__main__":
    main()
