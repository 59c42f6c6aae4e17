"""Each alert, fired by what it is for. One breakage fires several; what is healthy fires none."""

import json
import os
import re
import threading
import time
import unittest

import scene
import tools
from scene import Hook, Lever, Plane, ROOT, USUAL, fetched, until

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
            plane.rests(*USUAL)

            # One node is slow, then refuses every request.
            plane.fault(port=8190, fault="late", ms=3000)
            plane.fires("NodeSlow")
            plane.heal(port=8190)
            plane.fault(port=8190, fault="rate_limited")
            plane.fires("NodeFails")
            plane.heal(port=8190)
            plane.ready()

            # A transaction is lost, and the only one who could confirm that it is not on the chain is gone.
            for port in (8090, 8190):
                plane.fault(port, fault="drop_broadcast")
            lever.lay(1)
            plane.pay("lost")
            # It lives for two minutes.
            plane.fires("NodeDown", "PayoutsStuck", "SubmissionsOverdue", "LeaseHeld", within=240)
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
            plane.fires("NoNode", "ScannerLags", "WalletsUnread")


def started(plane, service):
    """When it started, as Prometheus saw it last."""
    found = plane.asked(f'lucid_start_timestamp_seconds{{service="{service}"}}')
    return found[0]["value"][1] if found else None


def fake(offset):
    return {"LD_PRELOAD": tools.libfaketime(), "FAKETIME": offset, "FAKETIME_DONT_FAKE_MONOTONIC": "1", "FAKETIME_DISABLE_SHM": "1",
            "NO_FAKE_STAT": "1"}


class TestMoney(unittest.TestCase):
    def test_funds_limits_and_dead_services(self):
        hook = Hook()
        def spoil(plane):
            policy(plane, 40)
            # Of the thousand that the wallet has.
            plane.set("payout-router", "funds", usdt_least="970")

        with Plane("money", spoil) as plane:
            plane.tells(hook)
            plane.ready()
            plane.pay("well", wait=True)
            plane.rests(*USUAL)
            self.every_panel_has_data(plane)
            self.what_is_seen_is_listed(plane)

            # More at once than there is energy for, as first payments take most; then nine tenths of an hour's limit.
            for number in range(14):
                plane.pay(f"many-{number}", "0.1", to=scene.address(number + 1))
            plane.fires("EnergyShort", "EnergyLow")
            plane.pay("much", "36", wait=True)
            plane.fires("LimitNearlyUsed", "WalletShort")
            # More than the policy allows in an hour.
            plane.pay("over", "9")
            plane.fires("SignaturesRefused")
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

            # It was backed up, three days ago.
            key = re.search("age1\\S+", plane.lucid("backup", "--keygen", scene.top / "backup.key"))[0]
            plane.lucid("backup", scene.top / "plane.age", "--recipient", key)
            self.assertTrue(until("the backup is seen", lambda: plane.asked("count(time() - lucid_backup_timestamp_seconds < 60) == 6")))
            ago = time.time() - 3 * 86400
            os.utime(plane.database("usdt-manager").with_suffix(".sqlite.copied"), (ago, ago))
            plane.fires("BackupOld")

            # Rows that nobody can read, or must read.
            plane.edit("payout-router", "UPDATE noun_wallet SET body = '{}', next_at = 0 WHERE seq = 1")
            plane.fires("RowsParked", "PartFails")
            plane.edit("trx-staking", "UPDATE noun_delegation SET stage = 'needs_review' WHERE seq = 1")
            plane.fires("StakingNeedsReview")
            until("who starts again and again is told of", lambda: self.restarts(plane, "usdt-manager"))
            plane.fires("ServiceRestarts")
            self.nobody_is_told(plane, hook)

    def restarts(self, plane, service):
        """One more start, which Prometheus sees; whether that was one too many."""
        before = started(plane, service)
        plane.kill(service)
        plane.serve(service)
        until("it is seen to start", lambda: started(plane, service) not in (None, before))
        return "ServiceRestarts" in plane.firing()

    def nobody_is_told(self, plane, hook):
        """What watches the plane breaks itself."""
        hook.server.shutdown()
        hook.server.server_close()
        plane.fires("AlertsUntold")
        plane.kill("alertmanager")
        plane.fires("AlertmanagerDown")
        config = plane.home / "prometheus/prometheus.yml"
        text = config.read_text()
        config.write_text(text + "an error: [")
        plane.reload("prometheus")
        plane.fires("RulesFail")
        config.write_text("".join(line for line in text.splitlines(True) if ":8095" not in line))
        plane.reload("prometheus")
        plane.fires("TargetsMissing")

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
            plane.rests(*USUAL)
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
