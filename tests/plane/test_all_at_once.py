"""The whole plane goes down at once while 200 payouts are asked for, and is started anew."""

import unittest

import load
import plane
import seen


class AllAtOnce(unittest.TestCase):
    def test_the_whole_plane_is_killed_and_started_anew(self):
        load.fund(4000)
        wanted = load.Load("all-at-once")
        threads = wanted.begin(100)
        plane.docker("kill", "--signal", "KILL", *(f"lucid-{name}" for name in [*plane.ALL, "merchant"]))
        # The others are asked for at a gateway that is not there, until it is.
        threads += wanted.begin(100, answered=False)
        seen.until("that all are down", 'max(up{job="lucid"})', lambda up: up == 0)
        plane.compose("up", "-d")
        plane.until_healthy()
        seen.until("that all are up", 'min(up{job="lucid"})', lambda up: up == 1)
        wanted.settle(threads)
        wanted.check()
