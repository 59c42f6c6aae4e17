# The parts of ./dev that run images: `images --check` and `bench images`. Sourced by nix/dev-images.sh.

running_packages() {
    install_missing "docker.io:dockerd --version && runc --version" "skopeo:skopeo --version" \
        "umoci:umoci --version" "qemu-user-static:qemu-aarch64-static --version" "iproute2:ip -V" "procps:ps --version" \
        "mount:mount --version" "util-linux:setpriv --version"
    # Since Debian 13 the client is a package by itself.
    install_missing "docker-cli:docker --version"
}

# The operator's command of the same build: it starts planes and asks them.
operators_command() {
    build_offline --no-link "$root#lucid" >&2
    echo "$(nix eval --raw "$root#lucid")/bin/lucid"
}

# check_images RESULT: what others' tools make of them, and what they do in containers, on both architectures. Each step
# says `|| return`: where a caller asks for the outcome, bash passes over failures inside.
check_images() {
    alone running_packages || return
    local command checker
    checker="$(nix eval --raw "$root#oci-image")/bin/oci-image" || return
    "$checker" check "$1" >&2 || return
    command="$(operators_command)" || return
    as_root env PYTHONDONTWRITEBYTECODE=1 python3 "$root/nix/running" "$1" --lucid "$command" || return
    if [ "$(id -u)" != 0 ]; then
        say "the assembler's own tests with Docker need root: left out"
        return 0
    fi
    alone set_up build_packages || return
    need_rust || return
    tool nextest "$nextest_version" || return
    cargo nextest run --locked --manifest-path "$root/Cargo.toml" --package oci-image --run-ignored only
}

# debian_slim DIRECTORY: Debian's smallest system without documents and translations, as its own slim images have it.
debian_slim() {
    local mirror
    mirror="$(PYTHONDONTWRITEBYTECODE=1 python3 -c 'import sys; sys.path.insert(0, sys.argv[1]); import pinned; print(pinned.archive_roots()["main"][0])' "$root/nix")"
    debootstrap --variant=minbase trixie "$1" "$mirror" >&2
    (cd "$1" && rm -rf var/cache/apt/archives/*.deb var/lib/apt/lists/* usr/share/{doc,info,lintian,linda,locale,man}/*)
}

# bench_images [--no-builds]: sizes, starts and memory beside Debian's, and how long the images take to be built again; what
# they take from nothing is in the words of ./dev images, ./dev repro and nix run .#verify.
bench_images() {
    local builds=yes work tree='' slim command
    case "${1:-}" in
        '') ;;
        --no-builds) builds='' ;;
        *) die "bench images knows --no-builds, not $1" ;;
    esac
    [ "$(id -u)" = 0 ] || die "bench images starts containers and makes Debian's tree, as root: sudo ./dev bench images"
    alone images_packages
    alone running_packages
    alone install_missing "debootstrap:debootstrap --version" "debian-archive-keyring:[ -e /usr/share/keyrings/debian-archive-keyring.gpg ]"
    nix_settings
    "$root/nix/fetch"
    mkdir -p "$cache/nix"
    nix build "$root#images" --out-link "$cache/nix/bench-images" >&2
    command="$(operators_command)"
    work="$(mktemp -d "${TMPDIR:-/tmp}/lucid-bench-XXXXXX")"
    # shellcheck disable=SC2064
    trap "rm -rf '$work'" EXIT
    slim="$work/debian-slim"
    debian_slim "$slim"
    if [ -n "$builds" ]; then
        tree="$work/tree"
        mkdir "$tree"
        git -C "$root" ls-files -z | (cd "$root" && xargs -0 tar -cf -) | tar -xf - -C "$tree"
    fi
    export PYTHONDONTWRITEBYTECODE=1
    python3 "$root/nix/measure.py" "$cache/nix/bench-images" --debian-slim "$slim" ${tree:+--tree "$tree"}
    python3 "$root/nix/running" "$cache/nix/bench-images" --lucid "$command" --measure --debian-slim "$slim"
}
