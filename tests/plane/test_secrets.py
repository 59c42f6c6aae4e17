"""Each container has its own secrets and nobody else's."""

import os
import pathlib
import stat
import unittest

import plane

AUTHORITY = ["call.key", "authority.key"]
OWN = {name: AUTHORITY for name in plane.SERVICES} | {
    "payment-gateway": ["call.key"], "wallet-manager": [*AUTHORITY, "pin"], "hall": [], "door": [], "chain": [], "devnet": [],
    "devnet-door": [], "merchant": ["api.key"]}
if plane.watched:
    OWN |= {name: [] for name in plane.WATCHING}
# What no secret is in: the kernel's own.
KERNELS = {"proc", "sys", "dev"}


def secrets():
    """Every secret of the plane: whose it is, its name, its text."""
    for path in (plane.home / "secrets").glob("*/*"):
        yield path.parent.name, path.name, path.read_text().strip().encode()


def files(name):
    """Every file that a container can name, with what is mounted into it."""
    root = pathlib.Path(f"/proc/{plane.pid(name)}/root")
    for directory, below, names in os.walk(root):
        if pathlib.Path(directory) == root:
            below[:] = [entry for entry in below if entry not in KERNELS]
        for entry in names:
            path = pathlib.Path(directory, entry)
            if stat.S_ISREG(path.lstat().st_mode):
                yield path.relative_to(root), path


class Secrets(unittest.TestCase):
    def test_each_has_its_own_and_reads_them_alone(self):
        for name, own in OWN.items():
            where = pathlib.Path(f"/proc/{plane.pid(name)}/root/run/secrets")
            found = sorted(entry.name for entry in where.iterdir()) if where.exists() else []
            self.assertEqual(found, sorted(own), name)
            for secret in own:
                state = (where / secret).stat()
                self.assertEqual((state.st_mode & 0o777, state.st_uid), (0o400, 65532), f"{name}/{secret}")

    def test_no_container_holds_anothers_secret(self):
        everything = list(secrets())
        self.assertGreater(len(everything), 14)
        for name, own in OWN.items():
            environment = pathlib.Path(f"/proc/{plane.pid(name)}/environ").read_bytes()
            texts = {path: real.read_bytes() for path, real in files(name)}
            for owner, secret, text in everything:
                if owner == name and secret in own:
                    continue
                with self.subTest(container=name, secret=f"{owner}/{secret}"):
                    self.assertNotIn(text, environment)
                    self.assertEqual([path for path, content in texts.items() if text in content], [])

    def test_token_and_register_are_wallet_managers_alone(self):
        for name in plane.everything():
            mounts = plane.inspect(name)["Mounts"]
            volumes = {mount["Name"] for mount in mounts if mount["Type"] == "volume"}
            self.assertEqual("tron-wallets" in volumes, name == "wallet-manager", name)
            self.assertNotIn("tron-secrets", volumes)
        tokens = pathlib.Path(f"/proc/{plane.pid('wallet-manager')}/root/var/lib/lucid/tokens")
        self.assertTrue(any(tokens.iterdir()), "it is there that the token is")

    def test_an_operator_who_is_not_root_is_told_what_to_do_and_it_suffices(self):
        place, user = plane.home.parent / "operators", 12345
        place.mkdir()
        os.chown(place, user, user)
        # Where everybody may look: what cargo built may lie in a directory of root's alone.
        programs = plane.home.parent / "programs-for-all"
        programs.mkdir()
        plane.call("mount", "--bind", pathlib.Path(plane.lucid_program).parent, programs)
        self.addCleanup(plane.call, "umount", programs)
        init = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", programs / "lucid", "--data", place / "plane",
                "init", "--containers"]
        [command] = [line.strip() for line in plane.call(*init).splitlines() if "sudo chown" in line]
        plane.call("bash", "-c", command.removeprefix("sudo "))
        for owner, name in [("payout-router", "call.key"), ("merchant", "api.key"), ("wallet-manager", "pin")]:
            self.assertEqual((place / "plane/secrets" / owner / name).stat().st_uid, 65532, owner)
        # Who cannot look into what was handed over still hears that it is all there.
        again = plane.call(*init)
        self.assertIn("There already", again)
        self.assertNotIn("chown", again)
        self.assertNotIn("PIN", again)

    def test_no_process_sees_anothers(self):
        """Namespaces of their own: no process of another container, and so none's memory, can be named."""
        seen = {}
        for name in plane.everything():
            for kind in ["pid", "net", "mnt", "ipc", "uts"]:
                space = os.readlink(f"/proc/{plane.pid(name)}/ns/{kind}")
                self.assertNotIn(space, seen, f"{name} shares {kind} with {seen.get(space)}")
                seen[space] = name
