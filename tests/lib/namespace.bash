# A network namespace of a test file's own: `load ../lib/namespace`.
#
#     setup_file()    { namespace_make; }
#     teardown_file() { namespace_remove; }
#
# $ns is its name. All that runs in it is ended with it.

namespace_make() {
    ns=vt$$-$RANDOM
    export ns
    ip netns add "$ns"
    ip -n "$ns" link set lo up
}

in_ns() {
    ip netns exec "$ns" "$@"
}

# TERM first: a helper that is told to stop takes its network with it.
namespace_remove() {
    local one=${1:-$ns} pids
    pids=$(ip netns pids "$one" 2>/dev/null) || return 0
    # shellcheck disable=SC2086 # a word for each pid
    [ -z "$pids" ] || kill $pids 2>/dev/null || true
    for _ in $(seq 50); do
        pids=$(ip netns pids "$one" 2>/dev/null)
        [ -n "$pids" ] || break
        sleep 0.1
    done
    # shellcheck disable=SC2086
    [ -z "$pids" ] || kill -KILL $pids 2>/dev/null || true
    ip netns delete "$one"
}
