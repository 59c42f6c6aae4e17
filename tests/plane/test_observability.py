"""The real Prometheus and Alertmanager see the real plane in containers. tests/alerts fires every alert, on processes."""

import json
import os
import subprocess
import sys
import unittest
import urllib.parse
import urllib.request

import namespace
import plane

# The plane's policy limits no amounts.
NOTHING_YET = ["lucid_limit_used_ratio"]

# Who is called outside: a resolver that knows one name, and a webhook that writes down what it is told.
CALLED = """
import http.server, socket, sys, threading
def resolve():
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind(("0.0.0.0", 53))
    while True:
        asked, peer = udp.recvfrom(512)
        end = asked.index(0, 12) + 5
        known = asked[12:end - 4] == bytes([6]) + b"alerts" + bytes([7]) + b"example" + bytes([0])
        of_v4 = asked[end - 4:end - 2] == bytes([0, 1])
        head = asked[:2] + bytes([0x81, 0x80 if known else 0x83, 0, 1, 0, int(known and of_v4), 0, 0, 0, 0])
        record = bytes([0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 9, 0, 4]) + socket.inet_aton(sys.argv[1])
        udp.sendto(head + asked[12:end] + (record if known and of_v4 else b""), peer)
class Hook(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.end_headers()
        print(self.headers["host"], body.decode(), flush=True)
    def log_message(self, *words):
        pass
threading.Thread(target=resolve, daemon=True).start()
server = http.server.HTTPServer(("0.0.0.0", 587), Hook)
print("ready", flush=True)
server.serve_forever()
"""
ROUTE = """
route: { receiver: hook, group_wait: 1s, group_interval: 1s }
receivers: [{ name: hook, webhook_configs: [{ url: "http://alerts.example:587/lucid" }] }]
"""


def asked(path, **parameters):
    url = f"http://127.0.0.1:9090/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
    with urllib.request.urlopen(url, timeout=10) as answer:
        return json.load(answer)["data"]


def samples(query):
    return asked("query", query=query)["result"]


def firing():
    return {alert["labels"]["alertname"] for alert in asked("alerts")["alerts"] if alert["state"] == "firing"}


@unittest.skipUnless(plane.watched, f"the engine was given no image {plane.PROMETHEUS}")
class Observability(unittest.TestCase):
    def fires(self, name):
        plane.until(f"{name} fires, not only {firing()}", lambda: name in firing(), 90)

    def rests(self, name):
        plane.until(f"{name} rests", lambda: name not in firing(), 180)

    def test_all_six_are_scraped_and_all_rules_are_read(self):
        plane.until("all six are up", lambda: len(samples('up{job="lucid"} == 1')) == 6)
        self.assertEqual(len(samples('up{job="forwarder"} == 1')), 1)
        groups = asked("rules")["groups"]
        broken = [rule["name"] for group in groups for rule in group["rules"] if rule["health"] not in ("ok", "unknown")]
        self.assertEqual(broken, [])
        text = "".join(path.read_text() for path in (plane.ROOT / "compose/prometheus/rules").glob("*.yml"))
        self.assertEqual(sum(len(group["rules"]) for group in groups), text.count("- alert: ") + text.count("- { record: "))

    def test_every_panel_has_data(self):
        # Two looks at what has grown in between, and something to see.
        for number in range(3):
            plane.pay(f"seen-{number}")
        dashboard = json.loads((plane.ROOT / "compose/grafana/dashboards/plane.json").read_text())
        for panel in dashboard["panels"]:
            for target in panel.get("targets", []):
                query = target["expr"]
                if any(word in query for word in NOTHING_YET):
                    samples(query)
                    continue
                with self.subTest(panel=panel["title"], query=query):
                    plane.until(f"data for {query}", lambda: samples(query), 60)

    def test_a_dead_service(self):
        plane.docker("stop", "--time", "5", "lucid-trx-staking")
        self.fires("ServiceDown")
        plane.docker("start", "lucid-trx-staking")
        plane.until_healthy()
        self.rests("ServiceDown")

    def test_a_dead_node(self):
        plane.docker("stop", "--time", "5", "lucid-devnet")
        self.fires("NoNode")
        plane.docker("start", "lucid-devnet")
        plane.until_healthy()
        self.rests("NoNode")

    def test_an_alert_arrives_outside_at_the_one_place_that_is_named(self):
        there = plane.home.parent / "alertmanager"
        there.mkdir(exist_ok=True)
        (there / "alertmanager.yml").write_text(ROUTE)
        there.chmod(0o755)
        os.environ.update(LUCID_ALERTS_HOST="alerts.example", LUCID_ALERTS_PORT="587", LUCID_ALERTMANAGER_CONFIG=str(there))
        words = ["nsenter", f"--net={namespace.OUTSIDE}", sys.executable, "-c", CALLED, namespace.STRANGER]
        with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as called:
            try:
                self.assertEqual(called.stdout.readline(), "ready\n")
                plane.compose("--profile", "alerts", "up", "-d", "alertmanager", "alerts-inside")
                plane.docker("stop", "--time", "5", "lucid-trx-staking")
                os.set_blocking(called.stdout.fileno(), False)
                heard = []

                def is_told():
                    heard.extend(iter(called.stdout.readline, ""))
                    return any("alerts.example:587" in line and "ServiceDown" in line for line in heard)

                plane.until("the webhook is told", is_told, 120)
            finally:
                called.kill()
                plane.docker("start", "lucid-trx-staking")
                plane.docker("rm", "--force", "lucid-alerts-inside", "lucid-alerts")
        plane.until_healthy()
