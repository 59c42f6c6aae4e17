"""The images for the other architecture, under qemu: each answers for its health, one of them that qemu cannot confine it."""

import subprocess
import unittest

import foreign
import made
from engine import Engine
from plane import STRICT, Plane, health

# qemu has no seccomp, and nothing signs without its filter.
REFUSAL = "the filter of system calls cannot be installed"


class Emulated(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.enterClassContext(foreign.arm64())
        cls.engine = Engine()
        cls.addClassCleanup(cls.engine.close)
        cls.engine.run("load", "--input", made.RESULT / "images-arm64.tar")

    def test_every_service_is_for_arm64_and_answers_for_its_health(self):
        plane = Plane(self.engine, "emulated", "arm64", made.SOFTHSM)
        plane.make()
        # Making it has loaded SoftHSM for arm64 into wallet-manager, which has made a token.
        with plane.up():
            for service in made.SERVICES:
                with self.subTest(service):
                    self.answers_for_its_health(plane, service)

    def test_wallet_manager_loads_a_module_for_arm64_that_is_mounted_from_outside(self):
        plane = Plane(self.engine, "mounted", "arm64", "wallet-manager")
        # As above: the module has made a token.
        plane.make()
        plane.start("wallet-manager")
        self.addCleanup(plane.remove, "wallet-manager")
        self.answers_for_its_health(plane, "wallet-manager")

    def answers_for_its_health(self, plane, service):
        answered = plane.until(lambda: health(service, "/health/live"), f"{service} answers", 180)
        self.assertEqual(answered[0], 200)
        status, page = plane.until(lambda: health(service), f"{service} answers for its health", 180)
        self.assertEqual(page["name"], service)
        about = self.engine.run("inspect", "--format", "{{.Image}}", plane.container(service)).strip()
        self.assertEqual(self.engine.run("image", "inspect", "--format", "{{.Architecture}}", about).strip(), "arm64")
        if service == "wallet-manager":
            # It must say so, and not be ready.
            self.assertEqual(health(service, "/health/ready")[0], 503)
            self.assertIn(REFUSAL, str(page))
            return
        self.assertEqual(status, 200)
        plane.until(lambda: health(service, "/health/ready")[0] == 200, f"{service} is ready", 180)

    def test_the_operators_command_runs(self):
        said = self.engine.run("run", "--rm", "--platform=linux/arm64", *STRICT, made.images()["lucid"], "--version")
        self.assertRegex(said, r"^lucid \d")

    def test_the_forwarder_listens_and_refuses_to_serve_unconfined(self):
        words = ["docker", "run", "--rm", "--platform=linux/arm64", *STRICT, made.images()["forwarder"], "serve",
                 "--pass=tcp:127.0.0.1:8400=tcp:127.0.0.1:8401"]
        done = subprocess.run(words, env=self.engine.environment, capture_output=True, text=True, timeout=180)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("listening", done.stdout + done.stderr)
        self.assertIn("cannot be confined", done.stderr)
