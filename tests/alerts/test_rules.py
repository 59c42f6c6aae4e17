"""The rules as they stand: promtool reckons each of them, amtool reads the example configurations."""

import subprocess
import unittest

import hasten
from scene import ROOT

COMPOSE = ROOT / "compose"


def call(*words):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True)
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"


class Rules(unittest.TestCase):
    def test_prometheus_takes_configuration_and_rules(self):
        call("promtool", "check", "config", COMPOSE / "prometheus/prometheus.yml")
        call("promtool", "check", "rules", *(COMPOSE / "prometheus/rules").glob("*.yml"))

    def test_each_alert_fires_as_promtool_reckons(self):
        call("promtool", "test", "rules", COMPOSE / "prometheus/tests/alerts.yml")

    def test_alertmanager_takes_its_configuration_and_the_examples(self):
        files = sorted((COMPOSE / "alertmanager").glob("*.yml"))
        self.assertGreaterEqual(len(files), 3)
        call("amtool", "check-config", *files)

    def test_durations_are_divided_and_nothing_else(self):
        text = 'for: 5m\n[1h] [15m] for: 30s\nfor: 0s\nexpr: x > 600'
        self.assertEqual(hasten.hastened(text), 'for: 5000ms\n[60000ms] [15000ms] for: 500ms\nfor: 0s\nexpr: x > 600')
        text = "      - alert: ServiceRestarts\n        expr: changes(x[15m]) > 2\n      - alert: Other\n        expr: rate(x[15m]) > 2\n"
        self.assertEqual(hasten.hastened(text), text.replace("x[15m]", "x[60s]", 1).replace("x[15m]", "x[15000ms]", 1))
