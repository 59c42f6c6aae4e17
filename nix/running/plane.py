"""A plane whose processes are containers: `lucid` starts programs that stand beside it, and here each is a `docker run`.

A container sees its own configuration, its own secrets and its own volume. All share our network namespace, which has a
loopback and no way out."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import time
import urllib.error
import urllib.request

import made
from engine import USER

# What every container runs with, as compose has it.
STRICT = ["--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges", "--network=host", "--health-interval=1s"]
VENDOR = "/opt/vendor"

SHIM = """#!/bin/sh
case "$1" in
    --config | serve) set -- {serving} {image} "$@" ;;
    *) set -- {asking} {image} "$@" ;;
esac
exec docker run --rm --platform linux/{architecture} "$@"
"""


class Plane:
    def __init__(self, engine, name, architecture, wallet_manager):
        """`wallet_manager` is the image that signs; without SoftHSM it loads a module that is mounted from outside."""
        self.engine, self.name, self.architecture, self.wallet_manager = engine, name, architecture, wallet_manager
        self.top = engine.top / name
        self.data = self.top / "plane"
        self.top.mkdir(mode=0o700)
        (self.top / "bin").mkdir()
        shutil.copy(made.LUCID, self.top / "bin/lucid")
        self.module = None
        if wallet_manager != made.SOFTHSM:
            self.module = f"{VENDOR}/{made.vendors_module(self.top / 'vendor', architecture)}"
        for program in ["devnet", *made.SERVICES]:
            self.shim(program)
        for path in [self.top, *self.top.rglob("*")]:
            os.chown(path, USER, USER, follow_symlinks=False)
        self.running = None

    def shim(self, program):
        image = made.images()[self.wallet_manager if program == "wallet-manager" else program]
        strict = " ".join(STRICT)
        serving = f"{strict} --name {self.container(program)}"
        asking = strict
        if program == "devnet":
            serving += bind(self.data / "devnet")
        else:
            serving += bind(self.data / program / "config.toml", readonly=True)
            serving += bind(self.data / "secrets" / program, readonly=True)
            serving += f" --mount type=volume,src={self.container(program)},dst=/var/lib/lucid"
        if program == "wallet-manager":
            # Making a token writes its PINs.
            asking += bind(self.data / "secrets") + bind(self.data / "token") + " --env SOFTHSM2_CONF"
            serving += bind(self.data / "token") + " --env SOFTHSM2_CONF"
            if self.module:
                outside = f" --mount type=bind,src={self.top / 'vendor'},dst={VENDOR},readonly --env LD_LIBRARY_PATH={VENDOR}"
                serving, asking = serving + outside, asking + outside
        path = self.top / "bin" / program
        path.write_text(SHIM.format(serving=serving, asking=asking, image=image, architecture=self.architecture))
        path.chmod(0o755)

    def container(self, program):
        return f"{self.name}-{program}"

    def command(self, *words):
        return ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", self.top / "bin/lucid", *map(str, words)]

    def lucid(self, *words, seconds=300):
        """What `lucid WORDS --json` says."""
        with open(self.top / "said", "w+") as said:
            running = subprocess.Popen([*self.command(*words), "--json", "--data", self.data], env=self.engine.environment,
                                       stdout=subprocess.PIPE, stderr=said, text=True)
            try:
                told, _ = running.communicate(timeout=seconds)
            except subprocess.TimeoutExpired:
                running.terminate()
                told = f"not within {seconds} s"
            if running.wait():
                said.seek(0)
                raise RuntimeError(f"lucid {' '.join(map(str, words))}: {told}\n{said.read()}\n{self.logs()}")
        return json.loads(told)

    def make(self):
        return self.lucid("init", "--block-ms", 500, *(["--module", self.module] if self.module else []))

    def start(self, program, image=None):
        """One service by itself, in the background, by the words with which `lucid up` starts it."""
        words = (self.top / "bin" / program).read_text().split("set -- ", 1)[1].split(" ;;", 1)[0].split()
        place = next(at for at, word in enumerate(words) if word.startswith("localhost/"))
        options = words[:place]
        if "SOFTHSM2_CONF" in options:
            options[options.index("SOFTHSM2_CONF")] = f"SOFTHSM2_CONF={self.data}/token/softhsm2.conf"
        self.engine.run("run", "--detach", "--platform", f"linux/{self.architecture}", *options, image or words[place],
                        "--config", self.data / program / "config.toml", "serve")

    def remove(self, program):
        """Such a service and its volume."""
        self.engine.run("rm", "--force", self.container(program))
        self.engine.run("volume", "rm", self.container(program))

    @contextlib.contextmanager
    def up(self, *words):
        """The plane, while it runs."""
        with open(self.top / "up.log", "w") as log:
            running = subprocess.Popen([*self.command("up", *words), "--data", self.data], env=self.engine.environment,
                                       stdout=log, stderr=log)
        try:
            yield self
        finally:
            running.send_signal(signal.SIGTERM)
            try:
                running.wait(120)
            except subprocess.TimeoutExpired:
                running.kill()
                raise

    def said(self):
        """What `lucid up` has said so far."""
        log = self.top / "up.log"
        return log.read_text() if log.exists() else ""

    def logs(self):
        """The ends of what the containers said."""
        texts = (f"--- {path.name}\n{path.read_text()[-2000:]}" for path in sorted((self.data / "logs").glob("*.log")))
        return "\n".join(texts) if (self.data / "logs").exists() else ""

    def until(self, holds, what, seconds=120):
        """Waits for something that happens by itself, and gives what it came to."""
        deadline = time.monotonic() + seconds
        while not (found := holds()):
            if time.monotonic() > deadline or "Not ready:" in self.said():
                raise RuntimeError(f"{what}: not within {seconds} s\n{self.said()}\n{self.logs()}")
            time.sleep(0.1)
        return found


def bind(path, readonly=False):
    return f" --mount type=bind,src={path},dst={path}" + (",readonly" if readonly else "")


def health(service, page="/health"):
    """The status and the document of a service's health page; None while nobody answers."""
    return asked(made.SERVICES[service], page)


def asked(port, page):
    """The like at a port."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{page}", timeout=10) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return None
