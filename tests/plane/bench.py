"""What containers cost: python3 tests/plane/bench.py --programs DIR [--images TAR] [--payouts N], one JSON object a line.

The plane in containers first, then the same programs as processes of this machine, on the same devnet, in the same
namespaces. Payouts go through payment-gateway: published by the engine and two forwarders, or its own port. Memory is what
the kernel charges the cgroup of a container (pages of files that it was the first to read included), and PSS, in which
shared pages are shared out; processes have PSS alone. A payout counts from the first request to the last solid block, so
few of them measure the chain's seconds to a solid block more than the plane. Nothing here asserts a figure.
"""

import argparse
import contextlib
import json
import os
import pathlib
import subprocess
import sys
import threading
import time

import load
import namespace
import plane

BLOCK_MS = 250
# How often memory is looked at under load.
LOOK = 0.5


def line(name, value, unit, baseline=None):
    ratio = {} if not baseline else {"baseline": round(baseline, 3), "ratio": round(value / baseline, 3)}
    print(json.dumps({"name": f"plane.{name}", "value": round(value, 3), "unit": unit, **ratio}), flush=True)


def note(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


def pss(pids):
    total = 0
    for pid in pids:
        # Whoever has ended meanwhile has no memory.
        with contextlib.suppress(OSError):
            for text in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                if text.startswith("Pss:"):
                    total += int(text.split()[1]) * 1024
    return total


def cpu_us(pids):
    """What they have used of the processors, in microseconds."""
    ticks = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            # After the name, which may have spaces: utime and stime are the 12th and 13th, proc(5).
            ticks += sum(map(int, pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13]))
    return ticks * 1_000_000 // os.sysconf("SC_CLK_TCK")


def below(pid):
    """A process and its children: wallet-manager is two."""
    found = [pid]
    with contextlib.suppress(OSError):
        for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            found += below(int(child))
    return found


def cgroup(name):
    groups = pathlib.Path(f"/proc/{plane.pid(name)}/cgroup").read_text().splitlines()
    paths = {kind: path for _, kinds, path in (text.split(":", 2) for text in groups) for kind in kinds.split(",")}
    top = pathlib.Path("/sys/fs/cgroup")
    if "memory" in paths:
        return top / "memory" / paths["memory"].lstrip("/") / "memory.usage_in_bytes"
    return top / paths[""].lstrip("/") / "memory.current"


class Containers:
    """Where a container's memory is read; its processes stay the same for the whole measurement."""

    def __init__(self):
        self.names = [*plane.SERVICES, "hall", "door", "chain"]
        self.pids = {name: plane.pid(name) for name in self.names}
        self.groups = {name: cgroup(name) for name in self.names}

    def look(self):
        return {name: {"cgroup": int(self.groups[name].read_text()), "pss": pss(below(self.pids[name]))} for name in self.names}


class Processes:
    """The children of `lucid up`, by the names of their programs."""

    def __init__(self, up):
        self.pids = {}
        for child in below(up.pid)[1:]:
            with contextlib.suppress(OSError):
                self.pids.setdefault(pathlib.Path(f"/proc/{child}/exe").resolve().name, child)

    def look(self):
        return {name: {"pss": pss(below(self.pids[name]))} for name in plane.SERVICES}


def most(looks):
    """The highest of each figure."""
    highest = {}
    for look in looks:
        for name, figures in look.items():
            for kind, value in figures.items():
                highest.setdefault(name, {})[kind] = max(value, highest.get(name, {}).get(kind, 0))
    return highest


def loaded(memory, count, name):
    """Payouts a second from the first request to the last that is settled, memory meanwhile, and CPU for each."""
    load.fund(20_000)
    wanted, looks, over = load.Load(name, count), [], threading.Event()

    def watch():
        while not over.wait(LOOK):
            looks.append(memory.look())

    watching = threading.Thread(target=watch, daemon=True)
    watching.start()
    used = lambda: {name: cpu_us(below(pid)) for name, pid in memory.pids.items()}
    began, before = time.monotonic(), used()
    wanted.settle(wanted.begin(count), within=900)
    seconds, after = time.monotonic() - began, used()
    over.set()
    watching.join()
    wanted.check()
    return count / seconds, most(looks), {name: (after[name] - before[name]) / count for name in after}


def in_containers(count):
    memory = Containers()
    idle = memory.look()
    return idle, *loaded(memory, count, "bench-containers")


def as_processes(top, count):
    """The same programs by `lucid up`."""
    home = top / "processes"
    plane.home = home
    # What compose reads is nothing that a service knows.
    for name in [name for name in os.environ if name.startswith("LUCID_")]:
        del os.environ[name]
    plane.call(plane.lucid_program, "--data", home, "init", "--block-ms", BLOCK_MS)
    began = time.monotonic()
    with open(top / "processes.log", "w") as log:
        up = subprocess.Popen([plane.lucid_program, "--data", home, "up"], stdout=log, stderr=log)
    try:
        ready = lambda: subprocess.run([plane.lucid_program, "--data", home, "status"], capture_output=True).returncode == 0
        plane.until("the processes are ready", ready, pause=0.02)
        started = time.monotonic() - began
        plane.lucid("prepare")
        memory = Processes(up)
        idle = memory.look()
        return started, idle, *loaded(memory, count, "bench-processes")
    except AssertionError:
        note((top / "processes.log").read_text())
        raise
    finally:
        up.terminate()
        up.wait(60)


def report(containers, processes):
    started, idle, payouts, under_load, used = containers
    bare_started, bare_idle, bare_payouts, bare_under_load, bare_used = processes
    line("start_to_healthy", started, "s", bare_started)
    line("payouts", payouts, "1/s", bare_payouts)
    for name, value in used.items():
        line(f"cpu_per_payout.{name}", value, "us", bare_used.get(name))
    for what, figures, bare in [("idle", idle, bare_idle), ("load", under_load, bare_under_load)]:
        for name, kinds in figures.items():
            baseline = bare.get(name, {}).get("pss")
            line(f"memory_{what}.{name}.cgroup", kinds["cgroup"], "bytes")
            line(f"memory_{what}.{name}.pss", kinds["pss"], "bytes", baseline)
        line(f"memory_{what}.all.cgroup", sum(kinds["cgroup"] for kinds in figures.values()), "bytes")
        pss_of_all = sum(kinds["pss"] for kinds in figures.values())
        line(f"memory_{what}.all.pss", pss_of_all, "bytes", sum(kinds["pss"] for kinds in bare.values()))


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--programs", required=True, type=pathlib.Path)
    arguments.add_argument("--images", type=pathlib.Path, action="append", default=[])
    arguments.add_argument("--payouts", type=int, default=1000)
    given = arguments.parse_args()
    with namespace.of_this_run() as top:
        note("the plane in containers")
        with plane.running(top, [archive.resolve() for archive in given.images], given.programs.resolve(), BLOCK_MS,
                           measured=True) as started:
            plane.docker("stop", "--time", "5", "lucid-merchant")
            containers = (started, *in_containers(given.payouts))
        note("the same programs as processes")
        report(containers, as_processes(top, given.payouts))


if __name__ == "__main__":
    main()
