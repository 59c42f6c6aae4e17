"""nix/fetch as it is run: interrupted, twice at once, with something else on the mirror, without a network."""

import json
import os
import re
import shutil
import signal
import subprocess
import threading
import time
import unittest

import pinned
from derivations import remove
from foreign import SOMEBODY
from mirror import Archive
from tree import WithTree, environment

PACKAGES = ("base-files", "busybox-static", "ca-certificates")
CRATES = 2


class Command(WithTree):
    """A tree that needs three packages and two crates, which lie in this machine's store, and a store without them."""

    def setUp(self):
        super().setUp()
        lock = pinned.read_lock()
        self.packages = [package for package in lock["packages"] if package["name"] in PACKAGES]
        (self.tree / "nix/debian.lock").write_text(json.dumps({**lock, "packages": self.packages}))
        self.archive = Archive(self.top / "archive")
        self.addCleanup(self.archive.stop)
        for package in self.packages:
            self.put(package, pinned.flat_path(pinned.store_name(package["path"]), package["sha256"]))
        self.crates = self.top / "crates"
        self.crates.mkdir()
        cargo_lock = self.tree / "Cargo.lock"
        head, *crates = cargo_lock.read_text().split("\n[[package]]\n")
        crates = [crate for crate in crates if "checksum" in crate][:CRATES]
        cargo_lock.write_text("\n[[package]]\n".join([head, *crates]))
        for crate in crates:
            name, version, checksum = (re.search(f'^{field} = "(.*)"', crate, re.M)[1] for field in ("name", "version", "checksum"))
            shutil.copy(pinned.flat_path(f"{name}-{version}.crate", checksum), self.crates / f"{name}-{version}.crate")
        self.store = self.top / "store"
        self.addCleanup(remove, self.store)
        self.cache = self.top / "cache"

    def put(self, package, file):
        target = self.archive.directory / package["path"]
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, target)

    def start(self, *before):
        return subprocess.Popen(
            [*before, self.tree / "nix/fetch", "--store", self.store], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            start_new_session=True,
            env={**environment(), "DEBIAN_MIRROR": f"{self.archive.root} {self.archive.root}", "CRATES": str(self.crates),
                 "CARGO_HOME": str(self.top / "cargo"), "XDG_CACHE_HOME": str(self.cache)})

    def fetch(self, *before):
        process = self.start(*before)
        _, said = process.communicate()
        return process.returncode, said

    def test_an_interrupted_run_goes_on_where_it_was(self):
        last = self.packages[-1]["path"]
        self.archive.hold(last)
        process = self.start()
        self.archive.asked(last)
        brought = self.cache / "lucid-plane/nix/packages"
        whole = {pinned.store_name(package["path"]) for package in self.packages[:-1]}
        until(lambda: whole <= {file.name for file in brought.iterdir()})
        # As Ctrl-C reaches all of them, but without a chance to tidy up.
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        self.archive.release()
        self.archive.requests.clear()
        code, said = self.fetch()
        self.assertEqual(code, 0, said)
        self.assertEqual(set(self.archive.requests), {f"/{last}"})
        self.assertEqual(list(brought.iterdir()), [], "nothing is left behind")
        # And what is there is not brought again.
        self.archive.requests.clear()
        code, said = self.fetch()
        self.assertEqual(code, 0, said)
        self.assertIn("3 Debian packages, 0 to bring", said)
        self.assertEqual(self.archive.requests, [])

    def test_two_at_once_bring_everything_once(self):
        last = self.packages[-1]["path"]
        self.archive.hold(last)
        first = self.start()
        self.archive.asked(last)
        second = self.start()
        waiting = []
        for line in second.stderr:
            waiting.append(line)
            if "waiting for its end" in line:
                break
        self.archive.release()
        _, said = first.communicate()
        self.assertEqual(first.returncode, 0, said)
        _, said = second.communicate()
        self.assertEqual(second.returncode, 0, said)
        self.assertIn("waiting for its end", "".join(waiting))
        self.assertEqual(sorted(self.archive.requests), sorted(f"/{package['path']}" for package in self.packages))

    def test_a_package_with_other_contents_does_not_get_into_the_store(self):
        other = self.packages[0]
        (self.archive.directory / other["path"]).write_bytes(b"something else")
        code, said = self.fetch()
        self.assertEqual(code, 1)
        self.assertIn(f"the lock says {other['sha256']}", said)
        self.assertFalse(any(self.store.rglob(f"*{pinned.store_name(other['path'])}")))

    def test_a_crate_with_other_contents_is_refused(self):
        crate = sorted(self.crates.iterdir())[0]
        crate.write_bytes(crate.read_bytes() + b"\0")
        # A cargo that brings nothing.
        (self.top / "bin").mkdir()
        (self.top / "bin/cargo").write_text("#!/bin/sh\n")
        (self.top / "bin/cargo").chmod(0o755)
        code, said = self.fetch("env", f"PATH={self.top / 'bin'}:{os.environ['PATH']}")
        self.assertEqual(code, 1)
        self.assertIn("hold no .crate file with Cargo.lock's checksum", said)

    @unittest.skipUnless(os.geteuid() == 0, "only root can give a clone away")
    def test_by_hand_in_a_clone_of_somebody_else(self):
        subprocess.run(f"git init --quiet . && git add . && chown -R {SOMEBODY} .", shell=True, check=True, cwd=self.tree)
        code, said = self.fetch("env", "-u", "SUDO_UID", f"HOME={self.top / 'home'}")
        self.assertEqual(code, 0, said)

    def test_a_cargo_that_is_too_old_is_named(self):
        shutil.rmtree(self.crates)
        (self.top / "bin").mkdir()
        cargo = self.top / "bin/cargo"
        for version, named in (("1.63.0", True), ("99.0.0", False)):
            cargo.write_text(f'#!/bin/sh\n[ "$1" != --version ] || {{ echo "cargo {version}"; exit 0; }}\nexit 101\n')
            cargo.chmod(0o755)
            code, said = self.fetch("env", f"PATH={self.top / 'bin'}:{os.environ['PATH']}")
            self.assertEqual(code, 1)
            self.assertIn("cargo could not bring the crates", said)
            self.assertEqual(f"{cargo} is 1.63, and" in said, named, said)

    def test_without_a_network_it_says_so(self):
        code, said = self.fetch("bash", "-euc", f'. "{self.tree}/nix/settings.sh"; offline "$@"', "offline")
        self.assertEqual(code, 1)
        self.assertIn("nothing could be brought", said)
        self.assertIn("is there a network?", said)


def until(condition):
    """What another process makes true, of which it tells nobody."""
    deadline = time.monotonic() + 60
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError("it did not happen within a minute")
        threading.Event().wait(0.02)
