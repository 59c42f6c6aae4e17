"""The plane in containers, tried from inside and outside: python3 tests/plane --programs DIR [--images TAR]... [TEST...]

Everything happens in namespaces of this run: an engine with networks of its own, an outside that the test makes, and no
way to any network of this machine. It needs root. DIR has the programs that cargo built; images are made of them and of
Debian's Prometheus and Alertmanager, which are unpacked into the cache where the machine does not have them, unless
archives are named that have some, such as those of `./dev images` (images-amd64.tar and observability-amd64.tar).
"""

import argparse
import os
import pathlib
import sys
import time
import unittest

import built
import namespace
import plane
# Beside those of tests/alerts that built takes.
import told

# The last one loses the machine.
TESTS = ["test_isolation", "test_secrets", "test_hardening", "test_survival", "test_merchant", "test_killed", "test_paused",
         "test_cut_off", "test_full_volume", "test_all_at_once", "test_rolled", "test_observability", "test_restored"]


class Timed(told.Told):
    """Says how long each test took, too."""

    def startTest(self, test):
        self.began = time.monotonic()
        super().startTest(test)

    def stopTest(self, test):
        super().stopTest(test)
        self.stream.writeln(f"    {time.monotonic() - self.began:.1f} s")

    def printErrors(self):
        """They have been said."""


def tried(names):
    """Each module's own time, set-up included, and whether all of them passed."""
    well, took = True, []
    for name in names:
        began = time.monotonic()
        suite = unittest.defaultTestLoader.loadTestsFromName(name)
        well &= unittest.TextTestRunner(verbosity=2, resultclass=Timed).run(suite).wasSuccessful()
        took.append(f"{time.monotonic() - began:7.1f} s  {name}")
    print("\n".join(took), flush=True)
    return well


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--images", type=pathlib.Path, action="append", default=[])
    arguments.add_argument("--programs", required=True, type=pathlib.Path)
    arguments.add_argument("--compose", help="the program, such as Compose v2's own; docker-compose or docker compose if none is named")
    arguments.add_argument("tests", nargs="*", default=TESTS)
    given = arguments.parse_args()
    if given.compose:
        os.environ["LUCID_COMPOSE"] = given.compose
    if not given.images:
        # Before there is no network any more.
        built.tools.need(*built.WATCHING.values())
    with namespace.of_this_run() as top:
        began = time.monotonic()
        with plane.running(top, [archive.resolve() for archive in given.images], given.programs.resolve()):
            print(f"ready after {time.monotonic() - began:.1f} s", flush=True)
            well = tried(given.tests)
        print(f"{time.monotonic() - began:7.1f} s  all of it", flush=True)
    sys.exit(not well)


if __name__ == "__main__":
    main()
