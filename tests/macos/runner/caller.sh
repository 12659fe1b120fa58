#!/bin/sh
# What a program that uses vmnet-helper does, to the letter, with this helper as its own: start it, connect, find the
# gateway through it, end it. Its network must be there, so it is root's before macOS 26.
#
#   HELPER=build/bin/vmnet-helper tests/macos/runner/caller.sh CALLER
#
# The sequences are those of tests/compat, without what needs Linux's network namespaces.
set -eu

cd "$(dirname "$0")/../../.."
helper=$(cd "$(dirname "${HELPER:-build/bin/vmnet-helper}")" && pwd)/vmnet-helper
sudo=sudo
if [ "$(sw_vers -productVersion | cut -d. -f1)" -ge 26 ]; then
    sudo=
fi

case ${1:-} in
minikube) script=minikube cases="version start stdout-closed stale-socket" ;;
krunkit) script=krunkit cases="magic nomagic" ;;
libkrun) script=krunkit cases=libkrun-test ;;
vfkit) script=vfkit cases="magic path103 too-long" ;;
vibe | anylinuxfs | lima) script=others cases=$1 ;;
readme) script=others cases=seed-fd ;;
*)
    echo "usage: caller.sh minikube|krunkit|libkrun|vfkit|vibe|anylinuxfs|lima|readme" >&2
    exit 2
    ;;
esac

# macOS chooses the subnet: the sequences ask for the gateway that it has.
info=$($sudo python3 tests/macos/probe.py --json-only "$helper" --operation-mode shared)
gateway=$(echo "$info" | python3 -c 'import json, sys; print(json.load(sys.stdin)["info"]["vmnet_start_address"])')
for case in $cases; do
    echo "== $1: $case"
    # A short path: some callers have it in the names of their sockets.
    dir=$(mktemp -d /tmp/vc.XXXXXX)
    status=0
    $sudo env HELPER="$helper" DIR="$dir" GATEWAY="$gateway" PYTHONDONTWRITEBYTECODE=1 \
        python3 "tests/lib/callers/$script.py" "$case" || status=$?
    $sudo rm -rf "$dir"
    [ $status -eq 0 ] || exit $status
done
