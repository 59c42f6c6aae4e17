"""Each alert, fired by what it is for. One breakage fires several; what is healthy fires none."""

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import threading
import time
import unittest

import hasten
import scene
import tools
from scene import Hook, Lever, Plane, ROOT, fetched, softhsm, until

# What nothing that can be done to a running plane fires, and why. The last test holds that this list is exact.
NOT_BROKEN_HERE = {
    "RowsParked": "a turn must panic, which takes a bug: no row, answer or fault that we know of makes one. The driver's own "
                  "test panics and reads the metric (crates/service/src/driver/tests.rs)",
}
THIEF, STRANGER = scene.address(0xBB), scene.address(0xCC)


def nodes(plane, *ports):
    """tron-client's nodes, two of which must agree: its own ones, and the last somebody else's."""
    path = plane.config("tron-client")
    text = path.read_text()
    head, tail = text.split("[[nodes]]", 1)
    rest = tail[tail.index("\n["):]
    made = "".join(f'[[nodes]]\nname = "n{number}"\nurl = "http://127.0.0.1:{port}"\nindependent = {str(port == ports[-1]).lower()}\n'
                   for number, port in enumerate(ports))
    path.chmod(0o600)
    path.write_text(head + made + rest)
    plane.set("tron-client", "trust", quorum=2)


def policy(plane, hour):
    """A policy file that lets a hot wallet pay so much USDT an hour."""
    text = (ROOT / "hsm/policy/default.toml").read_text()
    head, limits = text.split("[class.hot.limits.usdt]", 1)
    for window in ("per_transaction", "per_hour"):
        limits = limits.replace(f'{window} = "unlimited"', f'{window} = "{hour}"', 1)
    path = plane.home / "policy.toml"
    path.write_text(head + "[class.hot.limits.usdt]" + limits)
    plane.set("wallet-manager", "policy", file=str(path))
    return path


class TestChain(unittest.TestCase):
    def test_nodes_and_clocks(self):
        lever = Lever(8191, 8190)
        with Plane("chain", lambda plane: nodes(plane, 8090, 8190, 8191)) as plane:
            # The same first block, and others after it.
            plane.start("stranger", "serve", "--listen", "127.0.0.1:8290", "--block-ms", "200", program=scene.programs / "devnet")
            plane.ready()
            plane.pay("well", wait=True)
            plane.rests("EnergyShort")

            # A transaction is lost, and the only one who could confirm that it is not on the chain is gone.
            for port in (8090, 8190):
                plane.fault(port, fault="drop_broadcast")
            lever.lay(1)
            plane.pay("lost")
            # It lives for two minutes.
            plane.fires("NodeDown", "PayoutsStuck", "SubmissionsOverdue", within=240)
            # He is back, ahead of the others, and says something else.
            plane.devnet("mine", {"blocks": 400}, 8290)
            lever.lay(8290)
            plane.fires("NodesDisagree")
            plane.kill("stranger")
            lever.lay(8190)

            # Clocks: a block from the future, and one from the past.
            plane.again("tron-client", **fake("+45s"))
            plane.fires("ClockSkew")
            self.assertTrue(until("a fast clock", lambda: plane.asked("lucid_clock_offset_seconds > 20")))
            plane.again("tron-client", **fake("-45s"))
            self.assertTrue(until("a slow clock", lambda: plane.asked("lucid_clock_offset_seconds < -10")))
            self.assertTrue(plane.asked('ALERTS{alertname="ClockSkew",service="tron-client"}'))
            plane.again("tron-client")

            plane.kill("devnet")
            plane.fires("NoNode", "ScannerLags")


def fake(offset):
    return {"LD_PRELOAD": tools.libfaketime(), "FAKETIME": offset, "FAKETIME_DONT_FAKE_MONOTONIC": "1", "FAKETIME_DISABLE_SHM": "1",
            "NO_FAKE_STAT": "1"}


