"""What runs, runs with nothing to spare: read from the kernel, not from what was asked for."""

import pathlib
import subprocess
import unittest

import plane


def status(name):
    lines = pathlib.Path(f"/proc/{plane.pid(name)}/status").read_text().splitlines()
    return {key: value.strip() for key, value in (line.split(":", 1) for line in lines)}


class Hardening(unittest.TestCase):
    def each(self):
        for name in plane.everything():
            with self.subTest(container=name):
                yield name

    def test_user_without_capabilities_or_new_privileges(self):
        for name in self.each():
            found = status(name)
            self.assertEqual(found["Uid"].split(), ["65532"] * 4)
            self.assertEqual(found["Gid"].split(), ["65532"] * 4)
            for capabilities in ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"]:
                self.assertEqual(int(found[capabilities], 16), 0, capabilities)
            self.assertEqual(found["NoNewPrivs"], "1")

    def test_system_calls_are_filtered_by_the_engines_profile_at_least(self):
        for name in self.each():
            self.assertEqual(status(name)["Seccomp"], "2")
            options = plane.inspect(name)["HostConfig"]["SecurityOpt"]
            self.assertEqual([option for option in options if "seccomp" in option or "apparmor" in option], [])
            self.assertFalse(plane.inspect(name)["HostConfig"]["Privileged"])

    def test_the_root_cannot_be_written(self):
        for name in self.each():
            with self.assertRaises(OSError) as refused:
                pathlib.Path(f"/proc/{plane.pid(name)}/root/written").write_text("x")
            self.assertEqual(refused.exception.strerror, "Read-only file system")
            pathlib.Path(f"/proc/{plane.pid(name)}/root/tmp/written").write_text("x")

    def test_there_is_no_shell(self):
        for name in self.each():
            root = pathlib.Path(f"/proc/{plane.pid(name)}/root")
            found = [shell for shell in ["bin/sh", "bin/bash", "usr/bin/sh", "usr/bin/env", "bin/busybox"] if (root / shell).exists()]
            self.assertEqual(found, [])
            refused = subprocess.run(["docker", "exec", f"lucid-{name}", "/bin/sh", "-c", "true"], capture_output=True)
            self.assertNotEqual(refused.returncode, 0)

    def test_limits_hold_in_the_kernel(self):
        for name in self.each():
            asked = plane.inspect(name)["HostConfig"]
            self.assertGreater(asked["PidsLimit"], 0)
            self.assertGreater(asked["NanoCpus"], 0)
            groups = pathlib.Path(f"/proc/{plane.pid(name)}/cgroup").read_text().splitlines()
            paths = {kind: path for _, kinds, path in (line.split(":", 2) for line in groups) for kind in kinds.split(",")}
            top = pathlib.Path("/sys/fs/cgroup")
            if "memory" in paths:
                memory = (top / "memory" / paths["memory"].lstrip("/") / "memory.limit_in_bytes").read_text()
                pids = (top / "pids" / paths["pids"].lstrip("/") / "pids.max").read_text()
            else:
                memory = (top / paths[""].lstrip("/") / "memory.max").read_text()
                pids = (top / paths[""].lstrip("/") / "pids.max").read_text()
            self.assertEqual((int(memory), int(pids)), (asked["Memory"], asked["PidsLimit"]))

    def test_who_connects_to_a_socket_cannot_write_beside_it(self):
        # Who listens there makes the file; on the other side it is mounted to be read.
        listens = {"lucid-airlock": "hall", "lucid-chain": "chain", "lucid-webhooks": None, "lucid-watch": "watch-hall"}
        for name in self.each():
            for mount in plane.inspect(name)["Mounts"]:
                if mount.get("Name") in listens and mount["Name"] != "lucid-watch":
                    self.assertEqual(mount["RW"], listens[mount["Name"]] == name, mount["Name"])

    def test_labels_and_volumes_are_those_that_were_promised(self):
        for name in self.each():
            labels = plane.inspect(name)["Config"]["Labels"]
            found = {key: labels.get(f"lucid.{key}") for key in ["service", "plane", "isolation", "security"]}
            self.assertEqual(found, {"service": name, "plane": "wallet", "isolation": "payment-only", "security": "distroless"})
        volumes = plane.docker("volume", "ls", "--quiet").split()
        for volume in ["tron-logs", "tron-wallets", "tron-secrets"]:
            self.assertIn(volume, volumes)
