"""nix/fetch against an archive that has what the lock says, has it no more, or has something else."""

import contextlib
import hashlib
import io
import os
import pathlib
import subprocess
import tempfile
import unittest
from unittest import mock

import pinned
from mirror import Archive, deb
from tree import ROOT


class Fetch(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix="lucid-nix-tests-")
        self.addCleanup(temporary.cleanup)
        self.top = pathlib.Path(temporary.name)
        self.archive = Archive(self.top / "archive")
        self.addCleanup(self.archive.stop)
        self.body = deb({"usr/bin/busybox": b"a program"})
        self.path = "pool/main/b/busybox_1~2_amd64.deb"
        self.package = {"name": "busybox", "path": self.path, "archive": "main", "size": len(self.body),
                        "sha256": hashlib.sha256(self.body).hexdigest()}

    def put(self, body):
        file = self.archive.directory / self.path
        file.parent.mkdir(parents=True)
        file.write_bytes(body)

    def bring(self, roots=None):
        # The second root answers for both kinds, and has nothing.
        roots = roots or {"main": [self.archive.root], "security": [self.archive.root + "/security"]}
        with contextlib.redirect_stderr(io.StringIO()):
            return pinned.bring_all([self.package], roots, self.top / "brought")

    def test_a_package_comes_under_a_name_that_the_store_takes(self):
        self.put(self.body)
        file = self.bring()[self.path]
        self.assertEqual(file.name, "busybox_1-2_amd64.deb")
        self.assertEqual(file.read_bytes(), self.body)
        self.assertEqual(pinned.member_of(file, "usr/bin/busybox"), b"a program")

    def test_a_security_update_that_moved_to_the_main_archive_is_found(self):
        self.put(self.body)
        self.package["archive"] = "security"
        self.assertEqual(self.bring()[self.path].read_bytes(), self.body)

    def test_a_package_that_is_gone_asks_for_an_update(self):
        with self.assertRaisesRegex(SystemExit, r"busybox_1~2_amd64\.deb is gone from the archive: run nix/update"):
            self.bring()

    def test_what_else_fails_does_not_hide_that_a_package_is_gone(self):
        # Port 0 takes nobody: a guessed root that does not resolve fails in the same way.
        roots = {"main": [self.archive.root], "security": ["http://127.0.0.1:0"]}
        with self.assertRaisesRegex(SystemExit, r"busybox_1~2_amd64\.deb is not there.* run nix/update"):
            self.bring(roots)

    def test_a_store_of_objects_that_refuses_what_it_lacks_asks_for_an_update(self):
        self.archive.refused = 403
        with self.assertRaisesRegex(SystemExit, r"busybox_1~2_amd64\.deb is not there.* run nix/update"):
            self.bring()

    def test_a_package_is_gone_in_every_language(self):
        roots = {"main": [f"file:{self.archive.directory}"], "security": []}
        # The language of C.UTF-8 is what LANGUAGE says, where apt has it.
        with mock.patch.dict(os.environ, LC_ALL="C.UTF-8", LANGUAGE="fr:de:es"):
            with self.assertRaisesRegex(SystemExit, r"busybox_1~2_amd64\.deb is gone from the archive: run nix/update"):
                self.bring(roots)

    def test_an_archive_that_nobody_reaches_has_not_lost_anything(self):
        with self.assertRaises(SystemExit) as ended:
            self.bring({"main": ["http://127.0.0.1:0"], "security": []})
        self.assertNotIn("nix/update", str(ended.exception))

    def test_a_package_with_other_contents_is_refused(self):
        self.put(self.body + b"\n")
        with self.assertRaisesRegex(SystemExit, f"the lock says {self.package['sha256']}"):
            self.bring()
        self.assertEqual(list((self.top / "brought").iterdir()), [])

    def test_the_command_itself_says_what_to_run(self):
        done = subprocess.run(
            [ROOT / "nix/fetch", "--store", self.top / "store"], capture_output=True, text=True,
            env={**os.environ, "DEBIAN_MIRROR": self.archive.root, "XDG_CACHE_HOME": str(self.top / "cache")})
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("is gone from the archive: run nix/update", done.stderr)
        self.assertIn("] 1/", done.stderr, "progress is shown")

    def test_a_list_of_mirrors_is_read_as_apt_reads_it(self):
        listed = self.top / "mirrors.list"
        listed.write_text("# nearest first\nhttp://one.invalid/debian/\tpriority:1\n\nhttp://two.invalid/debian\n")
        self.assertEqual(pinned.behind(f"mirror+file:{listed}"), ["http://one.invalid/debian", "http://two.invalid/debian"])
        self.assertEqual(pinned.behind(f"mirror+file://{listed}"), pinned.behind(f"mirror+file:{listed}"))
        self.assertEqual(pinned.behind("mirror+file:/nowhere"), [])
        self.assertEqual(pinned.behind("mirror://lists.invalid/all"), [], "apt's to bring")
        self.assertEqual(pinned.behind("http://one.invalid/debian"), ["http://one.invalid/debian"])