class TestMoney(unittest.TestCase):
    def test_funds_limits_and_dead_services(self):
        hook = Hook()
        with Plane("money", lambda plane: policy(plane, 40)) as plane:
            plane.tells(hook)
            plane.ready()
            plane.pay("well", wait=True)
            plane.rests("EnergyShort")
            self.every_panel_has_data(plane)
            self.what_is_seen_is_listed(plane)

            # More at once than there is energy for, as first payments take most; then nine tenths of an hour's limit.
            for number in range(14):
                plane.pay(f"many-{number}", "0.1", to=scene.address(number + 1))
            plane.fires("EnergyShort")
            plane.pay("much", "36")
            plane.fires("LimitNearlyUsed")
            # More than the wallet has.
            plane.pay("too-much", "999")
            plane.fires("MoneyWaits")

            for _ in range(20):
                status, _ = fetched("http://127.0.0.1:8092/v1/payouts", headers={"authorization": "Bearer a.b.c"}.items())
                self.assertEqual(status, 401)
            plane.fires("CallsRejected")
            path = plane.home / "policy.toml"
            path.write_text("version = \"none\"\n")
            plane.fires("PolicyNotCurrent")

            plane.kill("forwarder")
            plane.fires("ForwarderDown")

            # payout-router dies: who asks it, follows it or forwards to it says so.
            plane.kill("payout-router")
            plane.pay("kept")
            key = (plane.home / "secrets/operator/merchant.key").read_text().strip()
            asking = threading.Event()
            threading.Thread(target=self.asks, args=(key, asking), daemon=True).start()
            plane.fires("ServiceDown", "ServiceFails", "FeedLate", "PeerUnknown", "DriverLate")
            asking.set()
            until(lambda: f"the webhook is told, not only {hook.heard}",
                  lambda: hook.has("firing", alertname="ServiceDown", service="payout-router", severity="critical"))
            self.assertEqual({(path, credentials) for path, credentials, _ in hook.heard}, {("/lucid", "Bearer the-webhooks-own")})
            plane.serve("payout-router")
            until("the webhook is told that it is over",
                  lambda: hook.has("resolved", alertname="ServiceDown", service="payout-router"))

            plane.lucid("freeze", "--reason", "a test")
            plane.fires("SigningFrozen")

    def every_panel_has_data(self, plane):
        dashboard = json.loads((ROOT / "compose/grafana/dashboards/plane.json").read_text())
        queries = {(panel["title"], target["expr"]) for panel in dashboard["panels"] for target in panel.get("targets", [])}
        self.assertGreater(len(queries), 50)
        # Somebody comes in by the forwarder, and goes.
        self.assertEqual(fetched("http://127.0.0.1:7096/health")[0], 200)
        until(lambda: f"data for {[query for query in queries if not plane.asked(query[1])]}",
              lambda: all(plane.asked(query) for _, query in queries))

    def what_is_seen_is_listed(self, plane):
        """docs/metrics.md against what Prometheus has of all six and of a forwarder."""
        lines = [line for line in (ROOT / "docs/metrics.md").read_text().splitlines() if line.startswith("| `lucid_")]
        listed = set()
        for line in lines:
            name = line[3:].split("`")[0].split("{")[0]
            listed |= {f"{name}_{part}" for part in ("bucket", "sum", "count")} if "Histogram" in line else {name}
        names = fetched("http://127.0.0.1:9090/api/v1/label/__name__/values")[1]["data"]
        seen = {name for name in names if name.startswith("lucid_")}
        # Only what a call to the token's module failed with begins with the first.
        self.assertEqual((seen - listed, listed - seen), (set(), {"lucid_token_rv_total"}))

    def asks(self, key, until_set):
        while not until_set.wait(0.1):
            fetched("http://127.0.0.1:8096/v1/payouts/nobody-knows", headers={"authorization": f"Bearer {key}"}.items())


