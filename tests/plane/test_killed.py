"""Each container is killed in turn while 200 payouts are asked for."""

import unittest

import load
import plane
import seen


class Killed(unittest.TestCase):
    def test_kill_9_of_each_in_turn_loses_nothing_and_pays_nothing_twice(self):
        load.fund(4000)
        wanted = load.Load("killed")
        turns, threads = [*plane.ALL, "merchant"], []
        for turn, name in enumerate(turns):
            with self.subTest(killed=name):
                left = len(turns) - turn
                threads += wanted.begin(-(-len(wanted.waiting) // left))
                if name in seen.SCRAPED:
                    # It stays dead until Prometheus has looked, however quick the engine is.
                    plane.docker("update", "--restart=no", f"lucid-{name}")
                    plane.kill(name)
                    seen.down(name)
                    plane.docker("update", "--restart=unless-stopped", f"lucid-{name}")
                    plane.docker("start", f"lucid-{name}")
                else:
                    [first] = plane.kill(name)
                    plane.until(f"the engine starts {name} anew", lambda: plane.pid(name) not in (0, first))
                plane.until(f"{name} is healthy", lambda: plane.health(name) in ("healthy", None))
        wanted.settle(threads)
        wanted.check()
