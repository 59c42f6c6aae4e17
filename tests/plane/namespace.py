"""Namespaces of this run, with a stranger outside: what runs in them ends with them."""

import contextlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

INSIDE = "LUCID_PLANE_ALONE"
# RFC 5737: addresses of nobody, so that nothing real is ever asked.
HOST, STRANGER = "198.51.100.1", "198.51.100.2"
# The file of the stranger's network namespace; it is a neighbour of the machine that the plane runs on.
OUTSIDE = "/run/netns/outside"
# Of a block whose hosts anybody may play (RFC 7535, AS112): what is public by every list and still nobody's own.
PUBLIC = "192.31.196.1"


@contextlib.contextmanager
def of_this_run():
    """Comes back inside of new namespaces; outside it waits for their end."""
    if INSIDE not in os.environ:
        if os.geteuid() != 0:
            sys.exit("the plane is tried as root: an engine of its own is started")
        top = tempfile.mkdtemp(prefix="lucid-plane-")
        os.chmod(top, 0o711)
        inside = subprocess.run(
            ["setpriv", "--pdeathsig", "KILL", "unshare", "--mount", "--pid", "--net", "--fork", "--kill-child",
             "--mount-proc", sys.executable, *sys.argv], env={**os.environ, INSIDE: top})
        remove_cgroups()
        shutil.rmtree(top, ignore_errors=True)
        sys.exit(inside.returncode)
    top = pathlib.Path(os.environ[INSIDE])
    make_outside(top)
    yield top


def make_outside(top):
    """A neighbour over a cable, whom the engine's resolver would ask, too."""
    run = lambda *words: subprocess.run(words, check=True)
    run("mount", "-t", "tmpfs", "none", "/run")
    pathlib.Path("/run/netns").mkdir()
    (top / "resolv.conf").write_text(f"nameserver {STRANGER}\n")
    run("mount", "--bind", top / "resolv.conf", "/etc/resolv.conf")
    run("ip", "link", "set", "lo", "up")
    run("ip", "netns", "add", "outside")
    run("ip", "link", "add", "cable", "type", "veth", "peer", "name", "cable", "netns", "outside")
    run("ip", "address", "add", f"{HOST}/24", "dev", "cable")
    run("ip", "link", "set", "cable", "up")
    for words in (["address", "add", f"{STRANGER}/24", "dev", "cable"], ["link", "set", "cable", "up"], ["link", "set", "lo", "up"],
                  ["address", "add", f"{PUBLIC}/32", "dev", "lo"], ["route", "add", "default", "via", HOST]):
        run("ip", "-n", "outside", *words)
    # The machine routes whatever it is not told to drop.
    run("ip", "route", "add", "default", "via", STRANGER)


def remove_cgroups():
    for root in pathlib.Path("/sys/fs/cgroup").glob("**/lucid-plane-tests"):
        for directory, _, _ in os.walk(root, topdown=False):
            with contextlib.suppress(OSError):
                os.rmdir(directory)
