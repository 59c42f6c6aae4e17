"""Each alert on the token, its worker and the audit log, fired by what it is for."""

import contextlib
import os
import signal
import sqlite3
import subprocess
import threading
import time
import unittest

import scene
from scene import Plane, ROOT, USUAL, softhsm, until


class Faulty:
    """A token that misbehaves on demand: crates/pkcs11-faults before SoftHSM."""

    def __init__(self, plane, canary_ms, capacity=4000):
        self.plan = plane.home / "faults"
        self.set()
        profile = (ROOT / "hsm/profiles/softhsm.toml").read_text().replace("capacity = 4000", f"capacity = {capacity}")
        (plane.home / "profile.toml").write_text(profile)
        plane.set("wallet-manager", "token", module=str(scene.programs / "libpkcs11_faults.so"), canary_ms=canary_ms,
                  profile=str(plane.home / "profile.toml"), sessions=3)
        plane.set("wallet-manager", "worker", backoff_ms=700, longest_backoff_ms=1500,
                  environment=["SOFTHSM2_CONF", "PKCS11_FAULTS_MODULE", "PKCS11_FAULTS_PLAN"])
        plane.environment["wallet-manager"] |= {"PKCS11_FAULTS_MODULE": softhsm(), "PKCS11_FAULTS_PLAN": str(self.plan)}

    def set(self, *lines):
        following = self.plan.with_suffix(".next")
        following.write_text("".join(f"{line}\n" for line in lines))
        following.rename(self.plan)


class TestToken(unittest.TestCase):
    def test_a_hanging_token_and_a_dying_worker(self):
        made = {}
        with Plane("token", lambda plane: made.update(token=Faulty(plane, canary_ms=200))) as plane:
            token = made["token"]
            plane.ready()
            plane.pay("well", wait=True)
            plane.rests(*USUAL)

            token.set("C_Sign hang")
            plane.pay("hangs")
            plane.fires("UnsignedAttempts", "CanaryStale")
            token.set()
            plane.ready()

            # The next worker finds a device that has two sessions left: one for the login, one that signs.
            token.set("C_OpenSession rv SESSION_COUNT after 2")
            with_signal(plane.worker(), signal.SIGKILL)
            plane.fires("TokenSessionsLost")
            token.set()

            # It dies again and again, each time for longer.
            for _ in range(5):
                until("a worker", plane.worker)
                with_signal(plane.worker(), signal.SIGKILL)
                time.sleep(1.5)
            plane.fires("WorkerRestarts", "WorkerDown", "TokenDown")

            token.set("C_GetTokenInfo pin-flag final-try")
            plane.fires("TokenNeedsOperator")

    def test_a_token_that_lies_and_one_that_no_longer_vouches(self):
        made = {}
        with Plane("liar", lambda plane: made.update(token=Faulty(plane, canary_ms=3_600_000, capacity=4))) as plane:
            token = made["token"]
            plane.ready()
            plane.fires("KeysFillToken")
            plane.pay("well", wait=True)

            token.set("C_Sign rv DEVICE_ERROR", "C_CreateObject rv FUNCTION_FAILED")
            plane.lucid("freeze", "--reason", "a record that nobody vouches for")
            plane.fires("AuditHeadStale", "CheckpointStale")

    def test_a_slow_token_and_one_whose_signature_is_none(self):
        made = {}
        with Plane("none", lambda plane: made.update(token=Faulty(plane, canary_ms=3_600_000))) as plane:
            plane.ready()
            plane.pay("well", wait=True)
            # Of signatures between 1 s and 5 s the 95th percentile is near 5 s, as their histogram has it.
            made["token"].set("C_Sign delay 1500")
            with paying(plane, "slow"):
                plane.fires("TokenSlow", "ServiceSlow")
            made["token"].set("C_Sign other-key")
            plane.pay("lied")
            plane.fires("TokenLies")


@contextlib.contextmanager
def paying(plane, name):
    """Asks for a payout each second."""
    enough = threading.Event()

    def pay():
        for number in range(60):
            plane.pay(f"{name}-{number}", "0.1")
            if enough.wait(1):
                return
    payer = threading.Thread(target=pay)
    payer.start()
    try:
        yield
    finally:
        enough.set()
        payer.join()


def with_signal(process, which):
    if process:
        os.kill(process, which)


class TestAudit(unittest.TestCase):
    def test_a_full_an_old_and_an_edited_log(self):
        def spoil(plane):
            self.data = plane.home / "small"
            self.data.mkdir()
            subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m,mode=0700", "none", self.data], check=True)
            plane.set("wallet-manager", "server", data_dir=str(self.data))

        with Plane("audit", spoil) as plane:
            plane.ready()
            plane.pay("well", wait=True)
            plane.rests(*USUAL)
            plane.kill("wallet-manager", signal.SIGTERM)
            old = {path.name: path.read_bytes() for path in self.data.iterdir() if path.is_file()}
            plane.serve("wallet-manager")
            plane.ready()
            plane.pay("later", wait=True)

            with open(self.data / "filler", "wb", buffering=0) as filler:
                fill(filler)
            for number in range(40):
                plane.pay(f"unwritten-{number}")
                if "AuditLogFails" in plane.firing():
                    break
            plane.fires("AuditLogFails", "VolumeFills")
            (self.data / "filler").unlink()

            # The database as it was before the last payouts, which the token knows of.
            plane.kill("wallet-manager", signal.SIGTERM)
            new = {path.name: path.read_bytes() for path in self.data.iterdir() if path.is_file()}
            self.put(old)
            plane.serve("wallet-manager")
            plane.fires("AuditCut")

            # The right one, in which somebody has removed by what name an attempt is found.
            plane.kill("wallet-manager", signal.SIGTERM)
            self.put(new)
            with sqlite3.connect(self.data / "wallet-manager.sqlite") as file:
                self.assertGreater(file.execute("DELETE FROM unique_keys WHERE noun = 'attempt'").rowcount, 0)
            plane.serve("wallet-manager")
            plane.fires("AuditAltered", "AuditMismatch")
            plane.kill("wallet-manager")
            subprocess.run(["umount", "--lazy", self.data], check=True)

    def put(self, files):
        for path in self.data.iterdir():
            path.unlink()
        for name, content in files.items():
            (self.data / name).write_bytes(content)


def fill(file):
    """Takes all the room that is left, to the last byte."""
    for size in (65536, 4096, 1):
        try:
            while True:
                file.write(bytes(size))
        except OSError:
            continue
