#!/bin/sh
# Installs the validators into the user's cache, once, and prints the interpreter that has them. Needs python3 with
# venv (Debian: python3-venv). Can be run any number of times, also at the same time: it is built aside, named after
# what it was built from, and renamed into place, so one that exists is complete.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
cache="${XDG_CACHE_HOME:-$HOME/.cache}/lucid-plane/sbom-validators"
mkdir -p "$cache"
version=$(python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')
target="$cache/python$version-$(sha256sum < "$here/requirements.txt" | cut -c1-16)"
build="$cache/.python.$$"
trap 'rm -rf "$build"' EXIT
if [ ! -d "$target" ]; then
    python3 -m venv "$build" >&2
    "$build/bin/python" -m pip install --quiet --disable-pip-version-check -r "$here/requirements.txt" >&2
    mv -T "$build" "$target" 2>/dev/null || test -d "$target"
fi
echo "$target/bin/python"
