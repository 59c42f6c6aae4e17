"""Any one is killed or started anew; the others go on, and money moves once."""

import os
import signal
import unittest

import plane


class Survival(unittest.TestCase):
    def test_a_restart_of_any_one_is_survived_by_the_others(self):
        for name in plane.ALL:
            with self.subTest(restarted=name):
                others = {other: plane.inspect(other)["State"]["StartedAt"] for other in plane.ALL if other != name}
                plane.docker("restart", "--time", "10", f"lucid-{name}")
                plane.until_healthy()
                self.assertEqual(others, {other: plane.inspect(other)["State"]["StartedAt"] for other in others})
                self.assertEqual(plane.pay(f"after-restart-of-{name}")["stage"], "settled")

    def test_what_is_killed_comes_back(self):
        before = self.paid()
        for name in plane.ALL:
            with self.subTest(killed=name):
                first = plane.pid(name)
                os.kill(first, signal.SIGKILL)
                plane.until(f"{name} is started anew", lambda: plane.pid(name) not in (0, first))
                plane.until_healthy()
                self.assertEqual(plane.pay(f"after-death-of-{name}")["stage"], "settled")
        # The same requests again are the same payouts.
        for name in plane.ALL:
            plane.pay(f"after-death-of-{name}")
        self.assertEqual(self.paid() - before, len(plane.ALL) * 1_000_000)

    def test_the_whole_plane_is_started_anew(self):
        before = self.paid()
        plane.compose("stop", "--timeout", "10")
        plane.compose("up", "-d")
        plane.until_healthy()
        plane.until("ready", lambda: "ready" in plane.lucid("status"))
        plane.pay("after-all")
        self.assertEqual(self.paid() - before, 1_000_000)

    def paid(self):
        """What the recipient has on the chain, in micro-USDT: the devnet's word, not the plane's."""
        import json
        import urllib.request
        genesis = json.loads(plane.call(plane.lucid_program.parent / "devnet", "genesis", "--json"))
        asked = {"owner_address": plane.RECIPIENT, "contract_address": genesis["usdt_contract"], "visible": True,
                 "function_selector": "balanceOf(address)", "parameter": word(plane.RECIPIENT)}
        request = urllib.request.Request("http://127.0.0.1:8090/walletsolidity/triggerconstantcontract", json.dumps(asked).encode())
        with urllib.request.urlopen(request, timeout=5) as answer:
            return int(json.load(answer)["constant_result"][0], 16)


def word(address):
    """An address as a contract's argument: base58check decoded, its 20 bytes in 32."""
    digits = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
    number = 0
    for sign in address:
        number = number * 58 + digits.index(sign)
    return number.to_bytes(25, "big")[1:21].hex().rjust(64, "0")
