"""python3 nix/tests [RESULT]: what the images' recipe promises, shown. RESULT is what `nix build .#images` has made of this
very tree; without it the test that builds images anew is left out, and says so. Needs Nix and what nix/fetch brings."""

import pathlib
import sys
import unittest

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

import byte

byte.RESULT = pathlib.Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else None
found = unittest.defaultTestLoader.loadTestsFromNames(["derivations", "byte", "archive", "fetching", "refresh", "comparison", "table", "module",
                                                           "foreign", "commands"])
sys.exit(not unittest.TextTestRunner(verbosity=2).run(found).wasSuccessful())
