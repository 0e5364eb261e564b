#!/usr/bin/env python3
"""Tests of manpage.py: Markdown in, what man(1) reads out."""

import os
import sys
import unittest

sys.dont_write_bytecode = True  # No cache folder in the source tree.
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import manpage  # noqa: E402


def body(text):
    """The roff of a text."""
    return manpage.body(text.splitlines())


class Text(unittest.TestCase):
    """What stands in a paragraph."""

    def test_nothing_is_a_request(self):
        self.assertEqual(body(".so it's\n'br \\n"), [".PP", "\\&.so it\\(aqs \\(aqbr \\(rsn"])

    def test_code_keeps_what_would_be_markdown(self):
        self.assertEqual(manpage.inline("a `*b*-[c](d)` **e** *f* g"),
                         "a \\fB*b*\\-[c](d)\\fR \\fBe\\fR \\fIf\\fR g")

    def test_a_link_is_its_text(self):
        self.assertEqual(manpage.inline("see [the `x`](#below)"), "see the \\fBx\\fR")

    def test_a_link_to_a_stage_is_its_page(self):
        self.assertEqual(manpage.inline("[cgroup-v2](../cgroup_v2/README.md)"),
                         "\\fBslipway\\-stage\\-cgroup\\-v2\\fR(7)")
        self.assertEqual(manpage.inline("[this](../cgroup_v2/README.md)"), "this")


class Blocks(unittest.TestCase):
    """What stands beside paragraphs."""

    def test_code_stays_as_it_is(self):
        self.assertEqual(body("```yaml\n# a\n  b\n```\nc"),
                         [".PP", ".RS 4", ".EX", "# a", "  b", ".EE", ".RE", ".PP", "c"])
        self.assertEqual(body("    a\n      b"), [".PP", ".RS 4", ".EX", "a", "  b", ".EE", ".RE"])

    def test_items_go_on_below(self):
        self.assertEqual(body("- a\n  b\n- c\n\n1. d"),
                         [".IP \\(bu 2", "a b", ".IP \\(bu 2", "c", ".IP 1. 4", "d"])

    def test_a_row_is_an_entry(self):
        self.assertEqual(body("| k | t | default |\n|---|---|---|\n| `a\\|b` | text | 1 |\n| c | d | |"),
                         [".TP", "\\fBa|b\\fR", "text\n.br\ndefault: 1", ".TP", "c", "d"])


class Pages(unittest.TestCase):
    """Whole pages."""

    PAGE = 'head\n.SH "PLACE IN A PIPELINE"\nplace\n.SH "SEE ALSO"\nother\n'

    def test_the_readme_of_a_stage_goes_around_its_options(self):
        text = "# a: b\n\nIntro.\n\n## More\n\nText.\n\n```\n# no heading\n```\n\n## Options\n\n| a |\n"
        self.assertEqual(
            manpage.stage_page(self.PAGE, text),
            'head\n.PP\nIntro.\n.SH "PLACE IN A PIPELINE"\nplace\n.SH "MORE"\n.PP\nText.\n'
            '.PP\n.RS 4\n.EX\n# no heading\n.EE\n.RE\n.SH "SEE ALSO"\nother\n')

    def test_a_page_without_the_places_is_refused(self):
        with self.assertRaises(SystemExit):
            manpage.stage_page("head\n", "# a\n")

    def test_the_config_page_has_its_sections_alone(self):
        text = ("# S\n\nNot.\n\n## Configs\n\nOne.\n\n### Values\n\nTwo.\n\n## The command line\n\nNot.\n\n"
                "### Where plugins are looked for\n\nThree.\n")
        page = manpage.config_page(text, "1.2")
        self.assertNotIn("Not.", page)
        self.assertIn('.SH "DESCRIPTION"\n.PP\nOne.\n.SH "VALUES"\n.PP\nTwo.\n'
                      '.SH "WHERE PLUGINS ARE LOOKED FOR"\n.PP\nThree.\n.SH "SEE ALSO"\n', page)


if __name__ == "__main__":
    unittest.main()
