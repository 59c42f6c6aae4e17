# The parts of ./dev that build images: `images` and `repro`. Sourced by ./dev, which has say, die, alone, install_missing.

. "$root/nix/settings.sh"

images_packages() {
    install_missing "nix-bin:nix --version" "git:git --version" "xz-utils:xz --version" "python3:python3 --version"
}

images_setup() {
    images_packages
    nix_settings
}

# How long a stage took, for whoever has a budget.
timed() {
    local what="$1" began="$SECONDS"
    shift
    "$@" || return
    say "$what: $((SECONDS - began)) s"
}

table() { python3 "$root/nix/table.py" "$1"; }

# Where the sources are those of nix/digests.json, the digests must be, too.
compare_with_golden() {
    local made="$1/digests.json" golden="$root/nix/digests.json" hash
    hash="$(nix eval --raw "$root#legacyPackages.x86_64-linux.sourceHash")"
    if [ ! -e "$golden" ]; then
        say "there is no nix/digests.json yet: ./dev images --bless writes it"
    elif ! grep -q "\"$hash\"" "$golden"; then
        say "nix/digests.json was made from other sources than these ($hash): nothing to compare, see the digests above"
    elif cmp -s "$golden" "$made"; then
        say "equal to nix/digests.json"
    else
        diff "$golden" "$made" >&2 || true
        die "these sources have made other images than nix/digests.json says"
    fi
}

# What is really in the images, against the advisory database that ./dev lint uses, and the licences of deny.toml.
audit_images() {
    local database tool
    shipped_advisories
    database="$(compgen -G "$cache/advisory-db*/advisory-db-*" | sort | tail -n 1 || true)"
    if [ -z "$database" ]; then
        say "advisories were not looked up: ./dev lint brings their database"
        return 0
    fi
    tool="$(nix eval --raw "$root#oci-image")/bin/oci-image"
    # Findings are shown and do not stop yet: it seems, unproven, that cargo-auditable 0.6.6 also lists optional crates
    # that nothing compiles.
    "$tool" audit "$1/sbom" --advisories "$database" --deny "$root/deny.toml" >&2 ||
        say "the audit has findings: see above"
}

# images [--bless] [--link PATH]
images() {
    local bless= link="$root/result"
    while [ $# -gt 0 ]; do
        case "$1" in
            --bless) bless=yes ;;
            --link) link="$2"; shift ;;
            *) die "images knows --bless and --link PATH, not $1" ;;
        esac
        shift
    done
    alone images_packages
    nix_settings
    timed "inputs" "$root/nix/fetch"
    timed "images" nix build "$root#images" --out-link "$link" --print-build-logs
    (cd "$link/" && sha256sum --check --quiet SHA256SUMS) || die "SHA256SUMS does not fit what was built"
    table "$link/digests.json"
    timed "audit" audit_images "$link"
    if [ -n "$bless" ]; then
        cp "$link/digests.json" "$root/nix/digests.json"
        chmod 0644 "$root/nix/digests.json"
        say "wrote nix/digests.json; commit it"
    else
        compare_with_golden "$link"
    fi
    say "docker load --input $link/images-amd64.tar   (images-arm64.tar on an arm64 host)"
}

repro() {
    alone images_packages
    "$root/nix/repro" "$@"
}
