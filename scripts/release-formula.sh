#!/bin/sh
# The formula of a release, for the tap: release-formula.sh REPOSITORY_URL TARBALL OUT
set -eu
umask 022
export LC_ALL=C

case $1 in
*[!A-Za-z0-9:/._~-]*) echo "release-formula: \"$1\" is not a plain URL" >&2; exit 1 ;;
https://*) ;;
*) echo "release-formula: \"$1\" is not an https URL" >&2; exit 1 ;;
esac
here=$(cd "$(dirname "$0")/.." && pwd)
name=$(basename "$2")
version=${name#vmnet-helper-}
version=${version%.tar.gz}
sum=$({ sha256sum "$2" 2>/dev/null || shasum -a 256 "$2"; } | cut -d' ' -f1)

# The first five lines that name an address or a sum; the comment about placeholders goes.
sed -e '/^# In the source tree/d' -e '/^# those of a release/d' \
    -e "s|^  homepage \".*\"|  homepage \"$1\"|" \
    -e "s|^  url \"https://.*\"|  url \"$1/releases/download/v$version/$name\"|" \
    -e "s|^  sha256 \".*\"|  sha256 \"$sum\"|" \
    -e "s|^  head \"[^\"]*\"|  head \"$1.git\"|" "$here/Formula/vmnet-helper.rb" >"$3"
! grep -q 'example\.org/vmnet-helper' "$3" || [ "$1" = https://example.org/vmnet-helper ]
