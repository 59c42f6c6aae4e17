"""nix/update against an archive whose indices are signed, changed, or changed by somebody without the key."""

import json
import os
import pathlib
import subprocess
import tempfile
import unittest

from mirror import Archive
from tree import ROOT


class Update(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix="lucid-nix-tests-")
        self.addCleanup(temporary.cleanup)
        self.top = pathlib.Path(temporary.name)
        home = self.top / "gpg"
        home.mkdir(mode=0o700)
        self.gpg = ["gpg", "--homedir", str(home), "--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", ""]
        subprocess.run([*self.gpg, "--quick-generate-key", "test@localhost", "rsa2048", "sign", "never"], check=True)
        self.addCleanup(subprocess.run, ["gpgconf", "--homedir", str(home), "--kill", "all"])
        keyring = self.top / "keyring.gpg"
        keyring.write_bytes(subprocess.run([*self.gpg, "--export"], capture_output=True, check=True).stdout)
        self.archive = Archive(self.top / "archive")
        self.addCleanup(self.archive.stop)
        self.list, self.lock = self.top / "list.json", self.top / "lock.json"
        self.list.write_text(json.dumps({
            "suites": {"main": ["trixie"], "security": ["trixie-security"]}, "keyring": str(keyring),
            "purposes": {"toolchain": {"closure": True, "packages": ["tool:amd64"]},
                         "base": {"closure": False, "packages": ["busybox-static:amd64"]}}}))
        self.busybox = self.archive.add("busybox-static", "1.0", {"usr/bin/busybox": b"a program"})
        self.publish("1.0")

    def publish(self, version, *more):
        tool = self.archive.add("tool", version, {"usr/bin/tool": version.encode()}, depends="busybox-static")
        self.archive.publish("trixie", [self.busybox, tool, *more], self.gpg)
        self.archive.publish("trixie-security", [], self.gpg)

    def update(self, *words):
        return subprocess.run(
            [ROOT / "nix/update", "--list", self.list, "--lock", self.lock, *words], capture_output=True, text=True,
            env={**os.environ, "DEBIAN_MIRROR": f"{self.archive.root} {self.archive.root}",
                 "XDG_CACHE_HOME": str(self.top / "cache")})

    def test_a_lock_is_written_from_signed_indices(self):
        done = self.update()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout.splitlines(), ["+ busybox-static:amd64 1.0", "+ tool:amd64 1.0"])
        self.assertNotIn("127.0.0.1", self.lock.read_text())
        packages = {package["name"]: package for package in json.loads(self.lock.read_text())["packages"]}
        self.assertEqual(packages["tool"]["for"], ["toolchain"])
        self.assertEqual(packages["busybox-static"]["for"], ["base", "toolchain"])

    def test_what_changed_is_shown_and_checked(self):
        self.update()
        self.publish("1.1")
        before = self.lock.read_text()
        done = self.update("--check")
        self.assertEqual((done.returncode, done.stdout), (1, "~ tool:amd64 1.0 -> 1.1\n"), done.stderr)
        self.assertEqual(self.lock.read_text(), before)
        self.assertEqual(self.update().returncode, 0)
        done = self.update("--check")
        self.assertEqual((done.returncode, done.stdout), (0, "nothing changed\n"), done.stderr)

    def test_indices_that_nobody_signed_are_refused(self):
        self.update()
        before = self.lock.read_text()
        index = self.archive.directory / "dists/trixie/main/binary-amd64/Packages"
        index.write_text(index.read_text().replace("tool_1.0", "tool_6.6"))
        release = self.archive.directory / "dists/trixie/InRelease"
        release.write_text(release.read_text().replace("Origin: Test", "Origin: Else"))
        self.archive.touch(index)
        self.archive.touch(release)
        done = self.update()
        self.assertEqual(done.returncode, 1)
        self.assertIn("the indices could not be had", done.stderr)
        self.assertEqual(self.lock.read_text(), before)

    def test_a_machine_without_these_suites_is_told_to_name_an_archive(self):
        done = subprocess.run(
            [ROOT / "nix/update", "--list", self.list, "--lock", self.lock], capture_output=True, text=True,
            env={**os.environ, "DEBIAN_MIRROR": f"{self.archive.root} {self.archive.root}/none",
                 "XDG_CACHE_HOME": str(self.top / "cache")})
        self.assertEqual(done.returncode, 1)
        self.assertIn("name a Debian archive, DEBIAN_MIRROR='ROOT [SECURITY_ROOT]'", done.stderr)

    def test_vendors_archives_that_apt_knows_first_do_not_matter(self):
        # The archive says that it is Debian's.
        for suite in ("trixie", "trixie-security"):
            release = self.archive.directory / "dists" / suite / "InRelease"
            signed = subprocess.run([*self.gpg, "--decrypt", release], capture_output=True, text=True, check=True).stdout
            release.write_text(subprocess.run([*self.gpg, "--clearsign"], input=signed.replace("Origin: Test", "Origin: Debian"),
                                              capture_output=True, text=True, check=True).stdout)
            self.archive.touch(release)
        vendor = self.archive.directory / "vendor/dists/trixie/InRelease"
        vendor.parent.mkdir(parents=True)
        vendor.write_text("Origin: Vendor\n")
        listed = self.top / "sources.list"
        listed.write_text(f"deb {self.archive.root}/vendor trixie main\ndeb {self.archive.root} trixie main\n"
                          f"deb {self.archive.root} trixie-security main\n")
        with open(os.environ["APT_CONFIG"], "a") as configuration:
            configuration.write(f'Dir::Etc::sourcelist "{listed}";\nDir::Etc::sourceparts "/dev/null";\n')
        known = {key: value for key, value in os.environ.items() if key != "DEBIAN_MIRROR"}
        done = subprocess.run([ROOT / "nix/update", "--list", self.list, "--lock", self.lock], capture_output=True, text=True,
                              env={**known, "XDG_CACHE_HOME": str(self.top / "cache")})
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("+ tool:amd64 1.0", done.stdout)
