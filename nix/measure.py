"""measure.py RESULT [--debian-slim DIR] [--tree DIR] [--from-nothing DIR]: sizes of the images, and how long Nix takes for
them, as ./dev bench prints it. DIR of --debian-slim is Debian's own small tree; DIR of --tree a copy of this repository, in
which a source is changed; DIR of --from-nothing a directory that does not exist yet, for an empty store."""

import argparse
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path[:0] = [str(HERE / "tests"), str(HERE / "running")]

import made
from starts import line

# The base image alone, compressed: about 2 MiB, as its maintainers say.
DISTROLESS_STATIC_MB = 2.1


def packed(tree):
    """The bytes of a directory as a layer, compressed as well as gzip can."""
    pack = subprocess.Popen(["tar", "-C", tree, "--sort=name", "--numeric-owner", "-c", "."], stdout=subprocess.PIPE)
    gzip = subprocess.Popen(["gzip", "-9n"], stdin=pack.stdout, stdout=subprocess.PIPE)
    return sum(len(block) for block in iter(lambda: gzip.stdout.read(1 << 20), b""))


def sizes(debian_slim):
    slim = packed(debian_slim) if debian_slim else None
    for name, image in made.digests()["images"].items():
        for platform, of in image["platforms"].items():
            architecture = platform.removeprefix("linux/")
            layers = {layer["name"]: layer["size"] for layer in of["layers"]}
            if (name, architecture) == ("tron-client", "amd64"):
                line("images.base.compressed_mb", layers["base"] / 1e6, "MB beside distroless static's", DISTROLESS_STATIC_MB)
            beside = (slim + layers["program"]) / 1e6 if slim and architecture == "amd64" else None
            # Debian's programs are as large as Debian made them.
            bar = None if name in made.OBSERVABILITY else 10 if name.startswith("wallet-manager") else 5
            line(f"images.{name}.{architecture}.compressed_mb", of["size"] / 1e6, "MB beside Debian slim with the same program",
                 beside, bar)
            line(f"images.{name}.{architecture}.unpacked_mb", of["unpacked"] / 1e6, "MB")


def built(tree):
    """Seconds until every image of a tree is there."""
    began = time.monotonic()
    subprocess.run(["nix", "build", "--max-jobs", "2", "--no-link", f"path:{tree}#images"], check=True, stdout=sys.stderr)
    return time.monotonic() - began


def times(tree):
    built(tree)
    line("images.build.unchanged_s", built(tree), "s")
    for what, file in [("service", "crates/tron-client/config.default.toml"), ("library", "crates/primitives/src/lib.rs")]:
        path = tree / file
        # A remark in Rust and in TOML, and another one each time.
        remark = "// " if path.suffix == ".rs" else "# "
        path.write_text(f"{path.read_text()}\n{remark}measured at {time.time_ns()}\n")
        line(f"images.build.{what}_changed_s", built(tree), "s")


def from_nothing(root, installable, store):
    """Seconds for a build without a network in a store that has the inputs alone, as nix/verify does it; they are brought
    and copied before. The store goes again."""
    script = """
        root="$1" installable="$2" store="$3"
        . "$root/nix/settings.sh"
        . "$root/nix/empty-store.sh"
        nix_settings
        trap 'remove_store "$store"' EXIT
        empty_store "$store" "$root"
        began="$(date +%s%N)"
        build_alone "$store" "$installable" --max-jobs 2 >&2
        echo $(($(date +%s%N) - began))
    """
    words = ["bash", "-euo", "pipefail", "-c", script, "from-nothing", root, installable, store]
    return int(subprocess.run(words, check=True, stdout=subprocess.PIPE).stdout) / 1e9


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("result", type=pathlib.Path)
    parser.add_argument("--debian-slim", type=pathlib.Path)
    parser.add_argument("--tree", type=pathlib.Path)
    parser.add_argument("--from-nothing", type=pathlib.Path)
    arguments = parser.parse_args()
    made.RESULT = arguments.result.resolve()
    sizes(arguments.debian_slim)
    if arguments.from_nothing:
        root = HERE.parent
        line("images.build.from_nothing_s", from_nothing(root, f"{root}#images", arguments.from_nothing), "s")
    if arguments.tree:
        times(arguments.tree)


if __name__ == "__main__":
    main()
