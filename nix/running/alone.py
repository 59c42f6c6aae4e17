"""Namespaces of our own: what is mounted in them goes with them, what runs in them ends with them, and no network leads out."""

import contextlib
import fcntl
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile

INSIDE = "LUCID_IMAGES_ALONE"
# What the kernel keeps beyond a namespace, by the names that only we use.
HANDLER = "lucid-qemu-aarch64"
CGROUP = "lucid-images"
# By which our /run is told from the machine's.
RUN = "lucid-images-run"
ENDINGS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)


@contextlib.contextmanager
def from_this_machine():
    """Comes back inside; outside it waits for the inside's end, then removes what a namespace does not take along."""
    if INSIDE in os.environ:
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        own_run()
        for number in ENDINGS:
            # At once: this is the namespace's first process, so everything in it ends with it.
            signal.signal(number, lambda caught, _: os._exit(128 + caught))
        yield pathlib.Path(os.environ[INSIDE])
        return
    if os.geteuid() != 0:
        sys.exit("images are run as root: an engine of our own is started")
    # What the kernel keeps has one name: two runs would take it from each other.
    turn = open(pathlib.Path(tempfile.gettempdir()) / "lucid-images.lock", "w")
    fcntl.flock(turn, fcntl.LOCK_EX)
    remove_handler()
    top = tempfile.mkdtemp(prefix="lucid-images-")
    os.chmod(top, 0o711)
    # Should this process be killed, unshare is, and with it the inside.
    inside = subprocess.Popen(
        ["setpriv", "--pdeathsig", "KILL", "unshare", "--mount", "--pid", "--net", "--fork", "--kill-child", "--mount-proc",
         sys.executable, *sys.argv],
        env={**os.environ, INSIDE: top})
    for number in ENDINGS:
        signal.signal(number, lambda caught, _: forward(inside.pid, caught))
    try:
        code = inside.wait()
    finally:
        remove_handler()
        remove_cgroups()
        shutil.rmtree(top, ignore_errors=True)
    sys.exit(code if code >= 0 else 128 - code)


def own_run():
    """An empty /run. By what stands in the machine's, dockerd would take its systemd for cgroups, and its containerd, which
    runs outside of our namespaces."""
    # NixOS has its programs there.
    profile = pathlib.Path("/run/current-system")
    target = profile.is_symlink() and os.readlink(profile)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755", RUN, "/run"], check=True)
    if target:
        profile.symlink_to(target)


def forward(pid, number):
    """To the inside itself: unshare lets signals pass by."""
    for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        os.kill(int(child), number)


def remove_handler():
    """Takes our handler of foreign programs from the kernel, if it is there; the file system is ours alone while we look."""
    script = f"""
        mountpoint -q /proc/sys/fs/binfmt_misc || mount -t binfmt_misc none /proc/sys/fs/binfmt_misc || exit 0
        [ ! -e /proc/sys/fs/binfmt_misc/{HANDLER} ] || echo -1 >/proc/sys/fs/binfmt_misc/{HANDLER}"""
    subprocess.run(["unshare", "--mount", "sh", "-c", script], check=False)


def remove_cgroups():
    for root in pathlib.Path("/sys/fs/cgroup").glob(f"**/{CGROUP}"):
        for directory, _, _ in os.walk(root, topdown=False):
            with contextlib.suppress(OSError):
                os.rmdir(directory)
