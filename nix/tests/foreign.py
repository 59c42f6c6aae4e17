"""A clone that belongs to somebody else: this machine's Nix asks git about it, newer ones read git's files themselves."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from tree import ROOT, environment

# Somebody who is not root.
SOMEBODY = 65531

# What nix/repro does for its second build: a root of its own for the newer Nix. The shell is this machine's, and stays.
ENTER = r"""
    mount --bind "$NEW_ROOT" "$NEW_ROOT"
    mount --rbind /proc "$NEW_ROOT/proc"
    mount --rbind /dev "$NEW_ROOT/dev"
    mkdir -p "$NEW_ROOT/.old"
    cd "$NEW_ROOT"
    pivot_root . .old
    export PATH=/usr/bin:/bin HOME=/root TMPDIR=/tmp
    busybox umount -l /.old
    cut() { busybox cut "$@"; }
    sha256sum() { busybox sha256sum "$@"; }
    mkdir() { busybox mkdir "$@"; }
    mv() { busybox mv "$@"; }
    id() { busybox id "$@"; }
    getent() { false; }
"""
SCRIPT = r"""
    [ -z "$TRUSTED" ] || root="$CLONE"
    . "$SETTINGS"
    nix_settings
    nix eval --raw "$CLONE#said"
"""


@unittest.skipUnless(os.geteuid() == 0, "only root can give a clone away")
class ForeignClone(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix="lucid-nix-tests-")
        self.addCleanup(temporary.cleanup)
        self.top = pathlib.Path(temporary.name)
        self.home = self.top / "home"
        self.home.mkdir()

    def clone(self, directory):
        """A flake in a repository that somebody else has cloned."""
        directory.mkdir(parents=True)
        (directory / "flake.nix").write_text('{ outputs = { self }: { said = "read"; }; }\n')
        subprocess.run("git init --quiet . && git add flake.nix && git -c user.name=a -c user.email=a@localhost commit --quiet"
                       f" --message a && chown -R {SOMEBODY} .", shell=True, check=True, cwd=directory)
        return directory

    def words(self, **more):
        kept = {name: value for name, value in environment().items()
                if not name.startswith(("GIT_CONFIG", "XDG_")) and name not in ("NIX_USER_CONF_FILES", "SUDO_UID")}
        return {**kept, "HOME": str(self.home), "SETTINGS": str(ROOT / "nix/settings.sh"), **more}

    def here(self, clone, trusted):
        return subprocess.run(["bash", "-euc", SCRIPT], capture_output=True, text=True,
                              env=self.words(CLONE=str(clone), TRUSTED=trusted))

    def test_this_machine_s_nix_reads_it(self):
        clone = self.clone(self.top / "clone")
        done = self.here(clone, "yes")
        self.assertEqual((done.returncode, done.stdout), (0, "read"), done.stderr)
        self.assertNotEqual(self.here(clone, "").returncode, 0, "nobody has to be told of this clone")

    def test_it_is_read_where_a_link_points_to_it(self):
        link = self.top / "link"
        link.symlink_to(self.clone(self.top / "clone"))
        done = subprocess.run(["bash", "-euc", '. "$SETTINGS"; root="$CLONE"; nix_settings; git -C "$CLONE/" log --oneline'],
                              capture_output=True, text=True, env=self.words(CLONE=str(link)))
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_a_clone_of_one_s_own_changes_nothing(self):
        clone = self.clone(self.top / "clone")
        subprocess.run(["chown", "-R", "0", clone], check=True)
        done = subprocess.run(["bash", "-euc", '. "$SETTINGS"; root="$CLONE"; nix_settings; env'], capture_output=True, text=True,
                              env=self.words(CLONE=str(clone)))
        self.assertNotIn("XDG_CONFIG_HOME=", done.stdout)
        self.assertNotIn("GIT_CONFIG_COUNT=", done.stdout)

    def test_what_the_caller_says_to_git_and_to_nix_stays(self):
        theirs = self.home / ".config"
        for name, text in {"git/config": "[user]\n\tname = Somebody\n", "nix/nix.conf": "cores = 7\n"}.items():
            (theirs / name).parent.mkdir(parents=True)
            (theirs / name).write_text(text)
        clone = self.clone(self.top / "clone")
        script = '. "$SETTINGS"; root="$CLONE"; nix_settings; git config user.name; nix show-config | grep "^cores = "'
        done = subprocess.run(["bash", "-euc", script], capture_output=True, text=True, env=self.words(CLONE=str(clone)))
        self.assertEqual(done.stdout, "Somebody\ncores = 7\n", done.stderr)

    def test_a_newer_nix_reads_it(self):
        named = subprocess.run(["nix", "eval", "--raw", f"path:{self.tracked()}#legacyPackages.x86_64-linux.newerNix"],
                               capture_output=True, text=True, env=environment())
        self.assertEqual(named.returncode, 0, named.stderr)
        if not pathlib.Path(named.stdout).exists():
            self.skipTest("the newer Nix is not here: nix/fetch --also nix; nix build .#legacyPackages.x86_64-linux.newerNix")
        place = self.top / "place"
        subprocess.run(["cp", "-a", named.stdout, place], check=True)
        subprocess.run(["chmod", "-R", "u+w", place], check=True)
        (place / "etc/passwd").write_text("root:x:0:0:root:/root:/bin/bash\n")
        (place / "etc/group").write_text("root:x:0:\n")
        self.clone(place / "work/clone")
        shutil.copy(ROOT / "nix/settings.sh", place / "work/settings.sh")
        self.addCleanup(subprocess.run, ["chmod", "-R", "u+w", place])
        outcomes = {}
        for trusted in ("", "yes"):
            outcomes[trusted] = subprocess.run(
                ["unshare", "--net", "--mount", "bash", "-euc", ENTER + SCRIPT], capture_output=True, text=True,
                env=self.words(CLONE="/work/clone", SETTINGS="/work/settings.sh", NEW_ROOT=str(place), TRUSTED=trusted))
        self.assertEqual((outcomes["yes"].returncode, outcomes["yes"].stdout), (0, "read"), outcomes["yes"].stderr)
        self.assertIn("not owned by current user", outcomes[""].stderr)

    def tracked(self):
        """What git tracks, which is little beside what is built in a working tree."""
        tree = self.top / "tree"
        tree.mkdir()
        names = subprocess.run(["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z", "flake.nix", "Cargo.*", "nix", "crates",
                                "hsm"], cwd=ROOT, capture_output=True, check=True).stdout
        present = b"\0".join(name for name in names.split(b"\0") if name and (ROOT / name.decode()).exists())
        packed = subprocess.run(["tar", "--null", "-T", "-", "-cf", "-"], input=present, cwd=ROOT, capture_output=True, check=True)
        subprocess.run(["tar", "-xf", "-"], input=packed.stdout, cwd=tree, check=True)
        return tree
