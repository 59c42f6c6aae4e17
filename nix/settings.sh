# The settings of every call that this repository makes to Nix; the system's own configuration stays as it is.
# Sourced by ./dev and by scripts that call Nix. A caller's NIX_CONFIG comes last and wins.
nix_settings() {
    local settings
    settings="$(printf '%s\n' "experimental-features = nix-command flakes" "substituters =" "flake-registry =" \
        "sandbox = true" "sandbox-fallback = false" "warn-dirty = false")"
    # Root without a daemon and without build users, as on a fresh Debian, or with a group of them that has no member: the
    # sandbox is a user namespace.
    if [ "$(id -u)" = 0 ] && [ -z "$(getent group nixbld | cut -d: -f4)" ]; then
        settings+=$'\n'"build-users-group ="
    fi
    # A clone that belongs to somebody else, as CI may have it: who runs its scripts trusts it already. What the caller
    # says to git stays.
    local said="${GIT_CONFIG_COUNT:-0}"
    if [ -n "${root:-}" ]; then
        export "GIT_CONFIG_KEY_$said=safe.directory" "GIT_CONFIG_VALUE_$said=$root" GIT_CONFIG_COUNT=$((said + 1))
    fi
    export NIX_CONFIG="$settings"$'\n'"${NIX_CONFIG:-}"
}

# A command in a network namespace without a route: not even the loopback is up. Root stays the real one, because Nix 2.8
# sets groups, which a namespace that maps root alone forbids.
offline() {
    if [ "$(id -u)" = 0 ]; then
        unshare --net "$@"
    else
        unshare --map-current-user --net "$@"
    fi
}
