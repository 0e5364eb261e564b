#!/usr/bin/env python3
"""Writes compile_commands.json, from which clangd and other tools know how each file is compiled.

It asks Bazel what it would call, and builds nothing. Write it anew after a BUILD file has changed.
"""

import json
import os
import re
import subprocess
import sys

THIS = "tools/compile_commands.py"
FILE = "compile_commands.json"

# What gcc alone knows, and what only a build needs.
DROPPED = re.compile(r"-fno-canonical-system-headers|-Werror|-MD|-frandom-seed=.*")
DROPPED_WITH_VALUE = ("-MF",)
# gcc's names of warnings are not all clang's.
ADDED = ["-Wno-unknown-warning-option"]
SOURCE = re.compile(r".*\.(cc|c)")


def absolute(argument, output_base, execution_root):
    """Bazel's own folders are no part of the clone, to which the other paths are relative."""
    if argument.startswith("external/"):
        return f"{output_base}/{argument}"
    if argument.startswith("bazel-out/"):
        return f"{execution_root}/{argument}"
    return argument


def entry_of(arguments, folder, output_base, execution_root):
    """The entry for one call of the compiler."""
    kept = []
    words = iter(arguments)
    for word in words:
        if word in DROPPED_WITH_VALUE:
            next(words)
        elif not DROPPED.fullmatch(word):
            kept.append(absolute(word, output_base, execution_root))
    source = kept[kept.index("-c") + 1]
    return {"directory": folder, "file": source, "arguments": kept[:1] + ADDED + kept[1:]}


def entries_of(actions, folder, output_base, execution_root):
    """One entry for each source of the clone, however often it is compiled."""
    entries = {}
    for action in actions:
        entry = entry_of(action["arguments"], folder, output_base, execution_root)
        if SOURCE.fullmatch(entry["file"]) and not entry["file"].startswith("/"):
            entries.setdefault(entry["file"], entry)
    return [entries[source] for source in sorted(entries)]


def bazel(*words):
    result = subprocess.run(["bazel", *words], capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(f"{THIS}: bazel {words[0]} failed: {result.stderr}")
    return result.stdout


def main():
    folder = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    os.chdir(folder)
    calls = json.loads(bazel("aquery", "--noshow_progress", "--output=jsonproto",
                             'mnemonic("CppCompile", //...)'))
    places = [bazel("info", what).strip() for what in ("output_base", "execution_root")]
    entries = entries_of(calls["actions"], folder, *places)
    with open(FILE, "w", encoding="utf-8") as file:
        json.dump(entries, file, indent=1)
        file.write("\n")
    print(f"{THIS}: {FILE} has {len(entries)} files")


if __name__ == "__main__":
    main()
