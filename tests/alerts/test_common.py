"""What befalls a plane in the field, with no alert of its own: some alert must say so, and which is said here."""

import contextlib
import secrets
import shutil
import signal
import sqlite3
import unittest

from scene import Plane, USUAL, until


class TestCommon(unittest.TestCase):
    def test_stopped_processes_wrong_keys_and_locked_databases(self):
        with Plane("common") as plane:
            plane.ready()
            plane.pay("well", wait=True)
            plane.rests(*USUAL)

            # It is there and answers nobody.
            plane.processes["usdt-manager"].send_signal(signal.SIGSTOP)
            plane.fires("ServiceDown")
            plane.processes["usdt-manager"].send_signal(signal.SIGCONT)
            plane.ends("ServiceDown")

            # Somebody else has the database: nothing is written, though nothing is due.
            with contextlib.closing(sqlite3.connect(plane.database("trx-staking"), isolation_level=None)) as other:
                other.execute("BEGIN IMMEDIATE")
                plane.fires("PartFails")
                other.execute("ROLLBACK")
            plane.ends("PartFails")

            # The token's owner stops all transfers.
            plane.devnet("token", {"action": "pause"})
            plane.pay("paused")
            plane.fires("MoneyWaits")
            plane.devnet("token", {"action": "unpause"})
            until("it goes on", lambda: plane.asked('lucid_payouts{stage="settled"} == 2'))
            plane.ends("MoneyWaits")

            # payout-router signs with another authority key than its siblings know, then calls with another call key.
            self.with_another_key(plane, "payout-router", "authority.key", "refused", "PayoutsFail")
            self.with_another_key(plane, "payout-router", "call.key", "unheard", "CallsRejected", "FeedLate")

    def with_another_key(self, plane, service, name, reference, *alerts):
        path = plane.home / "secrets" / service / name
        kept = path.with_suffix(".kept")
        shutil.move(path, kept)
        path.write_text(secrets.token_hex(32) + "\n")
        path.chmod(0o400)
        plane.again(service)
        plane.pay(reference)
        plane.fires(*alerts)
        path.unlink()
        shutil.move(kept, path)
        plane.again(service)
        plane.ends(*alerts)
