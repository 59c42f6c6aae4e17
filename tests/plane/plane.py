"""An engine of this run's own, and the plane in it, on the devnet."""

import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time

import built

ROOT = pathlib.Path(__file__).resolve().parents[2]
SERVICES = {"tron-client": 8091, "payout-router": 8092, "wallet-manager": 8093, "usdt-manager": 8094, "trx-staking": 8095,
            "payment-gateway": 8096}
INSIDE = [*SERVICES, "hall", "merchant"]
# Everything that has a health check: the six, the forwarders, the devnet.
ALL = [*SERVICES, "hall", "door", "chain", "devnet", "devnet-door"]
# What stands on lucid-chain-out, which on a devnet leads nowhere either.
AT_THE_NODE = ["chain", "devnet"]
# As on mainnet's documents; nobody has it on the devnet.
RECIPIENT = "TJRabPrwbZy45sbavfcjinPJC18kjpRTv8"
WITHIN = 120

# Built here or elsewhere, where the machine has them; without them there is no test_observability.
PROMETHEUS = "localhost/lucid/prometheus:0.1.0"
ALERTMANAGER = "localhost/lucid/alertmanager:0.1.0"

# What compose/observability.yaml adds, inside and elsewhere.
WATCHING_INSIDE = ["prometheus", "alertmanager", "watch-hall"]
WATCHING = [*WATCHING_INSIDE, "watch-door"]

home = None
# The volume tron-wallets: small, so that it can be filled.
wallets = None
small = None
watched = False
lucid_program = None


def inside():
    """Everything that stands on lucid-network-isolated."""
    return [*INSIDE, *(WATCHING_INSIDE if watched else [])]


def doors():
    return ["door", "devnet-door", *(["watch-door"] if watched else [])]


def everything():
    return [*ALL, "merchant", *(WATCHING if watched else [])]


def call(*words, check=True, timeout=300):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=timeout)
    if check and done.returncode:
        raise RuntimeError(f"{' '.join(map(str, words))}: {done.stdout}{done.stderr}")
    return done.stdout


def docker(*words, check=True):
    return call("docker", *words, check=check)


def compose(*words):
    files = ["-f", ROOT / "compose/compose.yaml", "-f", ROOT / "compose/devnet.yaml", "-f", small]
    if watched:
        files += ["-f", ROOT / "compose/observability.yaml"]
    return call(*composer(), *files, *words)


def composer():
    """The one that was named, else docker-compose 1.29, else Compose v2 as the engine's plugin."""
    if named := os.environ.get("LUCID_COMPOSE"):
        return [named]
    return ["docker-compose"] if shutil.which("docker-compose") else ["docker", "compose"]


def lucid(*words):
    return call(lucid_program, "--data", home, *words)


def inspect(name):
    return json.loads(docker("inspect", f"lucid-{name}"))[0]


def pid(name):
    return inspect(name)["State"]["Pid"]


def kill(*names):
    """`kill -9` of each one's first process; gives their ids, in this order.

    All are looked up before the first is killed. Between two starts a container's id is 0, and a signal for 0 goes to all
    of ourselves.
    """
    until(f"{', '.join(names)} run", lambda: all(pid(name) > 0 for name in names))
    processes = [pid(name) for name in names]
    assert all(process > 0 for process in processes), dict(zip(names, processes))
    for process in processes:
        os.kill(process, signal.SIGKILL)
    return processes


def address(name):
    [network] = inspect(name)["NetworkSettings"]["Networks"].values()
    return network["IPAddress"]


def health(name):
    return inspect(name)["State"].get("Health", {}).get("Status")


def until(what, holds, within=WITHIN, pause=0.2):
    """Waits for what the engine or a service has to do first."""
    deadline = time.monotonic() + within
    while not holds():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within} s: {what}\n{docker('ps', '-a', check=False)}")
        time.sleep(pause)


def until_healthy():
    names = [f"lucid-{name}" for name in ALL]
    states = lambda: docker("inspect", "--format", "{{.State.Health.Status}}", *names).split()
    until("all healthy", lambda: set(states()) == {"healthy"})


def pay(reference, amount="1"):
    """A payout through the published gateway; comes back when it is settled."""
    words = ["payout", "create", "--to", RECIPIENT, "--amount", amount, "--reference", reference]
    return json.loads(lucid("--json", *words, "--wait"))


@contextlib.contextmanager
def engine(top):
    os.environ["DOCKER_HOST"] = f"unix://{top}/socket"
    os.environ["DOCKER_CONFIG"] = str(top)
    with open(top / "engine.log", "w") as log:
        daemon = subprocess.Popen(
            ["dockerd", "--data-root", top / "data", "--exec-root", top / "exec", "--pidfile", top / "pid", "--host",
             os.environ["DOCKER_HOST"], "--cgroup-parent", "/lucid-plane-tests"], stdout=log, stderr=log)
    try:
        until("dockerd answers: see engine.log", lambda: subprocess.run(["docker", "version"], capture_output=True).returncode == 0, 60)
        yield
    finally:
        daemon.terminate()
        daemon.wait(60)


