#!/usr/bin/env python3
"""Tests of house.py: made-up targets and sources in, the findings out."""

import os
import sys
import unittest

sys.dont_write_bytecode = True  # No cache folder in the source tree.
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import house  # noqa: E402

QUERY = """<?xml version="1.1" encoding="UTF-8" standalone="no"?>
<query version="2">{rules}</query>"""

STAGES = ["uts", "mount", "cgroup_v2", "user"]


def rule(label, kind="cc_library", uses=(), data=(), testonly=False):
    """One rule as `bazel query --output=xml` prints it, at line 7 of its BUILD."""
    package = label.removeprefix("//").split(":")[0]
    inputs = "".join(f'<rule-input name="{name}"/>' for name in [*uses, *data])
    labels = "".join(f'<label value="{name}"/>' for name in data)
    flag = '<boolean name="testonly" value="true"/>' if testonly else ""
    return (f'<rule class="{kind}" location="/top/{package}/BUILD:7:1" name="{label}">'
            f'{flag}<list name="data">{labels}</list>{inputs}</rule>')


def read(*rules):
    return house.read_graph(QUERY.format(rules="".join(rules)), "/top")


class GraphTest(unittest.TestCase):
    def check(self, *rules):
        return list(house.check_graph(read(*rules)))

    def assert_fine(self, *rules):
        self.assertEqual(self.check(*rules), [])

    def assert_finding(self, finding, *rules):
        self.assertEqual(self.check(*rules), [finding])

    def test_rooms_that_may_know_each_other(self):
        self.assert_fine(
            rule("//runtime/launch:a", uses=["//runtime/sys:fd", "//runtime/launch:a.cc"]),
            rule("//runtime:app", uses=["//runtime/cli:cli", "//runtime/config:config"]),
        )

    def test_rooms_that_may_not(self):
        self.assert_finding(
            "runtime/cli/BUILD:7: //runtime/cli:a: runtime/cli may not know runtime/config; "
            "it may know runtime/sdk, runtime/text",
            rule("//runtime/cli:a", uses=["//runtime/config:yaml"]))

    def test_the_sdk_knows_nobody(self):
        self.assert_finding(
            "runtime/sdk/BUILD:7: //runtime/sdk:sdk: runtime/sdk may not know runtime/sys; "
            "it may know only itself",
            rule("//runtime/sdk:sdk", uses=["//runtime/sys:fd"]))

    def test_no_room_knows_main(self):
        self.assertEqual(len(self.check(rule("//runtime/cli:a", uses=["//runtime:app"]))), 1)

    def test_no_room_knows_a_plugin_not_even_as_data(self):
        uts = "//plugins/uts:libuts_stage.so"
        self.assertEqual(len(self.check(rule("//runtime:runtime", "cc_binary", data=[uts]))), 1)

    def test_nothing_is_made_from_other_folders(self):
        self.assertEqual(len(self.check(rule("//runtime/sys:a", uses=["//tests:pty"]))), 1)

    def test_an_alias_hides_nothing(self):
        alias = rule("//runtime/text:a", "alias", uses=["@debian//:yaml_cpp"])
        self.assertEqual(len(self.check(alias)), 1)

    def test_unknown_room(self):
        self.assert_finding(
            "runtime/oci/BUILD:7: //runtime/oci:a: runtime/oci is no room; "
            "name it in ROOMS of tools/house.py",
            rule("//runtime/oci:a", uses=["//runtime/sdk:sdk"]))

    def test_library_in_its_room(self):
        self.assert_fine(rule("//runtime/config:yaml", uses=["@debian//:yaml_cpp"]))

    def test_library_in_another_room(self):
        self.assert_finding(
            "runtime/BUILD:7: //runtime:app: runtime may not know @debian//:yaml_cpp; "
            "only runtime/config may",
            rule("//runtime:app", uses=["@debian//:yaml_cpp"]))

    def test_library_of_nobody(self):
        self.assertEqual(len(self.check(rule("//runtime/sys:a", uses=["@debian//:gtest"]))), 1)

    def test_plugin(self):
        self.assert_fine(rule("//plugins/uts:libuts_stage.so", "cc_binary", uses=[
            "//plugins/uts:uts.cc", "//plugins/uts:names", "//runtime/sdk:sdk", "//runtime/sys:fd",
            "//tools/bazel:stage.lds"]))

    def test_plugin_that_knows_the_host(self):
        self.assertEqual(len(self.check(rule("//plugins/uts:a", uses=["//runtime/state:a"]))), 1)

    def test_plugin_that_knows_another(self):
        self.assertEqual(len(self.check(rule("//plugins/uts:a", uses=["//plugins/pid:a"]))), 1)

    def test_stages_share_a_library_that_knows_none_of_them(self):
        shared = "//plugins/cgroup:cgroup"
        self.assert_fine(
            rule("//plugins/cgroup_v1:a", uses=[shared]),
            rule(shared, uses=["//runtime/sdk:sdk", "//runtime/sys:fd"]),
            rule("//plugins/cgroup_v1:a_test", "cc_test", uses=["//plugins/cgroup:testing"]))
        self.assert_finding(
            "plugins/cgroup/BUILD:7: //plugins/cgroup:cgroup: plugins/cgroup may not know "
            "plugins/uts; it may know runtime/sdk, runtime/sys",
            rule(shared, uses=["//plugins/uts:names"]))
        uts = ["//plugins/uts:names"]
        self.assertEqual(len(self.check(rule("//plugins/cgroup:a_test", "cc_test", uses=uts))), 1)

    def test_the_host_does_not_know_what_stages_share(self):
        shared = ["//plugins/cgroup:cgroup"]
        for host in ("//runtime:app", "//runtime/launch:a", "//runtime/sys:a"):
            self.assertEqual(len(self.check(rule(host, uses=shared))), 1, host)

    def test_tests_use_what_they_need(self):
        uses = ["//runtime/config:a", "@debian//:gtest"]
        self.assert_fine(rule("//runtime/cli:a_test", "cc_test", uses=uses),
                         rule("//runtime/cli:testing", uses=uses, testonly=True))

    def test_pack_knows_the_stages_and_nothing_else(self):
        pack = "//plugins:libslipway_stages.so"
        self.assert_fine(rule(pack, "cc_binary", uses=[
            "//plugins:table.c", "//plugins/uts:packed", "//runtime/sdk:sdk"]))
        self.assertEqual(len(self.check(rule(pack, uses=["//runtime/state:a"]))), 1)
        self.assertEqual(len(self.check(rule("//plugins/uts:a", uses=[pack]))), 1)

    def test_plugins_test_has_others_as_data(self):
        data = ["//plugins/pid:libpid_stage.so", "//runtime:runtime"]
        self.assert_fine(rule("//plugins/uts:uts_test", "cc_test", data=data))

    def test_plugins_test_is_not_built_from_others(self):
        self.assert_finding(
            "plugins/uts/BUILD:7: //plugins/uts:uts_test: the tests of plugins/uts may not know "
            "plugins/pid; they may run its .so, named as data",
            rule("//plugins/uts:uts_test", "cc_test", uses=["//plugins/pid:names"]))

    def test_test_files_are_those_that_only_tests_name(self):
        rules = read(
            rule("//runtime/sys:a", uses=["//runtime/sys:a.h"]),
            rule("//runtime/sys:t", "cc_test", uses=["//runtime/sys:a.h", "//runtime/sys:t.cc"]))
        self.assertEqual(house.test_files(rules), {"runtime/sys/t.cc"})


