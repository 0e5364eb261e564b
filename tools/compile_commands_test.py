#!/usr/bin/env python3
"""Tests of compile_commands.py."""

import unittest

import compile_commands


def entries_of(*calls):
    actions = [{"arguments": call.split()} for call in calls]
    return compile_commands.entries_of(actions, "/clone", "/base", "/base/root")


class Entries(unittest.TestCase):
    def test_paths_of_bazel_are_absolute_and_others_are_of_the_clone(self):
        [entry] = entries_of("gcc -iquote . -iquote external/debian -c a/b.cc -o bazel-out/b.o")
        self.assertEqual(entry["directory"], "/clone")
        self.assertEqual(entry["file"], "a/b.cc")
        self.assertEqual(entry["arguments"][2:], "-iquote . -iquote /base/external/debian -c a/b.cc "
                         "-o /base/root/bazel-out/b.o".split())

    def test_what_only_a_build_needs_is_left_out(self):
        [entry] = entries_of("gcc -MD -MF b.d -frandom-seed=b.o -Werror -Wall -c b.c")
        self.assertEqual(entry["arguments"],
                         "gcc -Wno-unknown-warning-option -Wall -c b.c".split())

    def test_each_source_is_there_once(self):
        entries = entries_of("gcc -c b.cc", "gcc -fPIC -c b.cc", "gcc -c a.cc")
        self.assertEqual([entry["file"] for entry in entries], ["a.cc", "b.cc"])
        self.assertNotIn("-fPIC", entries[1]["arguments"])

    def test_sources_that_are_made_are_left_out(self):
        self.assertEqual(entries_of("gcc -c bazel-out/step.cc"), [])


if __name__ == "__main__":
    unittest.main()
