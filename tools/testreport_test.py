#!/usr/bin/env python3
"""Tests of testreport.py: made-up event files and test.xml files in, the counts out."""

import io
import json
import os
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True  # No cache folder in the source tree.
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import testreport  # noqa: E402

GTEST_XML = """<testsuites><testsuite name="A">
<testcase name="Pass" status="run" result="completed" classname="A"/>
<testcase name="Skip" status="run" result="skipped" classname="A">
  <skipped message="a_test.cc:3&#x0A;no cgroup v2 here"/></testcase>
<testcase name="DISABLED_Off" status="notrun" result="suppressed" classname="A"/>
<testcase name="Fail" status="run" result="completed" classname="A">
  <failure message="a_test.cc:5&#x0A;1 is not 2"/></testcase>
</testsuite></testsuites>"""

SHELL_XML = """<testsuites><testsuite name="t/sh"><testcase name="t/sh" status="run">{error}</testcase>
<system-out><![CDATA[{log}]]></system-out></testsuite></testsuites>"""


class TestReportTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.events = []

    def write_xml(self, text, name="test.xml"):
        path = os.path.join(self.folder.name, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def add(self, kind, label, body, **ident):
        self.events.append(json.dumps({"id": {kind: {"label": label, **ident}}, **body}))

    def add_test(self, label, status, xml=None, attempt=1):
        self.add("targetConfigured", label, {"configured": {"testSize": "MEDIUM"}})
        outputs = [{"name": "test.xml", "uri": "file://" + xml}] if xml else []
        result = {"testResult": {"status": status, "testActionOutput": outputs}}
        self.add("testResult", label, result, run=1, shard=1, attempt=attempt)
        self.add("testSummary", label, {"testSummary": {"overallStatus": status}})

    def summary(self, bazel_status=0):
        return testreport.make_report(self.events, bazel_status).summary()

    def test_counts_googletest_cases(self):
        self.add_test("//t:g", "FAILED", self.write_xml(GTEST_XML))
        self.assertEqual(self.summary(3), "1 passed, 1 failed, 2 skipped")

    def test_skip_reason_has_no_source_position(self):
        self.add_test("//t:g", "FAILED", self.write_xml(GTEST_XML))
        report = testreport.make_report(self.events, 3)
        self.assertIn(("//t:g A.Skip", "no cgroup v2 here"), report.skipped)

    def test_shell_test_is_one_case(self):
        self.add_test("//t:sh", "PASSED", self.write_xml(SHELL_XML.format(error="", log="fine")))
        self.assertEqual(self.summary(), "1 passed, 0 failed, 0 skipped")

    def test_shell_test_skips_with_a_line(self):
        xml = self.write_xml(SHELL_XML.format(error="", log="hello\nSKIP: no KVM\n"))
        self.add_test("//t:sh", "PASSED", xml)
        report = testreport.make_report(self.events, 0)
        self.assertEqual(report.skipped, [("//t:sh", "no KVM")])

    def test_failed_shell_test_cannot_claim_a_skip(self):
        error = '<error message="exited with error code 3"/>'
        self.add_test("//t:sh", "FAILED", self.write_xml(SHELL_XML.format(error=error, log="SKIP: x")))
        self.assertEqual(self.summary(3), "0 passed, 1 failed, 0 skipped")

    def test_failed_build_is_one_failure(self):
        self.add("targetConfigured", "//t:b", {"configured": {"testSize": "MEDIUM"}})
        self.add("targetCompleted", "//t:b", {"completed": {"failureDetail": {"message": "no"}}})
        self.add("testSummary", "//t:b", {"testSummary": {"overallStatus": "FAILED_TO_BUILD"}})
        self.assertEqual(self.summary(1), "0 passed, 1 failed, 0 skipped")

    def test_failed_analysis_is_one_failure(self):
        self.add("targetCompleted", "//t:b", {"aborted": {"reason": "ANALYSIS_FAILURE"}})
        self.assertEqual(self.summary(1), "0 passed, 1 failed, 0 skipped")

    def test_incompatible_target_is_skipped(self):
        self.add("targetCompleted", "//t:b", {"aborted": {"reason": "SKIPPED"}})
        self.assertEqual(self.summary(), "0 passed, 0 failed, 1 skipped")

    def test_filtered_out_test_does_not_count(self):
        self.add("targetConfigured", "//t:f", {"configured": {"testSize": "MEDIUM"}})
        self.add("targetCompleted", "//t:f", {"completed": {"success": True}})
        self.assertEqual(self.summary(), "0 passed, 0 failed, 0 skipped")

    def test_timeout_is_one_failure(self):
        error = '<error message="exited with error code 142"/>'
        self.add_test("//t:t", "TIMEOUT", self.write_xml(SHELL_XML.format(error=error, log="")))
        self.assertEqual(self.summary(3), "0 passed, 1 failed, 0 skipped")

    def test_test_without_xml_is_one_failure(self):
        self.add_test("//t:x", "PASSED")
        self.assertEqual(self.summary(), "0 passed, 1 failed, 0 skipped")

    def test_unreadable_xml_is_one_failure(self):
        self.add_test("//t:x", "PASSED", self.write_xml("<testsuites><cut off"))
        self.assertEqual(self.summary(), "0 passed, 1 failed, 0 skipped")

    def test_crash_after_the_last_case_is_a_failure(self):
        self.add_test("//t:x", "FAILED", self.write_xml(SHELL_XML.format(error="", log="")))
        self.assertEqual(self.summary(3), "1 passed, 1 failed, 0 skipped")

    def test_only_the_last_attempt_of_a_flaky_test_counts(self):
        bad = self.write_xml(SHELL_XML.format(error='<error message="1"/>', log=""), "bad.xml")
        good = self.write_xml(SHELL_XML.format(error="", log=""), "good.xml")
        self.add_test("//t:f", "FAILED", bad, attempt=1)
        self.add_test("//t:f", "FLAKY", good, attempt=2)
        self.assertEqual(self.summary(), "1 passed, 0 failed, 0 skipped")

    def test_test_that_never_reported_is_a_failure(self):
        self.add("targetConfigured", "//t:x", {"configured": {"testSize": "MEDIUM"}})
        self.assertEqual(self.summary(8), "0 passed, 1 failed, 0 skipped")

    def test_bazel_that_died_is_a_failure(self):
        self.assertEqual(self.summary(2), "0 passed, 1 failed, 0 skipped")

    def test_nothing_ran_is_not_ok(self):
        self.assertFalse(testreport.make_report([], testreport.NO_TESTS_FOUND).ok())

    def test_truncated_event_file_is_read_as_far_as_it_goes(self):
        self.add_test("//t:sh", "PASSED", self.write_xml(SHELL_XML.format(error="", log="")))
        self.events.append('{"id": {"testResu')
        self.assertEqual(self.summary(), "1 passed, 0 failed, 0 skipped")

    def test_summary_is_the_last_line(self):
        self.add_test("//t:g", "FAILED", self.write_xml(GTEST_XML))
        out = io.StringIO()
        testreport.print_report(testreport.make_report(self.events, 3), out)
        self.assertEqual(out.getvalue().splitlines()[-1], "1 passed, 1 failed, 2 skipped")


if __name__ == "__main__":
    unittest.main()
