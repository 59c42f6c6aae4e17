"""An engine of this run's own, and the plane in it, on the devnet."""

import contextlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
SERVICES = {"tron-client": 8091, "payout-router": 8092, "wallet-manager": 8093, "usdt-manager": 8094, "trx-staking": 8095,
            "payment-gateway": 8096}
INSIDE = [*SERVICES, "hall"]
# Everything that runs on: the six, the forwarders, the devnet.
ALL = [*SERVICES, "hall", "door", "chain", "devnet"]
# As on mainnet's documents; nobody has it on the devnet.
RECIPIENT = "TJRabPrwbZy45sbavfcjinPJC18kjpRTv8"
WITHIN = 120

# Built here or elsewhere, where the machine has one; without it there is no test_observability.
PROMETHEUS = "localhost/lucid/prometheus:0.1.0"

# What compose/observability.yaml adds, inside and elsewhere.
WATCHING_INSIDE, WATCHING = ["prometheus", "watch-hall"], ["prometheus", "watch-hall", "watch-door"]

home = None
watched = False
lucid_program = None


def inside():
    """Everything that stands on lucid-network-isolated."""
    return [*INSIDE, *(WATCHING_INSIDE if watched else [])]


def doors():
    return ["door", *(["watch-door"] if watched else [])]


def everything():
    return [*ALL, *(WATCHING if watched else [])]


def call(*words, check=True, timeout=300):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=timeout)
    if check and done.returncode:
        raise RuntimeError(f"{' '.join(map(str, words))}: {done.stdout}{done.stderr}")
    return done.stdout


def docker(*words, check=True):
    return call("docker", *words, check=check)


def compose(*words):
    files = ["-f", ROOT / "compose/compose.yaml", "-f", ROOT / "compose/devnet.yaml"]
    if watched:
        files += ["-f", ROOT / "compose/observability.yaml"]
    program = ["docker-compose"] if subprocess.run(["which", "docker-compose"], capture_output=True).returncode == 0 else ["docker", "compose"]
    return call(*program, *files, *words)


def lucid(*words):
    return call(lucid_program, "--data", home, *words)


def inspect(name):
    return json.loads(docker("inspect", f"lucid-{name}"))[0]


def pid(name):
    return inspect(name)["State"]["Pid"]


def address(name):
    [network] = inspect(name)["NetworkSettings"]["Networks"].values()
    return network["IPAddress"]


def health(name):
    return inspect(name)["State"].get("Health", {}).get("Status")


def until(what, holds, within=WITHIN):
    """Waits for what the engine or a service has to do first."""
    deadline = time.monotonic() + within
    while not holds():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within} s: {what}\n{docker('ps', '-a')}")
        time.sleep(0.2)


def until_healthy():
    until("all healthy", lambda: all(health(name) == "healthy" for name in ALL))


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
def running(top, images, programs):
    global home, lucid_program, watched
    home, lucid_program = top / "home", programs / "lucid"
    os.environ.update(LUCID_HOME=str(home), COMPOSE_PROJECT_NAME="lucid", LUCID_BLOCK_MS="500", COMPOSE_HTTP_TIMEOUT="300")
    with engine(top):
        print("loading the images", flush=True)
        docker("load", "--input", images)
        refuses_to_start_without_secrets()
        watched = PROMETHEUS in docker("images", "--format", "{{.Repository}}:{{.Tag}}").split()
        os.environ.update(LUCID_PROMETHEUS_IMAGE=PROMETHEUS, LUCID_PROMETHEUS_RULES=str(hastened_rules(top)))
        lucid("init", "--containers")
        began = time.monotonic()
        compose("up", "-d")
        # The six are healthy when `up` comes back: 1.29 has no --wait.
        states = {name: health(name) for name in SERVICES}
        assert set(states.values()) == {"healthy"}, states
        print(f"all six healthy after {time.monotonic() - began:.1f} s", flush=True)
        until("the plane is ready", lambda: subprocess.run(
            [lucid_program, "--data", home, "status"], capture_output=True).returncode == 0)
        lucid("prepare")
        assert pay("first", "25")["stage"] == "settled"
        yield
        compose("down", "--volumes", "--timeout", "5")


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
        assert "payout-router's call_key" in said and "lucid init --containers" in said, (said, error)
        assert docker("ps", "--quiet", "--filter", "name=lucid-payout-router") == "", "nothing has started"
    else:
        raise AssertionError("the plane has started without a secret")
    finally:
        compose("down", "--volumes")
    key.write_text(text)
    key.chmod(0o400)
    os.chown(key, 65532, 65532)


def hastened_rules(top):
    """The rules with each duration that an alert waits for divided by 60, and a look every second."""
    there = top / "prometheus"
    shutil.copytree(ROOT / "compose/prometheus", there)
    faster = lambda found: f"for: {max(1, int(found[1]) * (60 if found[2] == 'm' else 1) // 60)}s"
    for path in (there / "rules").glob("*.yml"):
        path.write_text(re.sub(r"for: ([1-9]\d*)([ms])", faster, path.read_text()))
    config = there / "prometheus.yml"
    config.write_text(config.read_text().replace("_interval: 15s", "_interval: 1s"))
    there.chmod(0o755)
    return there
