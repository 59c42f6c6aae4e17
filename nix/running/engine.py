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


class Engine:
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

    def run(self, *words, check=True):
        """What `docker WORDS` prints."""
        done = subprocess.run(["docker", *map(str, words)], env=self.environment, capture_output=True, text=True)
        if check and done.returncode:
            raise RuntimeError(f"docker {' '.join(map(str, words))}: {done.stderr.strip()}")
        return done.stdout

    def close(self):
        self.daemon.terminate()
        try:
            self.daemon.wait(30)
        except subprocess.TimeoutExpired:
            self.daemon.kill()
        # Something may still be mounted; it goes with our namespace.
        shutil.rmtree(self.top, ignore_errors=True)
