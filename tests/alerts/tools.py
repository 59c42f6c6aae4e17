"""Debian's Prometheus, Alertmanager and libfaketime: those of the machine, or unpacked into the user's cache.

They are not installed where they are missing: Debian's packages would start both as daemons of the machine. A package is
unpacked beside its place and renamed into it, one run at a time: who finds it there finds all of it. tests/plane has its
images made of the same ones.
"""

import contextlib
import fcntl
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

PROGRAMS = {"prometheus": "prometheus", "promtool": "prometheus", "amtool": "prometheus-alertmanager",
            "prometheus-alertmanager": "prometheus-alertmanager"}
PACKAGES = ["prometheus", "prometheus-alertmanager", "libfaketime"]
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "lucid-plane/debian"
LIBRARY = f"usr/lib/{os.uname().machine}-linux-gnu/faketime/libfaketimeMT.so.1"


def program(name):
    """Where it is; None if it is nowhere."""
    return shutil.which(name) or shutil.which(name, path=str(CACHE / PROGRAMS[name] / "usr/bin"))


def libfaketime():
    named = os.environ.get("LUCID_FAKETIME")
    places = [pathlib.Path(named)] if named else [pathlib.Path("/") / LIBRARY, CACHE / "libfaketime" / LIBRARY]
    return next((str(place) for place in places if place.exists()), None)


def missing(packages):
    """Those of these packages that are not here."""
    absent = {package for name, package in PROGRAMS.items() if not program(name)}
    return sorted(set(packages) & (absent | (set() if libfaketime() else {"libfaketime"})))


@contextlib.contextmanager
def alone():
    """One run at a time: what one has unpacked, the next finds."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with open(CACHE / "lock", "w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        yield


def need(*packages):
    """Has these, or all of them if none is named, and their programs on PATH; or ends with what to do."""
    packages = packages or PACKAGES
    if "libfaketime" in packages and not libfaketime() and (named := os.environ.get("LUCID_FAKETIME")):
        sys.exit(f"LUCID_FAKETIME names {named}, and it is not there")
    if missing(packages):
        with alone():
            unpack(missing(packages))
    if absent := missing(packages):
        sys.exit(f"still missing: {' '.join(absent)}")
    # Behind the machine's own.
    os.environ["PATH"] = ":".join([os.environ["PATH"], *(str(CACHE / package / "usr/bin") for package in packages)])


def show_texts():
    """In a mount namespace of this run: the unpacked Alertmanager's templates, which it looks for in /usr/share."""
    unpacked = CACHE / "prometheus-alertmanager/usr/share"
    if not pathlib.Path("/usr/share/prometheus/alertmanager").exists() and unpacked.exists():
        subprocess.run(["mount", "-t", "overlay", "-o", f"lowerdir={unpacked}:/usr/share", "none", "/usr/share"], check=True)


def unpack(packages):
    if not packages:
        return
    if not shutil.which("apt-get"):
        sys.exit(f"these are not here, and there is no apt-get to get them: {' '.join(packages)}")
    print(f"unpacking from Debian: {' '.join(packages)}", flush=True)
    # Of a run that was killed.
    for left in CACHE.glob(".unpacking-*"):
        shutil.rmtree(left)
    with tempfile.TemporaryDirectory(dir=CACHE, prefix=".unpacking-") as scratch:
        for package in packages:
            made = pathlib.Path(scratch) / package
            made.mkdir()
            [archive] = downloaded(package, made)
            subprocess.run(["dpkg", "-x", archive, made], check=True)
            archive.unlink()
            # What is there has not all of what it should, or it would not be missing.
            shutil.rmtree(CACHE / package, ignore_errors=True)
            made.rename(CACHE / package)


def downloaded(package, directory):
    """Its archive, in a directory that is empty."""
    download = ["apt-get", "download", package]
    if subprocess.run(download, cwd=directory).returncode:
        # The lists may be old or absent; one update is enough.
        as_root = [] if os.geteuid() == 0 else ["sudo"]
        if as_root and not shutil.which("sudo"):
            sys.exit(f"apt-get has no {package}, and its lists are root's to update: apt-get update")
        subprocess.run([*as_root, "apt-get", "update"], check=True)
        for part in directory.iterdir():
            part.unlink()
        subprocess.run(download, cwd=directory, check=True)
    return list(directory.glob("*.deb"))
