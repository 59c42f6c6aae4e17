"""The images for the other architecture, under qemu: each answers for its health, but for the one that qemu cannot confine."""

import unittest

import foreign
import made
from engine import Engine
from plane import Plane, health


class Emulated(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.enterClassContext(foreign.arm64())
        cls.engine = Engine()
        cls.addClassCleanup(cls.engine.close)
        cls.engine.run("load", "--input", made.RESULT / "images-arm64.tar")

    def test_every_image_is_for_arm64_and_answers_for_its_health(self):
        plane = Plane(self.engine, "emulated", "arm64", made.SOFTHSM)
        plane.make()
        # Making it has loaded SoftHSM for arm64 into wallet-manager, which has made a token.
        refusal = "the filter of system calls cannot be installed"
        with plane.up():
            for service in made.SERVICES:
                with self.subTest(service):
                    if service == "wallet-manager":
                        # qemu has no seccomp, and nothing signs without its filter: it must say so and end.
                        plane.until(lambda: refusal in plane.logs(), "wallet-manager refuses to sign unconfined", 180)
                        continue
                    status, page = plane.until(lambda: health(service), f"{service} answers", 180)
                    self.assertEqual((status, page["name"]), (200, service))
                    about = self.engine.run("inspect", "--format", "{{.Image}}", plane.container(service)).strip()
                    found = self.engine.run("image", "inspect", "--format", "{{.Architecture}}", about).strip()
                    self.assertEqual(found, "arm64")
                    plane.until(lambda: health(service, "/health/ready")[0] == 200, f"{service} is ready", 180)
