"""The plane in containers, tried from inside and outside: python3 tests/plane --programs DIR [--images TAR] [TEST...]

Everything happens in namespaces of this run: an engine with networks of its own, an outside that the test makes, and no
way to any network of this machine. It needs root. DIR has the programs that cargo built; images are made of them, unless
TAR has some, such as those of `./dev images` (images-amd64.tar).
"""

import argparse
import os
import pathlib
import sys
import unittest

import namespace
import plane

# The last one leaves a plane without one of its services.
TESTS = ["test_isolation", "test_secrets", "test_hardening", "test_survival", "test_merchant", "test_killed", "test_paused", "test_cut_off",
         "test_full_volume", "test_all_at_once", "test_rolled", "test_observability"]


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--images", type=pathlib.Path)
    arguments.add_argument("--programs", required=True, type=pathlib.Path)
    arguments.add_argument("--compose", help="the program, such as Compose v2's own; docker-compose or docker compose if none is named")
    arguments.add_argument("tests", nargs="*", default=TESTS)
    given = arguments.parse_args()
    if given.compose:
        os.environ["LUCID_COMPOSE"] = given.compose
    with namespace.of_this_run() as top:
        with plane.running(top, given.images and given.images.resolve(), given.programs.resolve()):
            suite = unittest.defaultTestLoader.loadTestsFromNames(given.tests)
            result = unittest.TextTestRunner(verbosity=2).run(suite)
    sys.exit(not result.wasSuccessful())


if __name__ == "__main__":
    main()
