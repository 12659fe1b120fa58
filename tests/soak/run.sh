#!/bin/bash
# Soak: one helper stays and serves one VM after the other, others come and are killed, under traffic of
# every kind. Memory, descriptors, threads and what is left must not grow.
#
#   tests/soak/run.sh MINUTES         BUILD=build; as root
#
# SOAK_BREAK=end|grow|leave breaks something on the way: then it must fail (tests/soak/prove.sh).
set -eu

minutes=${1:-30}
root=$(cd "$(dirname "$0")/../.." && pwd)
build=${BUILD:-$root/build}
case $build in /*) ;; *) build=$root/$build ;; esac
dir=$(mktemp -d /tmp/vk.XXXXXX)
ns=vk$$

pids() {
    ip netns pids "$ns" 2>/dev/null || true
    ip netns pids "${ns}vm" 2>/dev/null || true
}

# shellcheck disable=SC2317 # called by the trap
finish() {
    for signal in TERM KILL; do
        for pid in $(pids); do kill -"$signal" "$pid" 2>/dev/null || true; done
        for _ in $(seq 100); do
            [ -n "$(pids)" ] || break
            sleep 0.1
        done
    done
    ip netns del "${ns}vm" 2>/dev/null || true
    ip netns exec "$ns" "$build/bin/vmnet-helper" --cleanup >/dev/null 2>&1 || true
    ip netns del "$ns" 2>/dev/null || true
    rm -rf "${dir:?}"
}
trap finish EXIT
trap 'exit 130' INT TERM

ip netns add "$ns"
ip netns add "${ns}vm"
ip -n "$ns" link set lo up
ip netns exec "$ns" python3 "$root/tests/soak/soak.py" "$build" "$dir" "$minutes" "${ns}vm"

# What is left: nothing, once the last keeper is through.
for _ in $(seq 200); do
    left=$(pids; ip -n "$ns" -o link | awk -F': ' '$2 != "lo" { print $2 }')
    [ -n "$left" ] || { echo "nothing is left"; exit 0; }
    sleep 0.1
done
echo "left: $left" >&2
exit 1
