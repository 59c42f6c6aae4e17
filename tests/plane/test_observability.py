"""The real Prometheus sees the real plane: everything scraped, every panel with data, alerts fired by breaking things."""

import json
import shutil
import unittest
import urllib.parse
import urllib.request

import plane

# What a young and healthy plane has nothing of: faults, refusals, findings.
NOTHING_YET = ["lucid_sign_refused_total", "lucid_node_faults_total", "outcome=\"unknown\"", "lucid_limit_used_ratio"]


def asked(path, **parameters):
    url = f"http://127.0.0.1:9090/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
    with urllib.request.urlopen(url, timeout=10) as answer:
        return json.load(answer)["data"]


def samples(query):
    return asked("query", query=query)["result"]


def firing():
    return {alert["labels"]["alertname"] for alert in asked("alerts")["alerts"] if alert["state"] == "firing"}


class Rules(unittest.TestCase):
    @unittest.skipUnless(shutil.which("promtool"), "promtool is not here: Debian's package prometheus has it")
    def test_each_alert_fires_as_promtool_reckons(self):
        there = plane.ROOT / "compose/prometheus"
        plane.call("promtool", "check", "config", there / "prometheus.yml")
        plane.call("promtool", "test", "rules", there / "tests/alerts.yml")


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
        self.fires("NodeDown")
        plane.docker("start", "lucid-devnet")
        plane.until_healthy()
        self.rests("NoNode")

    def test_an_empty_wallet(self):
        # More than the hot wallet has left.
        words = ["payout", "create", "--to", plane.RECIPIENT, "--amount", "999", "--reference", "too-much"]
        plane.lucid(*words)
        self.fires("MoneyWaits")

    def test_signing_that_is_stopped(self):
        plane.lucid("freeze", "--reason", "a test")
        self.fires("SigningFrozen")
