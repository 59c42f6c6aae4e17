"""A copy of what git tracks, to be changed, and what Nix makes of it."""

import json
import os
import pathlib
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]

# The derivations that decide images' bytes, by name.
DERIVATIONS = """packages: {
    images = packages.amd64.drvPath;
    amd64-dependencies = packages.stages.amd64.dependencies.drvPath;
    amd64-libraries = packages.stages.amd64.libraries.drvPath;
    source-hash = packages.sourceHash;
  } // builtins.mapAttrs (name: program: program.drvPath) packages.stages.amd64.programs"""


def settings(name="nix_settings", *words):
    """A function of nix/settings.sh with these words; the environment that it leaves, or what it prints."""
    script = f'. "$0"; nix_settings; {name} "$@"'
    return subprocess.run(["bash", "-euc", script, str(ROOT / "nix/settings.sh"), *words], capture_output=True, text=True)


def environment():
    script = f'. "{ROOT}/nix/settings.sh"; nix_settings; printf %s "$NIX_CONFIG"'
    return {**os.environ, "NIX_CONFIG": subprocess.check_output(["bash", "-euc", script], text=True)}


class WithTree(unittest.TestCase):
    """Each test has a copy of its own."""

    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix="lucid-nix-tests-")
        self.addCleanup(temporary.cleanup)
        self.top = pathlib.Path(temporary.name)
        self.tree = self.top / "tree"
        self.tree.mkdir()
        tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
        present = b"\0".join(name for name in tracked.split(b"\0") if name and (ROOT / name.decode()).exists())
        packed = subprocess.run(["tar", "--null", "-T", "-", "-cf", "-"], input=present, cwd=ROOT, capture_output=True,
                                check=True).stdout
        subprocess.run(["tar", "-xf", "-"], input=packed, cwd=self.tree, check=True)

    def nix(self, *words):
        return subprocess.run(["nix", *words], capture_output=True, text=True, env=environment())

    def derivations(self):
        done = self.nix("eval", "--json", f"path:{self.tree}#legacyPackages.x86_64-linux", "--apply", DERIVATIONS)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def change(self, path, text="\n# changed\n"):
        file = self.tree / path
        file.parent.mkdir(parents=True, exist_ok=True)
        with open(file, "a") as opened:
            opened.write(text)

    def edit(self, path, old, new):
        file = self.tree / path
        text = file.read_text()
        self.assertIn(old, text, path)
        file.write_text(text.replace(old, new, 1))


def change_byte(file):
    """Turns the case of the first letter of a file's first comment."""
    text = file.read_text()
    at = text.index("# ") + 2
    file.write_text(text[:at] + text[at].swapcase() + text[at + 1:])
