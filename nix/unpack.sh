# Unpacks the .deb files listed in $packagesPath into $out, then runs $afterPath there. Runs with busybox alone.
set -eu
mkdir -p "$out"
cd "$out"
umask 022
while read -r package || [ -n "$package" ]; do
    case "$(busybox ar t "$package")" in
        *data.tar.xz*) busybox ar p "$package" data.tar.xz | busybox xz -dc ;;
        *data.tar.gz*) busybox ar p "$package" data.tar.gz | busybox gzip -dc ;;
        *data.tar*) busybox ar p "$package" data.tar ;;
        *) echo "$package: no data that busybox can unpack" >&2; exit 1 ;;
    esac | busybox tar -x -o --no-same-permissions -f -
done <"$packagesPath"
for applet in rm mkdir ln cp mv find chmod cat sed grep; do
    eval "$applet() { busybox $applet \"\$@\"; }"
done
. "$afterPath"
