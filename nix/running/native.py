"""This machine's images in an engine: loaded, run without rights, asked for their health; a payment by mounted module."""

import json
import unittest

import made
from engine import Engine
from plane import STRICT, Plane, asked, health

# Where the forwarder listens in place of a service.
PASSED = 8400


class Native(unittest.TestCase):
    """wallet-manager's image has no module; it loads one that is mounted from outside, and signs."""

    IMAGE = "wallet-manager"

    @classmethod
    def setUpClass(cls):
        cls.engine = Engine()
        cls.addClassCleanup(cls.engine.close)
        cls.loaded = cls.engine.run("load", "--input", made.RESULT / "images-amd64.tar")
        cls.plane = Plane(cls.engine, "native", "amd64", cls.IMAGE)
        cls.plane.make()
        running = cls.plane.up("--prepare")
        running.__enter__()
        cls.addClassCleanup(running.__exit__, None, None, None)
        cls.plane.until(lambda: "Ready." in cls.plane.said(), "the plane is ready", 180)

    def test_docker_loads_every_image(self):
        loaded = {line.removeprefix("Loaded image: ") for line in self.loaded.splitlines()}
        self.assertEqual(loaded, set(made.images("images").values()))
        self.assertEqual(made.images().keys() - made.images("images").keys(), made.OBSERVABILITY.keys())

    def test_every_service_answers_that_it_is_ready(self):
        for service in made.SERVICES:
            with self.subTest(service):
                status, page = health(service)
                self.assertEqual((status, page["name"], page["status"]), (200, service, "ready"), page)

    def test_the_healthcheck_is_the_program_itself_and_finds_it_healthy(self):
        for program in ["devnet", *made.SERVICES]:
            with self.subTest(program):
                container = self.plane.container(program)
                test = json.loads(self.engine.run("inspect", "--format", "{{json .Config.Healthcheck.Test}}", container))
                self.assertEqual(test[:3], ["CMD", f"/usr/bin/{program}", "healthcheck"])
                self.engine.run("exec", container, *test[1:])
                self.plane.until(lambda: self.engine.run("inspect", "--format", "{{.State.Health.Status}}", container)
                                 .strip() == "healthy", f"{program} is healthy", 20)

    def test_a_service_that_does_not_listen_is_not_healthy(self):
        reference = made.images()["tron-client"]
        with self.assertRaises(RuntimeError):
            self.engine.run("run", "--rm", "--network=none", "--env=LUCID_SERVER__LISTEN=127.0.0.1:1", reference, "healthcheck")

    def test_every_process_is_without_rights(self):
        for program in ["devnet", *made.SERVICES]:
            with self.subTest(program):
                pid = self.engine.run("inspect", "--format", "{{.State.Pid}}", self.plane.container(program)).strip()
                status = dict(line.split(":\t", 1) for line in open(f"/proc/{pid}/status").read().splitlines() if ":\t" in line)
                self.assertEqual(status["Uid"].split(), ["65532"] * 4)
                self.assertEqual(status["Gid"].split(), ["65532"] * 4)
                self.assertEqual([status[name] for name in ("CapEff", "CapPrm", "CapBnd", "NoNewPrivs")],
                                 ["0" * 16, "0" * 16, "0" * 16, "1"])

    def test_a_payment_is_made(self):
        payout = self.plane.lucid("payout", "create", "--to", "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t", "--amount", "25",
                                  "--reference", "from-containers", "--wait", seconds=60)
        self.assertEqual((payout["stage"], payout["amount"]), ("settled", "25"), payout)
        self.assertIn(self.plane.module, self.maps("wallet-manager"))

    def test_the_operators_command_runs(self):
        said = self.engine.run("run", "--rm", *STRICT, made.images()["lucid"], "--version")
        self.assertRegex(said, r"^lucid \d")

    def test_the_forwarder_passes_what_arrives_and_says_that_it_serves(self):
        port = made.SERVICES["tron-client"]
        self.engine.run("run", "--detach", "--rm", "--name", "forwarder", *STRICT, made.images()["forwarder"], "serve",
                        f"--pass=tcp:127.0.0.1:{PASSED}=tcp:127.0.0.1:{port}")
        self.addCleanup(self.engine.run, "rm", "--force", "forwarder")
        status, page = self.plane.until(lambda: asked(PASSED, "/health"), "the forwarder passes", 20)
        self.assertEqual((status, page["name"]), (200, "tron-client"))
        self.plane.until(lambda: self.engine.run("inspect", "--format", "{{.State.Health.Status}}", "forwarder").strip()
                         == "healthy", "the forwarder is healthy", 20)

    def maps(self, program):
        """The files that a container's processes have mapped."""
        pids = self.engine.run("top", self.plane.container(program), "-eo", "pid").split()[1:]
        return {line.split(None, 5)[5] for pid in pids for line in open(f"/proc/{pid}/maps").read().splitlines()
                if len(line.split(None, 5)) == 6}
