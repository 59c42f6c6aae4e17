# Runs $scriptPath inside the unpacked Debian tree $toolchain, in a namespace of its own, with the store, /proc, /dev and
# the build directory in it. Runs with busybox alone, inside Nix's sandbox.
set -eu
if ! busybox unshare -m -r busybox true; then
    echo "This kernel or system lets nobody make a user namespace inside Nix's sandbox, and the build needs one." >&2
    echo "Look at sysctl kernel.unprivileged_userns_clone, kernel.apparmor_restrict_unprivileged_userns," >&2
    echo "user.max_user_namespaces." >&2
    exit 1
fi
busybox cat >"$NIX_BUILD_TOP/.enter" <<INNER
set -eu
busybox mount --rbind /nix/store "$toolchain/nix/store"
busybox mount --rbind /proc "$toolchain/proc"
busybox mount --rbind /dev "$toolchain/dev"
busybox mount --bind "$NIX_BUILD_TOP" "$toolchain$directory"
busybox mount -t tmpfs tmpfs "$toolchain/tmp"
exec busybox chroot "$toolchain" /usr/bin/busybox sh -eu "$directory/.script"
INNER
# What Nix passes as files lies in the build directory, which has another name inside.
busybox cp "$scriptPath" "$NIX_BUILD_TOP/.script"
for variable in $(busybox env | busybox sed -n 's/^\([A-Za-z_]*Path\)=.*/\1/p'); do
    eval "value=\$$variable"
    case "$value" in
        "$NIX_BUILD_TOP"/*) export "$variable=$directory${value#"$NIX_BUILD_TOP"}" ;;
    esac
done
cd "$NIX_BUILD_TOP"
busybox mkdir -p "$out"
export HOME="$directory/home" TMPDIR="$directory/tmp" OUTER_PATH="$PATH" TOP="$directory"
busybox mkdir -p "$NIX_BUILD_TOP/home" "$NIX_BUILD_TOP/tmp"
bb="$PATH/busybox"
export PATH="$PATH:/usr/bin:/usr/sbin"
exec "$bb" unshare -m -r "$bb" sh "$NIX_BUILD_TOP/.enter"
