# unpack-one.sh PACKAGE DIRECTORY: a Debian package's files into DIRECTORY/data, its metadata into DIRECTORY/control.
mkdir -p "$2/data" "$2/control"
for part in data control; do
    case "$(busybox ar t "$1")" in
        *$part.tar.xz*) busybox ar p "$1" $part.tar.xz | busybox xz -dc ;;
        *$part.tar.gz*) busybox ar p "$1" $part.tar.gz | busybox gzip -dc ;;
        *) busybox ar p "$1" $part.tar ;;
    esac | busybox tar -x -o --no-same-permissions -f - -C "$2/$part"
done
