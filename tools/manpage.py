#!/usr/bin/env python3
"""Makes pages for man(1) of what is written in Markdown, so that nothing is written twice.

usage: tools/manpage.py stages PLUGINS PAGE...
       tools/manpage.py config README.md VERSION

The first puts what the README of a stage says into the page slipway-stage-NAME.7 that `runtime describe
--format man` has made of its descriptor; the options are there already. PLUGINS is the folder with a
folder for each stage. The second prints slipway-config(5), which it makes of those sections of the
clone's README that are about configs.
"""

import os
import re
import sys

# Of the README: what slipway-config(5) consists of. The first one is its description.
CONFIG_SECTIONS = ["Configs", "Where plugins are looked for"]
CONFIG_MEANING = "describe a container: the stages that build it, in order"
PAGE_PREFIX, PAGE_SUFFIX = "slipway-stage-", ".7"
# Of a stage's page: what the texts are put in front of.
AFTER_DESCRIPTION = '.SH "PLACE IN A PIPELINE"\n'
AFTER_SECTIONS = '.SH "SEE ALSO"\n'
OPTIONS = "Options"  # of a stage's README: made of the same descriptor

SPECIAL = {
    "\\": "\\(rs", "-": "\\-", "'": "\\(aq", "`": "\\(ga", "^": "\\(ha", "~": "\\(ti",
    '"': "\\(dq",
}
INLINE = re.compile(
    r"(?P<ticks>`+)(?P<code>.+?)(?P=ticks)"
    r"|\*\*(?P<bold>.+?)\*\*|(?<![\w*])\*(?P<italic>[^*\s][^*]*?)\*(?!\w)"
    r"|\[(?P<link>[^\]]+)\]\((?P<target>[^)]+)\)"
)
HEADING = re.compile(r"(#+) +(.*)")
ITEM = re.compile(r"( *)(?:[-*]|(\d+)\.) +(.*)")
STAGE_LINK = re.compile(r"(?:.*/)?(?:plugins|\.\.)/([a-z0-9_]+)/README\.md(?:#.*)?")


def roff(text):
    """The text as roff(7) shows it: nothing in it is a request."""
    escaped = "".join(SPECIAL.get(character, character) for character in text)
    return "\\&" + escaped if text.startswith(".") else escaped


def inline(text):
    """A paragraph's text, with what is in bold or italic."""
    parts, end = [], 0
    for found in INLINE.finditer(text):
        parts.append(roff(text[end:found.start()]))
        if found["code"]:
            parts.append(f"\\fB{roff(found['code'].strip())}\\fR")
        elif found["bold"]:
            parts.append(f"\\fB{roff(found['bold'])}\\fR")
        elif found["italic"]:
            parts.append(f"\\fI{roff(found['italic'])}\\fR")
        else:
            parts.append(link(found["link"], found["target"]))
        end = found.end()
    return "".join(parts) + roff(text[end:])


def link(text, target):
    """A link's text; of one to a stage, that stage's page."""
    stage = STAGE_LINK.fullmatch(target)
    if stage and text == stage[1].replace("_", "-"):
        return f"\\fBslipway\\-stage\\-{roff(text)}\\fR(7)"
    return inline(text)


