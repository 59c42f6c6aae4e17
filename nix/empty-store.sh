# A build from the inputs alone, in a store of its own. Sourced by nix/repro and nix/verify, after nix/settings.sh.

# empty_store DIRECTORY REPOSITORY: a store that holds the inputs that nix/fetch has brought, and nothing else.
empty_store() {
    mkdir -p "$1"
    nix copy --quiet --no-check-sigs --to "$1" "$(readlink -f "$2/.nix-inputs")"
}

# build_alone STORE INSTALLABLE [OPTION...]: builds without a network, prints where the result lies on this machine.
build_alone() {
    local store="$1" what="$2"
    shift 2
    # Called inside $(...), where bash forgets to end at the first failure.
    offline nix build "$what" --store "$store" --no-link --print-build-logs "$@" >&2 || return
    local made
    made="$(nix eval --raw "$what" --store "$store")" || return
    printf '%s%s\n' "$store" "$made"
}

# Stores are read-only, even for who made them.
remove_store() {
    chmod -R u+w "$1" && rm -rf "$1"
}
