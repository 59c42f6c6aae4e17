"""An engine of this run's own, and the plane in it, on the devnet."""

import contextlib
import json
import os
import pathlib
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

home = None
lucid_program = None


def call(*words, check=True, timeout=300):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=timeout)
    if check and done.returncode:
        raise RuntimeError(f"{' '.join(map(str, words))}: {done.stdout}{done.stderr}")
    return done.stdout


def docker(*words, check=True):
    return call("docker", *words, check=check)


def compose(*words):
    files = ["-f", ROOT / "compose/compose.yaml", "-f", ROOT / "compose/devnet.yaml"]
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
    global home, lucid_program
    home, lucid_program = top / "home", programs / "lucid"
    os.environ.update(LUCID_HOME=str(home), COMPOSE_PROJECT_NAME="lucid", LUCID_BLOCK_MS="500")
    with engine(top):
        print("loading the images", flush=True)
        docker("load", "--input", images)
        refuses_to_start_without_secrets()
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
