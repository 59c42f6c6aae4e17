"""A Debian archive on the loopback, made of packages that a test has written."""

import functools
import hashlib
import http.server
import io
import os
import pathlib
import subprocess
import tarfile
import threading
import urllib.parse


def deb(files):
    """A package with these files and nothing else in it."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, contents in files.items():
            member = tarfile.TarInfo("./" + name)
            member.size, member.mode = len(contents), 0o755
            tar.addfile(member, io.BytesIO(contents))
    members = [("debian-binary", b"2.0\n"), ("data.tar", packed.getvalue())]
    return b"!<arch>\n" + b"".join(
        f"{name:<16}{0:<12}{0:<6}{0:<6}{100644:<8}{len(body):<10}`\n".encode() + body + b"\n" * (len(body) % 2)
        for name, body in members)


class Quiet(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        path = urllib.parse.unquote(self.path)
        self.server.archive.requests.append(path)
        self.server.archive.wait(path)
        super().do_GET()

    def send_error(self, code, *words):
        """What the archive says of files that it does not have."""
        super().send_error(self.server.archive.refused if code == 404 else code, *([] if code == 404 else words))

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, *_):
        """Some clients are ended in the middle of an answer."""


class Archive:
    """Serves a directory; `root` is what stands in DEBIAN_MIRROR."""

    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.directory.mkdir(parents=True)
        self.now = 1704067200
        handler = functools.partial(Quiet, directory=str(self.directory))
        self.requests = []
        self.refused = 404
        self.held, self.reached, self.released = None, threading.Event(), threading.Event()
        self.server = Server(("127.0.0.1", 0), handler)
        self.server.archive = self
        self.root = f"http://127.0.0.1:{self.server.server_port}"
        # A machine's proxy knows nothing of this machine's loopback.
        configuration = self.directory.with_suffix(".conf")
        configuration.write_text('Acquire::http::Proxy::127.0.0.1 "DIRECT";\n')
        os.environ["APT_CONFIG"] = str(configuration)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def hold(self, path):
        """Whoever asks for this file waits until `release`."""
        self.held = "/" + path

    def wait(self, path):
        if path == self.held:
            self.reached.set()
            self.released.wait()

    def asked(self, path):
        """Comes back when somebody waits for the file."""
        if not self.reached.wait(60):
            raise AssertionError(f"nobody asked for {path}")

    def release(self):
        self.released.set()

    def stop(self):
        self.release()
        self.server.shutdown()
        self.server.server_close()
        del os.environ["APT_CONFIG"]

    def add(self, name, version, files, depends=""):
        """Puts a package into the pool; its paragraph for the index comes back."""
        body = deb(files)
        path = f"pool/main/{name}_{version}_amd64.deb"
        (self.directory / path).parent.mkdir(parents=True, exist_ok=True)
        (self.directory / path).write_bytes(body)
        fields = {"Package": name, "Version": version, "Architecture": "amd64", "Maintainer": "A test",
                  "Description": "a test", "Depends": depends, "Filename": path, "Size": str(len(body)),
                  "SHA256": hashlib.sha256(body).hexdigest()}
        return "".join(f"{key}: {value}\n" for key, value in fields.items() if value)

    def publish(self, suite, paragraphs, gpg):
        """The suite's indices, signed."""
        top = self.directory / "dists" / suite
        listed = []
        for architecture, text in {"amd64": "\n".join(paragraphs), "arm64": ""}.items():
            index = top / f"main/binary-{architecture}/Packages"
            index.parent.mkdir(parents=True, exist_ok=True)
            index.write_text(text)
            listed.append(f" {hashlib.sha256(text.encode()).hexdigest()} {len(text)} main/binary-{architecture}/Packages\n")
        release = (f"Origin: Test\nSuite: {suite}\nCodename: {suite}\nDate: Mon, 01 Jan 2024 00:00:00 UTC\n"
                   f"Architectures: amd64 arm64\nComponents: main\nSHA256:\n{''.join(listed)}")
        signed = subprocess.run([*gpg, "--clearsign"], input=release, capture_output=True, text=True, check=True).stdout
        (top / "InRelease").write_text(signed)
        self.touch(top / "InRelease")

    def touch(self, file):
        """An hour newer than anything before: apt asks for what is newer than what it has, in whole seconds."""
        self.now += 3600
        os.utime(file, (self.now, self.now))
