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
    [ -z "${root:-}" ] || trust_clone "$(cd -- "$root" && pwd -P)"
    export NIX_CONFIG="$settings"$'\n'"${NIX_CONFIG:-}"
}

# A clone that belongs to somebody else, as CI may have it: who runs its scripts trusts it already. Older versions of Nix
# ask git, which takes it from the environment; newer ones read git's files themselves, of which ours includes the
# caller's. What the caller says to git and to Nix stays.
trust_clone() {
    local clone="$1" said="${GIT_CONFIG_COUNT:-0}" theirs ours
    ! { [ -O "$clone" ] && [ -O "$clone/.git" ]; } || return 0
    export "GIT_CONFIG_KEY_$said=safe.directory" "GIT_CONFIG_VALUE_$said=$clone" GIT_CONFIG_COUNT=$((said + 1))
    theirs="${XDG_CONFIG_HOME:-${HOME:-/root}/.config}"
    ours="${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/lucid-plane/nix/trusted-$(printf %s "$clone" | sha256sum | cut -c1-16)"
    [ "$theirs" != "$ours" ] || return 0
    mkdir -p "$ours/git"
    printf '[include]\n\tpath = "%s"\n[safe]\n\tdirectory = "%s"\n' "$theirs/git/config" "$clone" >"$ours/git/.config.$$"
    mv "$ours/git/.config.$$" "$ours/git/config"
    export NIX_USER_CONF_FILES="${NIX_USER_CONF_FILES:-$theirs/nix/nix.conf}" XDG_CONFIG_HOME="$ours"
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
