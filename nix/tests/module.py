"""nix/module.nix, evaluated with a stand-in for nixpkgs' library: each unit is as confined as the containers are."""

import functools
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from tree import ROOT, environment

SERVICES = {"tron-client": 8091, "payout-router": 8092, "wallet-manager": 8093, "usdt-manager": 8094, "trx-staking": 8095,
            "payment-gateway": 8096}
# What nix/running's containers are started with, and an image's configuration says, in systemd's words.
AS_CONTAINERS = {
    "--read-only": {"ProtectSystem": "strict", "ProtectHome": True, "PrivateTmp": True},
    "--cap-drop=ALL": {"CapabilityBoundingSet": "", "AmbientCapabilities": ""},
    "--security-opt=no-new-privileges": {"NoNewPrivileges": True, "RestrictSUIDSGID": True},
    "a user of its own": {"DynamicUser": True, "UMask": "0077", "StateDirectoryMode": "0700"},
    "no devices": {"PrivateDevices": True},
    "masked paths": {"ProtectKernelTunables": True, "ProtectKernelModules": True, "ProtectKernelLogs": True,
                     "ProtectControlGroups": True, "ProtectProc": "invisible", "ProcSubset": "pid"},
    "namespaces": {"RestrictNamespaces": True, "ProtectHostname": True},
    "the engine's filter of system calls": {"SystemCallArchitectures": "native", "LockPersonality": True,
                                            "RestrictRealtime": True, "ProtectClock": True},
    "limits": {"LimitCORE": 0},
}
# systemd's own measure, of 100; below 20 it says "OK" with a smile.
EXPOSURE = 20


@functools.cache
def evaluated():
    done = subprocess.run(["nix-instantiate", "--eval", "--strict", "--json", ROOT / "nix/tests/module.nix"],
                          capture_output=True, text=True, env=environment())
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def unit_file(unit):
    """As NixOS writes it: a list is a setting that is given several times."""
    lines = ["[Service]"]
    for key, value in unit["serviceConfig"].items():
        for one in value if isinstance(value, list) else [value]:
            if one is not None:
                lines.append(f"{key}={str(one).lower() if isinstance(one, bool) else one}")
    return "\n".join(lines) + "\n"


