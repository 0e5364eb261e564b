#!/usr/bin/env python3
"""Tests of table.py and plot.py: made-up figures in, rows and texts out."""

import os
import sys
import unittest
import xml.etree.ElementTree

sys.dont_write_bytecode = True  # No cache folder in the source tree.
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import plot  # noqa: E402
import table  # noqa: E402
from sides import Side  # noqa: E402


def side(name, reason=""):
    return Side(name, "1.2", [], reason)


def one_group(values, sides=None, title="with", **options):
    sides = sides or [side(name) for name in values]
    return table.Table("Start", "ms", groups=[table.Group(title, sides, values)], **options)


class RowsTest(unittest.TestCase):
    def rows(self, values, sides=None):
        return {row["side"]: row for row in one_group(values, sides).groups[0].rows()}

    def test_the_median_and_the_spread_are_of_all_values(self):
        row = self.rows({"floor": [float(number) for number in range(11)]})["floor"]
        self.assertEqual((row["runs"], row["p10"], row["median"], row["p90"]), (11, 1.0, 5.0, 9.0))

    def test_one_value_has_no_spread(self):
        row = self.rows({"floor": [3.0]})["floor"]
        self.assertEqual((row["p10"], row["median"], row["p90"]), (3.0, 3.0, 3.0))

    def test_ratios_compare_with_floor_and_ours(self):
        row = self.rows({"floor": [1.0, 1.0], "ours": [2.0, 2.0], "peer": [8.0, 8.0]})["peer"]
        self.assertEqual((row["x_floor"], row["x_ours"]), (8.0, 4.0))

    def test_without_ours_there_is_no_ratio_to_it(self):
        rows = self.rows({"floor": [1.0]}, [side("floor"), side("ours", "not built")])
        self.assertNotIn("x_ours", rows["floor"])

    def test_a_side_with_a_reason_has_no_numbers(self):
        row = self.rows({"peer": [1.0]}, [side("peer", "2 starts failed")])["peer"]
        self.assertEqual(row["reason"], "2 starts failed")
        self.assertNotIn("median", row)

    def test_a_side_that_was_not_measured_says_so(self):
        self.assertEqual(self.rows({}, [side("peer")])["peer"]["reason"], "no figures")


class TextTest(unittest.TestCase):
    def test_groups_stand_below_one_another(self):
        text = table.text({"start": one_group({"ours": [2.0, 2.0]})}, ["machine"])
        self.assertRegex(text, r"ours +1\.2 +2\.00 +2\.00\.\.2\.00 +- +1\.00")

    def test_groups_across_are_columns(self):
        across = one_group({"ours": [2.0], "peer": [3.0]}, title="8 at a time", across=True)
        across.groups.append(table.Group("32 at a time", [side("ours"), side("peer")],
                                         {"ours": [4.0], "peer": [2.0]}))
        text = table.text({"parallel": across}, ["machine"])
        self.assertRegex(text, r"8 at a time +32 at a time")
        self.assertRegex(text, r"peer +1\.2 +3\.00 1\.50x +2\.00 0\.50x")

    def test_markdown_marks_ours(self):
        text = table.markdown({"start": one_group({"ours": [2.0], "peer": [3.0]})}, ["machine"])
        self.assertIn("| **ours** | **1.2** | **2.00** |", text)
        self.assertIn("| peer | 1.2 | 3.00 |", text)

    def test_a_long_reason_is_cut_in_the_text(self):
        text = table.text({"start": one_group({}, [side("peer", "x" * 200)])}, ["machine"])
        self.assertLess(max(map(len, text.splitlines())), 100)


class PlotTest(unittest.TestCase):
    def test_it_is_xml_with_a_bar_for_each_side(self):
        drawn = plot.draw({"start": one_group({"ours": [2.0, 2.5], "a & b": [3.0, 3.5]})}, "<machine>")
        root = xml.etree.ElementTree.fromstring(drawn)
        bars = [one for one in root.iter("{http://www.w3.org/2000/svg}rect") if one.get("rx")]
        self.assertEqual(len(bars), 2)

    def test_ours_is_highlighted(self):
        drawn = plot.draw({"start": one_group({"ours": [2.0], "peer": [3.0]})}, "machine")
        self.assertEqual(drawn.count(plot.OURS), 1)

    def test_the_longer_time_has_the_longer_bar(self):
        drawn = plot.draw({"start": one_group({"ours": [2.0], "peer": [4.0]})}, "machine")
        root = xml.etree.ElementTree.fromstring(drawn)
        bars = [float(one.get("width")) for one in root.iter("{http://www.w3.org/2000/svg}rect")
                if one.get("rx")]
        self.assertAlmostEqual(bars[0] * 2, bars[1], places=0)


if __name__ == "__main__":
    unittest.main()
