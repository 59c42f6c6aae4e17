# The part of ./dev that runs the plane in containers: `plane`, `test-plane`, `bench plane`, and what it has seen,
# `test-alerts`. Sourced by ./dev, which has say, die, alone, as_root, set_up, need_rust, install_missing, build_packages,
# build_plane, and of nix/dev-images.sh images, nix_settings and source_hash.

readonly plane_home="$root/data/containers"
# Written by the dockerd that was started here, and removed by it when it ends.
readonly plane_pidfile="$cache/dockerd.pid"
plane_engine=''
plane_as_root=''

plane_packages() {
    install_missing "docker.io:docker --version && dockerd --version" "docker-compose:docker-compose --version || docker compose version" \
        "curl:curl --version" "iptables:iptables --version"
    # Since Debian 13 the client is a package by itself.
    install_missing "docker-cli:docker --version"
}

# Whoever may speak with the engine: this user, or root for whom is in no group docker.
with_engine() {
    if [ -n "$plane_as_root" ]; then as_root "$@"; else "$@"; fi
}

# Whichever there is: docker-compose 1.29 or Compose v2. As root, because it looks for the secrets' files in directories that
# are root's, but with this user's plugins and settings, and on the engine that with_engine speaks with.
compose() {
    local command=(docker compose) settings=()
    ! command -v docker-compose >/dev/null || command=("$(command -v docker-compose)")
    if [ "$(id -u)" != 0 ]; then
        mapfile -t settings < <(env | grep -E '^(LUCID_[A-Z_]+|TRON_NETWORK|TRON_API_KEY|USDT_CONTRACT_ADDRESS)=' || true)
        settings+=("DOCKER_CONFIG=${DOCKER_CONFIG:-$HOME/.docker}")
        [ -n "$plane_as_root" ] ||
            settings+=("DOCKER_HOST=$(docker context inspect --format '{{.Endpoints.docker.Host}}')")
    fi
    # An engine that starts a dozen containers on a busy machine may take longer than 1.29's minute.
    as_root env "${settings[@]}" LUCID_HOME="$plane_home" COMPOSE_PROJECT_NAME=lucid COMPOSE_HTTP_TIMEOUT=300 \
        LUCID_BLOCK_MS="${LUCID_BLOCK_MS:-1000}" "${command[@]}" \
        -f "$root/compose/compose.yaml" -f "$root/compose/devnet.yaml" "$@"
}

engine_answers() {
    plane_as_root=''
    ! docker version >/dev/null 2>&1 || return 0
    [ "$(id -u)" != 0 ] && command -v sudo >/dev/null || return 1
    plane_as_root=yes
    ! sudo docker version >/dev/null 2>&1 || return 0
    plane_as_root=''
    return 1
}

# Whether an engine answers; if none does, one is started, and ended with this command.
need_engine() {
    ! engine_answers || return 0
    command -v dockerd >/dev/null || die "no Docker engine answers, and there is no dockerd here to start"
    say "starting dockerd"
    mkdir -p "$cache"
    # A session of its own: with --keep it outlives this terminal.
    as_root setsid dockerd --pidfile "$plane_pidfile" >"$cache/dockerd.log" 2>&1 8>&- &
    plane_engine=$!
    local _
    for _ in $(seq 1 60); do
        ! engine_answers || return 0
        [ -d "/proc/$plane_engine" ] || break
        sleep 1
    done
    die "dockerd does not answer: see $cache/dockerd.log"
}

# The id of the dockerd that a ./dev plane --keep has left running; none if there is none, or if the number is another's.
kept_engine() {
    local id
    id="$(cat "$plane_pidfile" 2>/dev/null)" || return 1
    tr '\0' ' ' <"/proc/$id/cmdline" 2>/dev/null | grep -qF -- "--pidfile $plane_pidfile" && echo "$id"
}

# The images of these sources, unless the engine has been given some that are to be taken.
load_images() {
    if [ -n "$1" ]; then
        say "taking the images that the engine has"
        return 0
    fi
    images --link "$root/result"
    with_engine docker load --input "$root/result/images-$(dpkg --print-architecture).tar" >&2
}

