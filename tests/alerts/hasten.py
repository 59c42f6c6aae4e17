"""The rules as they stand, with all their durations divided by 60."""

import re
import shutil

# Thresholds that are durations too, by alert: as it stands, and what it becomes. Most are divided by 60; those that are
# not are bounded by what the plane itself takes, which no rule can hasten.
THRESHOLDS = {
    "DriverLate": ("> 60", "> 1"),
    # An idle feed answers every 25 s.
    "FeedLate": ("> 120", "> 40"),
    # A devnet of a block each 200 ms is solid after 4 s.
    "ScannerLags": ("> 180", "> 12"),
    # A payout takes as long; until one is stuck takes longer.
    "PayoutsStuck": ("> 600", "> 10"),
    # The token proves itself five times a second, when the machine's cores let it.
    "CanaryStale": ("> 60", "> 3"),
    "UnsignedAttempts": ("> 30", "> 0.5"),
    "AuditHeadStale": ("> 300", "> 5"),
    "CheckpointStale": ("> 900", "> 15"),
    "WalletsUnread": ("> 600", "> 10"),
    "LeaseHeld": ("> 3600", "> 60"),
    # So many in ten minutes are so many less in ten seconds.
    "PeerUnknown": ("> 20", "> 2"),
}
# Ranges that are not divided by 60, by alert: as it stands, and what it becomes. Three starts of a debug build, each seen by
# Prometheus, do not fit into 15 s on a busy machine.
RANGES = {"ServiceRestarts": ("[15m]", "[60s]")}
# 15 s divided by 60, rounded up: two debug builds' cores are busy enough.
LOOK = "500ms"
SECONDS = {"s": 1, "m": 60, "h": 3600}


def divided(found):
    milliseconds = int(found[2]) * SECONDS[found[3]] * 1000 // 60
    return f"{found[1]}{milliseconds}ms{found[4]}" if milliseconds else found[0]


def hastened(text):
    """A file of rules: what an alert waits for, the ranges that are looked back on, and the thresholds."""
    return "".join(map(sooner, re.split(r"(?=      - alert: )", text)))


def sooner(part):
    """An alert, or what stands before the first."""
    name = (re.match(r"      - alert: (\w+)", part) or [None, None])[1]
    part = re.sub(r"(for: )(\d+)([smh])()", divided, part)
    if name in RANGES:
        was, becomes = RANGES[name]
        assert was in part, f"{name}: the range {was} is not there any more"
        part = part.replace(was, becomes)
    else:
        part = re.sub(r"(\[)(\d+)([smh])(\])", divided, part)
    if name in THRESHOLDS:
        was, becomes = THRESHOLDS[name]
        expression, rest = part.split("        for: ", 1)
        assert was in expression, f"{name}: the threshold {was} is not there any more"
        part = expression.replace(was, becomes) + "        for: " + rest
    return part


def names(rules):
    """Every alert that there is."""
    return set(re.findall(r"- alert: (\w+)", rules))


def put(source, there):
    """Prometheus' configuration for a plane of processes, with the hastened rules beside it."""
    shutil.rmtree(there, ignore_errors=True)
    shutil.copytree(source, there)
    for path in (there / "rules").glob("*.yml"):
        path.write_text(hastened(path.read_text()))
    path = there / "prometheus.yml"
    text = re.sub(r"_interval: 15s", f"_interval: {LOOK}", path.read_text())
    # The ports are those of the containers, the names all of this machine.
    path.write_text(re.sub(r"(?<=[\"'])[a-z-]+(?=:\d+[\"'])", "127.0.0.1", text))
    return path
