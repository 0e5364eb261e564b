#!/usr/bin/env python3
"""Counts the test cases of a test run and says which failed or were skipped.

A run has up to two worlds: this machine, where `bazel test` ran, and the testbed, where
tools/testbed_suite ran some of the tests again. A case that was skipped in one world counts as
skipped only if it passed in no other.

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
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
TIMED_OUT = "124"  # timeout(1)'s


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

    def ran(self):
        """The cases that were not skipped."""
        return {title for title, _ in self.passed + self.failed}


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


def parse_xml(path):
    """GoogleTest writes a test's parameter as it is, also when it is not UTF-8."""
    with open(path, encoding="utf-8", errors="replace") as file:
        return ElementTree.fromstring(NOT_XML.sub("\N{REPLACEMENT CHARACTER}", file.read()))


def add_xml(report, label, path):
    """Adds the cases of one test.xml."""
    try:
        root = parse_xml(path)
    except (OSError, ElementTree.ParseError) as error:
        report.failed.append((label, f"no readable test.xml: {error}"))
        return
    log = "\n".join(element.text or "" for element in root.iter("system-out"))
    found = re.search(r"^SKIP: *(.*)$", log, re.MULTILINE)
    shell_skip = found and (one_line(found.group(1)) or "no reason given")
    for case in root.iter("testcase"):
        add_case(report, label, case, shell_skip)


def local_path(output):
    return urllib.parse.unquote(urllib.parse.urlparse(output.get("uri", "")).path)


def xml_path(result):
    for output in result.get("testActionOutput", []):
        if output.get("name") == "test.xml":
            return local_path(output)
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
        self.tags = {}  # label -> tags
        self.binaries = {}  # label -> path of what was built
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
        else:
            if not any("testSummary" in child for child in event.get("children", [])):
                self.filtered.add(label)
            self.tags[label] = set(completed.get("tag", []))
            for output in completed.get("importantOutput", [])[:1]:
                self.binaries[label] = local_path(output)

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


def tagged_tests(lines, tag):
    """The tests that Bazel ran and that have the tag: (label, path of the binary)."""
    events = Events(lines)
    return [
        (label, events.binaries[label])
        for label in events.labels()
        if tag in events.tags.get(label, ()) and label in events.binaries
    ]


def read_word(path):
    try:
        with open(path, encoding="utf-8") as file:
            return file.read().strip()
    except OSError:
        return None


def add_testbed_test(report, folder, label):
    results = os.path.join(folder, "results", *label.lstrip("/").split(":"))
    status = read_word(os.path.join(results, "status"))
    if status is None:
        report.failed.append((label, "the testbed ended before this test did"))
        return
    failed_before = len(report.failed)
    if status == TIMED_OUT:
        report.failed.append((label, "timed out"))
    else:
        add_xml(report, label, os.path.join(results, "test.xml"))
    if status != "0" and len(report.failed) == failed_before:
        report.failed.append((label, f"ended with status {status}"))


def make_testbed_report(folder, testbed_status):
    """The report of what tools/testbed_suite left in the folder."""
    report = Report()
    if read_word(os.path.join(folder, "system")) is None:
        reason = f"tools/testbed ended with status {testbed_status} before any test"
        report.failed.append(("the testbed did not come up", f"{reason}; its message is above"))
        return report
    for line in (read_word(os.path.join(folder, "tests")) or "").splitlines():
        add_testbed_test(report, folder, line.split("\t")[0])
    if testbed_status != 0 and not report.failed:
        reason = f"tools/testbed ended with status {testbed_status}"
        report.failed.append(("testbed", f"{reason}; its message is above"))
    return report


def titles_that_ran(worlds):
    return set().union(*(report.ran() for _, report in worlds))


def total_report(worlds):
    """All worlds' cases; a case is skipped when it was skipped wherever it was to run."""
    total = Report()
    ran = titles_that_ran(worlds)
    skipped = {}  # title -> reasons
    for name, report in worlds:
        total.passed += report.passed
        mark = "" if len(worlds) == 1 else f"[{name.split()[0]}] "
        total.failed += [(mark + title, detail) for title, detail in report.failed]
        for title, reason in report.skipped:
            if title not in ran:
                reasons = skipped.setdefault(title, [])
                reasons += [] if mark + reason in reasons else [mark + reason]
    total.skipped = [(title, "; ".join(reasons)) for title, reasons in skipped.items()]
    return total


def print_report(worlds, out):
    """worlds: (name, report) pairs."""
    total = total_report(worlds)
    for heading, cases in (("Failed", total.failed), ("Skipped", total.skipped)):
        if cases:
            print(f"\n{heading}:", file=out)
        for title, detail in cases:
            print(f"  {title}: {detail}" if detail else f"  {title}", file=out)
    if not total.passed and not total.failed:
        print("\ntools/test: no test ran", file=out)
    print(file=out)
    for name, report in worlds:
        print(f"tools/test: {name}: {report.summary()}", file=out)
    ran = titles_that_ran(worlds)
    elsewhere = sum(title in ran for _, report in worlds for title, _ in report.skipped)
    if elsewhere:
        print(f"tools/test: {elsewhere} skips do not count: the case ran in the other", file=out)
    print(total.summary(), file=out)
    return total.ok()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bazel-status", type=int, default=0, help="bazel's exit status")
    parser.add_argument("--machine", default="this system", help="what kind of machine this is")
    parser.add_argument("--testbed", help="the folder that tools/testbed_suite wrote to")
    parser.add_argument("--testbed-status", type=int, default=0, help="tools/testbed's exit status")
    parser.add_argument("--list", metavar="TAG", help="only list the tests that have this tag")
    parser.add_argument("events", help="the file that --build_event_json_file wrote")
    options = parser.parse_args()
    lines = []
    if os.path.exists(options.events):
        with open(options.events, encoding="utf-8", errors="replace") as file:
            lines = file.readlines()
    if options.list:
        for label, binary in tagged_tests(lines, options.list):
            print(f"{label}\t{binary}")
        return 0
    worlds = [(f"machine ({options.machine})", make_report(lines, options.bazel_status))]
    if options.testbed:
        system = read_word(os.path.join(options.testbed, "system")) or "not up"
        report = make_testbed_report(options.testbed, options.testbed_status)
        worlds.append((f"testbed ({system})", report))
    return 0 if print_report(worlds, sys.stdout) else 1


if __name__ == "__main__":
    sys.exit(main())