class IncludeTest(unittest.TestCase):
    TESTS = {"runtime/sys/testing.h", "runtime/sdk/testing/container.h"}

    def check(self, path, text):
        return list(house.check_includes(path, text, self.TESTS))

    def assert_fine(self, path, text):
        self.assertEqual(self.check(path, text), [])

    def assert_finding(self, path, text, finding):
        self.assertEqual(self.check(path, text), [finding])

    def test_own_room_sdk_and_system(self):
        self.assert_fine("runtime/launch/a.cc", """
            #include "runtime/launch/a.h"
            #include "runtime/sdk/abi.h"
            #include <sys/mount.h>
            #include <linux/sched.h>
            #include <string_view>
            #include <stdint.h>""")

    def test_another_room(self):
        self.assert_finding(
            "runtime/state/a.h", '\n#  include "runtime/launch/a.h"\n',
            "runtime/state/a.h:2: runtime/state may not know runtime/launch; "
            "it may know runtime/sdk, runtime/sys")

    def test_angle_brackets_hide_nothing(self):
        self.assertEqual(len(self.check("runtime/sdk/a.h", "#include <runtime/sys/fd.h>")), 1)

    def test_library_in_its_room(self):
        self.assert_fine("runtime/cli/a.cc", "#include <boost/json.hpp>")
        self.assert_fine("runtime/loader/a.cc", "#include <boost/dll/shared_library.hpp>")

    def test_library_in_another_room(self):
        self.assert_finding(
            "runtime/sdk/a.h", "#include <boost/dll.hpp>",
            "runtime/sdk/a.h:1: runtime/sdk may not know <boost/dll.hpp>; only runtime/loader may")
        self.assertEqual(len(self.check("runtime/app.cc", "#include <yaml-cpp/yaml.h>")), 1)

    def test_library_of_nobody(self):
        for header in ("boost/json.hpp", "gtest/gtest.h", "seccomp.h"):
            self.assertEqual(len(self.check("runtime/loader/a.cc", f"#include <{header}>")), 1)

    def test_path_starts_at_the_top(self):
        self.assertEqual(len(self.check("runtime/sys/a.cc", '#include "fd.h"')), 1)
        self.assertEqual(len(self.check("runtime/sys/a.cc", '#include "tests/pty.h"')), 1)

    def test_computed_include(self):
        self.assertEqual(len(self.check("runtime/sys/a.cc", "#include HEADER")), 1)

    def test_unknown_room(self):
        self.assertEqual(len(self.check("runtime/oci/a.cc", '#include "runtime/sdk/abi.h"')), 1)

    def test_comments_and_raw_strings_include_nothing(self):
        self.assert_fine("runtime/sdk/a.h", """
            // Authors write:
            /*
            #include "plugins/uts/uts.h"
            */
            const char* kExample = R"(
            #include "plugins/uts/uts.h"
            )";""")

    def test_only_tests_include_what_is_for_tests(self):
        for header in self.TESTS:
            line = f'#include "{header}"'
            self.assertEqual(len(self.check("runtime/sys/a.cc", line)), 1)
            self.assert_fine("runtime/sys/a_test.cc", line)

    def test_plugin(self):
        self.assert_fine("plugins/uts/a.cc", '#include "plugins/uts/a.h"')
        for header in ("plugins/pid/a.h", "runtime/loader/loader.h"):
            self.assertEqual(len(self.check("plugins/uts/a.cc", f'#include "{header}"')), 1)

    def test_plugins_test_includes_no_other_plugin(self):
        self.assert_fine("plugins/uts/uts_test.cc", '#include "runtime/loader/loader.h"')
        self.assert_finding(
            "plugins/uts/uts_test.cc", '#include "plugins/pid/a.h"',
            "plugins/uts/uts_test.cc:1: the tests of plugins/uts may not know plugins/pid; "
            "they may run its .so, named as data")


