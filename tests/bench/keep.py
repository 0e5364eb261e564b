"""Keeps containers alive: they have said that they run, and sleep until they are told to end."""

import contextlib
import os
import signal
import subprocess

from sides import Container
from timing import Failed, progress

AT_A_TIME = 16  # starts, so that a thousand do not fight for the processors
PATIENCE = 20  # seconds, for a host that does not end with its container


def _numbered(argv, number):
    return [word.replace("{}", str(number)) for word in argv]


def _await_running(reader, count, hosts):
    """Reads one byte for each container; the end of the file means that one has failed."""
    for _ in range(count):
        if not os.read(reader, 1):
            broken = [host for host in hosts if host.poll() not in (None, 0)]
            status = broken[0].returncode if broken else "?"
            raise Failed(f"a container that should stay alive ended with status {status}")


def processes_of(pid):
    """The process and its descendants, apart: (what waits, what runs /pause in the container)."""
    waiting, sleeping, unseen = [], [], [pid]
    for one in unseen:
        with contextlib.suppress(OSError):  # it has just ended
            sleeps = os.readlink(f"/proc/{one}/exe").endswith("/pause")
            (sleeping if sleeps else waiting).append(one)
            for task in os.listdir(f"/proc/{one}/task"):
                with open(f"/proc/{one}/task/{task}/children", encoding="utf-8") as file:
                    unseen += [int(child) for child in file.read().split()]
    return waiting, sleeping


def _end(hosts):
    """Ends the containers' commands; not all hosts would pass a signal on."""
    for host in hosts:
        for pid in processes_of(host.pid)[1]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
    for host in hosts:
        try:
            host.wait(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            host.kill()
            host.wait()


@contextlib.contextmanager
def keep_alive(bench, name, count, kind="cgroup"):
    """Yields the hosts, the processes that wait for `count` containers of the side `name`."""
    # No more than crun and runc have bundles, but for ours there is no bound.
    container = Container(kind, "/pause", number="-alive-{}")
    (side,) = bench.sides.of(container, only=(name,))
    if side.reason:
        raise Failed(side.reason)
    hosts = []
    try:
        for first in range(0, count, AT_A_TIME):
            progress(f"{first} containers are alive")
            batch = range(first, min(first + AT_A_TIME, count))
            reader, writer = os.pipe()
            try:
                for number in batch:
                    # A session of its own: Ctrl-C is for this program, which ends them in order.
                    hosts.append(subprocess.Popen(
                        _numbered(side.argv, number), stdin=subprocess.DEVNULL, stdout=writer,
                        stderr=subprocess.DEVNULL, start_new_session=True))
            finally:
                os.close(writer)
            try:
                _await_running(reader, len(batch), hosts)
            finally:
                os.close(reader)
        progress("")
        yield hosts
    finally:
        _end(hosts)
