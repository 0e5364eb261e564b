#!/usr/bin/env python3
"""Tests of table.py: made-up hyperfine files in, rows out."""

import json
import os
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True  # No cache folder in the source tree.
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import table  # noqa: E402


class TableTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.rounds = 0

    def add_round(self, **sides):
        """Each side: a list of (seconds, exit status)."""
        results = [
            {"command": f"plain/{name}", "times": [t for t, _ in runs], "exit_codes": [s for _, s in runs]}
            for name, runs in sides.items()
        ]
        with open(os.path.join(self.folder, f"round-{self.rounds}.json"), "w", encoding="utf-8") as file:
            json.dump({"results": results}, file)
        self.rounds += 1

    def rows(self, *sides):
        with open(os.path.join(self.folder, "sides.tsv"), "w", encoding="utf-8") as file:
            file.writelines("\t".join(side) + "\n" for side in sides)
        rows = table.make_rows(self.folder)
        table.add_ratios(rows)
        return {f"{row['group']}/{row['name']}": row for row in rows}

    def test_the_median_is_taken_over_all_rounds(self):
        self.add_round(floor=[(0.001, 0), (0.002, 0)])
        self.add_round(floor=[(0.009, 0)])
        row = self.rows(("plain", "floor", "1", ""))["plain/floor"]
        self.assertEqual((row["runs"], row["median_ms"]), (3, 2.0))

    def test_ratios_compare_with_floor_and_ours(self):
        self.add_round(floor=[(0.001, 0)] * 2, ours=[(0.002, 0)] * 2, peer=[(0.008, 0)] * 2)
        row = self.rows(*[("plain", name, "1", "") for name in ("floor", "ours", "peer")])["plain/peer"]
        self.assertEqual((row["x_floor"], row["x_ours"]), (8.0, 4.0))

    def test_a_ratio_never_crosses_groups(self):
        self.add_round(floor=[(0.001, 0)] * 2)
        rows = self.rows(("plain", "floor", "1", ""), ("cgroup", "peer", "1", "not installed"))
        self.assertNotIn("x_floor", rows["cgroup/peer"])

    def test_a_side_with_a_failed_start_has_no_numbers(self):
        self.add_round(peer=[(0.001, 0), (0.001, 125)])
        row = self.rows(("plain", "peer", "1", ""))["plain/peer"]
        self.assertEqual(row["reason"], "1 of 2 starts failed, first with status 125")
        self.assertNotIn("median_ms", row)

    def test_an_untried_side_keeps_its_reason(self):
        row = self.rows(("plain", "peer", "-", "not installed"))["plain/peer"]
        self.assertEqual(row["reason"], "not installed")

    def test_without_ours_there_is_no_ratio_to_it(self):
        self.add_round(floor=[(0.001, 0)] * 2)
        row = self.rows(("plain", "floor", "1", ""), ("plain", "ours", "-", "not built"))["plain/floor"]
        self.assertNotIn("x_ours", row)


if __name__ == "__main__":
    unittest.main()
