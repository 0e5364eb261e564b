#!/usr/bin/env python3
"""Tests of budget.py: made-up traces and budgets in, counts and verdicts out."""

import os
import sys
import unittest

sys.dont_write_bytecode = True  # No cache folder in the source tree.
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import budget  # noqa: E402

TRACE = """\
10 execve("/bin/runtime", ["runtime"], 0x7ff /* 1 var */) = 0
10 openat(AT_FDCWD, "/etc/config", O_RDONLY) = 3</etc/config>
10 openat(AT_FDCWD, "/none", O_RDONLY) = -1 ENOENT (No such file or directory)
10 read(3</etc/config>, "x) = 9"..., 64) = 42
10 read(4</proc/10/mountinfo>, "1 2"..., 64) = 7
10 clone3({flags=CLONE_NEWPID}, 88 <unfinished ...>
11 sethostname("container", 9) = 0
10 <... clone3 resumed>) = 11
11 execve("/noop", ["/noop"], 0x7ff /* 1 var */) = 0
11 brk(NULL) = 0x1000
10 --- SIGCHLD {si_signo=SIGCHLD} ---
10 waitid(P_PIDFD, 5) = 0
11 +++ exited with 0 +++
10 +++ exited with 0 +++
"""
BUDGET = """\
# name  v1   v2   slack
calls   100  200  10%
"""


class TraceTest(unittest.TestCase):
    def setUp(self):
        self.calls = budget.read_trace(TRACE)

    def test_calls_of_all_processes_count_up_to_the_commands_exec(self):
        self.assertEqual([call.name for call in self.calls],
                         ["execve", "openat", "openat", "read", "read", "sethostname", "clone3",
                          "execve", "waitid"])

    def test_a_failed_open_opens_nothing(self):
        opened = [call for call in self.calls if call.name in budget.OPENS and call.result >= 0]
        self.assertEqual(len(opened), 1)

    def test_what_the_kernel_makes_up_is_not_read_from_a_file(self):
        self.assertEqual([call.result for call in self.calls if call.reads_a_file()], [42])


class BudgetTest(unittest.TestCase):
    def over(self, count, version="v1"):
        return budget.compare({"calls": count}, budget.read_budget(BUDGET, version))[1]

    def test_the_slack_is_above_the_ceiling(self):
        self.assertEqual(self.over(110), [])
        self.assertEqual(self.over(111), ["calls"])

    def test_each_version_of_cgroups_has_its_ceiling(self):
        self.assertEqual(self.over(111, "v2"), [])

    def test_the_old_and_the_new_count_are_told(self):
        (line,), _ = budget.compare({"calls": 150}, budget.read_budget(BUDGET, "v1"))
        self.assertRegex(line, r"calls +150, at most +100 .* OVER, by 50")

    def test_a_count_that_has_shrunk_is_told(self):
        (line,), over = budget.compare({"calls": 50}, budget.read_budget(BUDGET, "v1"))
        self.assertIn("has shrunk", line)
        self.assertEqual(over, [])

    def test_an_update_changes_one_column_and_no_comment(self):
        text = budget.update(BUDGET, {"calls": 150}, "v2")
        self.assertEqual(budget.read_budget(text, "v2"), {"calls": (150, 10)})
        self.assertEqual(budget.read_budget(text, "v1"), {"calls": (100, 10)})
        self.assertEqual(text.splitlines()[0], BUDGET.splitlines()[0])


if __name__ == "__main__":
    unittest.main()
