"""Programs of another architecture, run by qemu: the kernel is told once, and told to forget it afterwards."""

import contextlib
import os
import pathlib
import shutil
import subprocess

import alone

PLACE = pathlib.Path("/proc/sys/fs/binfmt_misc")
# The first 20 bytes of an ELF file for AArch64, and which bits of them count, as qemu-user's own package has it.
MAGIC = (r"\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00",
         r"\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff")


class Refused(Exception):
    """This machine does not let us; its text says what would help."""


@contextlib.contextmanager
def arm64():
    """While this lasts, the kernel runs AArch64's programs, in containers as well: with flag F it holds qemu open itself."""
    if os.uname().machine == "aarch64":
        yield "this machine's own"
        return
    if not (PLACE / "register").exists():
        # In our own namespace, so it goes with us.
        done = subprocess.run(["mount", "-t", "binfmt_misc", "none", PLACE], capture_output=True, text=True)
        if done.returncode:
            # Its second line points at dmesg, which says nothing of it.
            why = done.stderr.partition("\n")[0].rstrip(".")
            raise Refused(f"programs for arm64 cannot be run here: {why}. `modprobe binfmt_misc` may help; a "
                          "container needs --privileged; otherwise a machine of its own, or an arm64 host.")
    there = next((handler for handler in PLACE.iterdir() if handler.name != alone.HANDLER and runs_arm64(handler)), None)
    if there:
        yield there.name
        return
    qemu = shutil.which("qemu-aarch64-static") or shutil.which("qemu-aarch64")
    if not qemu:
        raise Refused("programs for arm64 cannot be run here: there is no qemu-aarch64 (Debian: qemu-user-static)")
    alone.remove_handler()
    try:
        (PLACE / "register").write_text(f":{alone.HANDLER}:M::{MAGIC[0]}:{MAGIC[1]}:{qemu}:F\n")
    except OSError as error:
        raise Refused(f"programs for arm64 cannot be run here: the kernel takes no handler for them: {error}") from error
    try:
        yield alone.HANDLER
    finally:
        alone.remove_handler()


def runs_arm64(handler):
    """Whether somebody has registered the like before us, with flag F."""
    if handler.name in ("register", "status"):
        return False
    lines = handler.read_text().splitlines()
    return "enabled" in lines and any(line.startswith("interpreter ") and "qemu-aarch64" in line for line in lines) \
        and any(line.startswith("flags:") and "F" in line for line in lines)
