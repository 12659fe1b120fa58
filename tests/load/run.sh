#!/bin/bash
# Many helpers on one network at once: each starts, leases, forwards and goes.
#
#   tests/load/run.sh [HELPERS]                  BUILD=build; as root
#   tests/load/run.sh --churn one|ten ROUNDS     ten that start and end in a loop, on one network or on ten
#
# It prints how long a helper takes from exec to its JSON line, the first of a network and the next ones, and
# what memory of its own one has while it serves: for people, no test looks at these numbers.
set -eu

program=load.py
if [ "${1:-}" = --churn ]; then
    program=churn.py
    shift
fi
[ $# -gt 0 ] || set -- 50
root=$(cd "$(dirname "$0")/../.." && pwd)
helper=${BUILD:-$root/build}/bin/vmnet-helper
case $helper in /*) ;; *) helper=$root/$helper ;; esac
dir=$(mktemp -d /tmp/vl.XXXXXX)
ns=vl$$

# shellcheck disable=SC2317 # called by the trap
finish() {
    for pid in $(ip netns pids "$ns" 2>/dev/null); do kill "$pid" 2>/dev/null || true; done
    for _ in $(seq 100); do
        [ -n "$(ip netns pids "$ns" 2>/dev/null)" ] || break
        sleep 0.1
    done
    ip netns exec "$ns" "$helper" --cleanup >/dev/null 2>&1 || true
    ip netns del "$ns" 2>/dev/null || true
    rm -rf "${dir:?}"
}
trap finish EXIT

ip netns add "$ns"
ip -n "$ns" link set lo up
ip netns exec "$ns" python3 "$root/tests/load/$program" "$helper" "$dir" "$@"

# The network goes with its last keeper.
for _ in $(seq 200); do
    left=$(ip netns pids "$ns"; ip -n "$ns" -o link | awk -F': ' '$2 != "lo" { print $2 }')
    [ -n "$left" ] || exit 0
    sleep 0.1
done
echo "left: $left" >&2
exit 1
