#!/usr/bin/env python3
"""Keeps the house in order: who may know whom, in the build graph and in the #include lines.

The tables say what is allowed. A room is a package below runtime/; runtime itself (main and app)
may use them all. A folder below plugins/ is a stage, except for those in SHARED. Tests, testonly targets and the files that only they name may use what they need,
but a plugin's test never another plugin's code. Besides: the host names no stage, main.cc is short,
and abi.h is plain C11.
"""

import os
import pathlib
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from typing import NamedTuple

# Who may know whom, besides itself.
ROOMS = {
    "runtime/sdk": [],
    "runtime/text": [],
    "runtime/init": [],
    "runtime/sys": ["runtime/sdk"],
    "runtime/state": ["runtime/sdk", "runtime/sys"],
    "runtime/cli": ["runtime/sdk", "runtime/text"],
    "runtime/config": ["runtime/sdk", "runtime/sys", "runtime/text"],
    "runtime/loader": ["runtime/sdk", "runtime/sys", "runtime/text"],
    "runtime/probe": [],
    "runtime/launch": ["runtime/init", "runtime/sdk", "runtime/sys", "runtime/state"],
}
ROOMS["runtime/commands"] = [room for room in ROOMS if room != "runtime/probe"]
# A program of its own, which runs the built runtime, and has it run the probe.
ROOMS["runtime/stage_test"] = [
    "runtime/cli", "runtime/config", "runtime/loader", "runtime/probe", "runtime/sdk", "runtime/sys",
    "runtime/text"
]
ROOMS["runtime"] = [*ROOMS, "//configs:configs"]  # a built runtime finds them by name
# Below plugins/, but no stage: what several stages share, and whom it may know.
SHARED = {"plugins/cgroup": ["runtime/sdk", "runtime/sys"]}
PLUGIN = ["runtime/sdk", "runtime/sys", *SHARED]
PACK = "plugins"  # the libraries of many stages: tables of what their folders make
ROOMS[PACK] = ["runtime/sdk"]

# The one room of each library: its target, and what its headers' names begin with.
LIBRARIES = [
    ("@debian//:boost_json", ("boost/json",), "runtime/cli"),
    ("@debian//:boost_program_options", ("boost/program_options",), "runtime/cli"),
    ("@debian//:yaml_cpp", ("yaml-cpp/",), "runtime/config"),
    ("@debian//:boost_dll", ("boost/dll",), "runtime/loader"),
    ("@debian//:libmd", ("sha256.h",), "runtime/loader"),
    ("@debian//:libseccomp", ("seccomp.h",), "plugins/seccomp"),
    ("@debian//:zlib", ("zlib.h",), "runtime/state"),
]

# What everybody may include: the C++ standard library (<string>), the C library, the compiler and
# Linux.
SYSTEM_HEADER = re.compile(
    r"[a-z_]+|(arpa|asm|linux|net|netinet|netpacket|sanitizer|sys)/[\w./-]+\.h|(assert|ctype|dirent|dlfcn|elf|endian"
    r"|errno|fcntl|fnmatch|ftw|getopt|glob|grp|iconv|ifaddrs|inttypes|langinfo|libgen|limits|link|locale|math"
    r"|mntent|poll|pthread|pwd|regex|sched|setjmp|signal|spawn|stdalign|stdarg|stdatomic|stdbool|stddef|stdint"
    r"|stdio|stdlib|string|strings|syslog|termios|time|ucontext|unistd|utime|wchar|wctype)\.h"
)

# Rooms where the name of a stage may stand for something else.
WORDS_OF_THE_KERNEL = ("runtime/sys", "runtime/cli", "runtime/init", "runtime/probe", "runtime/stage_test")
# Stages whose name stands for something else in every room: an option, a kind of ids.
WORDS_OF_ALL = ("user",)

MAIN, MAIN_LINES = "runtime/main.cc", 60
COMPILE_ABI = "gcc -std=c11 -iquote . -fsyntax-only -Wall -Wextra -pedantic -xc runtime/sdk/abi.h".split()
THIS = "tools/house.py"

