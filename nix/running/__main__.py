"""python3 nix/running RESULT: loads and runs what `nix build .#images` has made, and tells what came of it. Needs root,
Docker's engine (Debian: docker.io), skopeo, umoci, qemu-user-static, and the program `lucid` of the same build:

    python3 nix/running RESULT --lucid PROGRAM [--only STAGE]...
    python3 nix/running RESULT --only observability                  needs no program `lucid`; nor does machine
    python3 nix/running RESULT --only layout                         needs skopeo, umoci and root alone

Everything happens in namespaces of its own, with an engine of its own: this machine's Docker, its network and its mounts are
left alone, and whatever interrupts this, nothing of it stays behind."""

import argparse
import os
import pathlib
import sys
import tempfile
import time
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import alone
import foreign
import made

STAGES = ["layout", "machine", "native", "signing", "emulated", "observability"]
# Planes in containers are made by the operator's command.
WITHOUT_LUCID = {"layout", "machine", "observability"}

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("result", type=pathlib.Path, help="what `nix build .#images` has made")
parser.add_argument("--lucid", type=pathlib.Path, metavar="PROGRAM", help="the operator's command")
parser.add_argument("--measure", action="store_true", help="measure the starts instead, one JSON object a line")
parser.add_argument("--debian-slim", type=pathlib.Path, metavar="DIR", help="Debian's tree, to measure beside ours")
parser.add_argument("--only", action="append", choices=STAGES, help="this stage alone; may be given again")
parser.add_argument("--outcomes", type=pathlib.Path, metavar="FILE", help="add a line for every test: name, outcome, seconds or why it was left out")
arguments = parser.parse_args()
# What others' tools read takes nothing of the machine.
reads_only = arguments.only == ["layout"] and not arguments.measure
if not arguments.lucid and (arguments.measure or not arguments.only or not {*arguments.only} <= WITHOUT_LUCID):
    parser.error("--lucid is needed for planes in containers")


class Outcomes(unittest.TextTestResult):
    """Also writes them down. A test with a part that failed has failed."""

    def _exc_info_to_string(self, err, test):
        # A machine's refusal is no fault of a line here.
        return f"{err[1]}\n" if issubclass(err[0], foreign.Refused) else super()._exc_info_to_string(err, test)

    def startTest(self, test):
        super().startTest(test)
        self.began, self.before = time.monotonic(), self.bad()

    def bad(self):
        return len(self.failures) + len(self.errors)

    def stopTest(self, test):
        super().stopTest(test)
        if self.bad() == self.before and self.skipped and self.skipped[-1][0] is test:
            self.note(test, "left out", self.skipped[-1][1])
        else:
            self.note(test, "ok" if self.bad() == self.before else "FAILED", f"{time.monotonic() - self.began:.0f} s")

    def addError(self, test, error):
        super().addError(test, error)
        # What a class sets up has no test of its own.
        if not isinstance(test, unittest.TestCase):
            self.note(test, "FAILED", "")

    def note(self, test, outcome, took):
        if arguments.outcomes:
            name = test.id().removeprefix("setUpClass ").strip("()").replace(".test_", ": ").replace("_", " ")
            with arguments.outcomes.open("a") as file:
                file.write(f"{name}\t{outcome}\t{took}\n")


# What is written here is read by containers' users, whatever the machine's custom.
os.umask(0o022)
with tempfile.TemporaryDirectory() if reads_only else alone.from_this_machine() as top:
    made.TOP = pathlib.Path(top)
    made.RESULT = arguments.result.resolve()
    made.LUCID = arguments.lucid and arguments.lucid.resolve()
    if arguments.measure:
        import starts
        starts.measure(arguments.debian_slim)
    else:
        found = unittest.defaultTestLoader.loadTestsFromNames(arguments.only or [*STAGES, "visited"])
        sys.exit(not unittest.TextTestRunner(verbosity=2, resultclass=Outcomes).run(found).wasSuccessful())
