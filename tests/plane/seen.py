"""What the real Prometheus has seen of it."""

import json
import time
import urllib.parse
import urllib.request

import plane


def asked(path, **parameters):
    url = f"http://127.0.0.1:9090/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
    with urllib.request.urlopen(url, timeout=10) as answer:
        return json.load(answer)["data"]


def value(query):
    """The one sample of a query; none where there is none."""
    result = asked("query", query=query)["result"]
    return float(result[0]["value"][1]) if result else None


def until(what, query, holds, within=plane.WITHIN):
    """Waits until the sample of a query is as it is to be; without Prometheus nothing is waited for."""
    if plane.watched:
        plane.until(f"Prometheus sees {what}: {query}", lambda: (found := value(query)) is not None and holds(found), within)


def down(service):
    until(f"that {service} is down", f'max(up{{service="{service}"}})', lambda up: up == 0)


def up_again(service):
    until(f"that {service} is up again", f'min(up{{service="{service}"}})', lambda up: up == 1)


def started_anew(service, since):
    """That it has started since then, a moment of time.time(): who starts fast is down between two looks."""
    query = f'max(lucid_start_timestamp_seconds{{service="{service}"}})'
    until(f"that {service} has started anew", query, lambda started: started > since - 1)


def fires(alert, within=plane.WITHIN):
    if plane.watched:
        plane.until(f"{alert} fires", lambda: any(
            found["labels"]["alertname"] == alert and found["state"] == "firing" for found in asked("alerts")["alerts"]), within)


# Whom compose/prometheus/prometheus.yml has scraped.
SCRAPED = {*plane.SERVICES, "hall"}
