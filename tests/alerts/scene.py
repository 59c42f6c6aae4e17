"""A plane of processes with a Prometheus beside it, each of which can be ended, stopped and spoiled by itself.

The services are the same programs as in containers; what differs is who starts them, which no rule looks at.
"""

import contextlib
import hashlib
import http.server
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import threading
import time
import tomllib
import urllib.error
import urllib.parse
import urllib.request

import hasten

ROOT = pathlib.Path(__file__).resolve().parents[2]
PORTS = {"tron-client": 8091, "payout-router": 8092, "wallet-manager": 8093, "usdt-manager": 8094, "trx-staking": 8095,
         "payment-gateway": 8096}
RECIPIENT = "TJRabPrwbZy45sbavfcjinPJC18kjpRTv8"
SOFTHSM = [f"/usr/lib/{place}softhsm/libsofthsm2.so" for place in ("x86_64-linux-gnu/", "aarch64-linux-gnu/", "")]
PATIENCE = 120
# What a healthy plane of the devnet fires: a first payment takes most of the energy that it has staked for.
USUAL = "EnergyShort", "EnergyLow"

programs = None
top = None
# Every alert that has fired, in any scene.
seen = set()


def fetched(url, body=None, method=None, headers=()):
    """Status and document of an answer; 0 if nobody answers."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"content-type": "application/json", **dict(headers)}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as error:
        return error.code, None
    except OSError:
        return 0, None


def until(what, holds, within=PATIENCE):
    deadline = time.monotonic() + within
    while not (found := holds()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within} s: {what() if callable(what) else what}")
        time.sleep(0.1)
    return found


def address(byte):
    """An address of nobody: 20 times the same byte, as TRON writes it."""
    raw = b"\x41" + bytes([byte]) * 20
    raw += hashlib.sha256(hashlib.sha256(raw).digest()).digest()[:4]
    number, text = int.from_bytes(raw, "big"), ""
    while number:
        number, rest = divmod(number, 58)
        text = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"[rest] + text
    return text


class Lever:
    """A port whose connections go where they are told to: a line to a node that can be laid elsewhere."""

    def __init__(self, port, target):
        self.target, self.open = target, set()
        self.listener = socket.create_server(("127.0.0.1", port))
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                came, _ = self.listener.accept()
                threading.Thread(target=self.carry, args=(came,), daemon=True).start()

    def carry(self, came):
        try:
            gone = socket.create_connection(("127.0.0.1", self.target))
        except OSError:
            return came.close()
        self.open |= {came, gone}
        threading.Thread(target=self.pour, args=(gone, came), daemon=True).start()
        self.pour(came, gone)

    def pour(self, source, drain):
        with contextlib.suppress(OSError):
            while got := source.recv(65536):
                drain.sendall(got)
        for one in (source, drain):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def lay(self, target):
        self.target = target
        for one in self.open:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        self.open = set()


class Hook:
    """A webhook that keeps what it is told, with the credentials that came with it."""

    def __init__(self):
        self.heard = heard = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                heard.append((self.path, self.headers["authorization"], body))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *words):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def has(self, status, **labels):
        """Whether it was told of an alert with these labels."""
        return any(alert["status"] == status and labels.items() <= alert["labels"].items()
                   for _, _, body in self.heard for alert in body["alerts"])


class Plane:
    def __init__(self, name, spoil=lambda plane: None, block_ms=200, environment=None):
        self.home, self.block_ms, self.processes, self.watcher = top / name, block_ms, {}, None
        self.environment = {"wallet-manager": {"SOFTHSM2_CONF": str(self.home / "token/softhsm2.conf")}, **(environment or {})}
        self.lucid("init", "--block-ms", str(block_ms))
        # What is done each so often is done as much more often as the rules are faster.
        self.set("wallet-manager", "token", canary_ms=200)
        self.set("wallet-manager", "audit", checkpoint_ms=1000)
        self.set("payout-router", "funds", interval_ms=1000)
        spoil(self)

    def __enter__(self):
        self.start("devnet", "serve", "--listen", "127.0.0.1:8090", "--listen", "127.0.0.1:8190", "--block-ms", str(self.block_ms))
        for service in PORTS:
            self.serve(service)
        self.start("forwarder", "serve", "--metrics", "tcp:127.0.0.1:9100", "--pass", "tcp:127.0.0.1:7096=tcp:127.0.0.1:8096")
        self.alertmanager((ROOT / "compose/alertmanager/alertmanager.yml").read_text())
        config = hasten.put(ROOT / "compose/prometheus", self.home / "prometheus")
        self.start("prometheus", f"--config.file={config}", f"--storage.tsdb.path={self.home / 'prometheus-data'}",
                   "--web.listen-address=127.0.0.1:9090", program="prometheus")
        until("Prometheus is ready", lambda: fetched("http://127.0.0.1:9090/api/v1/alerts")[0] == 200)
        self.stop = threading.Event()
        self.watcher = threading.Thread(target=self.watch, daemon=True)
        self.watcher.start()
        return self

    def __exit__(self, kind, *_):
        self.stop.set()
        self.watcher.join()
        for name in list(self.processes):
            self.kill(name)
        if kind is None:
            shutil.rmtree(self.home, ignore_errors=True)

    def tells(self, hook):
        """An Alertmanager as compose/alertmanager/webhook.example.yml has it, but for the address and its patience."""
        text = (ROOT / "compose/alertmanager/webhook.example.yml").read_text()
        (self.home / "webhook.token").write_text("the-webhooks-own")
        for was, becomes in {"https://alerts.example.org": f"http://127.0.0.1:{hook.port}", "group_wait: 5s": "group_wait: 1s",
                             "group_interval: 1m": "group_interval: 1s",
                             "/etc/alertmanager/webhook.token": str(self.home / "webhook.token")}.items():
            assert was in text, was
            text = text.replace(was, becomes)
        self.kill("alertmanager")
        self.alertmanager(text)

    def alertmanager(self, text):
        (self.home / "alertmanager.yml").write_text(text)
        self.start("alertmanager", f"--config.file={self.home / 'alertmanager.yml'}", "--cluster.listen-address=",
                   f"--storage.path={self.home / 'alertmanager'}", "--web.listen-address=127.0.0.1:9093",
                   program="prometheus-alertmanager")

    # --- processes ---

    def start(self, name, *words, program=None, environment=None):
        log = open(self.home / f"{name}.log", "a")
        # What another command of ours reads, such as LUCID_FAKETIME here, is nothing that a service knows: it refuses to start.
        known = {key: value for key, value in os.environ.items() if not key.startswith("LUCID_")}
        self.processes[name] = subprocess.Popen(
            [program or programs / name, *map(str, words)], stdout=log, stderr=log, cwd=self.home,
            env={**known, **(environment or {})})

    def serve(self, service, **environment):
        known = self.environment.get(service, {})
        self.start(service, "--config", self.config(service), "serve", environment={**known, **environment})

    def kill(self, name, with_signal=signal.SIGKILL):
        process = self.processes.pop(name)
        process.send_signal(signal.SIGCONT)
        process.send_signal(with_signal)
        process.wait(30)

    def again(self, service, **environment):
        self.kill(service, signal.SIGTERM)
        self.serve(service, **environment)

    def worker(self):
        """The signing worker, as the kernel knows it."""
        of = self.processes["wallet-manager"].pid
        threads = pathlib.Path(f"/proc/{of}/task").glob("*/children")
        children = "".join(thread.read_text() for thread in threads).split()
        return int(children[0]) if children else None

    def reload(self, name):
        """Has it read its configuration again."""
        self.processes[name].send_signal(signal.SIGHUP)

    def edit(self, service, *words):
        """Edits the rows of a service that is not running, as nobody should."""
        self.kill(service, signal.SIGTERM)
        with contextlib.closing(sqlite3.connect(self.database(service))) as file, file:
            assert file.execute(*words).rowcount > 0, words
        self.serve(service)

    def database(self, service):
        with open(self.config(service), "rb") as file:
            return self.home / tomllib.load(file)["server"]["data_dir"] / f"{service}.sqlite"

    def lucid(self, *words, check=True):
        done = subprocess.run([programs / "lucid", "--data", self.home, *words], capture_output=True, text=True, timeout=300)
        assert done.returncode == 0 or not check, f"lucid {' '.join(words)}: {done.stdout}{done.stderr}"
        return done.stdout

    # --- configuration ---

    def config(self, service):
        return self.home / service / "config.toml"

    def set(self, service, section, **values):
        """Sets keys of a section, which is made if it is not there."""
        path = self.config(service)
        text = path.read_text()
        lines = "".join(f"{key} = {json.dumps(value)}\n" for key, value in values.items())
        if f"[{section}]\n" not in text:
            text += f"\n[{section}]\n"
        for key in values:
            text = re.sub(rf"(\[{re.escape(section)}\]\n(?:[^\[\n].*\n|\n)*?){key} = .*\n", r"\1", text)
        path.chmod(0o600)
        path.write_text(text.replace(f"[{section}]\n", f"[{section}]\n{lines}", 1))

    # --- money ---

    def ready(self):
        until(lambda: f"all are ready: {self.lucid('status', check=False)}", lambda: subprocess.run(
            [programs / "lucid", "--data", self.home, "status"], capture_output=True).returncode == 0)
        self.lucid("prepare")

    def pay(self, reference, amount="1", wait=False, to=RECIPIENT):
        words = ["payout", "create", "--to", to, "--amount", amount, "--reference", reference]
        return json.loads(self.lucid("--json", *words, *(["--wait"] if wait else [])))

    def wallet(self, name):
        wallets = json.loads(self.lucid("--json", "wallet", "list"))["wallets"]
        return next(wallet["address"] for wallet in wallets if wallet["wallet_id"] == name)

    # --- the node ---

    def devnet(self, path, body=None, port=8090, method=None):
        status, answer = fetched(f"http://127.0.0.1:{port}/devnet/{path}", body, method)
        assert status == 200, (path, body, status)
        return answer

    def fault(self, port=8090, **fault):
        self.devnet("faults", fault, port)

    def heal(self, port=8090):
        self.devnet("faults", port=port, method="DELETE")

    # --- what Prometheus sees ---

    def asked(self, query):
        url = f"http://127.0.0.1:9090/api/v1/query?{urllib.parse.urlencode({'query': query})}"
        return (fetched(url)[1] or {}).get("data", {}).get("result", [])

    def firing(self):
        _, answer = fetched("http://127.0.0.1:9090/api/v1/alerts")
        alerts = answer["data"]["alerts"] if answer else []
        return {alert["labels"]["alertname"] for alert in alerts if alert["state"] == "firing"}

    def watch(self):
        while not self.stop.wait(0.2):
            seen.update(self.firing())

    def fires(self, *names, within=PATIENCE):
        """Waits until each of these has been seen to fire in this scene's Prometheus."""
        fired = set()

        def all_have():
            fired.update(self.firing())
            seen.update(fired)
            return fired >= set(names)
        began = time.monotonic()
        until(lambda: f"{sorted(set(names) - fired)} fire, not only {sorted(fired)}; see {self.home}", all_have, within)
        print(f"  {', '.join(names)}: {time.monotonic() - began:.0f} s", flush=True)

    def ends(self, *names):
        """Waits until none of these fires any more."""
        until(lambda: f"{sorted(set(names) & self.firing())} end", lambda: not set(names) & self.firing())

    def rests(self, *but):
        """Waits until nothing else fires, and sees that it stays so. What fires because a busy machine has cost Prometheus a
        look at somebody says nothing of the plane."""
        def firing():
            return self.firing() - set(but)
        deadline = time.monotonic() + PATIENCE
        while True:
            until(lambda: f"{sorted(firing())} rest", lambda: not firing())
            if not (found := self.kept_for(5, firing)):
                return
            lost = self.asked("min_over_time(up[10s]) == 0")
            assert lost and time.monotonic() < deadline, f"a healthy plane has {found}"

    @staticmethod
    def kept_for(seconds, asked):
        """The first answer that is something, within so long."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if found := asked():
                return found
            time.sleep(0.2)
        return None


def softhsm():
    return next(path for path in SOFTHSM if os.path.exists(path))
