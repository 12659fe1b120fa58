#!/bin/sh
# Debian packages of a tarball: deb.sh TARBALL FOLDER
#
# packaging/debian becomes debian/ of the unpacked source. The packages are binary ones and not
# signed. Prints their paths.
set -eu
umask 022
export LC_ALL=C

tarball=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
out=$(mkdir -p "$2" && cd "$2" && pwd)
name=$(basename "$tarball" .tar.gz)
version=${name#vmnet-helper-}

work=$(mktemp -d "${TMPDIR:-/tmp}/vmnet-deb.XXXXXX")
trap 'rm -rf "$work"' EXIT
cp "$tarball" "$work/vmnet-helper_$version.orig.tar.gz"
tar -xzf "$tarball" -C "$work"
cd "$work/$name"
cp -R packaging/debian debian
case $(sed -n '1s/^vmnet-helper (\(.*\)-[^-]*).*/\1/p' debian/changelog) in
"$version") ;;
*) echo "deb: packaging/debian/changelog does not begin with version $version" >&2; exit 1 ;;
esac
# What is named there has to be here; build-essential itself is more than this needs.
dpkg-checkbuilddeps -I
if ! dpkg-buildpackage --no-check-builddeps --build=binary --unsigned-changes --unsigned-buildinfo >"$work/log" 2>&1; then
    tail -n 40 "$work/log" >&2
    exit 1
fi
for file in "$work"/*.deb "$work"/*.changes "$work"/*.buildinfo; do
    mv -f "$file" "$out/"
    echo "$out/$(basename "$file")"
done
