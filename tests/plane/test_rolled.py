"""Each service is rolled to another image, one by one, while 200 payouts are asked for."""

import time
import unittest

import load
import plane
import seen

# Two of the forwarders' kind; all of them have one image.
ROLLED = [*plane.SERVICES, "hall", "door", "chain"]


def rebuilt(name):
    """The same programs in an image of another digest, under the same name."""
    image = plane.inspect(name)["Config"]["Image"]
    made = plane.docker("create", image).strip()
    plane.docker("commit", "--change", f"LABEL org.opencontainers.image.version=0.1.0-{time.time_ns()}", made, image)
    plane.docker("rm", made)
    return plane.docker("image", "inspect", "--format", "{{.Id}}", image).strip()


class Rolled(unittest.TestCase):
    def test_one_by_one_to_rebuilt_images(self):
        load.fund(4000)
        wanted, threads = load.Load("rolled"), []
        for turn, name in enumerate(ROLLED):
            with self.subTest(rolled=name):
                others = {other: plane.inspect(other)["Id"] for other in plane.ALL if other != name}
                image, since = rebuilt(name), time.time()
                self.assertNotEqual(plane.inspect(name)["Image"], image)
                threads += wanted.begin(-(-len(wanted.waiting) // (len(ROLLED) - turn)))
                plane.compose("up", "-d", "--no-deps", name)
                self.assertEqual(plane.inspect(name)["Image"], image)
                plane.until(f"{name} is healthy", lambda: plane.health(name) == "healthy")
                self.assertEqual(others, {other: plane.inspect(other)["Id"] for other in others}, "the others run on")
                if name in plane.SERVICES:
                    seen.started_anew(name, since)
                if name in seen.SCRAPED:
                    seen.up_again(name)
        wanted.settle(threads)
        wanted.check()
