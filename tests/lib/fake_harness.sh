#!/bin/sh
# Stands for vmnet-harness beside a copy of vmnet-bench: all VMs are this machine, at 127.0.0.1. What the bench asks
# of them is real, only the guests are not: `vm exec` runs the words here. $FAKE_HARNESS_LOG gets a line for each call;
# $FAKE_HARNESS_DIR is the folder of their files.
set -eu
[ -z "${FAKE_HARNESS_LOG:-}" ] || echo "$*" >>"$FAKE_HARNESS_LOG"
shift # vm
verb=$1 name=${2:-}
case $verb in
start)
    shift 2
    mode=shared
    while [ $# -gt 0 ]; do
        [ "$1" != --operation-mode ] || mode=$2
        shift
    done
    printf '{"name": "%s", "ip": "127.0.0.1", "dir": "%s", "operation_mode": "%s", "helper_pid": 0}\n' \
        "$name" "${FAKE_HARNESS_DIR:-/nowhere}" "$mode"
    ;;
exec)
    shift 3
    exec "$@"
    ;;
status)
    [ -n "${FAKE_HARNESS_DIR:-}" ] && printf '{"dir": "%s"}\n' "$FAKE_HARNESS_DIR"
    ;;
ssh)
    uname -r
    ;;
list)
    echo '[]'
    ;;
esac