def cells(row):
    """The cells of a table's row."""
    return [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", row.strip().strip("|"))]


def table(rows):
    """Of each row its first cell, and below it what the others say of it: 80 columns are enough."""
    titles = cells(rows[0])
    lines = []
    for row in rows[2:]:
        first, *others = cells(row)
        lines += [".TP", inline(first)]
        # What the second one is, everybody sees.
        said = [("", others[0])] + list(zip(titles[2:], others[1:]))
        said = [(f"{title}: " if title else "") + cell for title, cell in said if cell]
        lines.append("\n.br\n".join(map(inline, said)) or "\\&")
    return lines


def code(lines):
    """Lines that stay as they are."""
    return [".PP", ".RS 4", ".EX", *map(roff, lines), ".EE", ".RE"]


def take(lines, belongs):
    """Removes lines from the front for as long as they belong together, and returns them."""
    taken = []
    while lines and belongs(lines[0]):
        taken.append(lines.pop(0))
    return taken


def take_item(lines):
    """An item of a list, with the lines that go on below it."""
    indent, number, text = ITEM.fullmatch(lines.pop(0)).groups()
    text = [text] + take(lines, lambda line: line.startswith(indent + " ") and not ITEM.fullmatch(line))
    mark = f"{number}. 4" if number else "\\(bu 2"
    return [f".IP {mark}", inline(" ".join(part.strip() for part in text))]


def is_text(line):
    """Does it go on with a paragraph?"""
    return bool(line) and not line.startswith(("```", "|")) and not HEADING.fullmatch(line) and not ITEM.fullmatch(line)


def body(lines):
    """The roff of Markdown's lines."""
    made, lines = [], list(lines)
    while lines:
        line = lines[0]
        heading = HEADING.fullmatch(line)
        if not line:
            lines.pop(0)
        elif heading:
            lines.pop(0)
            made.append(f'.SH "{roff(heading[2].upper())}"')
        elif line.startswith("```"):
            lines.pop(0)
            made += code(take(lines, lambda line: not line.startswith("```")))
            lines.pop(0)
        elif line.startswith("    "):
            made += code([part[4:] for part in take(lines, lambda line: line.startswith("    "))])
        elif line.startswith("|"):
            made += table(take(lines, lambda line: line.startswith("|")))
        elif ITEM.fullmatch(line):
            made += take_item(lines)
        else:
            made += [".PP", inline(" ".join(take(lines, is_text)))]
    return made


def without_html(text):
    """Without comments, which are for those who write."""
    return re.sub(r"<!--.*?-->\n?", "", text, flags=re.DOTALL)


def sections(text):
    """Of each heading its level, its name and the lines below it, up to the next one."""
    found, fenced = [], False
    for line in without_html(text).splitlines():
        fenced ^= line.startswith("```")
        heading = None if fenced else HEADING.fullmatch(line)
        if heading:
            found.append((len(heading[1]), heading[2], []))
        elif found:
            found[-1][2].append(line)
    return found


def with_below(all_sections, name):
    """The section of that name and those of lower levels behind it."""
    start = next(index for index, section in enumerate(all_sections) if section[1] == name)
    level = all_sections[start][0]
    chosen = [all_sections[start]]
    for section in all_sections[start + 1:]:
        if section[0] <= level:
            break
        chosen.append(section)
    return chosen


def stage_page(page, text):
    """The page with the texts of the stage's README."""
    title, *others = sections(text)
    more = []
    for _, name, lines in others:
        if name != OPTIONS:
            more += [f'.SH "{roff(name.upper())}"', *body(lines)]
    for place, lines in ((AFTER_DESCRIPTION, body(title[2])), (AFTER_SECTIONS, more)):
        before, found, after = page.partition(place)
        if not found:
            sys.exit(f"tools/manpage.py: the page has no {place.strip()}")
        page = before + "".join(line + "\n" for line in lines) + found + after
    return page


def config_page(text, version):
    """slipway-config(5)."""
    page = [
        f'.TH "SLIPWAY\\-CONFIG" 5 "" "Slipway {roff(version)}" "Slipway"', ".nh", ".nr HY 0", ".ad l",
        '.SH "NAME"', f"slipway\\-config \\- {roff(CONFIG_MEANING)}",
    ]
    for wanted in CONFIG_SECTIONS:
        for _, name, lines in with_below(sections(text), wanted):
            title = "DESCRIPTION" if name == CONFIG_SECTIONS[0] else name.upper()
            page += [f'.SH "{roff(title)}"', *body(lines)]
    page += ['.SH "SEE ALSO"', "\\fBruntime\\fR(1), \\fBruntime\\-check\\fR(1), \\fBruntime\\-stages\\fR(1)"]
    return "\n".join(page) + "\n"


def add_readme(plugins, path):
    """Completes the page of a stage, in its file."""
    name = os.path.basename(path).removeprefix(PAGE_PREFIX).removesuffix(PAGE_SUFFIX)
    page = stage_page(read(path), read(os.path.join(plugins, name.replace("-", "_"), "README.md")))
    with open(path, "w", encoding="utf-8") as file:
        file.write(page)


def read(path):
    """The text of a file."""
    with open(path, encoding="utf-8") as file:
        return file.read()


def main(arguments):
    """Does what the arguments say."""
    if len(arguments) > 2 and arguments[0] == "stages":
        for path in arguments[2:]:
            add_readme(arguments[1], path)
    elif len(arguments) == 3 and arguments[0] == "config":
        sys.stdout.reconfigure(encoding="utf-8")
        sys.stdout.write(config_page(read(arguments[1]), arguments[2]))
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
