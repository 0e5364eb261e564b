#!/usr/bin/env python3
"""Writes in which order the linker places functions, for a program that runs once, and cold.

What a start executes is spread over the whole file otherwise: the kernel maps 64 KiB around each
place that is touched first, and each costs a page fault. Measured are starts without and with an
init and in a cgroup, and an exec. Functions come in the order of their first use, so that what
follows one another in time does so in memory. See tools/order.
"""

import argparse
import bisect
import os
import re
import subprocess
import sys
from typing import NamedTuple

sys.dont_write_bytecode = True  # No cache folder in the source tree.

from sides import Container, Sides  # noqa: E402
from world import PACK, World  # noqa: E402

HEADER = """\
/* Written by tools/order: what a start executes, in the order of its first use, comes before all
 * other code. A name that is no longer there does no harm; a budget holds the page faults. */

SECTIONS
{
  .text.start :
  {
"""
FOOTER = """\
  }
}
INSERT BEFORE .text;
"""


class Section(NamedTuple):
    """A piece that the linker places as a whole."""
    begin: int  # where the linker has placed it
    size: int
    name: str
    source: str  # the object file, or library(object file)

    def pattern(self):
        """The words of a linker script that name it."""
        if self.name not in (".text", ".text.startup", ".text.unlikely", ".text.hot"):
            return f"*({self.name})"
        # Of a library that is not compiled with a section for each function.
        member = re.fullmatch(r".*?([^/]+\.a)\(([^)]+)\)", self.source)
        source = f"{member[1]}:{member[2]}" if member else os.path.basename(self.source)
        return f"*{source}({self.name})"


def read_map(text):
    """The sections of code in a linker's map, by their place."""
    _, _, memory = text.partition("Linker script and memory map")
    found = re.findall(r"^ (\.text\S*)\s+0x([0-9a-f]+)\s+0x([0-9a-f]+) (\S.*)$", memory, re.MULTILINE)
    sections = [Section(int(begin, 16), int(size, 16), name, source)
                for name, begin, size, source in found]
    return sorted(section for section in sections if section.size and section.begin)


def patterns(sections, offsets):
    """Of the sections that hold these offsets, in their order, each once. Offsets in the file are
    addresses: code is in its first segment."""
    begins = [section.begin for section in sections]
    ordered = {}
    for offset in offsets:
        i = bisect.bisect_right(begins, offset) - 1
        if i >= 0 and offset < sections[i].begin + sections[i].size:
            ordered[sections[i].pattern()] = None
    return list(ordered)


def script(lines):
    return HEADER + "".join(f"    {line}\n" for line in lines) + FOOTER


def commands(world):
    """What is measured, as (name, command line)."""
    sides = Sides(world, ("ours",))
    for kind in ("cgroup", "plain", "init"):
        (side,) = sides.of(Container(kind, "/noop"), only=("ours",))
        yield kind, side.argv
    runtime, *words = side.argv
    root = words[words.index("--root"):][:2]
    # As people type it: the config's name alone, and no name for the container.
    config = words[words.index("--config") + 1]
    yield "typed", [runtime, *root, "--config", os.path.basename(config), "/noop"]
    name = words[words.index("--name") + 1]
    subprocess.run([runtime, "run", "-d", *words[:-1], "/pause"], check=True, stdin=subprocess.DEVNULL,
                   stdout=subprocess.DEVNULL)
    try:
        yield "exec", [runtime, "exec", *root, name, "/noop"]
    finally:
        subprocess.run([runtime, "delete", *root, "--force", name], check=True)


def execute(world):
    """The offsets that are executed, in the order of their first use: {file name: [offset]}."""
    executed = {}
    for name, argv in commands(world):
        log = world.path(name)
        subprocess.run([world.bench("executed"), log, *argv], check=True, stdin=subprocess.DEVNULL,
                       cwd=world.temp)
        with open(log, encoding="utf-8") as file:
            for line in file:
                path, offset = line.rsplit(" ", 1)
                executed.setdefault(os.path.basename(path), []).append(int(offset, 16))
    return executed


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--built", required=True, help="the built tree")
    parser.add_argument("--maps", required=True, help="folder with the linker's maps, FILE.map")
    parser.add_argument("--runtime", required=True, help="the script to write, for the runtime")
    parser.add_argument("--pack", required=True, help="the script to write, for the pack of stages")
    arguments = parser.parse_args()
    with World(arguments.built) as world:
        executed = execute(world)
    for name, path in ("runtime", arguments.runtime), (PACK, arguments.pack):
        with open(os.path.join(arguments.maps, f"{name}.map"), encoding="utf-8") as file:
            lines = patterns(read_map(file.read()), executed[name])
        with open(path, "w", encoding="utf-8") as file:
            file.write(script(lines))
        print(f"{path}: {len(lines)} sections")
    return 0


if __name__ == "__main__":
    sys.exit(main())
