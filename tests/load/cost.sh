#!/bin/sh
# What VMs cost on this machine: memory and idle CPU of N helpers on one network, and of N tiny guests.
#
#   sudo tests/load/cost.sh [helpers N...] [guests N...]      (default: helpers 1 10 50 guests 1 10)
#
# Rows for the tables of docs/scale.md. Memory is what goes when the process goes: its private pages
# (/proc/PID/smaps_rollup). CPU is time on a processor of all these processes over 10 seconds in which
# nothing is asked of them, in percent of one processor. In a network namespace of its own.
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
build=${BUILD:-build}
case $build in /*) ;; *) build=$root/$build ;; esac
export VMNET_DATA="$root"
seconds=10
ns=load$$
dir=$(mktemp -d /tmp/load.XXXXXX)
VMNET_HOME=$dir/home
export VMNET_HOME

finish() {
    for name in $(guests); do
        "$build/bin/vmnet-harness" vm delete "$name" >/dev/null 2>&1 || true
    done
    stop_helpers
    ip netns delete "$ns" 2>/dev/null || true
    rm -rf "$dir"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

guests() {
    [ ! -d "$VMNET_HOME" ] || "$build/bin/vmnet-harness" vm list --json | jq -r '.[].name'
}

# private PID...: the mean of their private memory, in MiB.
private() {
    for pid in "$@"; do cat "/proc/$pid/smaps_rollup"; done |
        awk -v count=$# '/^Private_/ { sum += $2 } END { printf "%.1f", sum / 1024 / count }'
}

# busy PID...: the nanoseconds that they have used together. Clock ticks are too coarse for a process that wakes up once a
# second.
busy() {
    for pid in "$@"; do cat "/proc/$pid"/task/*/schedstat; done | awk '{ sum += $1 } END { printf "%.0f", sum }'
}

# idle PID...: what they use while nothing is asked of them, in percent of a processor.
idle() {
    before=$(busy "$@")
    sleep $seconds
    after=$(busy "$@")
    echo "$before $after" | awk -v s=$seconds '{ printf "%.2f", ($2 - $1) / 1e9 / s * 100 }'
}

children() {
    for pid in "$@"; do cat "/proc/$pid/task/$pid/children"; done
}

stop_helpers() {
    [ -s "$dir/helpers" ] || return 0
    # shellcheck disable=SC2046 # a word for each pid
    kill $(cat "$dir/helpers") 2>/dev/null || true
    # shellcheck disable=SC2046
    wait $(cat "$dir/helpers") 2>/dev/null || true
    : >"$dir/helpers"
}

measure_helpers() {
    i=0
    begin=$(date +%s%N)
    while [ $i -lt "$1" ]; do
        i=$((i + 1))
        begin=$(date +%s%N)
        ip netns exec "$ns" "$build/bin/vmnet-helper" --socket "$dir/$i.sock" >"$dir/$i.json" 2>"$dir/$i.log" &
        pid=$!
        echo $pid >>"$dir/helpers"
        until [ -s "$dir/$i.json" ]; do
            kill -0 $pid || { tail -n 3 "$dir/$i.log" >&2; exit 1; }
            sleep 0.005
        done
        rm -f "$dir/$i.json.old"
        mv "$dir/$i.json" "$dir/$i.json.old"
    done
    last=$((($(date +%s%N) - begin) / 1000000))
    helpers=$(cat "$dir/helpers")
    # shellcheck disable=SC2086 # a word for each pid
    keepers=$(children $helpers)
    # shellcheck disable=SC2086
    echo "| $1 | $(private $helpers) | $(private $keepers) | $(idle $helpers $keepers) | $last |"
    stop_helpers
}

measure_guests() {
    i=0
    while [ $i -lt "$1" ]; do
        i=$((i + 1))
        "$build/bin/vmnet-harness" vm start "load$i" --netns "$ns" --image tiny --timeout 600 >/dev/null 2>"$dir/start.log" ||
            { tail -n 3 "$dir/start.log" >&2; exit 1; }
    done
    machines=$("$build/bin/vmnet-harness" vm list --json | jq -r '.[].pid')
    helpers=$("$build/bin/vmnet-harness" vm list --json | jq -r '.[].helper_pid')
    # shellcheck disable=SC2086 # a word for each pid
    echo "| $1 | $(private $machines) | $(private $helpers) | $(idle $machines) | $(idle $helpers) |"
    for name in $(guests); do
        "$build/bin/vmnet-harness" vm delete "$name" >/dev/null 2>&1
    done
}

[ $# -gt 0 ] || set -- helpers 1 10 50 guests 1 10
[ "$(id -u)" -eq 0 ] || { echo "cost.sh: needs root" >&2; exit 1; }
ip netns add "$ns"
ip -n "$ns" link set lo up
echo "$(uname -srm), $(getconf _NPROCESSORS_ONLN) processors, vmnet-helper $("$build/bin/vmnet-helper" --version | sed -n 's/^version: //p')"
for word in "$@"; do
    case $word in
    helpers)
        what=helpers
        printf '\n| helpers | MiB a helper | MiB a keeper | %% CPU, all, idle | ms from start to JSON, last |\n|---|---|---|---|---|\n' ;;
    guests)
        what=guests
        printf '\n| guests | MiB a QEMU | MiB a helper | %% CPU, all QEMUs, idle | %% CPU, all helpers, idle |\n|---|---|---|---|---|\n' ;;
    *[!0-9]*|'') echo "cost.sh: not a number: $word" >&2; exit 2 ;;
    *)  "measure_${what:-helpers}" "$word" ;;
    esac
done
