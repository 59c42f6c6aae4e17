"""The functions of nix/dev-images.sh, with what they call replaced by what writes down that it was called."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from tree import ROOT

# What ./dev has before it sources the file. The database is where ./dev lint keeps what it has fetched.
BEFORE = r"""
    root="$TREE" cache="$TOP/cache" tools="$TOP/tools" deny_version=0
    say() { printf 'said: %s\n' "$*" >&2; }
    die() { printf 'died: %s\n' "$*" >&2; exit 1; }
    alone() { "$@"; }
    need_rust() { true; }
    shipped_advisories() { true; }
    install_missing() { true; }
    advisories() { ! compgen -G "$cache/advisory-dbs/advisory-db-*" >/dev/null || echo "$cache/advisory-dbs"; }
    tool() {
        mkdir -p "$tools/bin"
        cp "$TOP/deny" "$tools/bin/cargo-$1"
    }
    . "$TREE/nix/dev-images.sh"
"""


class Commands(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix="lucid-nix-tests-")
        self.addCleanup(temporary.cleanup)
        self.top = pathlib.Path(temporary.name)
        (self.top / "tree").mkdir()
        for name in ("nix", "deny.toml"):
            (self.top / "tree" / name).symlink_to(ROOT / name)
        (self.top / "bin").mkdir()
        self.program("bin/nix", 'echo "$TOP"')
        self.program("bin/oci-image", 'echo "audited: $*"')
        self.program("bin/cargo", 'PATH="$TOP/tools/bin:$PATH" exec "cargo-$1" "$@"')
        self.program("deny", 'mkdir -p "$LUCID_ADVISORY_DBS/advisory-db-1"')

    def program(self, name, text):
        file = self.top / name
        file.write_text(f"#!/bin/sh\n{text}\n")
        file.chmod(0o755)

    def bash(self, script, before=(), **environment):
        kept = {name: value for name, value in os.environ.items() if name not in ("CI", "LUCID_ADVISORY_DBS")}
        return subprocess.run(
            [*before, "bash", "-euo", "pipefail", "-c", BEFORE + script], capture_output=True, text=True,
            env={**kept, "TREE": str(self.top / "tree"), "TOP": str(self.top), "HOME": str(self.top),
                 "PATH": f"{self.top}/bin:/usr/bin:/bin", **environment})

    def test_ci_brings_the_advisories_before_images_are_audited(self):
        done = self.bash('audit_images "$TOP/result"', CI="true")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(f"--advisories {self.top}/cache/advisory-dbs/advisory-db-1", done.stderr)

    def test_ci_audits_nothing_without_them(self):
        self.program("deny", "exit 1")
        done = self.bash('audit_images "$TOP/result"', CI="true")
        self.assertEqual(done.returncode, 1)
        self.assertIn("no advisory database, so nothing was checked", done.stderr)

    def test_elsewhere_they_are_brought_where_it_costs_nothing(self):
        done = self.bash('audit_images "$TOP/result"')
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("--without-advisories", done.stderr)
        self.assertIn("./dev lint installs it", done.stderr)
        done = self.bash('tool deny 0; audit_images "$TOP/result"')
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("--advisories", done.stderr)

    @unittest.skipUnless(os.geteuid() == 0, "only root can become somebody else")
    def test_who_asks_a_daemon_is_told_that_it_has_a_network(self):
        script = 'offline() { echo "$*"; }; build_offline it'
        own = self.bash(script)
        self.assertEqual((own.returncode, own.stdout), (0, "nix build --max-jobs 2 --print-build-logs it\n"), own.stderr)
        self.assertNotIn("daemon", own.stderr)
        # What stands in front of the repository may be closed to somebody else.
        (self.top / "tree/nix").unlink()
        shutil.copytree(ROOT / "nix", self.top / "tree/nix", ignore=shutil.ignore_patterns("tests", "running"))
        self.top.chmod(0o755)
        asked = self.bash(script, before=["setpriv", "--reuid=65531", "--regid=65531", "--clear-groups"])
        self.assertEqual(asked.returncode, 0, asked.stderr)
        self.assertIn("Nix's daemon builds, and it has this machine's network", asked.stderr)

    def test_who_cannot_become_root_is_told_what_root_is_for(self):
        done = self.bash("id() { echo 65531; }; command() { false; }; check_layout result")
        self.assertEqual(done.returncode, 1)
        self.assertIn("umoci unpacks files that belong to others, as root", done.stderr)

    def test_nothing_is_blessed_without_them(self):
        done = self.bash('audit_images "$TOP/result" bless')
        self.assertEqual(done.returncode, 1)
        self.assertIn("nothing is blessed", done.stderr)