# Comments, and literals of strings and characters. (The quote in 1'000 begins none.)
TOKEN = re.compile(
    r"(?P<comment>//[^\n]*|/\*.*?\*/)"
    r'|R"(?P<tag>[^()\\\s]{0,16})\((?P<raw>.*?)\)(?P=tag)"'
    r'|"(?P<text>(?:\\.|[^"\\\n])*)"'
    r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'",
    re.DOTALL,
)
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include\b[ \t]*(?:[<"]([^>"\n]*)[>"])?', re.MULTILINE)


class Rule(NamedTuple):
    """One target of the build graph."""
    label: str
    place: str  # path:line
    test: bool  # a test, or for tests only
    uses: list  # labels of all its inputs, but of a test's without its data


def read_graph(xml, top):
    """The rules in what `bazel query --output=xml` says of the workspace in the folder `top`."""
    rules = []
    for rule in ElementTree.fromstring(xml).iter("rule"):
        place = os.path.relpath(rule.get("location"), top).rsplit(":", 1)[0]
        testonly = rule.find("boolean[@name='testonly'][@value='true']") is not None
        test = testonly or rule.get("class").endswith(("_test", "test_suite"))
        data = {label.get("value") for label in rule.iterfind("list[@name='data']/label")}
        uses = {used.get("name") for used in rule.iter("rule-input")} - (data if test else set())
        rules.append(Rule(rule.get("name"), place, test, sorted(uses)))
    return rules


def label_path(label):
    """//runtime/sys:fd.h -> runtime/sys/fd.h"""
    return label.removeprefix("//").replace(":", "/")


def test_files(rules):
    """The files that tests name and nothing else does."""
    tests = {label_path(label) for rule in rules if rule.test for label in rule.uses}
    return tests - {label_path(label) for rule in rules if not rule.test for label in rule.uses}


def is_test(path, tests):
    """Whether a file is a test's. A *_test.cc is, even before a BUILD names it."""
    return path in tests or path.endswith("_test.cc")


def room_of(path):
    """The room or plugin that a file belongs to, or ''."""
    folder = os.path.dirname(path)
    if folder.startswith("plugins/"):
        return "/".join(folder.split("/")[:2])
    return folder if folder == PACK or f"{folder}/".startswith("runtime/") else ""


def room_problem(user, used):
    """What is wrong when code in one room knows another, or None."""
    may = SHARED.get(user, PLUGIN) if user.startswith("plugins/") else ROOMS.get(user)
    if may is None:
        return f"{user} is no room; name it in ROOMS of {THIS}"
    if used == user or used in may or (user == PACK and used.startswith("plugins/")):
        return None
    return f"{user} may not know {used}; it may know {', '.join(may) or 'only itself'}"


def test_problem(user, used):
    """What is wrong when a test in one room knows another, or None."""
    if used == user or used in SHARED and user not in SHARED:
        return None
    if not (user.startswith("plugins/") and used.startswith("plugins/")):
        return None
    return f"the tests of {user} may not know {used}; they may run its .so, named as data"


def library_problem(user, name, room):
    """What is wrong when code in a room knows a library, which belongs in `room` or nowhere."""
    if user == room:
        return None
    right = f"only {room} may" if room else f"LIBRARIES of {THIS} names the one room of a library"
    return f"{user} may not know {name}; {right}"


def label_problem(room, label, test):
    """What is wrong when a target in the room is made from the label, or None."""
    used = room_of(label_path(label))
    if test:
        return test_problem(room, used)
    if label.startswith(("//tools/bazel:", "@bazel_tools//tools/cpp:")):
        return None
    if label.startswith("@"):
        return library_problem(room, label, {row[0]: row[2] for row in LIBRARIES}.get(label))
    return room_problem(room, used or label)


def check_graph(rules):
    for rule in rules:
        room = room_of(label_path(rule.label))
        for label in rule.uses:
            if problem := label_problem(room, label, rule.test):
                yield f"{rule.place}: {rule.label}: {problem}"


def includes(text):
    """(line, header) of each #include; one that a macro computes has '' for a header."""
    hidden = [token.span() for token in TOKEN.finditer(text) if token["comment"] or token["raw"]]
    for found in INCLUDE.finditer(text):
        if not any(start <= found.start() < end for start, end in hidden):
            yield text.count("\n", 0, found.start()) + 1, found[1] or ""


def header_problem(room, header, test, tests):
    """What is wrong when a file of the room includes the header, or None."""
    if test:
        return test_problem(room, room_of(header))
    if not header:
        return "an #include that a macro computes; name the header"
    if header in tests:
        return f"{header} is for tests only; only a test may include it"
    if room_of(header):
        return room_problem(room, room_of(header))
    for _, prefixes, owner in LIBRARIES:
        if header.startswith(prefixes):
            return library_problem(room, f"<{header}>", owner)
    if SYSTEM_HEADER.fullmatch(header):
        return None
    return f"{room} may not know {header}; add it to LIBRARIES or SYSTEM_HEADER of {THIS}"


def check_includes(path, text, tests):
    for line, header in includes(text):
        if problem := header_problem(room_of(path), header, is_test(path, tests), tests):
            yield f"{path}:{line}: {problem}"


def check_stage_names(path, text, tests, stages):
    """Finds string literals of the host that are the name of a stage, its folder or its file.

    "mount" and "proc" are the kernel's words as well, and "pid" is one that people read in a list:
    in runtime/sys and runtime/cli only a comparison counts, and Error(errno, "mount") names a system
    call. Of "user" only a comparison counts anywhere. An option of a verb may have any name.
    """
    if not path.startswith("runtime/") or is_test(path, tests):
        return
    names = {*stages, *(name.replace("_", "-") for name in stages)}
    names.update(f"lib{name}_stage.so" for name in stages)
    for token in TOKEN.finditer(text):
        name = token["raw"] or token["text"]
        if name not in names:
            continue
        before, after = text[: token.start()], text[token.end() :]
        compared = re.search(r"([!=]=\s*|cmp\([^()]*)$", before) or re.match(r"s?v?\s*[!=]=", after)
        system_call = re.search(r"\bError\([^,()]+,\s*$", before)
        option = re.match(r",\s*Kind::k", after) or re.search(r"\bwords\.\w+\(\s*$", before)
        other = system_call or name in WORDS_OF_ALL or room_of(path) in WORDS_OF_THE_KERNEL
        if not option and (compared or not other):
            line = before.count("\n") + 1
            yield (f"{path}:{line}: the host names the stage {token[0]}; "
                   "let its descriptor say what the host must know")


def check_main(path, text):
    lines = text.count("\n")
    if path == MAIN and lines >= MAIN_LINES:
        yield f"{MAIN}:{lines}: {lines} lines; below {MAIN_LINES}, with the rest in a room"


def check_abi(messages):
    """Takes what the C compiler said of abi.h."""
    message = r"^(\S+?)(?::\d+)?: (?:fatal )?((?:error|warning): .*)"
    for place, what in re.findall(message, messages, re.MULTILINE):
        yield f"{place}: {what}; plain C11 without a warning"


def run(*command):
    return subprocess.run(command, capture_output=True, text=True)


def stage_folders(folders):
    """The names of the stages' folders, of those below plugins/."""
    return [name for name in folders if f"plugins/{name}" not in SHARED]


def check_all():
    # Rules of every kind: an alias or a filegroup could hide what it stands for.
    graph = run("bazel", "query", "--noshow_progress", "--noimplicit_deps", "--output=xml",
                "kind(rule, //runtime/... + //plugins/...)")
    if graph.returncode != 0:
        sys.exit(f"{THIS}: bazel query failed: {graph.stderr}")
    rules = read_graph(graph.stdout, os.getcwd())
    tests = test_files(rules)
    yield from check_graph(rules)
    yield from check_abi(run(*COMPILE_ABI).stderr)
    folders = [folder.name for folder in pathlib.Path("plugins").iterdir() if folder.is_dir()]
    stages = stage_folders(folders)
    for file in [*pathlib.Path("runtime").rglob("*.*"), *pathlib.Path("plugins").rglob("*.*")]:
        if file.suffix in (".cc", ".h", ".c"):
            path, text = str(file), file.read_text(encoding="utf-8")
            yield from check_includes(path, text, tests)
            yield from check_stage_names(path, text, tests, stages)
            yield from check_main(path, text)


def main():
    os.chdir(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    findings = sorted(check_all())
    sys.stdout.writelines(f"{finding}\n" for finding in findings)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
