#!/usr/bin/env python3
"""Tests of aptsources.py: both source formats in, the distribution's own stanzas out."""

import os
import sys
import unittest

sys.dont_write_bytecode = True  # No cache folder in the source tree.
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import aptsources  # noqa: E402

UBUNTU = {("http://mirror.test/ubuntu", "noble"), ("http://mirror.test/ubuntu", "noble-updates")}

UBUNTU_SOURCES = """# A comment block of its own.

Types: deb
URIs: http://mirror.test/ubuntu/
Suites: noble noble-updates noble-proposed
Components: main universe
Signed-By: /usr/share/keyrings/ubuntu-archive-keyring.gpg

Types: deb
URIs: https://third.party.test/node
Suites: nodistro
Components: main
"""


def deb822(text, targets):
    return [s for s in (aptsources.select(x, targets) for x in aptsources.parse_deb822(text)) if s]


def one_line(text, targets):
    return [s for s in (aptsources.select(x, targets) for x in aptsources.parse_one_line(text)) if s]


class AptSourcesTest(unittest.TestCase):
    def test_targets_are_the_distributions_own(self):
        listing = (
            "Packages|Ubuntu|http://mirror.test/ubuntu/|noble|noble\n"
            "Packages|Ubuntu|http://mirror.test/ubuntu/|noble-updates|noble\n"
            "Translations|Ubuntu|http://mirror.test/ubuntu/|noble|noble\n"
            "Packages|Node Source|https://third.party.test/node|nodistro|nodistro\n"
            "Packages|$(ORIGIN)|https://never.fetched.test|noble|$(CODENAME)\n"
        )
        self.assertEqual(aptsources.distribution_targets(listing, "Ubuntu", "noble"), UBUNTU)

    def test_suites_of_debian_have_codenames_of_their_own(self):
        listing = "Packages|Debian|http://mirror.test/debian/|stable-updates|bookworm-updates\n"
        self.assertEqual(
            aptsources.distribution_targets(listing, "Debian", "bookworm"),
            {("http://mirror.test/debian", "stable-updates")},
        )

    def test_deb822_keeps_keyring_and_drops_third_parties(self):
        self.assertEqual(
            deb822(UBUNTU_SOURCES, UBUNTU),
            [
                "Types: deb\n"
                "URIs: http://mirror.test/ubuntu/\n"
                "Suites: noble noble-updates\n"
                "Components: main universe\n"
                "Signed-By: /usr/share/keyrings/ubuntu-archive-keyring.gpg\n"
            ],
        )

    def test_deb822_keeps_an_inline_key(self):
        text = "Types: deb\nURIs: http://mirror.test/ubuntu\nSuites: noble\nSigned-By:\n BEGIN\n .\n END\n"
        self.assertIn("Signed-By: \n BEGIN\n .\n END\n", deb822(text, UBUNTU)[0])

    def test_deb822_disabled_stanza_is_left_out(self):
        text = "Enabled: no\nTypes: deb\nURIs: http://mirror.test/ubuntu\nSuites: noble\n"
        self.assertEqual(deb822(text, UBUNTU), [])

    def test_deb822_source_only_stanza_is_left_out(self):
        text = "Types: deb-src\nURIs: http://mirror.test/ubuntu\nSuites: noble\n"
        self.assertEqual(deb822(text, UBUNTU), [])

    def test_one_line_with_options(self):
        text = "deb [arch=amd64 signed-by=/k.gpg] http://mirror.test/ubuntu noble main universe # x\n"
        self.assertEqual(
            one_line(text, UBUNTU),
            [
                "Types: deb\n"
                "URIs: http://mirror.test/ubuntu\n"
                "Suites: noble\n"
                "Components: main universe\n"
                "Signed-By: /k.gpg\n"
            ],
        )

    def test_one_line_leaves_out_comments_sources_and_third_parties(self):
        text = (
            "# deb http://mirror.test/ubuntu noble main\n"
            "deb-src http://mirror.test/ubuntu noble main\n"
            "deb https://third.party.test/node nodistro main\n"
        )
        self.assertEqual(one_line(text, UBUNTU), [])

    def test_os_release_with_and_without_quotes(self):
        release = aptsources.parse_os_release('ID=debian\nPRETTY_NAME="Debian 12"\n')
        self.assertEqual(release, {"ID": "debian", "PRETTY_NAME": "Debian 12"})


if __name__ == "__main__":
    unittest.main()
