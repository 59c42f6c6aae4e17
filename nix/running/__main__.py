"""python3 nix/running RESULT: loads and runs what `nix build .#images` has made, and tells what came of it. Needs root,
Docker's engine (Debian: docker.io), skopeo, umoci, qemu-user-static, and the program `lucid` of the same build:

    python3 nix/running RESULT --lucid PROGRAM [--only TEST]...

Everything happens in namespaces of its own, with an engine of its own: this machine's Docker, its network and its mounts are
left alone, and whatever interrupts this, nothing of it stays behind."""

import argparse
import pathlib
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import alone
import made

STAGES = ["layout", "native", "signing", "emulated"]

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("result", type=pathlib.Path, help="what `nix build .#images` has made")
parser.add_argument("--lucid", type=pathlib.Path, required=True, metavar="PROGRAM", help="the operator's command")
parser.add_argument("--measure", action="store_true", help="measure the starts instead, one JSON object a line")
parser.add_argument("--debian-slim", type=pathlib.Path, metavar="DIR", help="Debian's tree, to measure beside ours")
parser.add_argument("--only", action="append", choices=STAGES, help="this stage alone; may be given again")
arguments = parser.parse_args()

with alone.from_this_machine() as top:
    made.TOP = top
    made.RESULT = arguments.result.resolve()
    made.LUCID = arguments.lucid.resolve()
    if arguments.measure:
        import starts
        starts.measure(arguments.debian_slim)
    else:
        found = unittest.defaultTestLoader.loadTestsFromNames(arguments.only or STAGES)
        sys.exit(not unittest.TextTestRunner(verbosity=2).run(found).wasSuccessful())
