"""The table of images that ./dev images prints."""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

from tree import ROOT

PLATFORM = {"manifest": {"digest": "sha256:" + "0" * 64}, "layers": [{}, {}], "size": 1_500_000, "unpacked": 4_000_000}


def image(reference):
    return {"reference": reference, "platforms": {"linux/amd64": PLATFORM}}


class Table(unittest.TestCase):
    def table(self, policy):
        with tempfile.TemporaryDirectory(prefix="lucid-nix-tests-") as top:
            digests = pathlib.Path(top) / "digests.json"
            digests.write_text(json.dumps({"images": {"one": image("here/one:1"), "two": image("here/two:1")}}))
            if policy:
                (pathlib.Path(top) / "policy.json").write_text(json.dumps(policy))
            done = subprocess.run([sys.executable, ROOT / "nix/table.py", digests], capture_output=True, text=True, check=True)
        return [line.split("  ")[-1].strip() for line in done.stdout.splitlines()]

    def test_it_says_where_each_program_is_loaded(self):
        of = lambda name, independent: {"reference": f"here/{name}:1", "platform": "linux/amd64",
                                        "position_independent": independent}
        policy = {"images": [of("one", True), of("two", False)]}
        self.assertEqual(self.table(policy), ["loaded", "anywhere", "fixed address"])

    def test_it_does_not_guess(self):
        self.assertEqual(self.table(None), ["loaded", "?", "?"])