# The directory whose plane the engine has; nothing if it has none. Told by a container that stays: what has ended may have
# been pruned.
plane_of_engine() {
    with_engine docker inspect lucid-wallet-manager 2>/dev/null --format \
        '{{range .Mounts}}{{if eq .Destination "/etc/lucid/config.toml"}}{{.Source}}{{end}}{{end}}' |
        sed 's:/wallet-manager/config.toml$::'
}

# A plane in earnest has the same names: what is taken down here must not be its containers, keys and books.
need_no_other_plane() {
    local of
    of="$(plane_of_engine)" || true
    if [ -n "$of" ]; then
        [ "$of" = "$plane_home" ] || die "the engine has the plane of $of, whose containers and volumes have the same names: not touched"
    elif with_engine docker volume inspect tron-wallets >/dev/null 2>&1; then
        die "the engine has a volume tron-wallets, and no container that says whose: not touched. If nobody needs what is in" \
            "it: docker volume rm tron-wallets"
    fi
}

need_no_plane() {
    need_no_other_plane
    [ -z "$(plane_of_engine)" ] || die "a plane is there already; ./dev plane --down takes it down"
}

# plane [--keep | --down] [--loaded]
plane() {
    local keep='' down='' loaded=''
    while [ $# -gt 0 ]; do
        case "$1" in
            --keep) keep=yes ;;
            --down) down=yes ;;
            --loaded) loaded=yes ;;
            *) die "plane knows --keep, --down and --loaded, not $1" ;;
        esac
        shift
    done
    [ "$(id -u)" = 0 ] || command -v sudo >/dev/null ||
        die "the plane's directory has files of root's and of the containers' user: be root, or install sudo"
    alone plane_packages
    exec 8>"$cache/plane.lock"
    flock --nonblock 8 || die "another ./dev plane of this user is under way"
    need_engine
    trap plane_ends EXIT
    need_no_other_plane
    if [ -n "$down" ]; then
        plane_down
        # Nobody else would end the one that was kept for this plane.
        [ -n "$plane_engine" ] || plane_engine="$(kept_engine)" || true
        return
    fi
    need_no_plane
    build_plane
    load_images "$loaded"
    # That took a while, and from here on an end takes down what has these names.
    need_no_plane
    [ -n "$keep" ] || trap 'plane_down; plane_ends' EXIT
    plane_up
    plane_pays
    plane_shows
    if [ -n "$keep" ]; then
        plane_engine=''
        say "it runs on; ./dev plane --down takes it down. What you can ask it (as root: the directory is the containers'):"
        say "  sudo $CARGO_TARGET_DIR/debug/lucid --data $plane_home status"
        say "  sudo $CARGO_TARGET_DIR/debug/lucid --data $plane_home payout create --to T… --amount 25 --wait"
    fi
}

# The directory is root's, as the containers' user has a part of it.
operator() { as_root "$CARGO_TARGET_DIR/debug/lucid" --data "$plane_home" "$@"; }

plane_up() {
    operator init --containers >&2
    local began="$SECONDS"
    compose up -d >&2
    say "all six are healthy after $((SECONDS - began)) s"
    # Whom the verification of the log believes; only the container that made the token knows it.
    local audit_key
    audit_key="$(with_engine docker logs lucid-token 2>/dev/null | sed -n 's/.*"audit_key": *"\([0-9a-f]*\)".*/\1/p' | tail -n 1)"
    [ -z "$audit_key" ] || printf '%s\n' "$audit_key" | as_root tee "$plane_home/audit.pub" >/dev/null
    until operator status >/dev/null 2>&1; do
        [ $((SECONDS - began)) -lt 120 ] || { operator status >&2; die "the plane is not ready"; }
        sleep 1
    done
}

plane_pays() {
    operator prepare >&2
    # An address of TRON's documents, which nobody has on the devnet.
    operator payout create --to TJRabPrwbZy45sbavfcjinPJC18kjpRTv8 --amount 25 --wait
}

plane_shows() {
    local port
    for port in 8091 8092 8093 8094 8095 8096; do
        printf '%s ' "http://localhost:$port/health"
        curl --silent --fail --max-time 5 --output /dev/null --write-out '%{http_code}\n' "http://localhost:$port/health"
    done
    with_engine docker network ls --filter name=lucid-network-isolated
    with_engine docker ps --filter label=lucid.plane=wallet --format 'table {{.Names}}\t{{.Status}}\t{{.Networks}}\t{{.Ports}}'
}

