"""Prometheus and Alertmanager as Debian compiled them, in images of their own archive: run without rights, on both
architectures, with what compose mounts; they answer, show their pages, and bring an alert to somebody."""

import http.server
import json
import re
import shutil
import subprocess
import threading
import time
import unittest
import urllib.error
import urllib.request

import foreign
import made
from engine import USER, Engine
from plane import STRICT

RULES = made.ROOT / "compose/prometheus"
# A time zone is read from a file of the image.
ROUTES = """
route: {{ receiver: here, group_wait: 0s, routes: [{{ active_time_intervals: [always] }}] }}
time_intervals: [{{ name: always, time_intervals: [{{ location: Europe/Berlin }}] }}]
receivers: [{{ name: here, webhook_configs: [{{ url: "http://127.0.0.1:{port}/", send_resolved: false }}] }}]
"""
ALERTING = """
global: { scrape_interval: 1s, evaluation_interval: 1s }
rule_files: [always.yml]
alerting: { alertmanagers: [{ static_configs: [{ targets: ["127.0.0.1:9093"] }] }] }
scrape_configs: [{ job_name: itself, static_configs: [{ targets: ["127.0.0.1:9090"] }] }]
"""
ALWAYS = "groups: [{ name: always, rules: [{ alert: ItRuns, expr: 'up == 1' }] }]\n"


def asked(port, page):
    """The answer of a page, as text; None while nobody gives one."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{page}", timeout=10) as answer:
            return answer.read().decode(errors="replace")
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return None


class Told(http.server.BaseHTTPRequestHandler):
    """Whom alerts are brought to."""

    def do_POST(self):
        self.server.told.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


class Observability(unittest.TestCase):
    ARCHITECTURE = "amd64"
    SECONDS = 60

    @classmethod
    def setUpClass(cls):
        cls.engine = Engine()
        cls.addClassCleanup(cls.engine.close)
        cls.loaded = cls.engine.run("load", "--input", made.RESULT / f"observability-{cls.ARCHITECTURE}.tar")

    def start(self, name, configuration):
        """With its configuration and a fresh volume, and its own command line; until the test ends."""
        self.engine.run("run", "--detach", "--name", name, "--platform", f"linux/{self.ARCHITECTURE}", *STRICT,
                        "--mount", f"type=bind,src={configuration},dst=/etc/{name},readonly",
                        "--mount", f"type=volume,src={name},dst=/var/lib/lucid", made.images()[name])
        self.addCleanup(self.engine.run, "volume", "rm", name)
        self.addCleanup(self.engine.run, "rm", "--force", name)
        self.until(lambda: asked(made.OBSERVABILITY[name], "/-/ready") is not None, f"{name} is ready")

    def until(self, holds, what):
        deadline = time.monotonic() + self.SECONDS
        while not (found := holds()):
            if time.monotonic() > deadline:
                self.fail(f"{what}: not within {self.SECONDS} s\n{self.logs()}")
            time.sleep(0.1)
        return found

    def logs(self):
        """What the containers said, on either output."""
        said = (subprocess.run(["docker", "logs", name], env=self.engine.environment, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True).stdout for name in made.OBSERVABILITY)
        return "\n".join(said)

    def directory(self, name, files):
        """Configuration as a container's user may read it."""
        top = self.engine.top / f"{self.id()}-{name}"
        top.mkdir()
        for file, text in files.items():
            (top / file).write_text(text)
        return top

    def copied(self, name, source):
        """The like of a directory of this clone, whose files may be for its owner alone."""
        top = self.engine.top / f"{self.id()}-{name}"
        shutil.copytree(source, top)
        for path in [top, *top.rglob("*")]:
            path.chmod(0o755 if path.is_dir() else 0o644)
        return top

    def test_docker_loads_both_for_this_architecture(self):
        loaded = {line.removeprefix("Loaded image: ") for line in self.loaded.splitlines()}
        self.assertEqual(loaded, set(made.images("observability").values()))
        for reference in loaded:
            about = self.engine.run("image", "inspect", "--format", "{{.Architecture}}", reference).strip()
            self.assertEqual(about, self.ARCHITECTURE)

    def test_prometheus_takes_the_planes_rules_and_shows_its_pages(self):
        strict = shutil.copytree(RULES, self.engine.top / f"{self.id()}-strict")
        for path in [strict, *strict.rglob("*")]:
            path.chmod(0o700 if path.is_dir() else 0o600)
        self.start("prometheus", self.copied("prometheus", strict))
        groups = json.loads(asked(9090, "/api/v1/rules"))["data"]["groups"]
        files = {path.name for path in (RULES / "rules").glob("*.yml")}
        self.assertTrue(files)
        self.assertEqual({group["file"].rsplit("/", 1)[-1] for group in groups}, files)
        for page in ("alerts", "graph", "rules", "targets"):
            text = asked(9090, f"/classic/{page}")
            self.assertIsNotNone(text, page)
            parts = re.findall(r'(?:src|href)="(/classic/static/[^"]+)"', text)
            self.assertGreater(len(parts), 4, page)
            for part in parts:
                self.assertIsNotNone(asked(9090, part), f"{page} asks for {part}")

    def test_alertmanager_takes_every_configuration_that_compose_has(self):
        examples = sorted((made.ROOT / "compose/alertmanager").glob("*.yml"))
        self.assertTrue(examples)
        for example in examples:
            with self.subTest(example.name):
                self.start("alertmanager", self.directory(example.stem, {"alertmanager.yml": example.read_text()}))
                self.doCleanups()

    def test_an_alert_comes_through_both(self):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Told)
        server.told = []
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        routes = ROUTES.format(port=server.server_address[1])
        self.start("alertmanager", self.directory("alertmanager", {"alertmanager.yml": routes}))
        self.start("prometheus", self.directory("prometheus", {"prometheus.yml": ALERTING, "always.yml": ALWAYS}))
        self.until(lambda: server.told, "somebody is told")
        self.assertEqual(server.told[0]["alerts"][0]["labels"]["alertname"], "ItRuns")
        for name in made.OBSERVABILITY:
            with self.subTest(name):
                self.is_without_rights(name)

    def is_without_rights(self, name):
        pid = self.engine.run("inspect", "--format", "{{.State.Pid}}", name).strip()
        status = dict(line.split(":\t", 1) for line in open(f"/proc/{pid}/status").read().splitlines() if ":\t" in line)
        self.assertEqual(status["Uid"].split(), [str(USER)] * 4)
        self.assertEqual(status["Gid"].split(), [str(USER)] * 4)
        self.assertEqual([status[field] for field in ("CapEff", "CapPrm", "CapBnd", "NoNewPrivs")],
                         ["0" * 16, "0" * 16, "0" * 16, "1"])
        with self.assertRaises(RuntimeError):
            self.engine.run("exec", name, "/bin/sh", "-c", "true")


class Emulated(Observability):
    ARCHITECTURE = "arm64"
    SECONDS = 300

    @classmethod
    def setUpClass(cls):
        cls.enterClassContext(foreign.arm64())
        super().setUpClass()
