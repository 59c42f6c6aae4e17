"""The SoftHSM variant signs with the module that it brings: `lucid demo` from nothing, checked against the chain."""

import unittest

import made
from engine import Engine
from plane import Plane


class Signing(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.engine = Engine()
        cls.addClassCleanup(cls.engine.close)
        cls.engine.run("load", "--input", made.RESULT / "images-amd64.tar")

    def test_the_demo_pays_with_keys_of_the_software_token(self):
        plane = Plane(self.engine, "softhsm", "amd64", made.SOFTHSM)
        told = plane.lucid("demo", "--keep")
        self.assertEqual([payout["state"] for payout in told["payouts"]], ["settled"] * 3, told)
        self.assertEqual(told["token"], {"label": "lucid", "key_extractable": False})
