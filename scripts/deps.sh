#!/bin/sh
# Install the packages of the named groups that are missing.
#
#   scripts/deps.sh build run test
#
# The list is packages.txt beside this file. Silent when nothing is missing;
# fails with the list when it may not install.
set -eu

list=$(dirname "$0")/packages.txt

if [ "$(uname -s)" != Linux ]; then
    echo "deps: on macOS: brew install pkgconf cjson libyaml qemu xorriso iperf3 gnuplot" >&2
    exit 0
fi

# The wanted packages whose command, if one is named, is not there either.
wanted=$(awk -v groups=" $* " '!/^#/ && NF && index(groups, " " $1 " ") { print $2, $3 }' "$list" |
    while read -r package command; do
        if [ -z "$command" ] || ! command -v "$command" >/dev/null 2>&1; then
            echo "$package"
        fi
    done)
[ -n "$wanted" ] || exit 0

if ! command -v dpkg-query >/dev/null 2>&1; then
    echo "deps: this is not a Debian system; install the equivalents of:" >&2
    echo "$wanted" | sed 's/^/  /' >&2
    exit 0
fi

# One question for all: dpkg-query is slow to start.
# shellcheck disable=SC2086 # a word for each package
present=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' $wanted 2>/dev/null |
    sed -n 's/^installed //p' || true)
missing=$(echo "$wanted" | grep -Fvx "$present" || true)
[ -n "$missing" ] || exit 0

# shellcheck disable=SC2086
set -- $missing
echo "installing $# missing packages: $*" >&2

if [ "$(id -u)" -ne 0 ]; then
    echo "deps: installing needs root; run:" >&2
    echo "  sudo apt-get install --no-install-recommends $*" >&2
    exit 1
fi

# Packages may come with services (openvswitch-switch): the tests start their own, and the machine's
# are for its owner to start. Debian's packages start them by these two, which do nothing here.
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
still=$(mktemp -d)
trap 'rm -rf "$log" "$still"' EXIT
for program in invoke-rc.d deb-systemd-invoke; do
    printf '#!/bin/sh\nexit 0\n' >"$still/$program"
    chmod 755 "$still/$program"
done
if ! { apt-get -q update && apt-get -q -o "DPkg::Path=$still:/usr/sbin:/usr/bin:/sbin:/bin" \
    install -y --no-install-recommends "$@"; } >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    echo "deps: apt-get could not install: $*" >&2
    exit 1
fi