class Roots(unittest.TestCase):
    """Which of the archives that apt knows are asked."""

    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix="lucid-nix-tests-")
        self.addCleanup(temporary.cleanup)
        self.archive = Archive(pathlib.Path(temporary.name) / "archive")
        self.addCleanup(self.archive.stop)
        environment = mock.patch.dict(os.environ)
        environment.start()
        self.addCleanup(environment.stop)
        os.environ.pop("DEBIAN_MIRROR", None)
        self.sources = []

    def serve(self, name, origin, *suites):
        for suite in suites:
            release = self.archive.directory / name / "dists" / suite / "InRelease"
            release.parent.mkdir(parents=True)
            release.write_text(f"Origin: {origin}\nSuite: {suite}\n")
        return f"{self.archive.root}/{name}"

    def knows(self, root, suite, component="main"):
        """What stands in a file that apt reads before those after it."""
        self.sources.append(f"deb [trusted=yes] {root} {suite} {component}\n")
        listed = self.archive.directory.with_suffix(".list")
        listed.write_text("".join(self.sources))
        with open(os.environ["APT_CONFIG"], "a") as configuration:
            configuration.write(f'Dir::Etc::sourcelist "{listed}";\nDir::Etc::sourceparts "/dev/null";\n')

    def test_only_debians_own_are_asked_whatever_stands_before_them(self):
        self.knows(self.serve("docker", "Docker", "bookworm"), "bookworm", "stable")
        # A vendor whose suites are called as Debian's are.
        self.knows(self.serve("cloud", "Cloud trixie", "trixie"), "trixie")
        debian, security = self.serve("debian", "Debian", "trixie"), self.serve("safe", "Debian", "trixie-security")
        self.knows(debian, "trixie")
        self.knows(debian, "trixie-updates")
        self.knows(security, "trixie-security")
        self.assertEqual(pinned.archive_roots(), {"main": [debian], "security": [security]})

    def test_an_older_debian_s_archive_that_has_the_newer_serves(self):
        debian = self.serve("debian", "Debian", "bookworm", "trixie")
        self.knows(debian, "bookworm")
        self.assertEqual(pinned.archive_roots()["main"], [debian])

    def test_a_guessed_security_root_that_is_not_there_is_not_asked(self):
        debian = self.serve("debian", "Debian", "trixie")
        self.knows(debian, "trixie")
        self.assertEqual(pinned.archive_roots(), {"main": [debian], "security": []})
        self.serve("debian-security", "Debian", "trixie-security")
        self.assertEqual(pinned.archive_roots()["security"], [debian + "-security"])

    def test_a_machine_without_this_debian_is_told_to_name_an_archive(self):
        ubuntu = self.serve("ubuntu", "Ubuntu", "noble")
        self.knows(ubuntu, "noble")
        self.knows(self.serve("cloud", "Cloud", "trixie"), "trixie")
        with self.assertRaises(SystemExit) as ended:
            pinned.archive_roots()
        said = str(ended.exception)
        self.assertIn("DEBIAN_MIRROR='ROOT [SECURITY_ROOT]'", said)
        self.assertIn(f"{ubuntu} has no trixie", said)
        self.assertIn("cloud is of Cloud", said)

    def test_the_archive_that_is_named_is_taken_as_it_is(self):
        os.environ["DEBIAN_MIRROR"] = "http://one.invalid/debian/"
        self.assertEqual(pinned.archive_roots(), {"main": ["http://one.invalid/debian"],
                                                  "security": ["http://one.invalid/debian-security"]})
