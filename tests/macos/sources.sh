#!/bin/sh
# Fetch Debian's source packages of libraries, patched as Debian patches them, into FOLDER/PACKAGE.
#
#   tests/macos/sources.sh FOLDER PACKAGE...
#
# apt-get source needs entries of deb-src, which few machines have: apt is shown the machine's own entries
# for this Debian turned into such, with folders for lists and cache of its own. The machine's are left as
# they are, and nobody need be root. Fails with one line that says what is missing.
set -eu

folder=$1
shift

fail() {
    echo "$*" >&2
    exit 1
}

for tool in apt-get dpkg-source; do
    command -v $tool >/dev/null || fail "$tool is missing (packages apt and dpkg-dev)"
done
# shellcheck source=/dev/null
codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
[ -n "$codename" ] || fail "/etc/os-release names no release of Debian"

mkdir -p "$folder"
work=$(mktemp -d "$folder/fetch-XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/parts" "$work/lists/partial" "$work/cache/archives/partial" "$work/source"

# Entries of the release itself, in both forms (man sources.list). Options, as the key, stay with their entry.
config=${APT_FOLDER:-/etc/apt}
cat "$config/sources.list" "$config"/sources.list.d/*.list 2>/dev/null |
    sed -n "s/^deb\([ \t].*[ \t]${codename}[ \t]\)/deb-src\1/p" | sort -u >"$work/parts/lines.list"
for file in "$config"/sources.list.d/*.sources; do
    [ -f "$file" ] || continue
    grep -v '^#' "$file" |
        awk -v RS= -v ORS='\n\n' -v suites="(^|\n)Suites:([^\n]*[ \t])?$codename([ \t\n]|\$)" '
            $0 ~ suites && /(^|\n)Types:[^\n]*deb/ { sub(/Types:[^\n]*/, "Types: deb-src"); print }'
done >"$work/parts/stanzas.sources"
[ -s "$work/parts/lines.list" ] || [ -s "$work/parts/stanzas.sources" ] ||
    fail "apt has no entry for $codename that one of deb-src could be made of"

apt() {
    (cd "$work/source" && timeout 300 apt-get --quiet --quiet \
        -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$work/parts" -o Dir::State::lists="$work/lists" \
        -o Dir::Cache="$work/cache" -o APT::Sandbox::User=root -o Acquire::Retries=3 "$@") >>"$work/log" 2>&1
}

# An update that missed one entry of several may still have the packages.
apt update || true
apt source "$@" || fail "apt-get cannot fetch the sources of $*: $(grep -E '^[EW]:' "$work/log" | tail -n 1)"
for package in "$@"; do
    for found in "$work/source/$package"-[0-9]*/; do
        rm -rf "${folder:?}/$package"
        mv "$found" "$folder/$package"
    done
    [ -d "$folder/$package" ] || fail "the source package of $package has no folder $package-VERSION"
done
