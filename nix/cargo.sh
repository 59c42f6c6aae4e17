# One stage of the workspace's compilation: lays out the sources, takes over what earlier stages compiled, calls cargo.
#
# $manifests   lines "path file": the Cargo.toml of each crate that programs are made of, and Cargo.lock
# $own         lines "crate source": crates with their real sources; all others get empty ones
# $dummies     lines "crate file text": those empty sources
# $before      an earlier stage's target directory, or nothing
# $selection   cargo's arguments: packages and targets
# $keep        "target" to give the target directory on, "metadata" for cargo's list of crates as $out,
#              or the names of programs to put into $out/bin, with the list of their crates as $out/crates
set -eu
cd "$TOP"
while read -r path file; do
    [ -n "$path" ] || continue
    mkdir -p "$(dirname "source/$path")"
    cp "$file" "source/$path"
    chmod u+w "source/$path"
    touch -d @1 "source/$path"
done <"$manifestsPath"
while read -r crate source; do
    [ -n "$crate" ] || continue
    mkdir -p "source/$crate"
    # With their times, which cargo compares, and without their owner, whom Nix's daemon hides from its builders.
    tar -c -f - -C "$source" . | tar -x -o -f - -C "source/$crate"
    chmod -R u+w "source/$crate"
done <"$ownPath"
while read -r crate file text; do
    [ -n "$crate" ] || continue
    mkdir -p "$(dirname "source/$crate/$file")"
    printf '%s' "$text" >"source/$crate/$file"
done <"$dummiesPath"
if [ -n "$before" ]; then
    # What a compiler has made is linked rather than copied: most of a gigabyte in each of twenty stages, which nothing
    # writes to again. What cargo writes about it is copied.
    cp -dRs "$before" target
    # shellcheck disable=SC2046
    (cd "$before" && tar -c -f - $(find . -type f ! -name '*.rlib' ! -name '*.rmeta' ! -name '*.so' \
        \( -name '*.d' -o ! -name 'build[-_]script*' \))) | tar -x -o -f - -C target
    chmod -R u+w target
fi

mkdir -p "$HOME/cargo" bin
cp "$rustcWrapper" bin/rustc
cp "$staticPie" bin/static-pie-gcc
chmod +x bin/*
export CARGO_HOME="$HOME/cargo" CARGO_TARGET_DIR="$TOP/target" CARGO_NET_OFFLINE=true CARGO_INCREMENTAL=0
export RUSTC="$TOP/bin/rustc" CONST_RANDOM_SEED=0 LC_ALL=C TZ=UTC
export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER="$TOP/bin/static-pie-gcc"
# SQLite's searches in texts and maps, which no query here asks for: a quarter of its code, in every service.
export LIBSQLITE3_FLAGS="-USQLITE_ENABLE_FTS3 -USQLITE_ENABLE_FTS3_PARENTHESIS -USQLITE_ENABLE_FTS5 -USQLITE_ENABLE_RTREE"
export CFLAGS="-ffile-prefix-map=$TOP=/lucid -ffile-prefix-map=$vendor=/vendor -frandom-seed=lucid"
cat >"$CARGO_HOME/config.toml" <<TOML
[source.crates-io]
replace-with = "pinned"
[source.pinned]
directory = "$vendor"
TOML
cd source
# Not --locked: cargo takes out of the lock what only tests would bring, and can put nothing in, for there is nothing else
# in $vendor, which has the lock's versions and checksums.
if [ "$keep" = metadata ]; then
    # Without the paths of this build, which nobody asks for.
    cargo metadata --offline --format-version 1 | sed -e "s#$vendor#/vendor#g" -e "s#$TOP/#/lucid/#g" >"$TOP/metadata"
    rmdir "$out"
    cp "$TOP/metadata" "$out"
    exit
fi
cargo auditable build --offline --profile image --target "$rustTarget" --jobs "${NIX_BUILD_CORES:-1}" \
    --message-format json-render-diagnostics $selection >"$TOP/messages"
cd "$TOP"

if [ "$keep" = target ]; then
    # What was compiled from an empty source must not be taken for the real thing later.
    cut -d' ' -f1 "$dummiesPath" | sort -u | while read -r crate; do
        [ -n "$crate" ] || continue
        name="$(basename "$crate")"
        underscored="$(echo "$name" | tr - _)"
        for part in "target/image" "target/$rustTarget/image"; do
            rm -rf "$part/.fingerprint/$name"-[0-9a-f]*[0-9a-f] "$part/deps/lib$underscored"-[0-9a-f]* \
                "$part/deps/$underscored"-[0-9a-f]* "$part/$name" "$part/$name.d" "$part/lib$underscored".*
        done
    done
    cp -a target/. "$out/"
else
    mkdir -p "$out/bin"
    for program in $keep; do
        cp "target/$rustTarget/image/$program" "$out/bin/$program"
        chmod 0555 "$out/bin/$program"
        # What leaves the build must not point back into it.
        if grep -q -a -e /nix/store/ -e "$TOP/" "$out/bin/$program"; then
            echo "$program holds a path of the build:" >&2
            grep -a -o -e '/nix/store/[ -~]\{1,80\}' -e "$TOP/[ -~]\{1,80\}" "$out/bin/$program" | head -5 >&2
            exit 1
        fi
    done
    # What was compiled for the target: the auditable section also names what a feature merely could switch on. A
    # package's id ends in #NAME@VERSION, or for a path whose last part is the name in #VERSION.
    sed -n -e "\#\"$TOP/target/$rustTarget/#!d" \
        -e 's/^{"reason":"compiler-artifact","package_id":"\([^"]*\)".*/\1/' \
        -e 's/^[^"]*#\([^#@]*\)@\([^#@]*\)$/\1 \2/p' \
        -e 's/^[^"]*\/\([^/#]*\)#\([^#@]*\)$/\1 \2/p' "$TOP/messages" | LC_ALL=C sort -u >"$out/crates"
    [ -s "$out/crates" ] || { echo "cargo named no crate of $keep" >&2; exit 1; }
fi