class TestThief(unittest.TestCase):
    def test_what_nobody_decided(self):
        with Plane("thief", lambda plane: plane.set("payout-router", "reconciliation", permissions_ms=1000)) as plane:
            plane.ready()
            plane.pay("well", wait=True)
            plane.rests("EnergyShort")
            hot = plane.wallet("hot")

            # The token begins to take a fee between the signature and the block: the recipient gets less. Somebody gives
            # him his first USDT meanwhile, which leaves the energy that the fee takes.
            plane.fault(fault="busy_broadcast")
            plane.pay("less", "100", to=STRANGER)
            until("it is signed", lambda: plane.asked('lucid_submissions{stage="pending"} > 0'))
            plane.devnet("token", {"action": "set_fee", "basis_points": 10, "maximum": 10})
            plane.devnet("faucet", {"address": STRANGER, "usdt": "1"})
            time.sleep(5 * plane.block_ms / 1000)
            plane.heal()
            plane.fires("Mismatch", "PayoutNeedsReview")

            theft = {"owner_address": hot, "to_address": THIEF, "amount": 1000}
            plane.devnet("impersonate", {"type": "TransferContract", "contract": theft})
            plane.fires("Discrepancy", "SigningFrozen")

            keys = [{"address": hot, "weight": 1}, {"address": THIEF, "weight": 1}]
            active = {"type": "Active", "id": 2, "permission_name": "active", "threshold": 1,
                      "operations": f"02000080{'0' * 56}", "keys": keys}
            owner = {"type": "Owner", "permission_name": "owner", "threshold": 1, "keys": keys[:1]}
            taken = {"owner_address": hot, "owner": owner, "actives": [active]}
            plane.devnet("impersonate", {"type": "AccountPermissionUpdateContract", "contract": taken})
            plane.fires("PermissionDrift")


class Faulty:
    """A token that misbehaves on demand: crates/pkcs11-faults before SoftHSM."""

    def __init__(self, plane, canary_ms, capacity=4000):
        self.plan = plane.home / "faults"
        self.set()
        profile = (ROOT / "hsm/profiles/softhsm.toml").read_text().replace("capacity = 4000", f"capacity = {capacity}")
        (plane.home / "profile.toml").write_text(profile)
        plane.set("wallet-manager", "token", module=str(scene.programs / "libpkcs11_faults.so"), canary_ms=canary_ms,
                  profile=str(plane.home / "profile.toml"))
        plane.set("wallet-manager", "worker", backoff_ms=700, longest_backoff_ms=1500,
                  environment=["SOFTHSM2_CONF", "PKCS11_FAULTS_MODULE", "PKCS11_FAULTS_PLAN"])
        plane.environment["wallet-manager"] |= {"PKCS11_FAULTS_MODULE": softhsm(), "PKCS11_FAULTS_PLAN": str(self.plan)}

    def set(self, *lines):
        following = self.plan.with_suffix(".next")
        following.write_text("".join(f"{line}\n" for line in lines))
        following.rename(self.plan)


class TestToken(unittest.TestCase):
    def test_a_hanging_token_and_a_dying_worker(self):
        made = {}
        with Plane("token", lambda plane: made.update(token=Faulty(plane, canary_ms=200))) as plane:
            token = made["token"]
            plane.ready()
            plane.pay("well", wait=True)
            plane.rests("EnergyShort")

            token.set("C_Sign hang")
            plane.pay("hangs")
            plane.fires("UnsignedAttempts", "CanaryStale")
            token.set()
            plane.ready()

            # It dies again and again, each time for longer.
            for _ in range(5):
                until("a worker", plane.worker)
                with_signal(plane.worker(), signal.SIGKILL)
                time.sleep(1.5)
            plane.fires("WorkerRestarts", "WorkerDown", "TokenDown")

            token.set("C_GetTokenInfo pin-flag final-try")
            plane.fires("TokenNeedsOperator")

    def test_a_token_that_lies_and_one_that_no_longer_vouches(self):
        made = {}
        with Plane("liar", lambda plane: made.update(token=Faulty(plane, canary_ms=3_600_000, capacity=4))) as plane:
            token = made["token"]
            plane.ready()
            plane.fires("KeysFillToken")
            plane.pay("well", wait=True)

            token.set("C_Sign rv DEVICE_ERROR", "C_CreateObject rv FUNCTION_FAILED")
            plane.lucid("freeze", "--reason", "a record that nobody vouches for")
            plane.fires("AuditHeadStale", "CheckpointStale")

    def test_a_slow_token_and_one_whose_signature_is_none(self):
        made = {}
        with Plane("none", lambda plane: made.update(token=Faulty(plane, canary_ms=3_600_000))) as plane:
            plane.ready()
            plane.pay("well", wait=True)
            # Of signatures between 1 s and 5 s the 95th percentile is near 5 s, as their histogram has it.
            made["token"].set("C_Sign delay 1500")
            with paying(plane, "slow"):
                plane.fires("TokenSlow")
            made["token"].set("C_Sign other-key")
            plane.pay("lied")
            plane.fires("TokenLies")


