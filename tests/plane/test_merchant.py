"""The merchant that a container plays: each of its orders is paid once, also when it is killed."""

import json
import re
import subprocess
import unittest
import urllib.request

import load
import plane

# As compose/devnet.yaml has it.
SUPPLIER = "TM7znG6GMSjncv3AUAsiwc54UrdFC1Vm9M"


def told():
    """The references that it has said to be settled."""
    said = subprocess.run(["docker", "logs", "lucid-merchant"], capture_output=True, text=True).stdout
    return set(re.findall(r"^(order-\d+) settled: 0\.01 USDT", said, re.MULTILINE))


class Merchant(unittest.TestCase):
    def test_its_orders_are_paid_once_each_and_it_says_so(self):
        load.fund(4000)
        plane.until("it has said that an order is settled", told)
        before = told()
        [first] = plane.kill("merchant")
        plane.until("the engine starts it anew", lambda: plane.pid("merchant") not in (0, first))
        plane.until("orders are settled again", lambda: len(told()) > len(before) + 1)
        plane.docker("stop", "--time", "5", "lucid-merchant")
        try:
            plane.until("all of its orders are settled", lambda: {order["stage"] for order in self.orders()} == {"settled"})
            paid = [txid for _, txid in load.transfers_to(SUPPLIER)]
            self.assertEqual(sorted(paid), sorted(order["attempts"][-1]["txid"] for order in self.orders()))
            self.assertGreaterEqual({order["reference"] for order in self.orders()}, told())
        finally:
            plane.docker("start", "lucid-merchant")

    def orders(self):
        """What payment-gateway knows of them."""
        key = (plane.home / "secrets/merchant/api.key").read_text().strip()
        wish = urllib.request.Request("http://127.0.0.1:8096/v1/payouts?limit=100", headers={"authorization": f"Bearer {key}"})
        with urllib.request.urlopen(wish, timeout=10) as answer:
            return json.load(answer)["payouts"]
