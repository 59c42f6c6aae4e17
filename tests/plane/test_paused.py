"""The signer stands still for a minute while 200 payouts are asked for."""

import unittest

import load
import plane
import seen


class Paused(unittest.TestCase):
    def test_a_minute_of_a_signer_that_stands_still(self):
        load.fund(4000)
        wanted = load.Load("paused")
        threads = wanted.begin(100)
        plane.docker("pause", "lucid-wallet-manager")
        try:
            seen.down("wallet-manager")
            threads += wanted.begin(100)
            seen.fires("ServiceDown")
            # The minute is over when Prometheus has looked for so long and found nobody.
            seen.until("a whole minute of it", 'max(max_over_time(up{service="wallet-manager"}[60s]))', lambda up: up == 0)
        finally:
            plane.docker("unpause", "lucid-wallet-manager")
        seen.up_again("wallet-manager")
        plane.until_healthy()
        wanted.settle(threads)
        wanted.check()