@contextlib.contextmanager
def running(top, images, programs, block_ms=250, measured=False):
    """The plane with two wallets and one payout made; yields how long it took until all six were healthy."""
    global home, lucid_program, watched
    home, lucid_program = top / "home", programs / "lucid"
    out = sys.stderr if measured else sys.stdout
    make_small_volume(top, measured)
    os.environ.update(LUCID_HOME=str(home), COMPOSE_PROJECT_NAME="lucid", LUCID_BLOCK_MS=str(block_ms), COMPOSE_HTTP_TIMEOUT="300",
                      LUCID_MERCHANT_EVERY="10")
    with engine(top):
        if not images:
            print("making images of the programs", file=out, flush=True)
            images = [top / "images.tar"]
            built.write(programs, images[0])
        print("loading the images", file=out, flush=True)
        for archive in images:
            docker("load", "--input", archive)
        (top / "images.tar").unlink(missing_ok=True)
        refuses_to_start_without_secrets()
        known = docker("images", "--format", "{{.Repository}}:{{.Tag}}").split()
        watched = not measured and {PROMETHEUS, ALERTMANAGER} <= set(known)
        os.environ.update(LUCID_PROMETHEUS_RULES=str(hastened_rules(top)))
        lucid("init", "--containers")
        began = time.monotonic()
        compose("up", "-d")
        # The six are healthy when `up` comes back: 1.29 has no --wait.
        states = {name: health(name) for name in SERVICES}
        assert set(states.values()) == {"healthy"}, states
        started = time.monotonic() - began
        print(f"all six healthy after {started:.1f} s", file=out, flush=True)
        until("the plane is ready", lambda: subprocess.run(
            [lucid_program, "--data", home, "status"], capture_output=True).returncode == 0)
        lucid("prepare")
        assert pay("first", "25")["stage"] == "settled"
        yield started
        compose("down", "--volumes", "--timeout", "5")


def make_small_volume(top, measured):
    """Room for some thousand payouts, in memory; it outlives its containers. What is measured is on the disk instead."""
    global wallets, small
    wallets, small = top / "wallets", top / "small.yaml"
    wallets.mkdir()
    call("mount", "-t", "tmpfs", "-o", "size=96m,mode=0700,uid=65532,gid=65532", "none", wallets)
    if measured:
        changed = {"volumes": {"tron-wallets": {"name": "tron-wallets"}}}
    else:
        options = {"type": "none", "o": "bind", "device": str(wallets)}
        # And each is asked more often how it is, because tests wait for the answer.
        often = dict.fromkeys([*ALL, "hsm", "hsm-inside", "webhooks"], {"healthcheck": {"interval": "2s"}})
        volume = {"name": "tron-wallets", "driver_opts": options}
        changed = {"volumes": {"tron-wallets": volume}, "services": often}
    small.write_text(json.dumps(changed))


def refuses_to_start_without_secrets():
    """Before anything is made: what compose says must be what to do."""
    lucid("init", "--containers")
    key = home / "secrets/payout-router/call.key"
    text = key.read_text()
    key.unlink()
    try:
        compose("up", "-d")
    except RuntimeError as error:
        said = docker("logs", "lucid-init", check=False) + subprocess.run(
            ["docker", "logs", "lucid-init"], capture_output=True, text=True).stderr
        # Compose v2 makes every container before it starts the first, so there the engine itself names the file.
        told = "payout-router's call_key" in said and "lucid init --containers" in said
        assert told or f"path does not exist: {key}" in str(error), (said, error)
        assert docker("ps", "--quiet", "--filter", "name=lucid-payout-router") == "", "nothing has started"
    else:
        raise AssertionError("the plane has started without a secret")
    finally:
        compose("down", "--volumes", "--timeout", "1")
    key.write_text(text)
    key.chmod(0o400)
    os.chown(key, 65532, 65532)


SECONDS = {"s": 1, "m": 60, "h": 3600}


def hastened_rules(top):
    """The rules with each duration that an alert waits for or looks back on divided by 60, and a look every second.

    A look back has five looks at least, or a rate would not be one. Thresholds stay: they are the services' own.
    """
    there = top / "prometheus"
    shutil.copytree(ROOT / "compose/prometheus", there)
    sooner = lambda least: lambda found: f"{found[1]}{max(least, int(found[2]) * SECONDS[found[3]] // 60)}s"
    for path in (there / "rules").glob("*.yml"):
        text = re.sub(r"(for: )([1-9]\d*)([smh])", sooner(1), path.read_text())
        path.write_text(re.sub(r"(\[)(\d+)([smh])(?=\])", sooner(5), text))
    config = there / "prometheus.yml"
    config.write_text(config.read_text().replace("_interval: 15s", "_interval: 1s"))
    there.chmod(0o755)
    return there
