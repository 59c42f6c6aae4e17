#!/bin/sh
# Installs the foreign clients and the contract's compiler into the user's cache, and prints where they are:
#   python=<interpreter with tronpy>   tronweb=<node_modules with tronweb>   solc=<node_modules with solc>
#
# Needs on the machine: python3 with venv (Debian: python3-venv), node >= 18 and npm (Debian: nodejs npm).
# Can be run any number of times, also at the same time: each part is built aside, named after the lock file that it
# was built from, and renamed into place, so a part that exists is complete.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
cache="${XDG_CACHE_HOME:-$HOME/.cache}/lucid-plane/foreign-clients"
mkdir -p "$cache"
# What a failed or interrupted run leaves half built is named after its process and thrown away.
trap 'rm -rf "$cache"/.*."$$"' EXIT

missing() {
    echo "setup.sh: $1 is missing (Debian: apt-get install $2)" >&2
    exit 1
}
command -v node >/dev/null || missing node "nodejs npm"
command -v npm >/dev/null || missing npm "nodejs npm"
command -v python3 >/dev/null || missing python3 "python3 python3-venv"

# place <finished directory> <final name>: whoever comes first wins, the others throw theirs away.
place() {
    mv -T "$1" "$2" 2>/dev/null || rm -rf "$1"
    test -d "$2"
}

fingerprint() {
    cat "$@" | sha256sum | cut -c1-16
}

# node_modules_for <name> <directory with package.json and package-lock.json>
node_modules_for() {
    target="$cache/$1-$(fingerprint "$2/package.json" "$2/package-lock.json")"
    if [ ! -d "$target" ]; then
        build="$cache/.$1.$$"
        mkdir "$build"
        cp "$2/package.json" "$2/package-lock.json" "$build/"
        (cd "$build" && npm ci --no-audit --no-fund --ignore-scripts >&2)
        place "$build" "$target"
    fi
    echo "$1=$target/node_modules"
}

python_for() {
    version=$(python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    target="$cache/python$version-$(fingerprint "$here/requirements.txt")"
    if [ ! -d "$target" ]; then
        build="$cache/.python.$$"
        python3 -m venv "$build" >&2 || missing "the venv module of python3" python3-venv
        "$build/bin/python" -m pip install --quiet --disable-pip-version-check -r "$here/requirements.txt" >&2
        place "$build" "$target"
    fi
    echo "python=$target/bin/python"
}

node_modules_for solc "$here/../../contracts"
if [ "${1:-all}" = all ]; then
    node_modules_for tronweb "$here"
    python_for
fi
