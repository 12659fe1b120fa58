# For the compat suite: `load ../lib/callers`. Each test plays one sequence of tests/lib/callers in
# the namespace of its file, with a folder of its own whose path is short: sockets go there.

load ../lib/namespace

setup_file() {
    [ "$(id -u)" -eq 0 ] && [ -c /dev/net/tun ] || return 0
    namespace_make
}

teardown_file() {
    [ -z "${ns:-}" ] || namespace_remove
}

setup() {
    need_root
    need_tun
    DIR=$(mktemp -d /tmp/vc.XXXXXX)
    HELPER=$bin/vmnet-helper
    export DIR HELPER PYTHONDONTWRITEBYTECODE=1
}

# A caller that is gone leaves nothing: also the keeper, which ends last.
teardown() {
    [ -n "${DIR:-}" ] || return 0
    rm -rf "$DIR"
    wait_for 30 namespace_is_empty || {
        # The next test must not meet it.
        # shellcheck disable=SC2046 # a word for each pid
        kill $(ip netns pids "$ns") || true
        false
    }
}

namespace_is_empty() {
    [ -z "$(ip netns pids "$ns")" ]
}

# `run`, but what is left running and holds the output open does not make it wait.
run_to_file() {
    run write_to_file "$@"
    output=$(cat "$DIR/output")
    mapfile -t lines <"$DIR/output"
}

write_to_file() {
    "$@" >"$DIR/output" 2>&1
}

# play CALLER CASE: tests/lib/callers/CALLER.py must succeed.
play() {
    run_to_file in_ns timeout -k 5 120 python3 "$root/tests/lib/callers/$1.py" "$2"
    assert_success
}
