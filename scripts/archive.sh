#!/bin/sh
# The built programs as the archive that install.sh fetches: archive.sh BIN FOLDER
#
#     vmnet-helper-VERSION-OS-ARCH.tar.gz    with vmnet-helper/{bin,share}
#
# The same bytes for the same programs: names are sorted, times are those of the commit
# (SOURCE_DATE_EPOCH), the owner is root. Prints the path.
set -eu
umask 022
export LC_ALL=C TZ=UTC

bin=$(cd "$1" && pwd)
out=$(mkdir -p "$2" && cd "$2" && pwd)
here=$(cd "$(dirname "$0")/.." && pwd)

version=$(cat "$here/VERSION")
os=${OS:-$(uname -s | tr '[:upper:]' '[:lower:]')}
arch=${ARCH:-$(uname -m)}
# One name for each, whatever the system calls it.
case $arch in
aarch64) arch=arm64 ;;
amd64)   arch=x86_64 ;;
esac
epoch=${SOURCE_DATE_EPOCH:-$(git -C "$here" log -1 --format=%ct 2>/dev/null || echo 0)}
tar=${TAR:-$(command -v gtar || echo tar)}

name=vmnet-helper-$version-$os-$arch
work=$(mktemp -d "${TMPDIR:-/tmp}/vmnet-archive.XXXXXX")
trap 'rm -rf "$work"' EXIT

"$here/scripts/install-files.sh" install "$bin" /opt/vmnet-helper "$work/root"
mv "$work/root/opt/vmnet-helper" "$work/vmnet-helper"
(cd "$work" && "$tar" --format=ustar --sort=name --mtime="@$epoch" --owner=0 --group=0 --numeric-owner -cf "$name.tar" vmnet-helper)
gzip -9 -n <"$work/$name.tar" >"$out/$name.tar.gz.new"
mv -f "$out/$name.tar.gz.new" "$out/$name.tar.gz"
echo "$out/$name.tar.gz"
