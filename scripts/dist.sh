#!/bin/sh
# The source of a release as a tarball: dist.sh FOLDER
#
# Made of the commit that is checked out, not of the files beside it; the same bytes from each
# clone, whatever the time zone, the umask, the language and the settings of git are. The file
# COMMIT in it tells `make` what git would tell. Prints the path.
set -eu
umask 022
export LC_ALL=C TZ=UTC

out=$(mkdir -p "$1" && cd "$1" && pwd)
cd "$(dirname "$0")/.."

git rev-parse --git-dir >/dev/null 2>&1 || { echo "dist: needs a git clone: a tarball is made of a commit" >&2; exit 1; }
commit=$(git rev-parse HEAD)
version=$(git show "$commit:VERSION")
[ -z "$(git status --porcelain --untracked-files=no 2>/dev/null)" ] ||
    echo "dist: changes that are not committed are left out" >&2

name=vmnet-helper-$version
work=$(mktemp -d "${TMPDIR:-/tmp}/vmnet-dist.XXXXXX")
trap 'rm -rf "$work"' EXIT
echo "$commit" >"$work/COMMIT"

git -c tar.umask=0022 -c core.attributesFile=/dev/null -c core.autocrlf=false archive --format=tar \
    --prefix="$name/" --add-file="$work/COMMIT" -o "$work/$name.tar" "$commit"
# The tarball is bytes of a certain gzip: its level and the lack of a name are what can be fixed here.
gzip -9 -n <"$work/$name.tar" >"$out/$name.tar.gz.new"
mv -f "$out/$name.tar.gz.new" "$out/$name.tar.gz"
echo "$out/$name.tar.gz"
