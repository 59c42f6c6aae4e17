"""The machine is lost, and the plane put back onto empty volumes by the lines of docs/backup.md, from a backup that was made
while it paid and is older than its last payouts. It starts frozen, and pays nothing twice."""

import json
import os
import re
import subprocess
import unittest

import load
import plane
import seen

OWN_VOLUMES = {"tron-wallets", *(f"lucid-{name}" for name in plane.SERVICES if name != "wallet-manager")}
OPERATORS = ["first", "second"]


def line():
    """The docker line of docs/backup.md, as one shell command."""
    text = (plane.ROOT / "docs/backup.md").read_text()
    [found] = re.findall(r"^```\n(docker run.*?)^```", text, re.MULTILINE | re.DOTALL)
    return found


class Restored(unittest.TestCase):
    def setUp(self):
        self.place = plane.home.parent / "backups"
        self.place.mkdir()
        self.key = json.loads(plane.lucid("--json", "backup", "--keygen", self.place / "backup.key"))["recipient"]

    def by_the_book(self, *changes):
        """Runs the line, with what the reader is to put into it."""
        words = line()
        for was, becomes in [("/backups:/backups", f"{self.place}:/backups"), ("age1…", self.key), *changes]:
            self.assertIn(was, words)
            words = words.replace(was, becomes)
        done = subprocess.run(["bash", "-c", words], capture_output=True, text=True, timeout=300,
                              env={**os.environ, "LUCID_HOME": str(plane.home)})
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def lose_machine(self):
        """All containers of the plane and everything that they had; the chain goes on."""
        own = [name for name in plane.everything() if name not in ("devnet", "devnet-door", *plane.WATCHING)]
        plane.docker("rm", "--force", *(f"lucid-{name}" for name in [*own, "init", "token"]))
        plane.docker("volume", "rm", *OWN_VOLUMES, "tron-logs", "tron-secrets")
        plane.call("bash", "-c", f"rm -rf {plane.wallets}/* {plane.home}")
        # The small one is given by the test; the others are made by who first mounts them.
        bound = ["--opt", "type=none", "--opt", "o=bind", "--opt", f"device={plane.wallets}"]
        plane.docker("volume", "create", *bound, "tron-wallets")
        plane.home.mkdir()

    def restore(self):
        said = self.by_the_book(
            ('"$LUCID_HOME":/plane:ro', '"$LUCID_HOME":/plane'),
            (f"backup /backups/plane.age --recipient {self.key} --volumes /volumes --scratch /scratch",
             "restore /backups/plane.age --identity /backups/backup.key --volumes /volumes"))
        self.assertNotIn("NOT EVERYTHING", said)
        with open(plane.home / "payout-router/config.toml", "a") as config:
            # The blocks of a devnet are quicker than those that wait for an hour is made for.
            config.write("\n[recovery]\nread_past_ms = 5000\n")

    def decided(self, name, propose, carry_out):
        """What is proposed, signed by both operators, and carried out."""
        file = self.place / name
        plane.lucid(*propose, "--propose", file)
        for operator in OPERATORS:
            plane.lucid("ceremony", "sign", "--key", plane.home / "secrets/operator" / f"{operator}.key", file)
        return plane.lucid(carry_out, "--ceremony", file)

    def recovered(self):
        """What `lucid recover` shows, once the chain was read far enough."""
        shown = {}

        def read():
            shown.update(json.loads(plane.lucid("--json", "recover")))
            return shown["read_to"] >= shown["read_until"] and shown["unseen"] == 0 and shown["under_way"] == 0

        plane.until("the chain is read past the restore", read)
        return shown

    def test_a_backup_of_a_running_plane_is_put_back_and_pays_nothing_twice(self):
        load.fund(4000)
        plane.docker("stop", "--time", "5", "lucid-merchant")
        wanted = load.Load("restored", 60)
        threads = wanted.begin(30)
        self.by_the_book()
        threads += wanted.begin(30)
        wanted.settle(threads)
        check = ["--json", "backup", "--check", self.place / "plane.age", "--identity", self.place / "backup.key"]
        checked = json.loads(plane.lucid(*check))
        self.assertTrue(checked["token"], "the software token's objects are in it")

        self.lose_machine()
        self.restore()
        plane.compose("up", "-d")
        self.assertEqual({plane.health(name) for name in plane.SERVICES}, {"healthy"}, "frozen, but alive")
        seen.fires("SigningFrozen")
        # The merchant repeats all, and asks for some more.
        wanted.waiting, wanted.asked, more = list(wanted.amounts), 0, load.Load("restored-more", 10)
        again, new = wanted.begin(60), more.begin(10)
        for thread in [*again, *new]:
            thread.join(300)
        shown = self.recovered()
        self.assertGreaterEqual(len(shown["transactions"]), 30, "those since the backup are known to the chain alone")
        self.assertEqual(len(list(load.transfers_to(wanted.recipient))), 60)
        self.assertEqual(list(load.transfers_to(more.recipient)), [], "nothing is paid meanwhile")
        self.decided("lost.json", ["recover"], "recover")
        self.decided("thaw.json", ["thaw"], "thaw")
        wanted.settle(again)
        more.settle(new)
        wanted.check()
        more.check()
