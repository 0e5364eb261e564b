"""Merges the rounds that tools/bench measured into one table.

The folder holds sides.tsv (group, name, version, reason for having no numbers),
notes (one note a line) and round-*.json, as `hyperfine --export-json` writes it.
"""

import argparse
import collections
import csv
import glob
import json
import os
import statistics
import textwrap

GROUPS = {"plain": "uts + pid + mount + proc, no cgroup", "cgroup": "the same, and a cgroup with pids.max"}


def read_rounds(folder):
    """Returns {"group/name": ([milliseconds], [exit statuses])} over all rounds."""
    merged = collections.defaultdict(lambda: ([], []))
    for path in sorted(glob.glob(os.path.join(folder, "round-*.json"))):
        with open(path, encoding="utf-8") as file:
            for result in json.load(file)["results"]:
                times, statuses = merged[result["command"]]
                times.extend(seconds * 1000 for seconds in result["times"])
                statuses.extend(result["exit_codes"])
    return merged


def summarize(times):
    deciles = statistics.quantiles(times, n=10, method="inclusive")
    return {"runs": len(times), "median_ms": statistics.median(times), "p10_ms": deciles[0], "p90_ms": deciles[-1]}


def make_rows(folder):
    rounds = read_rounds(folder)
    rows = []
    with open(os.path.join(folder, "sides.tsv"), encoding="utf-8", newline="") as file:
        for group, name, version, reason in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            row = {"group": group, "name": name, "version": version}
            times, statuses = rounds[f"{group}/{name}"]
            failed = [status for status in statuses if status != 0]
            if reason:
                row["reason"] = reason
            elif failed:
                # The times of a failed start say nothing, and dropping only
                # those would hide that the side does not work.
                row["reason"] = f"{len(failed)} of {len(statuses)} starts failed, first with status {failed[0]}"
            else:
                row.update(summarize(times))
            rows.append(row)
    return rows


def add_ratios(rows):
    """Compares each row with the floor and with ours of its own group."""
    medians = {(row["group"], row["name"]): row.get("median_ms") for row in rows}
    for row in rows:
        for yardstick in ("floor", "ours"):
            base = medians.get((row["group"], yardstick))
            if "median_ms" in row and base:
                row[f"x_{yardstick}"] = row["median_ms"] / base


def format_row(row, widths):
    name, version = row["name"].ljust(widths[0]), row["version"].ljust(widths[1])
    if "reason" in row:
        return f"  {name}  {version}  {row['reason']}"
    spread = f"{row['p10_ms']:.2f}..{row['p90_ms']:.2f}"
    ratios = [f"{row[key]:.2f}" if key in row else "-" for key in ("x_floor", "x_ours")]
    return f"  {name}  {version}  {row['median_ms']:9.2f}  {spread:>13}  {ratios[0]:>7}  {ratios[1]:>7}"


def print_text(report):
    rows = report["sides"]
    widths = [max([len(row[key]) for row in rows] + [len(key)]) for key in ("name", "version")]
    runs = max((row.get("runs", 0) for row in rows), default=0)
    print(f"Start of a container, {runs} starts of each side, taken in turns\n{report['machine']}\n")
    header = f"  {'side'.ljust(widths[0])}  {'version'.ljust(widths[1])}  median ms  {'p10..p90':>13}  x floor   x ours"
    for group, title in GROUPS.items():
        print(f"{title}\n{header}")
        for row in rows:
            if row["group"] == group:
                print(format_row(row, widths))
        print()
    for note in report["notes"]:
        print(textwrap.fill(note, 88, initial_indent="- ", subsequent_indent="  "))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument("--machine", default="")
    arguments = parser.parse_args()

    rows = make_rows(arguments.folder)
    add_ratios(rows)
    with open(os.path.join(arguments.folder, "notes"), encoding="utf-8") as file:
        notes = file.read().splitlines()
    report = {"machine": arguments.machine, "sides": rows, "notes": notes}
    if arguments.format == "json":
        print(json.dumps(report, indent=2))
    else:
        print_text(report)


if __name__ == "__main__":
    main()
