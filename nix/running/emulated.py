"""The images for the other architecture: the whole plane, program by program under qemu, and each answers for its health."""

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
        with plane.up():
            for service in made.SERVICES:
                with self.subTest(service):
                    status, page = plane.until(lambda: health(service), f"{service} answers", 180)
                    self.assertEqual((status, page["name"]), (200, service))
                    about = self.engine.run("inspect", "--format", "{{.Image}}", plane.container(service)).strip()
                    found = self.engine.run("image", "inspect", "--format", "{{.Architecture}}", about).strip()
                    self.assertEqual(found, "arm64")
            # qemu cannot install the filter of system calls without which wallet-manager's worker does not start: it says so.
            for service in made.SERVICES.keys() - {"wallet-manager"}:
                with self.subTest(service):
                    plane.until(lambda: health(service, "/health/ready")[0] == 200, f"{service} is ready", 180)
