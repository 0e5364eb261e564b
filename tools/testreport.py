#!/usr/bin/env python3
"""Counts the test cases of one `bazel test` run and says which failed or were skipped.

Only what the run's build event file names is read: a test.xml that an earlier run left behind is
never counted. A target without a result (it failed to build, timed out, crashed) counts as one
failed case. A shell test skips itself by printing a line `SKIP: reason` and exiting with 0.
"""

import argparse
import json
import os
import re
import sys
import urllib.parse
import xml.etree.ElementTree as ElementTree

NO_TESTS_FOUND = 4  # Bazel's exit status


class Report:
    """The outcome of each test case: lists of (case, detail)."""

    def __init__(self):
        self.passed = []
        self.failed = []
        self.skipped = []

    def summary(self):
        return f"{len(self.passed)} passed, {len(self.failed)} failed, {len(self.skipped)} skipped"

    def ok(self):
        return bool(self.passed) and not self.failed


def one_line(text):
    return " ".join((text or "").split())


def skip_reason(message):
    """GoogleTest puts file:line on the first line of the message; the reason follows it."""
    return one_line(re.sub(r"\A\S+:\d+\n", "", message or "")) or "no reason given"


def add_case(report, label, case, shell_skip):
    suite = case.get("classname")
    name = case.get("name") or "(outside a test)"
    title = f"{label} {suite}.{name}" if suite else label
    problem = case.find("failure")
    problem = case.find("error") if problem is None else problem
    skipped = case.find("skipped")
    if problem is not None:
        report.failed.append((title, one_line(problem.get("message"))))
    elif skipped is not None or case.get("result") == "skipped":
        message = "" if skipped is None else skipped.get("message")
        report.skipped.append((title, skip_reason(message)))
    elif case.get("status") == "notrun":
        if "DISABLED_" in title:
            report.skipped.append((title, "disabled in the source"))
    elif shell_skip:
        report.skipped.append((title, shell_skip))
    else:
        report.passed.append((title, ""))


def add_xml(report, label, path):
    """Adds the cases of one test.xml."""
    try:
        root = ElementTree.parse(path).getroot()
    except (OSError, ElementTree.ParseError) as error:
        report.failed.append((label, f"no readable test.xml: {error}"))
        return
    log = "\n".join(element.text or "" for element in root.iter("system-out"))
    found = re.search(r"^SKIP: *(.*)$", log, re.MULTILINE)
    shell_skip = found and (one_line(found.group(1)) or "no reason given")
    for case in root.iter("testcase"):
        add_case(report, label, case, shell_skip)


def xml_path(result):
    for output in result.get("testActionOutput", []):
        if output.get("name") == "test.xml":
            return urllib.parse.unquote(urllib.parse.urlparse(output.get("uri", "")).path)
    return None


class Events:
    """What the build event file says about each target."""

    def __init__(self, lines):
        self.tests = set()  # labels of configured test targets
        self.statuses = {}  # label -> overall status
        self.results = {}  # label -> {(run, shard): (attempt, result)}
        self.broken = {}  # label -> why it was not built
        self.incompatible = set()
        self.filtered = set()  # built, but not asked to run (--test_tag_filters and the like)
        for line in lines:
            try:
                event = json.loads(line)
            except json.JSONDecodeError:  # Bazel was killed while it wrote
                continue
            for kind, ident in event.get("id", {}).items():
                self._add(kind, ident, event)

    def _add(self, kind, ident, event):
        label = ident.get("label")
        if kind == "targetConfigured" and "testSize" in event.get("configured", {}):
            self.tests.add(label)
        elif kind == "testSummary" and "testSummary" in event:
            self.statuses[label] = event["testSummary"].get("overallStatus", "NO_STATUS")
        elif kind == "testResult" and "testResult" in event:
            self._add_result(label, ident, event["testResult"])
        elif kind == "targetCompleted":
            self._add_completion(label, event)

    def _add_result(self, label, ident, result):
        runs = self.results.setdefault(label, {})
        key = (ident.get("run"), ident.get("shard"))
        attempt = ident.get("attempt", 1)
        if attempt >= runs.get(key, (0, None))[0]:
            runs[key] = (attempt, result)

    def _add_completion(self, label, event):
        aborted = event.get("aborted")
        completed = event.get("completed", {})
        if aborted is not None and aborted.get("reason") == "SKIPPED":
            self.incompatible.add(label)
        elif aborted is not None:
            self.broken[label] = f"not built: {aborted.get('reason', 'unknown reason').lower()}"
        elif not completed.get("success"):
            message = one_line(completed.get("failureDetail", {}).get("message"))
            self.broken[label] = f"failed to build: {message}".rstrip(": ")
        elif not any("testSummary" in child for child in event.get("children", [])):
            self.filtered.add(label)

    def labels(self):
        tests = (self.tests - self.filtered) | set(self.statuses)
        return sorted(tests | set(self.broken) | self.incompatible)


def add_target(report, events, label):
    if label in events.incompatible:
        report.skipped.append((label, "does not fit this platform"))
        return
    if label in events.broken:
        report.failed.append((label, events.broken[label]))
        return
    status = events.statuses.get(label, "no result")
    if status == "TIMEOUT":
        report.failed.append((label, "timed out"))
        return
    failed_before = len(report.failed)
    for _, result in events.results.get(label, {}).values():
        path = xml_path(result)
        if path is None:
            report.failed.append((label, f"{result.get('status', 'no status')}, and no test.xml"))
        else:
            add_xml(report, label, path)
    if status not in ("PASSED", "FLAKY") and len(report.failed) == failed_before:
        report.failed.append((label, status.lower()))


def make_report(lines, bazel_status):
    report = Report()
    events = Events(lines)
    for label in events.labels():
        add_target(report, events, label)
    if bazel_status not in (0, NO_TESTS_FOUND) and not report.failed:
        report.failed.append(("bazel", f"ended with status {bazel_status}; its message is above"))
    return report


def print_report(report, out):
    for heading, cases in (("Failed", report.failed), ("Skipped", report.skipped)):
        if cases:
            print(f"\n{heading}:", file=out)
        for title, detail in cases:
            print(f"  {title}: {detail}" if detail else f"  {title}", file=out)
    if not report.passed and not report.failed:
        print("\ntools/test: no test ran", file=out)
    print(f"\n{report.summary()}", file=out)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bazel-status", type=int, default=0, help="bazel's exit status")
    parser.add_argument("events", help="the file that --build_event_json_file wrote")
    options = parser.parse_args()
    lines = []
    if os.path.exists(options.events):
        with open(options.events, encoding="utf-8", errors="replace") as file:
            lines = file.readlines()
    report = make_report(lines, options.bazel_status)
    print_report(report, sys.stdout)
    return 0 if report.ok() else 1


if __name__ == "__main__":
    sys.exit(main())
