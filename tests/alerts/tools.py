"""Debian's Prometheus, Alertmanager and libfaketime: those of the machine, or unpacked beside the built things.

They are not installed where they are missing: Debian's packages would start both as daemons of the machine.
"""

import os
import pathlib
import shutil
import subprocess
import sys

PROGRAMS = {"prometheus": "prometheus", "promtool": "prometheus", "amtool": "prometheus-alertmanager",
            "prometheus-alertmanager": "prometheus-alertmanager"}
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "lucid-plane/alerts"
LIBRARY = f"usr/lib/{os.uname().machine}-linux-gnu/faketime/libfaketimeMT.so.1"


def libfaketime():
    named = os.environ.get("LUCID_FAKETIME")
    places = [pathlib.Path(named)] if named else [pathlib.Path("/") / LIBRARY, CACHE / LIBRARY]
    return next((str(place) for place in places if place.exists()), None)


def missing():
    """The packages that are not here."""
    os.environ["PATH"] = f"{os.environ['PATH']}:{CACHE / 'usr/bin'}"
    packages = {package for program, package in PROGRAMS.items() if not shutil.which(program)}
    return sorted(packages | (set() if libfaketime() else {"libfaketime"}))


def need():
    """Has all of them, or ends with what to do."""
    packages = missing()
    if not packages:
        return
    if not shutil.which("apt-get"):
        sys.exit(f"these are not here, and there is no apt-get to get them: {' '.join(packages)}")
    print(f"unpacking from Debian: {' '.join(packages)}", flush=True)
    CACHE.mkdir(parents=True, exist_ok=True)
    subprocess.run(["apt-get", "download", *packages], cwd=CACHE, check=True)
    for archive in CACHE.glob("*.deb"):
        subprocess.run(["dpkg", "-x", archive, CACHE], check=True)
        archive.unlink()
    if packages := missing():
        sys.exit(f"still missing: {' '.join(packages)}")
