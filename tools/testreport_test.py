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


class Case(unittest.TestCase):
    """Makes up what Bazel writes."""

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

    def add_test(self, label, status, xml=None, attempt=1, tags=()):
        self.add("targetConfigured", label, {"configured": {"testSize": "MEDIUM"}})
        outputs = [{"name": "test.xml", "uri": "file://" + xml}] if xml else []
        result = {"testResult": {"status": status, "testActionOutput": outputs}}
        self.add("testResult", label, result, run=1, shard=1, attempt=attempt)
        self.add("testSummary", label, {"testSummary": {"overallStatus": status}})
        outputs = [{"uri": "file:///out/" + label.lstrip("/").replace(":", "/")}]
        completed = {"success": True, "tag": list(tags), "importantOutput": outputs}
        children = [{"testSummary": {"label": label}}]
        self.add("targetCompleted", label, {"completed": completed, "children": children})


class TestReportTest(Case):
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

    def test_a_parameter_that_is_not_text_does_not_hide_the_cases(self):
        path = self.write_xml("")
        with open(path, "wb") as file:
            file.write(
                b'<testsuite><testcase name="a" classname="A" value_param="\xff\x01"/></testsuite>'
            )
        self.add_test("//t:g", "PASSED", path)
        self.assertEqual(self.summary(), "1 passed, 0 failed, 0 skipped")

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
        testreport.print_report([("machine", testreport.make_report(self.events, 3))], out)
        self.assertEqual(out.getvalue().splitlines()[-1], "1 passed, 1 failed, 2 skipped")


class TestbedTest(Case):
    """A run on the machine, and what tools/testbed_suite left of its own."""

    def add_testbed_test(self, label, status, xml=None):
        path = os.path.join(self.folder.name, "testbed")
        results = os.path.join(path, "results", *label.lstrip("/").split(":"))
        os.makedirs(results)
        self.write_xml("cgroup v2, Linux 6.1\n", "testbed/system")
        with open(os.path.join(path, "tests"), "a", encoding="utf-8") as file:
            file.write(f"{label}\t/out/x\n")
        if status is not None:
            self.write_xml(f"{status}\n", os.path.join(results, "status"))
        if xml is not None:
            self.write_xml(xml, os.path.join(results, "test.xml"))

    def report_of_testbed(self, status=0):
        return testreport.make_testbed_report(os.path.join(self.folder.name, "testbed"), status)

    def worlds(self, status=0):
        return [
            ("machine (v1)", testreport.make_report(self.events, 0)),
            ("testbed (v2)", self.report_of_testbed(status)),
        ]

    def test_lists_the_tests_with_the_tag_and_their_binaries(self):
        self.add_test("//t:a", "PASSED", tags=["local", "testbed"])
        self.add_test("//t:b", "PASSED", tags=["local"])
        self.assertEqual(
            testreport.tagged_tests(self.events, "testbed"), [("//t:a", "/out/t/a")]
        )

    def test_does_not_list_a_test_that_was_not_asked_to_run(self):
        body = {"success": True, "tag": ["testbed"], "importantOutput": [{"uri": "file:///out/f"}]}
        self.add("targetConfigured", "//t:f", {"configured": {"testSize": "MEDIUM"}})
        self.add("targetCompleted", "//t:f", {"completed": body})
        self.assertEqual(testreport.tagged_tests(self.events, "testbed"), [])

    def test_counts_the_cases_of_the_testbed(self):
        self.add_testbed_test("//t/u:g", 1, GTEST_XML)
        self.assertEqual(self.report_of_testbed().summary(), "1 passed, 1 failed, 2 skipped")

    def test_crash_in_the_testbed_is_a_failure(self):
        self.add_testbed_test("//t:x", 139, SHELL_XML.format(error="", log=""))
        self.assertEqual(self.report_of_testbed().summary(), "1 passed, 1 failed, 0 skipped")

    def test_no_xml_in_the_testbed_is_a_failure(self):
        self.add_testbed_test("//t:x", 0)
        self.assertEqual(self.report_of_testbed().summary(), "0 passed, 1 failed, 0 skipped")

    def test_timeout_in_the_testbed_is_one_failure(self):
        self.add_testbed_test("//t:x", 124)
        self.assertEqual(self.report_of_testbed().failed, [("//t:x", "timed out")])

    def test_test_that_the_testbed_did_not_reach_is_a_failure(self):
        self.add_testbed_test("//t:x", None)
        self.assertEqual(self.report_of_testbed(125).summary(), "0 passed, 1 failed, 0 skipped")

    def test_testbed_that_does_not_come_up_is_one_failure(self):
        self.assertEqual(self.report_of_testbed(125).summary(), "0 passed, 1 failed, 0 skipped")

    def test_testbed_that_ends_badly_after_its_tests_is_a_failure(self):
        self.add_testbed_test("//t:x", 0, SHELL_XML.format(error="", log=""))
        self.assertEqual(self.report_of_testbed(1).summary(), "1 passed, 1 failed, 0 skipped")

    def skip_xml(self, message):
        return (
            '<testsuites><testsuite><testcase name="S" classname="A" result="skipped">'
            f'<skipped message="{message}"/></testcase></testsuite></testsuites>'
        )

    def test_skip_of_one_world_does_not_count_when_the_case_passed_in_the_other(self):
        passed = '<testsuites><testsuite><testcase name="S" classname="A"/></testsuite></testsuites>'
        self.add_test("//t:s", "PASSED", self.write_xml(self.skip_xml("no v2")))
        self.add_testbed_test("//t:s", 0, passed)
        total = testreport.total_report(self.worlds())
        self.assertEqual(total.summary(), "1 passed, 0 failed, 0 skipped")

    def test_skip_of_both_worlds_counts_once_with_both_reasons(self):
        self.add_test("//t:s", "PASSED", self.write_xml(self.skip_xml("no v2")))
        self.add_testbed_test("//t:s", 0, self.skip_xml("no swap"))
        total = testreport.total_report(self.worlds())
        self.assertEqual(total.skipped, [("//t:s A.S", "[machine] no v2; [testbed] no swap")])

    def test_failure_of_one_world_names_it(self):
        self.add_test("//t:sh", "PASSED", self.write_xml(SHELL_XML.format(error="", log="")))
        self.add_testbed_test("//t:sh", 1, SHELL_XML.format(error='<error message="no"/>', log=""))
        total = testreport.total_report(self.worlds())
        self.assertEqual(total.failed, [("[testbed] //t:sh", "no")])
        self.assertFalse(total.ok())

    def test_each_world_has_a_line_and_the_last_line_adds_up(self):
        self.add_test("//t:sh", "PASSED", self.write_xml(SHELL_XML.format(error="", log="")))
        self.add_testbed_test("//t:sh", 0, SHELL_XML.format(error="", log=""))
        out = io.StringIO()
        self.assertTrue(testreport.print_report(self.worlds(), out))
        self.assertEqual(
            out.getvalue().splitlines()[-3:],
            [
                "tools/test: machine (v1): 1 passed, 0 failed, 0 skipped",
                "tools/test: testbed (v2): 1 passed, 0 failed, 0 skipped",
                "2 passed, 0 failed, 0 skipped",
            ],
        )


if __name__ == "__main__":
    unittest.main()
