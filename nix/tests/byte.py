"""A byte changed in a program's source changes that program's layer, and nothing else, in finished images."""

import json
import pathlib

from tree import WithTree, change_byte

# What `nix build .#images` has made; set by __main__.
RESULT = None


def layers(result):
    digests = json.loads((pathlib.Path(result) / "digests.json").read_text())
    return {(name, layer["name"]): layer["diff_id"]
            for name, image in digests["images"].items()
            for layer in image["platforms"]["linux/amd64"]["layers"]}


class Byte(WithTree):
    def test_a_byte_changes_one_layer(self):
        if RESULT is None:
            self.skipTest("no finished images were named: python3 nix/tests RESULT")
        before = layers(RESULT)
        change_byte(self.tree / "crates/tron-client/config.default.toml")
        link = self.top / "changed"
        done = self.nix("build", f"path:{self.tree}#legacyPackages.x86_64-linux.amd64", "--out-link", str(link))
        self.assertEqual(done.returncode, 0, done.stderr)
        after = layers(link)
        self.assertEqual(before.keys(), after.keys())
        self.assertEqual([key for key in before if before[key] != after[key]], [("tron-client", "program")])
