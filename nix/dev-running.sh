# The parts of ./dev that run images: `images --check`, `images --layout` and `bench images`. Sourced by nix/dev-images.sh.

layout_packages() { install_missing "skopeo:skopeo --version" "umoci:umoci --version"; }
running_packages() {
    layout_packages
    install_missing "docker.io:dockerd --version && runc --version" \
        "qemu-user-static:qemu-aarch64-static --version" "iproute2:ip -V" "procps:ps --version" \
        "mount:mount --version" "util-linux:setpriv --version"
    # Since Debian 13 the client is a package by itself.
    install_missing "docker-cli:docker --version"
}

# The operator's command of the same build: it starts planes and asks them.
operators_command() {
    build_offline --no-link "$root#lucid" >&2
    echo "$(nix eval --raw "$root#lucid")/bin/lucid"
}

# came_of FILE WHAT COMMAND...: does it, and notes what came of it and how long it took.
came_of() {
    local file="$1" what="$2" came=ok began="$SECONDS"
    shift 2
    "$@" || came=FAILED
    printf '%s\t%s\t%s s\n' "$what" "$came" "$((SECONDS - began))" >>"$file"
}

# in_running RESULT WORD...: nix/running, as root.
in_running() { as_root env PYTHONDONTWRITEBYTECODE=1 python3 "$root/nix/running" "$@"; }

# check_layout RESULT: as much of check_images as needs neither an engine nor namespaces, for machines that have none.
check_layout() {
    [ "$(id -u)" = 0 ] || command -v sudo >/dev/null ||
        die "umoci unpacks files that belong to others, as root: sudo, or leave out --layout"
    alone layout_packages || return
    local checker
    checker="$(nix eval --raw "$root#oci-image")/bin/oci-image" || return
    "$checker" check "$1" >&2 || die "the images do not keep the policy: see above"
    in_running "$1" --only layout || die "others' tools do not read the images as they should: see above"
}

# The assembler's own tests, which need the root of this machine.
assembler_tests() {
    alone set_up build_packages && need_rust && tool nextest "$nextest_version" &&
        cargo nextest run --locked --manifest-path "$root/Cargo.toml" --package oci-image --run-ignored only
}

# check_images RESULT: what others' tools make of them, and what they do in containers, on both architectures. All of it is
# tried whatever fails, and a table says what came of it; each step says `|| return` or notes its outcome, because where a
# caller asks for that of the whole, bash passes over failures inside.
check_images() {
    alone running_packages || return
    local result="$1" command checker outcomes
    checker="$(nix eval --raw "$root#oci-image")/bin/oci-image" || return
    command="$(operators_command)" || return
    outcomes="$(mktemp)" || return
    came_of "$outcomes" "the policy" "$checker" check "$result" >&2
    came_of "$outcomes" "all in containers" in_running "$result" \
        --lucid "$command" --outcomes "$outcomes"
    if [ "$(id -u)" = 0 ]; then
        came_of "$outcomes" "the assembler's tests with Docker" assembler_tests
    else
        printf "the assembler's tests with Docker\\tleft out: they need root\\t\\n" >>"$outcomes"
    fi
    awk -F '\t' '{ printf "%-86s %-8s %s\n", $1, $2, $3 }' "$outcomes"
    local failed=0
    ! cut -f 2 "$outcomes" | grep -q '^FAILED$' || failed=1
    rm -f "$outcomes"
    return "$failed"
}

# debian_slim DIRECTORY: Debian's smallest system without documents and translations, as its own slim images have it.
debian_slim() {
    local mirror
    mirror="$(PYTHONDONTWRITEBYTECODE=1 python3 -c 'import sys; sys.path.insert(0, sys.argv[1]); import pinned; print(pinned.archive_roots()["main"][0])' "$root/nix")"
    debootstrap --variant=minbase trixie "$1" "$mirror" >&2
    (cd "$1" && rm -rf var/cache/apt/archives/*.deb var/lib/apt/lists/* usr/share/{doc,info,lintian,linda,locale,man}/*)
}

# bench_images [--no-builds | --from-nothing]: sizes, starts and memory beside Debian's, and how long the images take to be
# built again; with --from-nothing also how long they take in an empty store, which is half an hour on two cores and needs
# a store's room in TMPDIR.
bench_images() {
    local builds=yes nothing='' work tree='' slim command
    case "${1:-}" in
        '') ;;
        --no-builds) builds='' ;;
        --from-nothing) nothing=yes ;;
        *) die "bench images knows --no-builds and --from-nothing, not $1" ;;
    esac
    [ "$(id -u)" = 0 ] || die "bench images starts containers and makes Debian's tree, as root: sudo ./dev bench images"
    alone images_packages
    alone running_packages
    alone install_missing "debootstrap:debootstrap --version" "debian-archive-keyring:[ -e /usr/share/keyrings/debian-archive-keyring.gpg ]"
    nix_settings
    [ -z "$nothing" ] || room 9500 "${TMPDIR:-/tmp}" "an empty store and what is built beside it (TMPDIR)"
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
    python3 "$root/nix/measure.py" "$cache/nix/bench-images" --debian-slim "$slim" ${tree:+--tree "$tree"} \
        ${nothing:+--from-nothing "$work/store"}
    python3 "$root/nix/running" "$cache/nix/bench-images" --lucid "$command" --measure --debian-slim "$slim"
}
