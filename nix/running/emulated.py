"""The images for the other architecture, under qemu: each answers for its health, one of them that qemu cannot confine it."""

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
                    answered = plane.until(lambda: health(service, "/health/live"), f"{service} answers", 180)
                    self.assertEqual(answered[0], 200)
                    status, page = plane.until(lambda: health(service), f"{service} answers for its health", 180)
                    self.assertEqual(page["name"], service)
                    about = self.engine.run("inspect", "--format", "{{.Image}}", plane.container(service)).strip()
                    found = self.engine.run("image", "inspect", "--format", "{{.Architecture}}", about).strip()
                    self.assertEqual(found, "arm64")
                    if service == "wallet-manager":
                        # qemu has no seccomp, and nothing signs without its filter: it must say so, and not be ready.
                        self.assertEqual(health(service, "/health/ready")[0], 503)
                        self.assertIn(refusal, str(page))
                        continue
                    self.assertEqual(status, 200)
                    plane.until(lambda: health(service, "/health/ready")[0] == 200, f"{service} is ready", 180)
