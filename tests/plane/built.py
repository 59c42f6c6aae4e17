"""Images of programs that cargo has built on this machine, on its own C library: to try the plane with, never to ship.

They have what compose/*.yaml and the tests ask of those of `./dev images`: names, entry points, places that belong to user
65532, no shell. Prometheus and Alertmanager are Debian's: this machine's, or unpacked by tests/alerts/tools.py.
"""

import hashlib
import io
import json
import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "alerts"))
import tools

VERSION, USER = "0.1.0", 65532
PROGRAMS = ["tron-client", "payout-router", "wallet-manager", "usdt-manager", "trx-staking", "payment-gateway", "devnet",
            "forwarder", "lucid"]
WATCHING = {"prometheus": "prometheus", "alertmanager": "prometheus-alertmanager"}
# What Alertmanager reads of its package besides.
TEXTS = pathlib.PurePosixPath("usr/share/prometheus/alertmanager")
MODULES = ["/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
           "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so"]
SOFTHSM = "directories.tokendir = /var/lib/lucid/tokens\nobjectstore.backend = file\nlog.level = ERROR\nslots.removable = false\n"
FILES = {
    "etc/passwd": f"root:x:0:0:root:/:/sbin/nologin\nlucid:x:{USER}:{USER}:lucid:/var/lib/lucid:/sbin/nologin\n",
    "etc/group": f"root:x:0:\nlucid:x:{USER}:\n",
    "etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
}


class Layer:
    """A layer of an image: a tar, and its digest."""

    def __init__(self):
        self.bytes = io.BytesIO()
        self.tar = tarfile.open(fileobj=self.bytes, mode="w")
        self.made = set()

    def directory(self, path, mode=0o755, owner=0):
        for parent in reversed(pathlib.PurePosixPath(path).parents):
            if str(parent) not in (".", "/") and str(parent) not in self.made:
                self.directory(str(parent))
        self.made.add(path)
        self.entry(path, tarfile.DIRTYPE, mode, owner)

    def entry(self, path, kind, mode, owner=0, size=0, content=None):
        info = tarfile.TarInfo(path)
        info.type, info.mode, info.uid, info.gid, info.size = kind, mode, owner, owner, size
        self.tar.addfile(info, content)

    def file(self, path, content, mode=0o444):
        parent = str(pathlib.PurePosixPath(path).parent)
        if parent not in self.made:
            self.directory(parent)
        self.made.add(path)
        self.entry(path, tarfile.REGTYPE, mode, size=len(content), content=io.BytesIO(content))

    def copy(self, path):
        """A file of this machine under its own name, without a link on the way: /lib may be one."""
        name = str(path).lstrip("/")
        if name not in self.made:
            self.file(name, pathlib.Path(path).read_bytes(), 0o555)

    def close(self):
        self.tar.close()
        content = self.bytes.getvalue()
        return hashlib.sha256(content).hexdigest(), content


def libraries(*programs):
    """What the loader takes along, the loader itself among it."""
    found = set()
    for program in programs:
        said = subprocess.run(["ldd", program], capture_output=True, text=True)
        found.update(re.findall(r"(/\S+) \(0x", said.stdout))
    return sorted(found)


def base(programs, texts):
    layer = Layer()
    for path, text in FILES.items():
        layer.file(path, text.encode())
    layer.directory("tmp", 0o1777)
    layer.directory("var/lib/lucid", 0o700, USER)
    layer.directory("var/log/lucid", 0o700, USER)
    for library in libraries(*programs):
        layer.copy(library)
    for text in texts:
        layer.file(str(TEXTS / text.name), text.read_bytes())
    certificates = pathlib.Path("/etc/ssl/certs/ca-certificates.crt")
    if certificates.exists():
        layer.file("etc/ssl/certs/ca-certificates.crt", certificates.read_bytes())
    return layer.close()


def softhsm(module):
    layer = Layer()
    for library in libraries(module):
        layer.copy(library)
    for place in MODULES:
        layer.file(place.lstrip("/"), pathlib.Path(module).read_bytes(), 0o555)
    layer.file("etc/softhsm/softhsm2.conf", SOFTHSM.encode())
    return layer.close()


def program(path, name, scratch):
    """One program, without what only a debugger reads."""
    stripped = scratch / name
    if subprocess.run(["strip", "-o", stripped, path], capture_output=True).returncode:
        shutil.copy(path, stripped)
    layer = Layer()
    layer.file(f"usr/bin/{name}", stripped.read_bytes(), 0o555)
    stripped.unlink()
    return layer.close()


def images(programs, scratch):
    """Each image's name, entry point, environment and layers."""
    module = next((path for path in MODULES if os.path.exists(path)), None)
    assert module, "SoftHSM is not here: Debian's package softhsm2 has it"
    watching = {name: pathlib.Path(path) for name, called in WATCHING.items() if (path := tools.program(called))}
    # /usr/bin is beside it, whether the package is the machine's or unpacked.
    texts = [text for path in watching.values() for text in (path.resolve().parents[2] / TEXTS).glob("*.tmpl")]
    under = base([*(programs / name for name in PROGRAMS), *watching.values()], sorted(set(texts)))
    for name in PROGRAMS:
        layers = [under, program(programs / name, name, scratch)]
        yield name, f"/usr/bin/{name}", [], layers
        if name == "wallet-manager":
            environment = ["SOFTHSM2_CONF=/etc/softhsm/softhsm2.conf"]
            yield "wallet-manager-softhsm", f"/usr/bin/{name}", environment, [*layers, softhsm(module)]
    for name, path in watching.items():
        yield name, f"/usr/bin/{name}", [], [under, program(path, name, scratch)]


def write(programs, out):
    """Writes them all into one archive for `docker load`."""
    machine = {"x86_64": "amd64", "aarch64": "arm64"}[platform.machine()]
    manifest, written = [], set()
    with tarfile.open(out, "w") as archive, tempfile.TemporaryDirectory(dir=pathlib.Path(out).parent) as scratch:
        def put(path, content):
            if path not in written:
                written.add(path)
                info = tarfile.TarInfo(path)
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))

        for name, entrypoint, environment, layers in images(pathlib.Path(programs), pathlib.Path(scratch)):
            config = {
                "architecture": machine, "os": "linux",
                "config": {"User": f"{USER}:{USER}", "Entrypoint": [entrypoint], "Env": environment, "WorkingDir": "/",
                           "Labels": {"org.opencontainers.image.version": VERSION}},
                "rootfs": {"type": "layers", "diff_ids": [f"sha256:{digest}" for digest, _ in layers]}}
            text = json.dumps(config, sort_keys=True).encode()
            config_path = f"{hashlib.sha256(text).hexdigest()}.json"
            put(config_path, text)
            for digest, content in layers:
                put(f"{digest}/layer.tar", content)
            manifest.append({"Config": config_path, "RepoTags": [f"localhost/lucid/{name}:{VERSION}"],
                             "Layers": [f"{digest}/layer.tar" for digest, _ in layers]})
        put("manifest.json", json.dumps(manifest).encode())
