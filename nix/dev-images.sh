# The parts of ./dev that build images: `images` and `repro`. Sourced by ./dev, which has say, die, alone, install_missing.

. "$root/nix/settings.sh"
. "$root/nix/dev-running.sh"

readonly nix_needed=2.8

# Whether this user's builds are made by somebody else.
asks_daemon() { [ "$(id -u)" != 0 ] && [ ! -w /nix/store ]; }

images_packages() {
    install_missing "nix-bin:nix --version" "git:git --version" "xz-utils:xz --version" "python3:python3 --version" \
        "util-linux:unshare --version"
    # Root owns the store; everybody else asks its daemon, unless the store is theirs.
    local daemon=/nix/var/nix/daemon-socket/socket
    if asks_daemon; then
        # Who is not in the group does not see the socket either.
        install_missing "nix-setup-systemd:[ -S $daemon ] || getent group nix-users"
        [ -w "$daemon" ] || die "this user may not ask Nix's daemon: on Debian join the group nix-users and log in again"
    fi
}

# Before anything is brought or compiled: what a build would fail without half an hour later, said in its own words.
may_build() {
    local found
    found="$(nix --version | sed 's/.* //')"
    printf '%s\n%s\n' "$nix_needed" "$found" | sort -VC || die "Nix $found is too old: $nix_needed or newer"
    # What Nix's sandbox does, and what is done inside it.
    # shellcheck disable=SC2016
    unshare --map-root-user --mount --pid --ipc --uts --net --fork \
        sh -c 'mount -t tmpfs none /tmp && mount -t proc none /proc && unshare --map-root-user --mount true' >&2 ||
        die "the images are built in user namespaces, and this system allows none: look at sysctl" \
            "kernel.unprivileged_userns_clone, kernel.apparmor_restrict_unprivileged_userns and user.max_user_namespaces;" \
            "a container needs --privileged"
    offline true || die "the images are built without a network, and this system lets $(id -un) make no namespace without one"
    # An estimate: a build from nothing had 4.5 GB before its end; afterwards what another build leaves beside that. A
    # build's own directory goes with it, so both together are wanted where /nix and TMPDIR are on one disk.
    local megabytes=7000
    [ ! -e "$cache/nix/warm" ] || megabytes=5000
    room "$megabytes" /nix/store "the Nix store"
    room 2500 "${TMPDIR:-/tmp}" "the directory that is built in (TMPDIR)"
}

# room MEGABYTES DIRECTORY WHAT: so much is free where the directory is, or will be.
room() {
    local place="$2" free
    while [ ! -e "$place" ]; do place="$(dirname "$place")"; done
    free="$(df --output=avail --block-size=1MB "$place" | tail -n 1)"
    [ "$free" -ge "$1" ] || die "$3 needs $1 MB, and $place has $((free)) MB left: nix-collect-garbage may help"
}

# How long a stage took, for whoever has a budget.
timed() {
    local what="$1" began="$SECONDS"
    shift
    "$@" || return
    say "$what: $((SECONDS - began)) s"
}

table() { python3 "$root/nix/table.py" "$1"; }

source_hash() { nix eval --raw "$root#legacyPackages.x86_64-linux.sourceHash"; }

# Where the sources are those of nix/digests.json, the digests must be, too.
compare_with_golden() {
    local made="$1/digests.json" golden="$root/nix/digests.json" hash
    hash="$(source_hash)"
    if [ ! -e "$golden" ]; then
        say "there is no nix/digests.json yet: ./dev images --bless writes it"
    elif ! grep -q "\"$hash\"" "$golden"; then
        say "nix/digests.json was made from other sources than these ($hash): nothing to compare, see the digests above"
    elif cmp -s "$golden" "$made"; then
        say "equal to nix/digests.json; lucid release sign asks for --golden nix/digests.json --audit $1-audit.json --sources $hash"
    else
        diff "$golden" "$made" >&2 || true
        die "these sources have made other images than nix/digests.json says"
    fi
}

bless_digests() {
    grep -q "\"$(source_hash)\"" "$1/digests.json" || die "the sources have changed while the images were built: again, please"
    git -C "$root" diff --quiet HEAD -- . ':!nix/digests.json' ||
        say "some tracked files are not committed; the digests are those of the files as they stand"
    install -m 0644 "$1/digests.json" "$root/nix/digests.json"
    say "wrote nix/digests.json; commit it"
}

# The advisory database, brought as ./dev lint brings it. Who has no cargo-deny waits for it in CI alone.
bring_advisories() {
    shipped_advisories
    # A copy that somebody laid beside the repository is meant.
    ! compgen -G "$root/../shared/data/advisory-db-*.tar.xz" >/dev/null || return 0
    local PATH="$tools/bin:$HOME/.cargo/bin:$PATH"
    if [ "${CI:-}" = true ]; then
        need_rust
        alone tool deny "$deny_version"
    fi
    if ! command -v cargo-deny >/dev/null; then
        say "cargo-deny, which brings the advisory database, is not here; ./dev lint installs it"
    else
        (cd "$root" && LUCID_ADVISORY_DBS="$cache/advisory-dbs" cargo deny --log-level off fetch db) >&2 ||
            say "the advisory database cannot be fetched"
    fi
}