class Module(unittest.TestCase):
    def test_nothing_runs_that_was_not_switched_on(self):
        self.assertEqual([unit for unit in evaluated()["byDefault"].values() if unit is not None], [])

    def test_every_service_has_a_unit_that_starts_it(self):
        units = evaluated()["enabled"]
        self.assertEqual(units.keys(), {f"lucid-{name}" for name in SERVICES})
        for name, port in SERVICES.items():
            unit = units[f"lucid-{name}"]
            config = unit["serviceConfig"]
            self.assertRegex(config["ExecStart"], rf"^/nix/store/[^/]+-{name}-[^/]+/bin/{name}$")
            self.assertEqual(config["StateDirectory"], f"lucid/{name}")
            self.assertEqual(config["LoadCredential"], [f"call.key:/run/secrets/{name}-call.key"])
            self.assertEqual(unit["environment"]["LUCID_CONFIG"], f"/etc/lucid/{name}.toml")
            self.assertEqual(unit["environment"]["LUCID_SERVER__LISTEN"], f"127.0.0.1:{port}")
            self.assertEqual(unit["environment"].get("LD_LIBRARY_PATH"),
                             "/opt/vendor/lib" if name == "wallet-manager" else None)

    def test_every_unit_is_confined_as_its_container_is(self):
        plane = (ROOT / "nix/running/plane.py").read_text()
        for option, wanted in AS_CONTAINERS.items():
            if option.startswith("--"):
                self.assertIn(f'"{option}"', plane, "the containers are started otherwise")
            for name, unit in evaluated()["enabled"].items():
                for key, value in wanted.items():
                    self.assertEqual(unit["serviceConfig"].get(key), value, f"{name}: {key}, for {option}")

    def test_a_dynamic_program_has_its_loader_where_there_is_no_debian(self):
        for units, loader, triplet in (("enabled", "/lib64/ld-linux-x86-64.so.2", "x86_64-linux-gnu"),
                                       ("onArm", "/lib/ld-linux-aarch64.so.1", "aarch64-linux-gnu")):
            bound = {name: unit["serviceConfig"].get("BindReadOnlyPaths", []) for name, unit in evaluated()[units].items()}
            targets = [path.split(":")[1] for path in bound.pop("lucid-wallet-manager")]
            self.assertEqual(targets, [loader, f"/usr/lib/{triplet}"])
            self.assertEqual([name for name, paths in bound.items() if paths], [], "static programs need nothing")

    @unittest.skipUnless(os.geteuid() == 0, "only root can bind")
    def test_wallet_manager_starts_where_there_is_nothing_but_the_store(self):
        config = evaluated()["enabled"]["lucid-wallet-manager"]["serviceConfig"]
        program, bound = config["ExecStart"], [path.split(":") for path in config["BindReadOnlyPaths"]]
        if not all(pathlib.Path(path).exists() for path in [program, *(source for source, _ in bound)]):
            self.skipTest("wallet-manager is not built: nix build .#wallet-manager")
        with_libraries = self.alone(program, bound)
        self.assertEqual(with_libraries.returncode, 0, with_libraries.stderr)
        self.assertIn("wallet-manager", with_libraries.stdout)
        self.assertNotEqual(self.alone(program, []).returncode, 0, "it needs nothing that is bound")

    def alone(self, program, bound):
        """Starts it in a root that has Nix's store, and what systemd would bind there."""
        with tempfile.TemporaryDirectory(prefix="lucid-nix-tests-") as root:
            script = """
                top="$1" program="$2"
                shift 2
                mount -t tmpfs none "$top"
                mkdir -p "$top/nix/store"
                mount --rbind /nix/store "$top/nix/store"
                while [ $# -gt 0 ]; do
                    mkdir -p "$top$(dirname "$2")"
                    if [ -d "$1" ]; then mkdir "$top$2"; else : >"$top$2"; fi
                    mount --bind "$1" "$top$2"
                    shift 2
                done
                exec chroot "$top" "$program" --help
            """
            return subprocess.run(["unshare", "--mount", "sh", "-euc", script, "sh", root, program,
                                   *(path for pair in bound for path in pair)], capture_output=True, text=True)

    def test_only_two_services_leave_the_machine(self):
        out = {name for name, unit in evaluated()["enabled"].items() if unit["serviceConfig"]["IPAddressDeny"] is None}
        self.assertEqual(out, {"lucid-tron-client", "lucid-payment-gateway"})

    def test_the_signing_process_may_install_its_own_filter(self):
        # systemd before 254 has `seccomp` in no group of its own.
        allowed = evaluated()["enabled"]["lucid-wallet-manager"]["serviceConfig"]["SystemCallFilter"]
        self.assertIn("seccomp", allowed[0].split())

    def test_systemd_itself_finds_them_confined(self):
        if not shutil.which("systemd-analyze"):
            self.skipTest("systemd-analyze is not here")
        with tempfile.TemporaryDirectory(prefix="lucid-nix-tests-") as directory:
            for name, unit in evaluated()["enabled"].items():
                file = pathlib.Path(directory) / f"{name}.service"
                file.write_text(unit_file(unit))
                done = subprocess.run(
                    ["systemd-analyze", "security", "--no-pager", "--offline=true", f"--threshold={EXPOSURE}", file],
                    capture_output=True, text=True)
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                self.assertRegex(done.stdout, r"Overall exposure level for .*: [01]\.\d")
                self.assertNotRegex(done.stderr, re.escape(str(file)) + r":\d+:", "a setting that systemd does not know")
