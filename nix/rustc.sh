#!/usr/bin/busybox sh
# rustc, with what makes its output the same everywhere. Cargo does not see these flags, so they change no name.
#
# Paths of this build are written as paths of nowhere. A program of the target is linked statically unless it is the one
# that loads modules: the crates below it are compiled once for both.
program=; target=
previous=
for argument; do
    case "$previous $argument" in
        "--crate-type bin") program=yes ;;
        "--target "*) target=yes ;;
        "--crate-name $DYNAMIC") dynamic=yes ;;
    esac
    previous="$argument"
done
if [ -n "$program" ] && [ -n "$target" ] && [ -z "${dynamic:-}" ]; then
    set -- "$@" -C target-feature=+crt-static
fi
# Relative relocations packed: some hundred kilobytes less to load, one in a hundred less to ship.
if [ -n "$program" ] && [ -n "$target" ]; then
    set -- "$@" -C link-arg=-Wl,-z,pack-relative-relocs
fi
exec /usr/bin/rustc "$@" --remap-path-prefix="$TOP=/lucid" --remap-path-prefix="$vendor=/vendor"
