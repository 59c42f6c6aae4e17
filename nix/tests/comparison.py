"""nix/compare.py names the first file that differs, and diffoscope shows it."""

import gzip
import hashlib
import io
import json
import pathlib
import subprocess
import sys
import tarfile
import tempfile
import unittest

from tree import ROOT


def result(directory, program):
    """What `nix build .#images` makes, of one image with one layer that holds one program."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, contents in {"etc/passwd": b"root\n", "usr/bin/program": program}.items():
            member = tarfile.TarInfo(name)
            member.size = len(contents)
            tar.addfile(member, io.BytesIO(contents))
    blob = gzip.compress(packed.getvalue(), mtime=0)
    digest = hashlib.sha256(blob).hexdigest()
    (directory / "oci/blobs/sha256").mkdir(parents=True)
    (directory / "oci/blobs/sha256" / digest).write_bytes(blob)
    layer = {"name": "program", "digest": f"sha256:{digest}", "diff_id": hashlib.sha256(packed.getvalue()).hexdigest()}
    platform = {"manifest": {"digest": f"sha256:{digest}"}, "layers": [layer]}
    (directory / "digests.json").write_text(json.dumps({"images": {"one": {"platforms": {"linux/amd64": platform}}}}))
    (directory / "SHA256SUMS").write_text(f"{digest}  oci/blobs/sha256/{digest}\n")
    return directory


class Compare(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix="lucid-nix-tests-")
        self.addCleanup(temporary.cleanup)
        self.top = pathlib.Path(temporary.name)

    def compare(self, one, other):
        left, right = result(self.top / "left", one), result(self.top / "right", other)
        return subprocess.run([sys.executable, ROOT / "nix/compare.py", left, right], capture_output=True, text=True)

    def test_equal_results_are_the_same_bytes(self):
        done = self.compare(b"a program\n", b"a program\n")
        self.assertEqual((done.returncode, done.stdout), (0, "the same bytes: 1 files\n"), done.stderr)

    def test_the_first_file_that_differs_is_shown(self):
        done = self.compare(b"a program\nof one line\n", b"a program\nof two lines\n")
        self.assertEqual(done.returncode, 1)
        self.assertIn("one linux/amd64 program: the first layer that differs", done.stderr)
        self.assertIn("first differing file: /usr/bin/program", done.stderr)
        self.assertIn("-of one line\n+of two lines", done.stdout)
