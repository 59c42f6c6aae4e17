"""The plane in containers, tried from inside and outside: python3 tests/plane --images TAR --programs DIR [TEST...]

Everything happens in namespaces of this run: an engine with networks of its own, an outside that the test makes, and no
way to any network of this machine. It needs root. TAR is what `./dev images` makes (images-amd64.tar); DIR has the
programs lucid and devnet.
"""

import argparse
import pathlib
import sys
import unittest

import namespace
import plane

TESTS = ["test_isolation", "test_secrets", "test_hardening", "test_survival", "test_observability"]


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--images", required=True, type=pathlib.Path)
    arguments.add_argument("--programs", required=True, type=pathlib.Path)
    arguments.add_argument("tests", nargs="*", default=TESTS)
    given = arguments.parse_args()
    with namespace.of_this_run() as top:
        with plane.running(top, given.images.resolve(), given.programs.resolve()):
            suite = unittest.defaultTestLoader.loadTestsFromNames(given.tests)
            result = unittest.TextTestRunner(verbosity=2).run(suite)
    sys.exit(not result.wasSuccessful())


if __name__ == "__main__":
    main()
