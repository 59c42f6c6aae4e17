"""What nix/fetch and nix/update share: the lock, the archive's roots, downloads, and the names Nix gives to files."""

import concurrent.futures
import contextlib
import fcntl
import hashlib
import io
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import urllib.error
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
LOCK = HERE / "debian.lock"
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "lucid-plane" / "nix"


def die(message):
    sys.exit(f"{pathlib.Path(sys.argv[0]).name}: {message}")


def say(message):
    print(f"{pathlib.Path(sys.argv[0]).name}: {message}", file=sys.stderr, flush=True)


@contextlib.contextmanager
def alone():
    """One run at a time: what one has brought, the next finds in the store."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with open(CACHE / "lock", "w") as turn:
        try:
            fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another run is at work; waiting for its end")
            fcntl.flock(turn, fcntl.LOCK_EX)
        yield


class Progress:
    """One line on a terminal that is written over; a line every tenth elsewhere."""

    def __init__(self, what, total, size):
        self.what, self.total, self.size = what, total, size
        self.count = self.bytes = 0
        self.shown = -1
        self.terminal = sys.stderr.isatty()

    def step(self, size):
        self.count += 1
        self.bytes += size
        tenth = self.count * 10 // max(self.total, 1)
        if not self.terminal and tenth == self.shown:
            return
        self.shown = tenth
        filled = self.count * 30 // max(self.total, 1)
        line = (f"{self.what} [{'#' * filled}{'.' * (30 - filled)}] {self.count}/{self.total}, "
                f"{self.bytes / 1e6:.0f} of {self.size / 1e6:.0f} MB")
        end = "\n" if not self.terminal or self.count == self.total else ""
        print(("\r" if self.terminal else "") + line, end=end, file=sys.stderr, flush=True)


# --- The archive ---


def behind(uri):
    """The roots that apt would choose from: those of a list of mirrors, as cloud images have it (apt-transport-mirror(1)),
    or the root itself. A list that only apt can bring names none."""
    method, _, path = uri.partition(":")
    if method == "mirror" or method.startswith("mirror+"):
        try:
            lines = pathlib.Path(path.replace("//", "/", 1)).read_text().splitlines() if method == "mirror+file" else []
        except OSError:
            lines = []
        # A root, then what its use is restricted to, after a tab.
        return [line.split()[0].rstrip("/") for line in lines if line.strip() and not line.startswith("#")]
    return [uri]


def archive_roots(suites=None):
    """The roots that hold `pool/`, by kind: from DEBIAN_MIRROR, as it stands; else from what this machine's own apt would
    update, those that say that they are Debian and have these suites, by kind."""
    named = os.environ.get("DEBIAN_MIRROR", "").split()
    if named:
        main = named[0].rstrip("/")
        security = named[1].rstrip("/") if len(named) > 1 else main + "-security"
        return {"main": [main], "security": [security]}
    if not shutil.which("apt-get"):
        die(f"there is no apt here: {NAME_ONE}")
    suites = suites or json.loads((HERE / "debian.json").read_text())["suites"]
    listed = subprocess.run(["apt-get", "update", "--print-uris"], capture_output=True, text=True).stdout
    known = {"main": [], "security": []}
    for uri, suite in re.findall(r"'([^']+)/dists/([^/']+)/(?:InRelease|updates/InRelease)'", listed):
        for root in behind(uri):
            kind = "security" if suite.endswith("-security") or root.endswith("-security") else "main"
            if root not in known[kind]:
                known[kind].append(root)
    if not known["main"]:
        die(f"apt knows no archive on this machine: {NAME_ONE}")
    reasons = []
    roots = {"main": [root for root in known["main"] if is_debian(root, suites["main"][0], reasons)]}
    if not roots["main"]:
        die("\n  ".join([f"of the archives that apt knows on this machine none is Debian's with {suites['main'][0]}: {NAME_ONE}",
                         *reasons]))
    known["security"] = known["security"] or [root + "-security" for root in roots["main"]]
    roots["security"] = [root for root in known["security"] if is_debian(root, suites["security"][0], reasons)]
    return roots


# What helps on a machine that has no Debian, or an older one alone.
NAME_ONE = "name a Debian archive, DEBIAN_MIRROR='ROOT [SECURITY_ROOT]'"


def is_debian(root, suite, reasons):
    """Whether an archive says so of a suite. Other archives have suites of the same names, and none of Debian's packages.
    Nothing rests on it: hashes decide what is taken, signatures what is pinned."""
    with tempfile.TemporaryDirectory(prefix="lucid-fetch-") as directory:
        release = pathlib.Path(directory) / "InRelease"
        try:
            bring(f"{root}/dists/{suite}/InRelease", release)
        except Gone:
            reasons.append(f"{root} has no {suite}")
            return False
        except OSError as error:
            reasons.append(str(error))
            return False
        origin = re.search(r"^Origin: (.*)$", release.read_text(errors="replace"), re.MULTILINE)
    if origin and origin[1].strip() == "Debian":
        return True
    reasons.append(f"{root} is of {origin[1].strip() if origin else 'nobody who says so'}")
    return False


def sha256(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


class Gone(Exception):
    """The archive answers, and does not have this file."""


def bring(uri, target):
    """One file, by apt's own downloader where there is one: it knows this machine's proxies and transports."""
    helper = "/usr/lib/apt/apt-helper"
    if os.access(helper, os.X_OK):
        # In English, which is read below.
        done = subprocess.run([helper, "-o", "Acquire::Retries=3", "download-file", uri, str(target)],
                              capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"})
        if done.returncode == 0:
            return
        if re.search(r"\b(404|410) |\b[Nn]ot [Ff]ound|File not found", done.stderr.replace(uri, "")):
            raise Gone(uri)
        raise OSError(done.stderr.strip() or f"apt-helper ended with {done.returncode}")
    try:
        with urllib.request.urlopen(uri, timeout=60) as answer, open(target, "wb") as file:
            shutil.copyfileobj(answer, file)
    except urllib.error.HTTPError as error:
        if error.code in (404, 410):
            raise Gone(uri) from error
        raise


def bring_package(package, roots, directory):
    """A pinned package, checked. What an earlier run left complete is not brought again."""
    target = directory / store_name(package["path"])
    if target.exists() and sha256(target) == package["sha256"]:
        return target
    partial = target.with_suffix(f".{os.getpid()}.part")
    # Security updates move to the main archive with a point release, so both kinds of roots are asked.
    kinds = [package["archive"]] + [kind for kind in roots if kind != package["archive"]]
    reasons, gone = [], False
    for root in [root for kind in kinds for root in roots[kind]]:
        try:
            bring(f"{root}/{package['path']}", partial)
        except Gone:
            gone = True
            continue
        except OSError as error:
            reasons.append(str(error))
            continue
        found = sha256(partial)
        if found == package["sha256"]:
            partial.rename(target)
            return target
        partial.unlink()
        reasons.append(f"{package['path']} has SHA-256 {found} there, the lock says {package['sha256']}")
    partial.unlink(missing_ok=True)
    if not reasons:
        raise Gone(f"{package['path']} is gone from the archive: run nix/update")
    # Stores of objects refuse (403) what they do not have.
    if gone or any(re.search(r"\b403\b", reason) for reason in reasons):
        raise Gone("\n    ".join([f"{package['path']} is not there; if newer ones have replaced it, run nix/update", *reasons]))
    raise OSError("\n".join(reasons))


def bring_all(packages, roots, directory):
    """All of them, eight at a time; ends with everything that went wrong."""
    directory.mkdir(parents=True, exist_ok=True)
    # Half a file of a run that was interrupted; the whole ones are kept.
    for partial in directory.glob("*.part"):
        partial.unlink()
    progress = Progress("packages", len(packages), sum(package["size"] for package in packages))
    files, failures, gone = {}, [], []
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        waiting = {pool.submit(bring_package, package, roots, directory): package for package in packages}
        for done in concurrent.futures.as_completed(waiting):
            try:
                files[waiting[done]["path"]] = done.result()
            except Gone as error:
                gone.append(str(error))
            except OSError as error:
                failures.append(str(error))
            progress.step(waiting[done]["size"])
    if failures and not files and not gone:
        die("\n  ".join(["nothing could be brought; is there a network?", *sorted(failures)[:3]]))
    if failures or gone:
        die("\n  ".join(["not everything could be brought:", *sorted(gone)[:20], *sorted(failures)[:20]]))
    return files


# --- The lock ---


def read_lock():
    return json.loads(LOCK.read_text())


def chosen(lock, purposes):
    return [package for package in lock["packages"] if set(package["for"]) & set(purposes)]


# --- Nix's names ---


def store_name(path):
    """A file's name as the store takes it: `~` and `%` are not allowed there."""
    return re.sub(r"[^A-Za-z0-9+._?=-]", "-", path.rsplit("/", 1)[-1])


