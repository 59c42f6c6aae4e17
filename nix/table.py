"""Prints the images of a digests.json as a table, and nothing else."""

import json
import sys


def size(number):
    return f"{number / 1e6:.2f} MB"


digests = json.load(open(sys.argv[1]))
rows = [("image", "platform", "digest", "layers", "size", "compressed")]
for name, image in digests["images"].items():
    for platform, made in image["platforms"].items():
        rows.append((name, platform, made["manifest"]["digest"], str(len(made["layers"])), size(made["unpacked"]),
                     size(made["size"])))
widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
for row in rows:
    print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())
