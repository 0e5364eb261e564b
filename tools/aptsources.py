#!/usr/bin/env python3
"""Prints the machine's apt sources for its distribution itself, as deb822 stanzas.

Sources of third parties are left out: a source counts when apt's own index says that its Origin is
the distribution and its codename is this release's. Both source formats are read.
"""

import glob
import re
import shlex
import subprocess
import sys


def parse_os_release(text):
    pairs = (word.split("=", 1) for word in shlex.split(text, comments=True) if "=" in word)
    return dict(pairs)


def distribution_targets(text, origin, codename):
    """The (uri, suite) pairs of `apt-get indextargets` that belong to the distribution."""
    targets = set()
    for line in text.splitlines():
        kind, label, uri, suite, name = line.split("|")
        if kind == "Packages" and label == origin and name.split("-")[0] == codename:
            targets.add((uri.rstrip("/"), suite))
    return targets


def parse_deb822(text):
    """Yields each stanza as a dict of lower-case field names; values keep their continuations."""
    for block in re.split(r"\n[ \t]*\n", text):
        stanza, field = {}, None
        for line in block.splitlines():
            if line.startswith("#"):
                continue
            if line[:1] in (" ", "\t") and field:
                stanza[field] += "\n" + line
            elif ":" in line:
                field, value = line.split(":", 1)
                field = field.strip().lower()
                stanza[field] = value.strip()
        if stanza:
            yield stanza


def parse_one_line(text):
    """Yields each `deb [options] uri suite component...` line as such a dict."""
    for line in text.splitlines():
        match = re.match(r"\s*deb\s+(?:\[([^\]]*)\]\s*)?(\S+)\s+(\S+)\s*([^#]*)", line)
        if not match:
            continue
        options, uri, suite, components = match.groups()
        stanza = {"types": "deb", "uris": uri, "suites": suite, "components": components.strip()}
        for option in (options or "").split():
            name, _, value = option.partition("=")
            stanza[name.lower()] = value.replace(",", " ")
        yield stanza


def select(stanza, targets):
    """The part of the stanza that the targets name, as deb822 text; None when there is none."""
    if "deb" not in stanza.get("types", "").split() or stanza.get("enabled", "yes") == "no":
        return None
    found = [
        (uri, suite)
        for uri in stanza.get("uris", "").split()
        for suite in stanza.get("suites", "").split()
        if (uri.rstrip("/"), suite) in targets
    ]
    if not found:
        return None
    lines = [
        "Types: deb",
        "URIs: " + " ".join(dict.fromkeys(uri for uri, _ in found)),
        "Suites: " + " ".join(dict.fromkeys(suite for _, suite in found)),
    ]
    for field, title in (
        ("components", "Components"),
        ("signed-by", "Signed-By"),
        ("trusted", "Trusted"),
    ):
        if stanza.get(field):
            lines.append(f"{title}: {stanza[field]}")
    return "\n".join(lines) + "\n"


def machine_stanzas():
    paths = ["/etc/apt/sources.list"] + sorted(glob.glob("/etc/apt/sources.list.d/*"))
    for path in paths:
        parse = {"list": parse_one_line, "sources": parse_deb822}.get(path.rsplit(".", 1)[-1])
        if parse is None:
            continue
        try:
            with open(path, encoding="utf-8") as file:
                yield from parse(file.read())
        except OSError:
            continue


def main():
    with open("/etc/os-release", encoding="utf-8") as file:
        release = parse_os_release(file.read())
    listing = subprocess.run(
        [
            "apt-get",
            "indextargets",
            "--format",
            "$(CREATED_BY)|$(ORIGIN)|$(REPO_URI)|$(RELEASE)|$(CODENAME)",
        ],
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    ).stdout
    origin = {"debian": "Debian", "ubuntu": "Ubuntu"}.get(release.get("ID"), release.get("ID"))
    targets = distribution_targets(listing, origin, release.get("VERSION_CODENAME"))
    stanzas = (select(stanza, targets) for stanza in machine_stanzas())
    print("\n".join(dict.fromkeys(stanza for stanza in stanzas if stanza)), end="")


if __name__ == "__main__":
    sys.exit(main())
