"""tron-client loses its node while 200 payouts are asked for: its forwarder's cable is pulled."""

import unittest

import load
import plane
import seen


class CutOff(unittest.TestCase):
    def test_no_way_to_the_node(self):
        load.fund(4000)
        wanted = load.Load("cut-off")
        threads = wanted.begin(100)
        plane.docker("network", "disconnect", "lucid-chain-out", "lucid-chain")
        try:
            threads += wanted.begin(100)
            seen.until("no node", 'max(lucid_node_up{service="tron-client"})', lambda up: up == 0)
            seen.fires("NoNode")
            # It is the node that is gone, not who asks for it.
            seen.up_again("tron-client")
        finally:
            plane.docker("network", "connect", "lucid-chain-out", "lucid-chain")
        seen.until("the node again", 'max(lucid_node_up{service="tron-client"})', lambda up: up == 1)
        wanted.settle(threads)
        wanted.check()
