#!/usr/bin/env python3
"""Tests of order.py: a made-up map of a linker in, a linker script out."""

import os
import sys
import unittest

sys.dont_write_bytecode = True  # No cache folder in the source tree.
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import order  # noqa: E402

MAP = """\
Discarded input sections

 .text.Gone     0x0000000000000000       0x10 a.o

Linker script and memory map

 .text          0x0000000000001000       0x20 /usr/lib/crt1.o
 .text.Short    0x0000000000001020       0x30 bazel-out/bin/libone.a(one.o)
 .text._ZN7slipway6ANameE
                0x0000000000001050       0x10 bazel-out/bin/libone.a(one.o)
 .text.Empty    0x0000000000001060        0x0 bazel-out/bin/libone.a(one.o)
 .text          0x0000000000001060       0x40 /usr/lib/libyaml-cpp.a(scanner.cpp.o)
 .text.startup  0x00000000000010a0       0x10 /usr/lib/libyaml-cpp.a(tag.cpp.o)
 .rodata        0x00000000000010b0       0x40 /usr/lib/libyaml-cpp.a(scanner.cpp.o)
"""


class OrderTest(unittest.TestCase):
    def patterns(self, *offsets):
        return order.patterns(order.read_map(MAP), offsets)

    def test_sections_come_in_the_order_of_their_first_use_each_once(self):
        self.assertEqual(self.patterns(0x105f, 0x1020, 0x1050, 0x104f),
                         ["*(.text._ZN7slipway6ANameE)", "*(.text.Short)"])

    def test_what_has_no_section_for_each_function_is_named_by_its_object_file(self):
        self.assertEqual(self.patterns(0x1000, 0x1060, 0x10a8),
                         ["*crt1.o(.text)", "*libyaml-cpp.a:scanner.cpp.o(.text)",
                          "*libyaml-cpp.a:tag.cpp.o(.text.startup)"])

    def test_what_is_no_code_or_lies_outside_is_left_out(self):
        self.assertEqual(self.patterns(0x10, 0x10b0, 0x2000), [])

    def test_the_script_places_them_before_all_other_code(self):
        text = order.script(["*(.text.Short)"])
        self.assertIn("  .text.start :\n  {\n    *(.text.Short)\n  }\n", text)
        self.assertTrue(text.endswith("INSERT BEFORE .text;\n"))


if __name__ == "__main__":
    unittest.main()
