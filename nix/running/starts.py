"""How long a container takes from its start until its service is ready, in this machine's images; as ./dev bench prints it."""

import datetime
import json
import statistics
import subprocess
import time

import made
from engine import USER, Engine
from plane import STRICT, Plane, health

TIMES = 5


def line(name, value, unit, baseline=None, bar=None):
    """`bar` is what the value must not pass; the line says whether it was kept."""
    ratio = None if baseline is None else round(value / baseline, 3)
    baseline = None if baseline is None else round(baseline, 3)
    held = {} if bar is None else {"bar": bar, "kept": value <= bar}
    print(json.dumps({"name": name, "value": round(value, 3), "unit": unit, "baseline": baseline, "ratio": ratio, **held}),
          flush=True)


def measure(debian_slim):
    """Every service by itself beside a running devnet; one of them also in an image of Debian's, if there is its tree."""
    engine = Engine()
    engine.run("load", "--input", made.RESULT / "images-amd64.tar")
    plane = Plane(engine, "starts", "amd64", made.SOFTHSM)
    plane.make()
    devnet = subprocess.Popen([plane.top / "bin/devnet", "serve", "--listen", "127.0.0.1:8090", "--block-ms", "500", "--state",
                               plane.data / "devnet/chain"], env=engine.environment, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL)
    other = import_debian(engine, debian_slim) if debian_slim else None
    for service in made.SERVICES:
        image = made.images()[made.SOFTHSM if service == "wallet-manager" else service]
        took = [ready(engine, plane, service, image) for _ in range(TIMES)]
        beside = None
        if service == "tron-client" and other:
            beside = statistics.median([ready(engine, plane, service, other) for _ in range(TIMES)])
        line(f"images.{service}.ready_ms", statistics.median(took), "ms from the container's start", beside, 100)
        line(f"images.{service}.memory_mb", memory(engine, plane, service, image), "MB resident when ready", bar=12)
    devnet.terminate()
    devnet.wait()
    engine.close()


def until_ready(engine, plane, service):
    while not ((found := health(service, "/health/ready")) and found[0] == 200):
        time.sleep(0.002)
    return time.time()


def ready(engine, plane, service, image):
    """Milliseconds from the engine's word that the process was started to the first answer that it is ready."""
    plane.start(service, image)
    at = until_ready(engine, plane, service)
    said = engine.run("inspect", "--format", "{{.State.StartedAt}}", plane.container(service)).strip()
    # The engine counts nanoseconds, Python microseconds.
    began = datetime.datetime.fromisoformat(said[:26].rstrip("Z") + "+00:00").timestamp()
    plane.remove(service)
    return (at - began) * 1000


def memory(engine, plane, service, image):
    plane.start(service, image)
    until_ready(engine, plane, service)
    pids = engine.run("top", plane.container(service), "-eo", "pid").split()[1:]
    kilobytes = 0
    for pid in pids:
        status = open(f"/proc/{pid}/status").read().splitlines()
        kilobytes += sum(int(entry.split()[1]) for entry in status if entry.startswith("VmRSS:"))
    plane.remove(service)
    return kilobytes / 1000


def import_debian(engine, tree):
    """Debian's tree with tron-client in it, as an image."""
    name = "localhost/debian-slim-tron-client"
    with made.layer("tron-client", "amd64", "program") as program:
        program.extractall(tree, filter="fully_trusted") if hasattr(program, "extraction_filter") else program.extractall(tree)
    listen = f"LUCID_SERVER__LISTEN=0.0.0.0:{made.SERVICES['tron-client']}"
    changes = ["ENTRYPOINT [\"/usr/bin/tron-client\"]", f"USER {USER}:{USER}", f"ENV {listen}",
               "ENV LUCID_SERVER__DATA_DIR=/var/lib/lucid"]
    (tree / "var/lib/lucid").mkdir(parents=True, exist_ok=True)
    subprocess.run(["chown", f"{USER}:{USER}", tree / "var/lib/lucid"], check=True)
    pack = subprocess.Popen(["tar", "-C", tree, "-c", "."], stdout=subprocess.PIPE)
    subprocess.run(["docker", "import", *[word for change in changes for word in ("--change", change)], "-", name],
                   env=engine.environment, stdin=pack.stdout, check=True, capture_output=True)
    return name