def store_path(kind, inner, name):
    digest = hashlib.sha256(f"{kind}:sha256:{inner}:/nix/store:{name}".encode()).digest()
    folded = bytearray(20)
    for position, byte in enumerate(digest):
        folded[position % 20] ^= byte
    number = int.from_bytes(folded, "little")
    letters = "0123456789abcdfghijklmnpqrsvwxyz"
    return f"/nix/store/{''.join(letters[number >> 5 * i & 31] for i in range(31, -1, -1))}-{name}"


def flat_path(name, digest):
    """Where `nix-store --add-fixed sha256` puts a file of this name and SHA-256."""
    return store_path("output:out", hashlib.sha256(f"fixed:out:sha256:{digest}:".encode()).hexdigest(), name)


def tree_path(name, nar_digest):
    """The same for a directory that was added with `--recursive`."""
    return store_path("source", nar_digest, name)


def nar_digest_of_busybox(contents):
    """The SHA-256 of the NAR of a directory that holds one executable file, `busybox`."""
    def string(value):
        return len(value).to_bytes(8, "little") + value + b"\0" * (-len(value) % 8)

    program = [b"(", b"type", b"regular", b"executable", b"", b"contents", contents, b")"]
    words = [b"nix-archive-1", b"(", b"type", b"directory", b"entry", b"(", b"name", b"busybox", b"node", *program,
             b")", b")"]
    return hashlib.sha256(b"".join(map(string, words))).hexdigest()


# --- Packages from inside ---


def member_of(deb, path):
    """One file out of a Debian package: an ar archive that holds a tar archive."""
    with open(deb, "rb") as file:
        if file.read(8) != b"!<arch>\n":
            die(f"{deb} is not a Debian package")
        while header := file.read(60):
            name, size = header[:16].decode().strip().rstrip("/"), int(header[48:58])
            body = file.read(size + size % 2)[:size]
            if name.startswith("data.tar"):
                with tarfile.open(fileobj=io.BytesIO(body)) as tar:
                    for member in tar:
                        if member.isfile() and member.name.removeprefix("./") == path:
                            return tar.extractfile(member).read()
    die(f"{path} is not in {deb}")