# audit_images RESULT [BLESS]: what is really in the images, against the advisory database that ./dev lint uses, and the
# licences of deny.toml. Without a database the licences alone, said loudly; with BLESS, and in CI, that is an error. The
# report is RESULT-audit.json, which `lucid release sign` asks for; that nothing was looked up stands in it, too.
audit_images() {
    local database tool report="$1-audit.json"
    rm -f "$report"
    bring_advisories
    database="$(compgen -G "$(advisories)/advisory-db-*" | tail -n 1 || true)"
    tool="$(nix eval --raw "$root#oci-image")/bin/oci-image"
    local advisories=(--advisories "$database")
    if [ -z "$database" ]; then
        [ -z "${2:-}" ] || die "no advisory database, so nothing is blessed or released: ./dev lint brings it"
        [ "${CI:-}" != true ] || die "no advisory database, so nothing was checked: this machine must reach it, or have a copy"
        advisories=(--without-advisories)
    fi
    "$tool" audit "$1/sbom" "${advisories[@]}" --deny "$root/deny.toml" --report "$report" >&2 ||
        die "what is in the images is not allowed there: see above"
}

# Everything that is asked for, in one call and without a network: what comes after the inputs needs none. Two
# derivations at once, because a compiler that is alone often has but one crate to compile.
build_offline() {
    ! asks_daemon ||
        say "Nix's daemon builds, and it has this machine's network; its sandbox gives none to what the images are made of"
    offline nix build --max-jobs 2 --print-build-logs "$@"
}

# What the next build starts from, named in the cache, so that it outlives this clone and the garbage collector.
keep_warm() {
    mkdir -p "$cache/nix"
    nix build "$root#legacyPackages.x86_64-linux.$1" --out-link "$cache/nix/$1"
}

# images [--bless] [--check | --layout] [--twice] [--tests] [--link PATH]
images() {
    local bless='' check='' layout='' twice='' tests='' link="$root/result"
    while [ $# -gt 0 ]; do
        case "$1" in
            --bless) bless=yes ;;
            --check) check=yes ;;
            --layout) layout=yes ;;
            --twice) twice=yes ;;
            --tests) tests=yes ;;
            --link) link="${2:?--link PATH}"; shift ;;
            *) die "images knows --bless, --check, --layout, --twice, --tests and --link PATH, not $1" ;;
        esac
        shift
    done
    alone images_packages
    nix_settings
    may_build
    timed "inputs" "$root/nix/fetch"
    # The tool by name as well: nothing that is kept refers to it, and the audit asks for it.
    local wanted=("$root#images" "$root#oci-image")
    [ -z "$twice" ] || mapfile -t -O 2 wanted < <(twice_compiled)
    timed "images, without a network" build_offline --no-link "${wanted[@]}"
    nix build "$root#images" --out-link "$link"
    keep_warm warm
    (cd "$link/" && sha256sum --check --quiet SHA256SUMS) || die "SHA256SUMS does not fit what was built"
    table "$link/digests.json"
    timed "audit" audit_images "$link" "$bless"
    if [ -n "$bless" ]; then
        bless_digests "$link"
    else
        compare_with_golden "$link"
    fi
    [ -z "$check" ] || timed "the images, loaded and run" check_images "$link"
    [ -z "$layout" ] || timed "the images, as others' tools see them" check_layout "$link"
    [ -z "$twice" ] || compare_twice
    [ -z "$tests" ] || timed "tests of the recipe" recipe_tests "$link"
    say "docker load --input $link/images-amd64.tar   (images-arm64.tar on an arm64 host)"
}

# What nix/ promises: which sources decide what, what a missing input says, what an archive may do.
recipe_tests() {
    install_missing "gnupg:gpg --version" "gpg-agent:gpg-agent --version"
    python3 "$root/nix/tests" "$1"
}

# --- The same, twice ---

readonly twice_programs=(tron-client wallet-manager)

twice_compiled() {
    local where program
    for where in here elsewhere; do
        for program in "${twice_programs[@]}"; do
            echo "$root#legacyPackages.x86_64-linux.twice.$where.$program"
        done
    done
}

# Two programs that two builds have made, with another directory and another number of cores.
compare_twice() {
    local program links="$cache/nix/twice" failed=''
    mkdir -p "$links"
    keep_warm warmTwice
    for program in "${twice_programs[@]}"; do
        nix build "$root#legacyPackages.x86_64-linux.twice.here.$program" --out-link "$links/$program.here"
        nix build "$root#legacyPackages.x86_64-linux.twice.elsewhere.$program" --out-link "$links/$program.elsewhere"
        if cmp "$links/$program.here/bin/$program" "$links/$program.elsewhere/bin/$program" >&2; then
            say "$program: the same bytes from one core in another directory, SHA-256 $(sha256sum <"$links/$program.here/bin/$program" | cut -c1-16)…"
        else
            failed=yes
            install_missing "diffoscope-minimal:diffoscope --version"
            diffoscope --max-text-report-size 20000 --text - "$links/$program.here/bin/$program" \
                "$links/$program.elsewhere/bin/$program" || true
        fi
    done
    [ -z "$failed" ] || die "two builds have made different programs"
}

# repro [--quick | --keep DIRECTORY]
repro() {
    alone images_packages
    nix_settings
    may_build
    if [ "${1:-}" = --quick ]; then
        timed "inputs" "$root/nix/fetch"
        local wanted
        mapfile -t wanted < <(twice_compiled)
        timed "two programs twice, without a network" build_offline --no-link "${wanted[@]}"
        compare_twice
        return
    fi
    alone install_missing "diffoscope-minimal:diffoscope --version"
    exec "$root/nix/repro" "$@"
}
