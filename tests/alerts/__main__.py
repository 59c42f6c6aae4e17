"""Every alert, fired by breaking the real thing: python3 tests/alerts --programs DIR [TEST...]

The rules are those of compose/prometheus with their durations divided by 60; promtool tests them as they stand, first. A
plane of processes and Debian's Prometheus run in namespaces of this run, so that no port and no directory of the machine
is touched. DIR has the programs, debug builds, and libpkcs11_faults.so.
"""

import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
import scene
import told
import tools

INSIDE = "ALERTS_ALONE"
# The last one sees what the others have fired.
TESTS = ["test_rules", "test_common", "test_alerts", "test_token", "test_each"]


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--programs", required=True, type=pathlib.Path)
    arguments.add_argument("--keep", action="store_true", help="leave the scenes' directories, with all logs")
    arguments.add_argument("tests", nargs="*", default=TESTS)
    given = arguments.parse_args()
    tools.need()
    if INSIDE not in os.environ:
        top = tempfile.mkdtemp(prefix="lucid-alerts-")
        alone = ["unshare", "--mount", "--pid", "--net", "--fork", "--kill-child", "--mount-proc"]
        alone += [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
        inside = subprocess.run([*alone, sys.executable, *sys.argv], env={**os.environ, INSIDE: top})
        if not given.keep:
            shutil.rmtree(top, ignore_errors=True)
        else:
            print(f"left: {top}")
        sys.exit(inside.returncode)
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    tools.show_texts()
    scene.top, scene.programs = pathlib.Path(os.environ[INSIDE]), given.programs.resolve()
    suite = unittest.defaultTestLoader.loadTestsFromNames(given.tests)
    result = unittest.TextTestRunner(verbosity=2, resultclass=told.Told).run(suite)
    sys.exit(not result.wasSuccessful())


if __name__ == "__main__":
    main()
