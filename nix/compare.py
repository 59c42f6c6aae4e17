"""compare.py A B: two results of `nix build .#images`. Ends with 0 if they are the same bytes; else it names every image
that differs and shows the first differing file, by diffoscope or, where that is missing, by diff."""

import json
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile


def layers(result):
    """(image, platform, layer's name) -> layer, and the manifests, of a result."""
    digests = json.loads((result / "digests.json").read_text())
    found, manifests = {}, {}
    for name, image in digests["images"].items():
        for platform, made in image["platforms"].items():
            manifests[name, platform] = made["manifest"]["digest"]
            for layer in made["layers"]:
                found[name, platform, layer["name"]] = layer
    return found, manifests


def unpack(result, digest, directory):
    blob = result / "oci/blobs" / digest.replace(":", "/")
    with tarfile.open(blob) as tar:
        tar.extractall(directory, members=[member for member in tar if not member.isdev()])


def show(old, new):
    if shutil.which("diffoscope"):
        subprocess.run(["diffoscope", "--max-text-report-size", "20000", "--text", "-", str(old), str(new)])
    else:
        subprocess.run(["diff", "-u", str(old), str(new)])


def first_difference(a, b, one, other):
    with tempfile.TemporaryDirectory() as work:
        left, right = pathlib.Path(work) / "a", pathlib.Path(work) / "b"
        unpack(a, one["digest"], left)
        unpack(b, other["digest"], right)
        names = sorted({path.relative_to(top) for top in (left, right) for path in top.rglob("*") if path.is_file()})
        for name in names:
            old, new = left / name, right / name
            if old.exists() and new.exists() and old.read_bytes() == new.read_bytes():
                continue
            print(f"first differing file: /{name}", file=sys.stderr)
            if old.exists() and new.exists():
                show(old, new)
            return
        print("the files are equal: the layers differ in order, rights, owners or compression", file=sys.stderr)


def main():
    a, b = map(pathlib.Path, sys.argv[1:3])
    if (a / "SHA256SUMS").read_bytes() == (b / "SHA256SUMS").read_bytes():
        print(f"the same bytes: {len((a / 'SHA256SUMS').read_text().splitlines())} files")
        return
    of_a, manifests_a = layers(a)
    of_b, manifests_b = layers(b)
    for key in sorted(manifests_a.keys() | manifests_b.keys()):
        if manifests_a.get(key) != manifests_b.get(key):
            print(f"{key[0]} {key[1]}: {manifests_a.get(key)} and {manifests_b.get(key)}", file=sys.stderr)
    for key in sorted(of_a.keys() & of_b.keys()):
        if of_a[key]["diff_id"] != of_b[key]["diff_id"]:
            print(f"{' '.join(key)}: the first layer that differs", file=sys.stderr)
            first_difference(a, b, of_a[key], of_b[key])
            break
    else:
        subprocess.run(["diff", str(a / "SHA256SUMS"), str(b / "SHA256SUMS")])
    sys.exit(1)


main()
