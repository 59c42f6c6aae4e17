"""Any one is killed or started anew, by the engine alone; the others go on, and money moves once."""

import unittest

import load
import plane


class Survival(unittest.TestCase):
    def test_a_restart_of_any_one_is_survived_by_the_others(self):
        wanted, threads = load.Load("restarted", len(plane.ALL)), []
        for name in plane.ALL:
            with self.subTest(restarted=name):
                others = {other: plane.inspect(other)["State"]["StartedAt"] for other in plane.ALL if other != name}
                plane.docker("restart", "--time", "10", f"lucid-{name}")
                plane.until(f"{name} is healthy", lambda: plane.health(name) == "healthy")
                self.assertEqual(others, {other: plane.inspect(other)["State"]["StartedAt"] for other in others})
                threads += wanted.begin(1)
        wanted.settle(threads)
        wanted.check()

    def test_what_is_killed_comes_back(self):
        # All of them, so that each comes back to siblings that are not there yet; test_killed does it one by one.
        wanted = load.Load("come-back", 20)
        threads = wanted.begin(10)
        first = dict(zip(plane.ALL, plane.kill(*plane.ALL)))
        threads += wanted.begin(10)
        for name, process in first.items():
            plane.until(f"{name} is started anew", lambda: plane.pid(name) not in (0, process))
        plane.until_healthy()
        wanted.settle(threads)
        wanted.check()
