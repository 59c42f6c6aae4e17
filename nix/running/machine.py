"""What a machine has that must not reach our engine: an ordinary Debian, with systemd and an engine of its own."""

import contextlib
import os
import pathlib
import socket
import subprocess
import unittest
import unittest.mock as mock

import alone
import foreign
import made
from engine import Engine


def mounted(place):
    """What is mounted there, the uppermost last: of each its kind and its source."""
    lines = pathlib.Path("/proc/self/mountinfo").read_text().splitlines()
    return [line.split(" - ")[1].split()[:2] for line in lines if line.split()[4] == place]


@contextlib.contextmanager
def of_an_ordinary_machine():
    """Cgroups of version 2, where dockerd asks who rules them; over our /run one with systemd's mark, and a containerd that
    listens. Gives its socket."""
    with contextlib.ExitStack() as mounts:
        # Where both versions are mounted, the second is here.
        both = pathlib.Path("/sys/fs/cgroup/unified").is_dir()
        for words in ([["--bind", "/sys/fs/cgroup/unified", "/sys/fs/cgroup"]] if both else []) + [["-t", "tmpfs", "none", "/run"]]:
            subprocess.run(["mount", *words], check=True)
            mounts.callback(subprocess.run, ["umount", "--lazy", words[-1]], check=True)
        # With the first version alone dockerd would ask nobody, and what is asserted of it could not fail.
        [*_, (kind, _)] = mounted("/sys/fs/cgroup") or [("nothing", "")]
        if kind != "cgroup2":
            raise unittest.SkipTest(f"this machine has no cgroups of version 2: at /sys/fs/cgroup is {kind}")
        pathlib.Path("/run/systemd/system").mkdir(parents=True)
        pathlib.Path("/run/containerd").mkdir()
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind("/run/containerd/containerd.sock")
            listening.listen()
            listening.setblocking(False)
            yield listening


@unittest.skipIf(os.uname().machine == "aarch64", "its own programs need nobody")
class Emulation(unittest.TestCase):
    """What a machine says that runs no programs for arm64, in place of a traceback."""

    def refused(self, place):
        with mock.patch.object(foreign, "PLACE", place), self.assertRaises(foreign.Refused) as caught, foreign.arm64():
            pass
        return str(caught.exception)

    def test_a_kernel_without_binfmt_misc_is_told_of(self):
        self.assertRegex(self.refused(made.TOP / "nowhere"), "cannot be run here: .*nowhere.*modprobe binfmt_misc")

    def test_a_kernel_that_takes_no_handler_is_told_of(self):
        (made.TOP / "stubborn/register").mkdir(parents=True)
        self.assertIn("the kernel takes no handler for them", self.refused(made.TOP / "stubborn"))

    def test_a_machine_without_qemu_is_told_of(self):
        (made.TOP / "empty").mkdir()
        (made.TOP / "empty/register").write_text("")
        with mock.patch.object(foreign.shutil, "which", return_value=None):
            self.assertIn("qemu-user-static", self.refused(made.TOP / "empty"))


class Machine(unittest.TestCase):
    def test_what_the_machine_runs_is_hidden_from_us(self):
        self.assertEqual(mounted("/run")[-1], ["tmpfs", alone.RUN])

    def test_beside_systemd_and_containerd_our_engine_is_our_own(self):
        containerd = self.enterContext(of_an_ordinary_machine())
        alone.own_run()
        self.addCleanup(subprocess.run, ["umount", "--lazy", "/run"], check=True)
        engine = Engine()
        self.addCleanup(engine.close)
        self.assertEqual(engine.run("info", "--format", "{{.CgroupDriver}}").strip(), "cgroupfs")
        self.assertTrue((engine.top / "exec/containerd/containerd.sock").exists())
        engine.run("load", "--input", made.RESULT / "images-amd64.tar")
        said = engine.run("run", "--rm", "--network=none", made.images()["lucid"], "--version")
        self.assertTrue(said.startswith("lucid "), said)
        with self.assertRaises(BlockingIOError, msg="somebody has asked the machine's containerd"):
            containerd.accept()
