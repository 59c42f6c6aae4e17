"""A Docker engine of our own: its own data, its own socket, no bridge and no rule of the firewall."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import time

import alone
import made

# Who the services run as, and who may speak with the engine.
USER = 65532


# How a container's start, and the end of it all, stand in the engine's events.
EVENT = "{{.Type}} {{.Action}} {{.Actor.ID}} {{.Actor.Attributes.image}}"
END = "lucid-end"


class Engine:
    # What any engine of this run has started: pairs of architecture and reference.
    visited = set()

    def __init__(self):
        self.top = pathlib.Path(tempfile.mkdtemp(prefix="engine-", dir=made.TOP))
        self.top.chmod(0o711)
        config = self.top / "client"
        config.mkdir()
        socket = f"unix://{self.top}/socket"
        self.environment = {**os.environ, "DOCKER_HOST": socket, "DOCKER_CONFIG": str(config)}
        with open(self.top / "log", "w") as log:
            self.daemon = subprocess.Popen(
                ["dockerd", "--bridge=none", "--iptables=false", "--ip6tables=false", "--ip-forward=false", "--ip-masq=false",
                 "--data-root", self.top / "data", "--exec-root", self.top / "exec", "--pidfile", self.top / "pid",
                 "--exec-opt", "native.cgroupdriver=cgroupfs", "--cgroup-parent", f"/{alone.CGROUP}", "--group", str(USER),
                 "--host", socket],
                stdout=log, stderr=log)
        deadline = time.monotonic() + 60
        while subprocess.run(["docker", "version"], env=self.environment, capture_output=True).returncode:
            if self.daemon.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("dockerd does not answer:\n" + (self.top / "log").read_text())
            time.sleep(0.1)
        with open(self.top / "events", "w") as events:
            kinds = [f"--filter={kind}" for kind in ("type=container", "type=volume", "event=start", "event=create")]
            self.events = subprocess.Popen(["docker", "events", "--since=0", *kinds, "--format", EVENT], env=self.environment,
                                           stdout=events, stderr=subprocess.STDOUT)

    def run(self, *words, check=True):
        """What `docker WORDS` prints."""
        done = subprocess.run(["docker", *map(str, words)], env=self.environment, capture_output=True, text=True)
        if check and done.returncode:
            raise RuntimeError(f"docker {' '.join(map(str, words))}: {done.stderr.strip()}")
        return done.stdout

    def note_what_was_started(self):
        # Events come in order: what stands before this one is all.
        self.run("volume", "create", END)
        deadline = time.monotonic() + 30
        while f"volume create {END}" not in (text := (self.top / "events").read_text()):
            if time.monotonic() > deadline:
                raise RuntimeError(f"the engine's events have no end:\n{text}")
            time.sleep(0.05)
        started = {line.split()[3] for line in text.splitlines() if line.startswith("container start ")}
        for image in started:
            about = self.run("image", "inspect", "--format", "{{.Architecture}}", image).strip()
            Engine.visited.add((about, image))

    def close(self):
        try:
            self.note_what_was_started()
        finally:
            self.events.terminate()
            self.events.wait()
            self.end()

    def end(self):
        self.daemon.terminate()
        try:
            self.daemon.wait(30)
        except subprocess.TimeoutExpired:
            self.daemon.kill()
        # Something may still be mounted; it goes with our namespace.
        shutil.rmtree(self.top, ignore_errors=True)