class StageNameTest(unittest.TestCase):
    def check(self, path, text, tests=()):
        return list(house.check_stage_names(path, text, tests, STAGES))

    def test_the_host_names_no_stage(self):
        self.assertEqual(
            self.check("runtime/launch/a.cc", '// Why:\nif (name == "uts") return;'),
            ['runtime/launch/a.cc:2: the host names the stage "uts"; '
             "let its descriptor say what the host must know"])

    def test_every_spelling_counts(self):
        for literal in ('"cgroup-v2"', '"cgroup_v2"', '"libuts_stage.so"', 'R"(uts)"', '"uts"sv'):
            self.assertEqual(len(self.check("runtime/app.cc", f"Find({literal});")), 1, literal)

    def test_words_of_other_texts_are_fine(self):
        for text in ('// not "uts"', '/* "uts" */', '"--set uts.hostname=web"',
                     'R"(such as "uts")"', "int mount = 1'000;", '"a \\"uts\\""'):
            self.assertEqual(self.check("runtime/cli/a.cc", text), [], text)

    def test_system_calls_are_fine(self):
        text = 'return Error(errno, "mount", path);'
        self.assertEqual(self.check("runtime/launch/a.cc", text), [])

    def test_options_of_verbs_are_fine(self):
        text = '{"mount", Kind::kText, "SECONDS", "how long"}; words.Number("mount", 0, 1)'
        self.assertEqual(self.check("runtime/commands/a.cc", text), [])

    def test_in_sys_only_comparisons_count(self):
        self.assertEqual(self.check("runtime/sys/a.cc", 'Fsopen("mount")'), [])
        for text in ('a == "mount"', '"mount"sv != a', 'strcmp(a, "mount") == 0'):
            self.assertEqual(len(self.check("runtime/sys/a.cc", text)), 1, text)

    def test_of_a_common_word_only_comparisons_count(self):
        self.assertEqual(self.check("runtime/launch/a.cc", 'words.Has("user")'), [])
        self.assertEqual(len(self.check("runtime/launch/a.cc", 'name == "user"')), 1)
        self.assertEqual(len(self.check("runtime/launch/a.cc", 'Find("libuser_stage.so")')), 1)

    def test_what_stages_share_is_no_stage(self):
        self.assertEqual(house.stage_folders(["uts", "cgroup", "cgroup_v1"]), ["uts", "cgroup_v1"])

    def test_tests_and_plugins_name_stages(self):
        text = 'a == "uts"'
        for path in ("runtime/launch/a_test.cc", "runtime/sdk/testing/a.cc", "plugins/uts/uts.cc"):
            self.assertEqual(self.check(path, text, {"runtime/sdk/testing/a.cc"}), [])


class FileTest(unittest.TestCase):
    def test_main_is_short(self):
        self.assertEqual(list(house.check_main(house.MAIN, "\n" * 59)), [])
        self.assertEqual(list(house.check_main("runtime/app.cc", "\n" * 60)), [])
        self.assertEqual(list(house.check_main(house.MAIN, "\n" * 60)), [
            "runtime/main.cc:60: 60 lines; below 60, with the rest in a room"])

    def test_what_the_compiler_says_is_a_finding(self):
        said = "a.h: In function:\na.h:3:9: warning: ISO C11 has no such [-Wpedantic]\n    3 | x\n"
        self.assertEqual(list(house.check_abi(said)), [
            "a.h:3: warning: ISO C11 has no such [-Wpedantic]; plain C11 without a warning"])
        self.assertEqual(len(list(house.check_abi("cc1: fatal error: a.h: No such file\n"))), 1)
        self.assertEqual(list(house.check_abi("")), [])


if __name__ == "__main__":
    unittest.main()