plane_down() {
    compose down --volumes --timeout 20 >&2
    as_root rm -rf "$plane_home"
}

plane_ends() {
    [ -n "$plane_engine" ] || return 0
    local id _
    id="$(kept_engine)" || return 0
    say "ending the dockerd that was started for this"
    as_root kill "$id"
    for _ in $(seq 1 60); do
        kept_engine >/dev/null || return 0
        sleep 0.5
    done
    say "dockerd ($id) does not end: see $cache/dockerd.log"
}

# --- tests/plane, in namespaces and an engine of its own ---

test_plane_packages() {
    build_packages
    plane_packages
    install_missing "iproute2:ip -V" "util-linux:unshare --version && nsenter --version && setpriv --version" \
        "binutils:strip --version" "python3:python3 -c 'import tomllib, unittest'"
    # Debian's Prometheus and Alertmanager the tests unpack: installed, they would start as daemons.
}

# The archives to load, as arguments: LUCID_PLANE_IMAGES is one, or a directory that ./dev images has linked, which serves
# if it was built from these very sources. None: images are made of what cargo has just built.
plane_archives() {
    local place="${LUCID_PLANE_IMAGES:-}" machine hash archive archives=()
    [ -n "$place" ] || return 0
    if [ -d "$place" ]; then
        [ -r "$place/digests.json" ] || die "LUCID_PLANE_IMAGES: $place is nothing that ./dev images has linked: no digests.json"
        nix_settings
        hash="$(source_hash)" && [ -n "$hash" ] ||
            die "LUCID_PLANE_IMAGES: whether $place is of these sources cannot be said: Nix has failed, see above"
        if ! grep -qF "\"sources\": \"$hash\"" "$place/digests.json"; then
            say "images: of what cargo built, because $place is of other sources"
            return 0
        fi
        machine="$(dpkg --print-architecture)" || die "LUCID_PLANE_IMAGES: dpkg does not say what machine this is"
        archives=("$place/images-$machine.tar" "$place/observability-$machine.tar")
    else
        archives=("$place")
    fi
    for archive in "${archives[@]}"; do
        [ -r "$archive" ] || die "LUCID_PLANE_IMAGES: there is no $archive"
        printf '%s\n' --images "$archive"
    done
    say "images: those of $place"
}

# test-plane [TEST...]
test_plane() {
    alone set_up test_plane_packages
    build_plane
    local found archives=()
    found="$(plane_archives)" || exit
    [ -z "$found" ] || mapfile -t archives <<<"$found"
    as_root env PYTHONDONTWRITEBYTECODE=1 python3 "$root/tests/plane" --programs "$CARGO_TARGET_DIR/debug" \
        ${LUCID_COMPOSE:+--compose "$LUCID_COMPOSE"} "${archives[@]}" "$@"
}

test_alerts_packages() {
    build_packages
    # Of Debian's Prometheus and libfaketime the tests unpack what is missing: installed, they would start as daemons.
    install_missing "iproute2:ip -V" "util-linux:unshare --version" "python3:python3 -c 'import unittest'"
}

# test-alerts [TEST...]
test_alerts() {
    alone set_up test_alerts_packages
    build_plane
    # Loaded by wallet-manager in some scenes; nobody depends on it.
    cargo build --quiet --locked --package pkcs11-faults --manifest-path "$root/Cargo.toml" >&2
    PYTHONDONTWRITEBYTECODE=1 python3 "$root/tests/alerts" --programs "$CARGO_TARGET_DIR/debug" "$@"
}

# Memory, start and payouts of the plane in containers, beside the same programs as processes.
bench_plane() {
    alone set_up test_plane_packages
    need_rust
    say "building for release (the first time takes minutes)"
    cargo build --release --locked --workspace --bins --manifest-path "$root/Cargo.toml" >&2
    as_root env PYTHONDONTWRITEBYTECODE=1 python3 "$root/tests/plane/bench.py" --programs "$CARGO_TARGET_DIR/release" "$@"
}
