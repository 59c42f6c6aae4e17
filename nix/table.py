"""Prints the images of a digests.json as a table, and nothing else. Where a program is loaded is in policy.json, beside it."""

import json
import pathlib
import sys

LOADED = {True: "anywhere", False: "fixed address", None: "?"}


def size(number):
    return f"{number / 1e6:.2f} MB"


digests = pathlib.Path(sys.argv[1])
policy = digests.parent / "policy.json"
checked = json.loads(policy.read_text())["images"] if policy.exists() else []
independent = {(image["reference"], image["platform"]): image["position_independent"] for image in checked}
rows = [("image", "platform", "digest", "layers", "size", "compressed", "loaded")]
for name, image in json.loads(digests.read_text())["images"].items():
    for platform, made in image["platforms"].items():
        rows.append((name, platform, made["manifest"]["digest"], str(len(made["layers"])), size(made["unpacked"]),
                     size(made["size"]), LOADED[independent.get((image["reference"], platform))]))
widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
for row in rows:
    print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())