@contextlib.contextmanager
def paying(plane, name):
    """Asks for a payout each second."""
    enough = threading.Event()

    def pay():
        for number in range(60):
            plane.pay(f"{name}-{number}", "0.1")
            if enough.wait(1):
                return
    payer = threading.Thread(target=pay)
    payer.start()
    try:
        yield
    finally:
        enough.set()
        payer.join()


def with_signal(process, which):
    if process:
        os.kill(process, which)


class TestAudit(unittest.TestCase):
    def test_a_full_an_old_and_an_edited_log(self):
        def spoil(plane):
            self.data = plane.home / "small"
            self.data.mkdir()
            subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m,mode=0700", "none", self.data], check=True)
            plane.set("wallet-manager", "server", data_dir=str(self.data))

        with Plane("audit", spoil) as plane:
            plane.ready()
            plane.pay("well", wait=True)
            plane.rests("EnergyShort")
            plane.kill("wallet-manager", signal.SIGTERM)
            old = {path.name: path.read_bytes() for path in self.data.iterdir() if path.is_file()}
            plane.serve("wallet-manager")
            plane.ready()
            plane.pay("later", wait=True)

            with open(self.data / "filler", "wb", buffering=0) as filler:
                fill(filler)
            for number in range(40):
                plane.pay(f"unwritten-{number}")
                if "AuditLogFails" in plane.firing():
                    break
            plane.fires("AuditLogFails")
            (self.data / "filler").unlink()

            # The database as it was before the last payouts, which the token knows of.
            plane.kill("wallet-manager", signal.SIGTERM)
            new = {path.name: path.read_bytes() for path in self.data.iterdir() if path.is_file()}
            self.put(old)
            plane.serve("wallet-manager")
            plane.fires("AuditCut")

            # The right one, in which somebody has removed by what name an attempt is found.
            plane.kill("wallet-manager", signal.SIGTERM)
            self.put(new)
            with sqlite3.connect(self.data / "wallet-manager.sqlite") as file:
                self.assertGreater(file.execute("DELETE FROM unique_keys WHERE noun = 'attempt'").rowcount, 0)
            plane.serve("wallet-manager")
            plane.fires("AuditAltered", "AuditMismatch")
            plane.kill("wallet-manager")
            subprocess.run(["umount", "--lazy", self.data], check=True)

    def put(self, files):
        for path in self.data.iterdir():
            path.unlink()
        for name, content in files.items():
            (self.data / name).write_bytes(content)


def fill(file):
    """Takes all the room that is left, to the last byte."""
    for size in (65536, 4096, 1):
        try:
            while True:
                file.write(bytes(size))
        except OSError:
            continue


class TestZEach(unittest.TestCase):
    """Comes last: unittest takes classes by their names."""

    def test_every_alert_has_fired_or_is_listed_with_its_reason(self):
        alerts = hasten.names((ROOT / "compose/prometheus/rules/alerts.yml").read_text())
        self.assertEqual(sorted(alerts - scene.seen), sorted(NOT_BROKEN_HERE))
        print(json.dumps({"alerts": len(alerts), "fired": len(alerts & scene.seen)}))
