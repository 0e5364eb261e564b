"""A table of the speed report: figures of several sides, summarized, compared and written."""

import dataclasses
import statistics
import textwrap

MAX_REASON = 60
DIGITS = {"ms": 2, "us": 1}  # after the point; other units have none


def summarize(values):
    """The median and the spread of at least one value."""
    if len(values) == 1:
        return {"runs": 1, "median": values[0], "p10": values[0], "p90": values[0]}
    deciles = statistics.quantiles(values, n=10, method="inclusive")
    return {"runs": len(values), "median": statistics.median(values), "p10": deciles[0],
            "p90": deciles[-1]}


def short(reason):
    return reason if len(reason) <= MAX_REASON else reason[: MAX_REASON - 3] + "..."


@dataclasses.dataclass
class Group:
    """Sides that compare with one another. `values`: {name: [figure]}."""
    title: str
    sides: list
    values: dict
    kind: str = ""  # of tables that go across: a block of groups that stand beside one another

    def rows(self):
        rows = []
        for side in self.sides:
            row = {"side": side.name, "version": side.version}
            if side.reason:
                row["reason"] = side.reason
            elif not self.values.get(side.name):
                row["reason"] = "no figures"
            else:
                row.update(summarize(self.values[side.name]))
            rows.append(row)
        medians = {row["side"]: row.get("median") for row in rows}
        for row in rows:
            for yardstick in ("floor", "ours"):
                if "median" in row and medians.get(yardstick):
                    row[f"x_{yardstick}"] = row["median"] / medians[yardstick]
        return rows


@dataclasses.dataclass
class Table:
    title: str
    unit: str
    higher_is_better: bool = False
    across: bool = False  # groups are columns, not one below the other
    groups: list = dataclasses.field(default_factory=list)
    figures: dict = dataclasses.field(default_factory=dict)  # one number each
    notes: list = dataclasses.field(default_factory=list)

    def as_json(self):
        return {
            "title": self.title, "unit": self.unit, "higher_is_better": self.higher_is_better,
            "groups": [{"title": group.title, "kind": group.kind, "rows": group.rows()}
                       for group in self.groups],
            "figures": self.figures, "notes": self.notes,
        }

    def number(self, value):
        return f"{value:,.{DIGITS.get(self.unit, 0)}f}"

    def spread(self, row):
        return f"{self.number(row['p10'])}..{self.number(row['p90'])}"

    def grids(self):
        """(title, header, lines) of cells, for text and markdown alike."""
        if self.across:
            yield from self._grids_across()
            return
        for group in self.groups:
            header = ["side", "version", f"median {self.unit}", "p10..p90", "x floor", "x ours"]
            yield group.title, header, [self._line(row) for row in group.rows()]

    def _line(self, row):
        if "reason" in row:
            return [row["side"], row["version"], short(row["reason"]), "", "", ""]
        ratios = [f"{row[key]:.2f}" if key in row else "-" for key in ("x_floor", "x_ours")]
        return [row["side"], row["version"], self.number(row["median"]), self.spread(row), *ratios]

    def _grids_across(self):
        for kind in dict.fromkeys(group.kind for group in self.groups):
            groups = [group for group in self.groups if group.kind == kind]
            columns = [{row["side"]: row for row in group.rows()} for group in groups]
            lines = []
            for name, row in columns[0].items():
                lines.append([name, row["version"], *(self._cell(column[name]) for column in columns)])
            yield kind, [f"side, {self.unit}", "version", *(group.title for group in groups)], lines

    def _cell(self, row):
        if "reason" in row:
            return short(row["reason"])
        cell = self.number(row["median"])
        if row["runs"] > 1:
            cell += f" ({self.spread(row)})"
        if row["side"] != "ours" and "x_ours" in row:
            cell += f" {row['x_ours']:.2f}x"
        return cell


def _text_grid(header, lines):
    whole = [line for line in [header, *lines] if line[-1]]
    widths = [max(len(line[column]) for line in ([header, *lines] if column < 2 else whole))
              for column in range(len(header))]
    for line in [header, *lines]:
        names = [cell.ljust(width) for cell, width in zip(line[:2], widths)]
        numbers = [cell.rjust(width) for cell, width in zip(line[2:], widths[2:])]
        # A reason runs on over the empty cells behind it.
        yield "  " + "  ".join([*names, *(numbers if line[-1] else line[2:])]).rstrip()


def text(report_tables, head):
    """The report for a terminal. head: lines that stand above it."""
    lines = [*head, ""]
    for table in report_tables.values():
        lines.append(table.title)
        for title, header, grid in table.grids():
            lines += [f"  {title}:"] if title else []
            lines += _text_grid(header, grid)
        lines += [f"  {name}: {value}" for name, value in table.figures.items()]
        for note in table.notes:
            lines.append(textwrap.fill(note, 100, initial_indent="  - ", subsequent_indent="    "))
        lines.append("")
    return "\n".join(lines)


def markdown(report_tables, head):
    """The report as a section for a README."""
    lines = ["## Speed", "", *(f"{line}  " for line in head[:-1]), head[-1], ""]
    for table in report_tables.values():
        lines += [f"### {table.title}", ""]
        for title, header, grid in table.grids():
            lines += [f"{title[0].upper()}{title[1:]}:", ""] if title else []
            for cells in [header, ["---", "---"] + ["---:"] * (len(header) - 2), *grid]:
                bold = cells[0] == "ours"
                lines.append("| " + " | ".join(f"**{cell}**" if bold and cell else cell
                                               for cell in cells) + " |")
            lines.append("")
        lines += [f"- {name[0].upper()}{name[1:]}: {value}" for name, value in table.figures.items()]
        lines += [f"- {note}" for note in table.notes]
        lines += [""] if table.figures or table.notes else []
    return "\n".join(lines)
