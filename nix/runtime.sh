# Takes the files that match $files, each package's licence and its dpkg metadata, out of the packages of $packagesPath.
status="$out/var/lib/dpkg/status.d"
mkdir -p "$status"
while read -r name architecture package; do
    [ -n "$name" ] || continue
    busybox sh -eu "$unpackOne" "$package" "$TOP/$name"
    cd "$TOP/$name/data"
    for file in $files "usr/share/doc/$name" "usr/share/doc/$name/copyright"; do
        # A pattern that nothing in this package matches stays a pattern.
        [ -e "$file" ] || [ -L "$file" ] || continue
        mkdir -p "$out/$(dirname "$file")"
        if [ -d "$file" ] && [ ! -L "$file" ]; then
            mkdir -p "$out/$file"
        else
            cp -a "$file" "$out/$file"
        fi
    done
    cp "$TOP/$name/control/control" "$status/$name"
    # Only of what is there, so that it can be checked.
    while read -r sum file; do
        if [ -f "$out/$file" ]; then echo "$sum  $file"; fi
    done <"$TOP/$name/control/md5sums" >"$status/$name.md5sums"
done <"$packagesPath"
